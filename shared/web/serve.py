"""How an app is served, on one machine and in containers alike: uvicorn on HOST and PORT, its log lines among ours.

`python -m shared.web.serve` serves what `create_app()` of the module that APP names makes of the environment.
"""

import importlib
import os
from typing import NoReturn

GRACE_SECONDS = 5
NEVER_CAME_UP = 3


def serve(app: str) -> NoReturn:
    """Serves `create_app()` of the module `app` until SIGTERM or SIGINT, then ends within `GRACE_SECONDS` or so. Leaves
    by SystemExit: 0, or `NEVER_CAME_UP`."""
    import uvicorn

    from shared.web.heads import Heads

    config = uvicorn.Config(
        importlib.import_module(app).create_app,
        factory=True,
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http=Heads,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    server.run()
    raise SystemExit(0 if server.started else NEVER_CAME_UP)


if __name__ == "__main__":
    serve(os.environ["APP"])

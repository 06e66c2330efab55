"""What runs inside each forked process, and the imports they share."""

import gc
import importlib
import os
import threading
from collections.abc import Callable

COMMON = (
    "alembic.command",
    "asyncpg",
    "fastapi",
    "httptools",
    "nats",
    "prometheus_client",
    "sqlalchemy.ext.asyncio",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
APPS = {
    "intake": "services.intake.main",
    "workflow": "services.workflow.main",
    "notify": "services.notify.main",
    "query": "services.query.main",
    "portal": "services.portal.main",
    "mailbox": "deploy.mailbox.main",
}
GRACE_SECONDS = 5


def import_once() -> None:
    """Everything all of them need, imported in the launcher and shared by every fork's memory.

    The services' own modules too: nothing happens on their import. No thread may come of it, for threads do not survive
    a fork but the locks they hold do.
    """
    gc.disable()
    for module in (*COMMON, *APPS.values()):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    if threading.active_count() != 1:
        raise RuntimeError(f"an import started a thread: {threading.enumerate()}")


def serve(name: str) -> Callable[[], None]:
    """The work of one forked process: this app, with settings from its environment."""

    def work() -> None:
        import uvicorn

        main = importlib.import_module(APPS[name])
        config = uvicorn.Config(
            main.create_app,
            factory=True,
            host=os.environ["HOST"],
            port=int(os.environ["PORT"]),
            loop="uvloop",
            http="httptools",
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
        raise SystemExit(0 if server.started else 3)

    return work

"""What runs inside each forked process, and the imports they share."""

import gc
import importlib
import threading
from collections.abc import Callable

from shared.web import serve as web

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
    return lambda: web.serve(APPS[name])

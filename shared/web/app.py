"""The app factory: routes, problems, request ids, one log line per request, and loops that live as long as the app."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from shared import logs
from shared.bus import parked
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.metrics import Backlogs, Metrics
from shared.settings import ProcessSettings
from shared.web import bodies, described, health, oversight, problems

Loop = Callable[[], Awaitable[None]]
RESTART_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.5
JSON_BODY_BYTES = 256 * 1024
_REQUEST_ID = re.compile(rb"[0-9a-fA-F-]{36}")
HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Of every answer that does not say otherwise: what is said to one caller is for nobody else, and is what it says."""
QUIET = {"/livez", "/readyz", "/metrics"}


def create_app(
    name: str,
    *,
    about: str,
    settings: ProcessSettings,
    routers: Sequence[APIRouter],
    db: Database | None = None,
    loops: Sequence[Loop] = (),
    needed: Sequence[health.Check] = (),
    wished: Sequence[health.Check] = (),
    metrics: Metrics | None = None,
    hearing: Sequence[Consumer] = (),
    backlogs: Backlogs | None = None,
    poke: Callable[[], None] = lambda: None,
    state: dict[str, Any] | None = None,
    body_bytes: Mapping[str, int] | None = None,
) -> FastAPI:
    """A FastAPI app that opens `db`, runs `loops` until it stops (restarting one that raises), and answers errors as
    problems.

    Without what is `needed` it is not ready; without what is `wished` it serves and catches up. What it is `hearing`
    with is watched, and what it could not handle can be taken up again; `backlogs` are what else may wait. `poke` is
    called after each committed request; `state` is set on `app.state`; `body_bytes` are the paths that take more than
    JSON, with how much."""
    metrics = metrics or Metrics()
    backlogs = {**(backlogs or {}), **{f"stream:{one.stream}": one.waiting for one in hearing}}
    if db is not None:
        metrics.connections.set_function(db.busy)
        if hearing:
            backlogs |= {"parked": parked.waiting(db, "poison", "behind"), "early": parked.waiting(db, "gap")}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(name, settings.log_level, settings.log_format)
        if db is not None:
            await db.open()
        tasks = [asyncio.create_task(_keep(loop, metrics)) for loop in loops]
        try:
            yield
        finally:
            await _end(tasks)
            if db is not None:
                await db.close()

    app = FastAPI(
        title=f"Helpdesk iSPEKS: {name}",
        description=about,
        version="1",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever host was asked for
        telemetry={"tracing": False, "metrics": False, "logs": False},  # our metrics and lines are our own
    )
    app.state.settings = settings
    app.state.db = db
    app.state.poke = poke
    checks = [*needed, *([db.why_not_ready] if db is not None else [])]
    routers = [*routers, *([oversight.routes(hearing, metrics, checks, wished, backlogs)] if db is not None else [])]
    app.state.places = [
        (route.path, route.path_regex, route.methods)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    for key, value in (state or {}).items():
        setattr(app.state, key, value)
    problems.install(app)
    for router in (*routers, health.routes(metrics, checks, wished, backlogs)):
        app.include_router(router)
    described.describe(app)
    app.add_middleware(_Arrivals, name=name, metrics=metrics, body_bytes=body_bytes or {})
    return app


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until all are done: up to Python 3.11 `asyncio.wait_for`, which nats-py uses, can swallow one."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)


async def _keep(loop: Loop, metrics: Metrics) -> None:
    """Run a loop for as long as the app lives; one that raises is logged and started again."""
    while True:
        try:
            await loop()
        except Exception as error:
            name = getattr(loop, "__qualname__", "loop")
            metrics.restarts.labels(name).inc()
            logs.get("web").error("loop.failed", loop=name, exc_info=error)
        await asyncio.sleep(RESTART_SECONDS)


class _Arrivals:
    """Gives every request an id and one log line with its outcome. Logs the route, never the path: paths hold links."""

    def __init__(self, app: ASGIApp, name: str, metrics: Metrics, body_bytes: Mapping[str, int]) -> None:
        self._app = app
        self._name = name
        self._metrics = metrics
        self._body_bytes = body_bytes
        self._log = logs.get("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        said = headers.get(b"x-request-id", b"")
        request_id = said.decode() if _REQUEST_ID.fullmatch(said) else str(uuid7())
        scope["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", []))
                named = {name.lower() for name, _ in given}
                given += [(name, value) for name, value in HEADERS if name not in named]
                message["headers"] = [*given, (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(service=self._name, correlation=request_id):
            try:
                at_most = self._body_bytes.get(scope["path"], JSON_BODY_BYTES)
                body = bodies.limited(receive, at_most, headers.get(b"content-type", b""))
                await self._app(scope, body, watched)
            except Exception as error:
                if status:  # half an answer has left already
                    raise
                await problems.unforeseen(Request(scope), error)(scope, receive, watched)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                seconds = time.perf_counter() - started
                self._metrics.requests.labels(scope["method"], route, status).inc()
                self._metrics.seconds.labels(scope["method"], route).observe(seconds)
                logs.about(scope.get("path_params", {}).get("number"))
                if route not in QUIET:
                    self._log.info(
                        "answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1)
                    )

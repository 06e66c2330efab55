"""Whether the process lives, whether it can serve and why not, and its metrics for Prometheus."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.metrics import Backlogs, Metrics

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, otherwise one line that says what is wrong."""


async def wrongs(checks: Sequence[Check]) -> list[str]:
    """What is wrong, a line each."""
    return [why for check in checks if (why := await check())]


def routes(metrics: Metrics, needed: Sequence[Check], wished: Sequence[Check], backlogs: Backlogs) -> APIRouter:
    """`/livez`, `/readyz`, `/metrics`. Without what is `needed` it cannot serve (503); without what is `wished` (the
    broker) it serves and catches up later, and says so."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return Response("ok\n", media_type="text/plain")

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        missing, lacking = await wrongs(needed), await wrongs(wished)
        was_up = getattr(request.app.state, "was_ready", False)
        ready = not missing and (was_up or not lacking)
        request.app.state.was_ready = was_up or ready
        unsaid = {of: one for of, one in backlogs.items() if of == "outbox" and not missing}
        age = next((one.oldest_seconds for one in (await metrics.look(unsaid)).values() if one), None)
        body = {"ready": ready, "why": missing + lacking, "outbox_oldest_seconds": age}
        return Response(msgspec.json.encode(body), 200 if ready else 503, media_type="application/json")

    @router.get("/metrics")
    async def exposed() -> Response:
        await metrics.look(backlogs)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router

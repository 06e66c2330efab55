"""Whether the process lives, whether it can serve and why not, and its figures for Prometheus."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, otherwise one line that says what is wrong."""
Age = Callable[[], Awaitable[float]]
"""Seconds the oldest unpublished event has waited."""


class Figures:
    """This process's metrics. Labels are routes and outcomes, never anything a person typed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "http_request_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self.outbox_age = Gauge(
            "outbox_oldest_seconds", "Age of the oldest event not yet published", registry=self.registry
        )


def routes(figures: Figures, needed: Sequence[Check], wished: Sequence[Check], outbox_age: Age | None) -> APIRouter:
    """`/livez`, `/readyz`, `/metrics`. Without what is `needed` it cannot serve (503); without what is `wished` (the
    broker) it serves and catches up later, and says so."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return Response("ok\n", media_type="text/plain")

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        missing = [why for check in needed if (why := await check())]
        lacking = [why for check in wished if (why := await check())]
        was_up = getattr(request.app.state, "was_ready", False)
        ready = not missing and (was_up or not lacking)
        request.app.state.was_ready = was_up or ready
        age = await outbox_age() if outbox_age and not missing else None
        body = {"ready": ready, "why": missing + lacking, "outbox_oldest_seconds": age}
        return Response(msgspec.json.encode(body), 200 if ready else 503, media_type="application/json")

    @router.get("/metrics")
    async def metrics() -> Response:
        if outbox_age is not None:
            with contextlib.suppress(Exception):  # without Postgres the other figures still count; readyz says why
                figures.outbox_age.set(await outbox_age())
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    return router

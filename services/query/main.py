"""Composition root of query."""

import asyncio
from collections.abc import Sequence

import msgspec
import nats.errors
from fastapi import FastAPI
from httpx2 import AsyncClient

from services.query import __doc__ as about
from services.query.api import attachments, detail, lists, solutions, tracking
from services.query.api.progress import Progress
from services.query.handlers import rebuild as rebuilding
from services.query.settings import Settings
from services.query.subscriptions import HEARS
from services.query.timers import Folding
from shared.auth import StaffTokens, TrackingTokens
from shared.blobs.keep import Blobs
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.envelope import Envelope, is_reference
from shared.events import REGISTER
from shared.figures import Figures
from shared.limits import Limits
from shared.privacy import parse_key
from shared.web.app import create_app as create_service

PROJECTED = "query.projected"


class _Readers(msgspec.Struct):
    seen_by: list[str]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, wired. None reads the environment."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="query")
    figures = Figures()
    bus = Bus(settings.nats_url.get_secret_value(), name="query", figures=figures)
    progress = Progress()
    folding = Folding(db)

    async def projected(handled: Sequence[Envelope]) -> None:
        progress.made()
        folding.heard(len(handled))
        newest = {letter.subject: letter for letter in handled if not is_reference(letter.type)}
        try:
            for letter in newest.values():
                readers = msgspec.json.decode(letter.data, type=_Readers)
                said = {"number": letter.subject, "version": letter.sequence, "seen_by": readers.seen_by}
                await bus.client.publish(PROJECTED, msgspec.json.encode(said))
        except (nats.errors.Error, OSError):
            return  # lossy by contract: a page that misses it asks again

    def hearing(stream: str, subject: str) -> Consumer:
        return Consumer(
            db,
            bus,
            service="query",
            stream=stream,
            subjects=[subject],
            hears=HEARS,
            register=REGISTER,
            after_commit=projected,
        )

    consumers = [hearing("WORKFLOW", "workflow.>"), hearing("INTAKE", "intake.ref.>")]
    return create_service(
        "query",
        about=about or "",
        settings=settings,
        routers=[tracking.router, lists.router, detail.router, attachments.router, solutions.router],
        db=db,
        loops=[bus.run, *(consumer.run for consumer in consumers), folding.run],
        wished=[bus.why_not_ready, *(consumer.why_not_ready for consumer in consumers)],
        figures=figures,
        hearing=consumers,
        state={
            "staff_tokens": StaffTokens(public=settings.staff_public_key),
            "tracking_tokens": TrackingTokens(settings.tracking_keys.get_secret_value()),
            "index_key": parse_key(settings.index_key.get_secret_value()),
            "blobs": Blobs(settings.blobs),
            "limits": Limits(db, on=settings.rate_limits == "on"),
            "progress": progress,
        },
    )


def rebuild(settings: Settings | None = None) -> int:
    """The model anew from workflow's record; answers how many events were projected. What the command line calls."""
    return asyncio.run(_rebuild(settings or Settings()))


async def _rebuild(settings: Settings) -> int:
    db = Database(settings.database_url.get_secret_value(), name="query-rebuild", size=2)
    await db.open()
    try:
        async with AsyncClient(base_url=settings.workflow_url, timeout=30.0) as workflow:
            record = rebuilding.record_of(workflow, settings.service_token.get_secret_value())
            return await rebuilding.rebuild(db, record, HEARS, REGISTER)
    finally:
        await db.close()

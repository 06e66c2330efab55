"""Composition root of query."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import nats
import nats.errors
from fastapi import FastAPI
from httpx2 import AsyncClient

from services.query import __doc__ as about
from services.query.api import attachments, detail, lists, solutions, tracking
from services.query.api.progress import Progress
from services.query.domain.parity import Parity
from services.query.handlers import rebuild as rebuilding
from services.query.handlers.rebuild import Build, Heard, Moved, Tell
from services.query.handlers.record import WorkflowRecord
from services.query.settings import Settings
from services.query.store import beside
from services.query.store.beside import Behind
from services.query.subscriptions import HEARS
from services.query.timers import Folding
from shared.auth import StaffTokens, TrackingTokens
from shared.blobs.store import Blobs
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.envelope import Envelope, is_reference
from shared.events import REGISTER
from shared.limits import Limits
from shared.metrics import Metrics
from shared.privacy import parse_key
from shared.web.app import create_app as create_service

PROJECTED = "query.projected"
TOLD_AT_MOST = 1000
"""Complaints whose readers are told after a rebuild; whoever has more open than that looks again anyway."""


class _Readers(msgspec.Struct):
    seen_by: list[str]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, wired. None reads the environment."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="query")
    metrics = Metrics()
    bus = Bus(settings.nats_url.get_secret_value(), name="query", metrics=metrics)
    progress = Progress()
    folding = Folding(db)

    async def projected(handled: Sequence[Envelope]) -> None:
        progress.made()
        folding.heard(len(handled))
        newest = {letter.subject: letter for letter in handled if not is_reference(letter.type)}
        try:
            for letter in newest.values():
                readers = msgspec.json.decode(letter.data, type=_Readers)
                await bus.client.publish(PROJECTED, _projected(letter.subject, letter.sequence, readers.seen_by))
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
        metrics=metrics,
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


def rebuild(tell: Tell, settings: Settings | None = None) -> tuple[int, Parity, Moved]:
    """The model anew from workflow's record, while the old one serves: how many events were projected, how old and new
    compared, and the move. What the command line calls. Raises `Busy`, `CannotProject`, `NeverQuiet`."""
    return asyncio.run(_rebuild(tell, settings or Settings()))


async def _rebuild(tell: Tell, settings: Settings) -> tuple[int, Parity, Moved]:
    async with _at_work(tell, settings) as work:
        await rebuilding.build(work)
        parity = await rebuilding.compare(work)
        moved = await rebuilding.move(work)
        await say_what_jumped(work, moved.jumped[:TOLD_AT_MOST], settings)
        return work.projected, parity, moved


def audit(tell: Tell, heard: Heard, settings: Settings | None = None) -> tuple[Parity, list[Behind]]:
    """The model compared with the record, and whose newest events it has not handled; `heard` is given every page of
    the record. Nothing is changed. Raises `Busy`, `CannotProject`."""
    return asyncio.run(_audit(tell, heard, settings or Settings()))


async def _audit(tell: Tell, heard: Heard, settings: Settings) -> tuple[Parity, list[Behind]]:
    async with _at_work(tell, settings) as work:
        await rebuilding.build(work, heard)
        return await rebuilding.compare(work), await rebuilding.late(work)


@asynccontextmanager
async def _at_work(tell: Tell, settings: Settings) -> AsyncIterator[Build]:
    async with (
        beside.site(settings.database_url.get_secret_value()) as site,
        AsyncClient(base_url=settings.workflow_url, timeout=30.0) as workflow,
    ):
        record = WorkflowRecord(workflow, settings.service_token.get_secret_value())
        yield Build(site, record, HEARS, REGISTER, tell)


async def say_what_jumped(work: Build, numbers: list[str], settings: Settings) -> None:
    """The consumers will find these handled already, and say nothing: open pages are told here."""
    async with work.site.db.transaction() as tx:
        newest = await beside.newest(tx, numbers)
    if not newest:
        return
    try:
        client = await nats.connect(
            settings.nats_url.get_secret_value(), name="query-rebuild", connect_timeout=2, allow_reconnect=False
        )
        for number, (version, seen_by) in newest.items():
            await client.publish(PROJECTED, _projected(number, version, seen_by))
        await client.drain()
    except (nats.errors.Error, OSError):
        return  # lossy by contract


def _projected(number: str, version: int, seen_by: list[str]) -> bytes:
    return msgspec.json.encode({"number": number, "version": version, "seen_by": seen_by})

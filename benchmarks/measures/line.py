"""The way of what has been decided: from the outbox to the stream, from the stream into the read model, and the read
model made anew from the record. Relay and consumer are the services' own, run in this process one after the other."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg
from httpx2 import AsyncClient

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.measures import transitions
from benchmarks.stage import Place, Stage, a_bus, a_database
from services.query.handlers import rebuild
from services.query.handlers.record import WorkflowRecord
from services.query.store import beside
from services.query.subscriptions import HEARS, UNHEARD
from services.workflow.store.record import say_again
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER
from shared.outbox import Relay

ROUNDS = 4
REBUILDS = 2
LOOK_SECONDS = 0.01


async def written(stage: Stage) -> Place:
    """The place whose complaints `transitions` wrote; it is measured first where it has not been."""
    if stage.find(transitions.PLACE) is None:
        await transitions.measure(stage)
    place = stage.find(transitions.PLACE)
    assert place is not None
    return place


async def measure(stage: Stage) -> list[Figure]:
    """Events a second and CPU for each; a quarter of the backlog a round, relay and consumer in turns."""
    place = await written(stage)
    admin = await asyncpg.connect(place.admin_url)
    await admin.execute(
        "create table public.aside as select *, ntile(4) over (order by seq) as part from workflow.outbox"
    )
    await admin.execute("delete from workflow.outbox")
    drains, hears = [], []
    async with (
        a_database(place.url("workflow")) as said,
        a_database(place.url("query")) as model,
        a_bus(place.nats.url("workflow"), "workflow") as speaking,
        a_bus(place.nats.url("query"), "query") as hearing,
    ):
        for part in range(1, ROUNDS + 1):
            events = await _ready(admin, part)
            drains.append(await _drain(admin, said, speaking, events))
            hears.append(await _hear(model, hearing, await _heard_of(admin, part)))
    await admin.execute("vacuum analyze")
    await admin.close()
    rebuilt = await _rebuilds(place)
    return [
        figures.of("Relay, outbox to fsynced stream", [rate for rate, _ in drains], "events/s",
                   aim=figures.at_least(4000), head=True),
        figures.of("Relay, CPU", [cpu * 1e6 for _, cpu in drains], "us/event"),
        figures.of("Read model catching up, stream to committed rows", [rate for rate, _ in hears], "events/s",
                   aim=figures.at_least(2900), head=True),
        figures.of("Read model catching up, CPU", [cpu * 1e6 for _, cpu in hears], "us/event"),
        figures.of("Read model made anew from workflow's record over HTTP", rebuilt, "events/s", head=True),
    ]  # fmt: skip


async def _ready(admin: asyncpg.Connection, part: int) -> int:
    done: str = await admin.execute(
        "insert into workflow.outbox (event_id, subject, body) select event_id, subject, body from public.aside"
        " where part = $1 order by seq",
        part,
    )
    return int(done.split()[-1])


async def _heard_of(admin: asyncpg.Connection, part: int) -> int:
    """How many of a part query has ears for."""
    unheard = [f"%.{kind.wire}" for kind in UNHEARD]
    found: int = await admin.fetchval(
        "select count(*) from public.aside where part = $1 and not subject like any($2::text[])", part, unheard
    )
    return found


async def _drain(admin: asyncpg.Connection, db: Database, bus: Bus, events: int) -> tuple[float, float]:
    """Events a second until the outbox is empty, and CPU seconds for each."""
    relay = Relay(db, bus, "WORKFLOW", say_again)
    wall, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(relay.run())
    while await admin.fetchval("select exists (select from workflow.outbox)"):
        await asyncio.sleep(LOOK_SECONDS)
    took = time.perf_counter() - wall, time.process_time() - cpu
    await _end(running)
    return events / took[0], took[1] / events


async def _hear(db: Database, bus: Bus, events: int) -> tuple[float, float]:
    """Events a second until the last one's batch has committed, and CPU seconds for each."""
    all_heard, heard = asyncio.Event(), 0

    async def committed(handled: Sequence[Envelope]) -> None:
        nonlocal heard
        heard += len(handled)
        if heard >= events:
            all_heard.set()

    consumer = Consumer(
        db, bus, service="query", stream="WORKFLOW", subjects=["workflow.>"], hears=HEARS, register=REGISTER,
        after_commit=committed,
    )  # fmt: skip
    wall, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(consumer.run())
    async with asyncio.timeout(120):
        await all_heard.wait()
    took = time.perf_counter() - wall, time.process_time() - cpu
    await asyncio.sleep(0.2)  # the last acks
    await _end(running)
    return events / took[0], took[1] / events


async def _rebuilds(place: Place) -> list[float]:
    workflow = place.serve("workflow")
    rates = []
    async with AsyncClient(base_url=f"http://127.0.0.1:{workflow.port}", timeout=60) as client:
        for _ in range(REBUILDS):
            started = time.perf_counter()
            record = WorkflowRecord(client, place.stage.keys.service_token)
            async with beside.site(place.url("query")) as site:
                work = rebuild.Build(site, record, HEARS, REGISTER, lambda *_: None)
                await rebuild.build(work)
                await rebuild.move(work)
            rates.append(work.projected / (time.perf_counter() - started))
    workflow.stop()
    return rates


async def _end(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait([running])

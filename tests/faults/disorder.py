"""What was said, brought to services that have heard nothing yet: in order, or three times over, in no order and late;
and what came of it."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

import asyncpg
import nats.js.errors

from shared.bus.connection import Bus
from shared.envelope import Envelope, decode, is_reference, nats_subject
from tests.faults.estate import Estate
from tests.support import infra, keys
from tests.support.eventually import eventually
from tests.support.history import model
from tests.support.serving import serving

Hearers = Mapping[str, Sequence[str]]
"""Services, and the streams each hears."""
Found = dict[str, list[str]]
"""Rows by table."""

COPIES, WINDOW = 3, 50
LATE, LATENESS = 0.05, 400
"""One letter in so many stays away for up to so many others more."""
AT_ONCE = 100
FOLLOWERS: Hearers = {"query": ("WORKFLOW", "INTAKE"), "notify": ("WORKFLOW", "INTAKE")}
DECIDER: Hearers = {"workflow": ("INTAKE",)}

RECORD = """
select body from intake.event union all select body from workflow.fact where source = 'workflow'
union all select body from workflow.event
"""
MOMENT = re.compile(r'"\d{4}-\d\d-\d\dT[^"]*"')
COLUMNS = {
    "notify.alert": "to_jsonb(t)",
    "notify.attempt": "to_jsonb(t)",
    "notify.complaint": "to_jsonb(t)",
    "notify.module": "to_jsonb(t)",
    "notify.staff": "to_jsonb(t)",
    "notify.delivery": "to_jsonb(t) - '{id,seq,planned_at,changed_at}'::text[]",
    "workflow.complaint": "jsonb_build_array(number, version, state)",
    "workflow.event": "jsonb_build_array(convert_from(body, 'UTF8')::jsonb - '{id}'::text[])",
}
"""What is compared of each table: all that does not come of when and where it was written."""


def said(estate: Estate) -> list[Envelope]:
    """All that intake and workflow ever said here: what the office is first, then in the order of its time."""
    letters = [decode(bytes(row["body"])) for row in estate.sql(RECORD)]
    return sorted(letters, key=lambda one: (not is_reference(one.type), one.time, one.sequence))


def disordered(letters: Sequence[Envelope], rng: random.Random) -> list[Envelope]:
    """Each three times, moved within the window; some come late. Ahead of all goes a copy of each fact: who is told
    depends on who is known, and order is promised within a subject, not between them."""
    facts = [letter for letter in letters if is_reference(letter.type)]
    events = [letter for letter in letters if not is_reference(letter.type)]
    return shuffled(facts, 1, rng) + shuffled([*facts, *events], COPIES, rng)


def shuffled(letters: Sequence[Envelope], copies: int, rng: random.Random) -> list[Envelope]:
    def place(at: int) -> float:
        late = rng.random() < LATE
        return at + rng.uniform(0, WINDOW) + (rng.uniform(0, LATENESS) if late else 0)

    places = [(place(at), at) for at in range(len(letters)) for _ in range(copies)]
    return [letters[at] for _, at in sorted(places)]


async def came_of(
    letters: Sequence[Envelope], hearers: Hearers, databases: infra.Databases, brokers: infra.Brokers
) -> Found:
    """What these services, new, have made of these letters, brought over a real broker that takes them all for new."""
    database, broker = databases.make(), brokers.make()
    try:
        async with AsyncExitStack() as stack:
            tellers = {
                source: await stack.enter_async_context(a_line(broker, source)) for source in ("intake", "workflow")
            }
            for source, teller in tellers.items():
                await teller.ensure_stream(source.upper())
            for service in hearers:
                await stack.enter_async_context(serving(an_app(service, database, broker)))
            lines = {name: await stack.enter_async_context(a_line(broker, name)) for name in hearers}
            for start in range(0, len(letters), AT_ONCE):
                await asyncio.gather(*(bring(tellers[one.source], one) for one in letters[start : start + AT_ONCE]))
            connection = await asyncpg.connect(database.admin_url)
            try:
                heard = [(lines[name], name, stream) for name, streams in hearers.items() for stream in streams]
                await eventually(lambda: all_heard(heard, connection), within=60)
                return await found(connection, hearers)
            finally:
                await connection.close()
    finally:
        brokers.take_back(broker)
        databases.drop(database)


def an_app(service: str, database: infra.Database, broker: infra.Broker) -> Any:
    given = keys.settings(service, database.url(service), broker.url(service), sending="off", mail_from="a@example.my")
    settings = import_module(f"services.{service}.settings").Settings(**given)
    return import_module(f"services.{service}.main").create_app(settings)


@asynccontextmanager
async def a_line(broker: infra.Broker, user: str) -> AsyncIterator[Bus]:
    bus = Bus(broker.url(user), name="test")
    running = asyncio.create_task(bus.run())
    await bus.until_connected()
    try:
        yield bus
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def bring(teller: Bus, letter: Envelope) -> None:
    """Without an id that the broker would know it by."""
    await teller.js.publish(nats_subject(letter), letter.encoded())


async def all_heard(heard: Sequence[tuple[Bus, str, str]], connection: Any) -> bool:
    for line, name, stream in heard:
        try:
            info = await line.js.consumer_info(stream, f"{name}-{stream.lower()}")
        except nats.js.errors.NotFoundError:  # it does not listen yet
            return False
        if (info.num_pending or 0) + (info.num_ack_pending or 0):
            return False
    due = "select exists (select from notify.delivery where next_at is not null)"
    return not await connection.fetchval(due)


async def found(connection: Any, hearers: Hearers) -> Found:
    """Every row of what these services hold, in an order of its own."""
    result: Found = dict(await model.read(connection)) if "query" in hearers else {}
    columns = {table: what for table, what in COLUMNS.items() if table.partition(".")[0] in hearers}
    for service in hearers:
        columns |= {f"{service}.fence": "to_jsonb(t)", f"{service}.parked": "to_jsonb(t)"}
    for table, what in columns.items():
        rows = await connection.fetch(f"select ({what})::text as row from {table} t")
        moments = table == "workflow.event"
        result[table] = sorted(MOMENT.sub('"then"', row["row"]) if moments else row["row"] for row in rows)
    return result

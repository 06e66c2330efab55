"""A made-up service on the real mechanism: it says `thing.told` as workflow and hears it as notify."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol
from uuid import NAMESPACE_URL, uuid5

from shared.bus.fence import Handler, Hears
from shared.db import Database, Tx
from shared.envelope import Envelope, Event, register, seal
from tests.support.eventually import eventually


class Told(Event, frozen=True, kw_only=True):
    """Somebody said something."""

    wire: ClassVar[str] = "thing.told"
    text: str


class Ignored(Event, frozen=True, kw_only=True):
    """Somebody said what nobody here listens to."""

    wire: ClassVar[str] = "thing.ignored"


class Saved(Event, frozen=True, kw_only=True):
    """A reference fact: whole, the newest wins."""

    wire: ClassVar[str] = "thing.saved"
    text: str


REGISTER = register([Told, Ignored, Saved])
HEARD_TABLE = "create table heard (position bigserial, subject text, sequence int, text text)"


def a_letter(event: Event, subject: str, sequence: int) -> Envelope:
    """The event in its envelope; the same event at the same place always has the same id."""
    return seal(
        event,
        id=str(uuid5(NAMESPACE_URL, f"{subject}|{sequence}|{event}")),
        source="workflow",
        subject=subject,
        sequence=sequence,
        time=datetime(2026, 3, 1, tzinfo=UTC),
        correlation=str(uuid5(NAMESPACE_URL, subject)),
    )


def told(subject: str, sequence: int, text: str = "") -> Envelope:
    return a_letter(Told(text=text or f"{subject}/{sequence}"), subject, sequence)


async def write_down(tx: Tx, said: Told | Saved, letter: Envelope) -> None:
    """The handler: an effect in the same transaction. NUL is what Postgres cannot store: a true poison."""
    await tx.execute(
        "insert into heard (subject, sequence, text) values ($1, $2, $3)", letter.subject, letter.sequence, said.text
    )


def hearing(handler: Handler = write_down) -> Hears:
    return {Told: handler, Saved: handler}


async def heard(db: Database) -> list[tuple[str, int]]:
    """What was handled, in the order it was."""
    async with db.transaction() as tx:
        rows = await tx.fetch("select subject, sequence from heard order by position")
    return [(row["subject"], row["sequence"]) for row in rows]


async def in_order(db: Database) -> Mapping[str, list[int]]:
    """Per subject, what was handled in the order it was."""
    found: dict[str, list[int]] = {}
    for subject, sequence in await heard(db):
        found.setdefault(subject, []).append(sequence)
    return found


async def parked(db: Database) -> list[tuple[str, int, str]]:
    """What waits, and why."""
    async with db.transaction() as tx:
        rows = await tx.fetch("select subject, sequence, reason from parked order by subject, sequence")
    return [(row["subject"], row["sequence"], row["reason"]) for row in rows]


async def run(db: Database, sql: str, *values: Any) -> list[Any]:
    """A statement in a transaction of its own."""
    async with db.transaction() as tx:
        return list(await tx.fetch(sql, *values))


class Loop(Protocol):
    """What a service runs beside its requests: a relay, a consumer."""

    async def run(self) -> None: ...


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    _: bool = await eventually(condition, within)

"""The model anew from workflow's record, beside the one that serves; and what comparing the two finds.

The record is projected complaint by complaint into a second schema while the old model serves and hears the stream.
What the old one was told meanwhile is asked for by its subjects, the last of it in one short transaction that keeps
consumers waiting and moves the new tables in: whoever reads waits for that moment and goes on. What the stream has yet
to say, the new fences take. Broken off before, the old model serves on and the next rebuild begins anew.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import asyncpg

from services.query.domain.parity import Parity, stands_elsewhere
from services.query.handlers.record import Record
from services.query.store import beside, parity, projection
from services.query.store.beside import Behind, Site
from shared.bus import fence
from shared.db import is_transient
from shared.envelope import Envelope

COMPARED_AT_ONCE = 5000
PATIENCE_SECONDS = 5.0
"""How long the serving model may take to hear what the record says already, before that is a difference."""
WAITS_MS = (100, 200, 300, 500, 800)
"""How long a move may wait for who hears, and for who reads, each time."""
TRIES = 40
ROUNDS = 5
LAST_EVENTS_SECONDS = 1.0
"""How long workflow may take to tell the last few, while consumers wait."""

Tell: TypeAlias = Callable[[str, int, int], None]
"""What is being done, how much is done, of how much."""
Heard: TypeAlias = Callable[[list[Envelope]], None]


class CannotProject(Exception):
    """An event of the record that no handler can handle: a fault of ours, and loud."""


class NeverQuiet(Exception):
    """There was no moment to move in: the old model serves on."""


@dataclass
class Build:
    """A second model in the making. `unknown` is what the serving model was told and the record does not have."""

    site: Site
    record: Record
    hears: fence.Hears
    register: fence.Register
    tell: Tell
    projected: int = 0
    unknown: dict[str, int] = field(default_factory=dict)


class Moved(NamedTuple):
    """How the new model came to serve: waits in milliseconds, and the subjects it jumped forward with."""

    tries: int
    consumers_waited: float
    readers_waited: float
    jumped: list[str]


async def build(work: Build, heard: Heard = lambda _: None) -> None:
    """Project the whole record into the second model, then what the serving one was told meanwhile. Raises
    `CannotProject`."""
    async with work.site.beside.transaction() as tx:
        indexes = await beside.unindex(tx)
        await beside.keep_house(tx, beside.BESIDE, on=False)
    read = 0
    async for page in work.record.pages():
        heard(page)
        read += len(page)
        await _project(work, page)
        work.tell("project", read, max(work.record.total, read))
    work.tell("index", 0, 1)
    async with work.site.beside.transaction() as tx:
        await projection.fold(tx)
        await beside.index(tx, indexes)
    work.tell("index", 1, 1)
    await catch_up(work)


async def catch_up(work: Build) -> None:
    """Until the second model lacks nothing that the serving one was told, and the record has; or nearly so, where
    consumers are as fast as we are."""
    for _ in range(ROUNDS):
        behind = await _behind(work)
        if not behind:
            return
        await _project(work, await work.record.of({one.subject: one.has for one in behind}))
        lacked = {one.subject: one for one in behind}
        for one in await _behind(work):
            before = lacked.get(one.subject)
            if before is not None and before.has == one.has:
                work.unknown[one.subject] = before.other


async def _behind(work: Build) -> list[Behind]:
    async with work.site.db.transaction() as tx:
        return _missing(work, await beside.not_yet_beside(tx))


def _missing(work: Build, behind: list[Behind]) -> list[Behind]:
    return [one for one in behind if one.other > work.unknown.get(one.subject, 0)]


async def _project(work: Build, letters: Sequence[Envelope]) -> None:
    try:
        async with work.site.beside.transaction() as tx:
            work.projected += len(await fence.accept(tx, letters, work.hears, work.register))
    except Exception as error:
        if is_transient(error):
            raise
        if len(letters) > 1:
            for letter in letters:
                await _project(work, [letter])
            raise
        raise CannotProject(f"{letters[0].subject}, event {letters[0].sequence}, {letters[0].type}") from error


async def compare(work: Build) -> Parity:
    """Old and new, complaint by complaint at the same version; who stands elsewhere is given time to hear the rest."""
    found = Parity()
    async with work.site.db.transaction() as tx:
        tables = await parity.of_complaints(tx)
        ranges = await parity.ranges(tx, COMPARED_AT_ONCE)
    elsewhere: dict[str, parity.Standing] = {}
    for done, over in enumerate(ranges, 1):
        elsewhere |= await _compare(work, tables, over, found)
        work.tell("compare", done, len(ranges))
    until = time.monotonic() + PATIENCE_SECONDS
    while elsewhere and time.monotonic() < until:
        await asyncio.sleep(0.2)
        await catch_up(work)
        elsewhere = await _compare(work, tables, sorted(elsewhere), found)
    async with work.site.db.transaction() as tx:
        held = await parity.held(tx, sorted(elsewhere))
    for number, standing in sorted(elsewhere.items()):
        found.differs(number, stands_elsewhere(standing.old, standing.new, held.get(number)))
    async with work.site.db.transaction() as tx:
        found.reference = await parity.reference_that_differs(tx)
    return found


async def _compare(
    work: Build, tables: list[str], over: parity.Range | list[str], found: Parity
) -> dict[str, parity.Standing]:
    """Adds what is equal and what differs; answers who stands elsewhere."""
    async with work.site.db.transaction() as tx:
        compared = await parity.compare(tx, tables, over)
    found.equal += compared.compared - len(compared.differing)
    for number, differing in sorted(compared.differing.items()):
        async with work.site.db.transaction() as tx:
            found.differs(number, await parity.what_differs(tx, number, differing))
    return {standing.number: standing for standing in compared.elsewhere}


async def move(work: Build) -> Moved:
    """The new model serves. Raises `NeverQuiet` when no moment was found for it."""
    async with work.site.db.transaction() as tx:
        await beside.keep_house(tx, beside.SERVES, on=False)
    moved: Moved | None = None
    try:
        for attempt in range(TRIES):
            await catch_up(work)
            with contextlib.suppress(asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, TimeoutError):
                moved = await _try_to_move(work, attempt)
            if moved is not None:
                return moved
            await asyncio.sleep(min(0.05 * attempt, 1.0))
    finally:
        if moved is None:
            async with work.site.db.transaction() as tx:
                await beside.keep_house(tx, beside.SERVES, on=True)
    raise NeverQuiet


async def _try_to_move(work: Build, attempt: int) -> Moved | None:
    """None when the last events could not be had in time. Both waits end with the commit.

    The one transaction that is open while workflow is asked: it holds up nobody but consumers, who try again."""
    keeper, wait = work.site.keeper, WAITS_MS[min(attempt, len(WAITS_MS) - 1)]
    async with keeper.transaction():
        await beside.hold_consumers(keeper, wait)
        consumers_wait = time.monotonic()
        async with asyncio.timeout(LAST_EVENTS_SECONDS):
            await catch_up(work)
        if _missing(work, await beside.not_yet_beside(keeper)):
            return None
        jumped = [one.subject for one in await beside.not_yet_serving(keeper)]
        await beside.keep_house(keeper, beside.BESIDE, on=True)
        readers_wait = time.monotonic()
        await beside.hold_readers(keeper, wait)
        await beside.move(keeper)
    now = time.monotonic()
    return Moved(attempt + 1, (now - consumers_wait) * 1000, (now - readers_wait) * 1000, jumped)


async def late(work: Build) -> list[Behind]:
    """Whom the serving model has not heard out, though it was given time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with work.site.db.transaction() as tx:
            behind = await beside.not_yet_serving(tx)
        if not behind or time.monotonic() > until:
            return behind
        await asyncio.sleep(0.2)

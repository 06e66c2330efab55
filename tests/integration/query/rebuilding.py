"""A record as workflow would tell it, and a rebuild from it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from services.query.domain.parity import Parity
from services.query.handlers import rebuild as rebuilding
from services.query.handlers.rebuild import Build, Moved
from services.query.store import beside
from services.query.subscriptions import HEARS
from shared.envelope import Envelope
from shared.events import REGISTER
from tests.support import infra
from tests.support.complaints import (
    RASHID,
    a_calendar,
    a_form,
    a_solution,
    a_staff_member,
    a_whole_course,
    sealed,
)

FORM = sealed(a_form(), subject="form", source="intake")
FACTS = [sealed(a_staff_member(RASHID, "PIC")), sealed(a_calendar(), subject="kelantan"), sealed(a_solution())]
COURSES = [a_whole_course(f"HD-2026-{n:06}-X") for n in range(20)]
RECORD = [*FACTS, *(letter for course in COURSES for letter in course.envelopes())]
NUMBERS = [course.number for course in COURSES]
Between = Callable[[int], Awaitable[None]]


async def _nothing(_: int) -> None:
    return


class Said:
    """A record as workflow would tell it. `between` is done before each page but the first."""

    def __init__(self, letters: Sequence[Envelope], between: Between = _nothing) -> None:
        self.letters, self.between = list(letters), between
        self.total = len(self.letters)

    async def pages(self) -> AsyncIterator[list[Envelope]]:
        for start in range(0, len(self.letters), 50):
            if start:
                await self.between(start)
            yield self.letters[start : start + 50]

    async def of(self, known: Mapping[str, int]) -> list[Envelope]:
        return [one for one in self.letters if one.sequence > known.get(one.subject, 1 << 30)]


@asynccontextmanager
async def at_work(database: infra.Database, record: Said) -> AsyncIterator[Build]:
    async with beside.site(database.url("query")) as site:
        yield Build(site, record, HEARS, REGISTER, lambda *_: None)


async def rebuilt(database: infra.Database, record: Said) -> tuple[Parity, Moved]:
    async with at_work(database, record) as work:
        await rebuilding.build(work)
        return await rebuilding.compare(work), await rebuilding.move(work)

"""`helpdesk events redrive`: what services have parked is taken up again from the command line."""

import msgspec

from deploy import letters
from services.query.subscriptions import HEARS
from shared.bus import fence
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER
from tests.support import infra
from tests.support.complaints import a_whole_course

FIRST, SECOND = "HD-2026-000123-C", "HD-2026-000124-A"


async def park(url: str, letter: Envelope, *behind: Envelope) -> None:
    """The first could not be handled; the others wait behind it."""
    db = Database(url, name="test")
    await db.open()
    async with db.transaction() as tx:
        await fence.hold_as_poison(tx, letter, KeyError("of the day"))
        await fence.accept(tx, behind, HEARS, REGISTER)
    await db.close()


async def redriven(database: infra.Database, subject: str | None = None) -> list[str]:
    urls = {name: database.url(name) for name in ("intake", "workflow", "notify", "query")}
    return [str(one) async for one in letters.redrive(urls, subject)]


def a_course(of: str) -> list[Envelope]:
    return a_whole_course(of).envelopes()[:3]


async def test_each_service_takes_up_what_it_has_parked(database: infra.Database) -> None:
    await park(database.url("query"), *a_course(FIRST))
    await park(database.url("notify"), *a_course(FIRST))
    assert await redriven(database) == [f"notify: {FIRST}: 3 handled.", f"query: {FIRST}: 3 handled."]
    assert await redriven(database) == [], "nothing is left"


async def test_only_the_complaint_that_was_named_is_taken_up(database: infra.Database) -> None:
    await park(database.url("query"), *a_course(FIRST))
    await park(database.url("query"), *a_course(SECOND))
    assert await redriven(database, SECOND) == [f"query: {SECOND}: 3 handled."]
    assert await redriven(database) == [f"query: {FIRST}: 3 handled."]


async def test_what_fails_again_stays_and_is_said_with_why(database: infra.Database) -> None:
    received, assigned, started = a_course(FIRST)
    broken = msgspec.structs.replace(assigned, data=msgspec.Raw(b'{"number": 1}'))
    await park(database.url("query"), received, broken, started)
    (line,) = await redriven(database)
    assert line.startswith(f"query: {FIRST}: 1 handled, 2 still parked: Unreadable: ")

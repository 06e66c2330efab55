"""The model can be thrown away: workflow's record gives it back, while new events come in."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx2
import msgspec
import pytest

from services.query.handlers import rebuild as rebuilding
from services.query.store import projection
from services.query.subscriptions import HEARS
from shared.bus import fence
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER, workflow
from tests.integration.query.conftest import eventually_so, hear, model
from tests.support.complaints import (
    RASHID,
    Course,
    a_calendar,
    a_form,
    a_solution,
    a_staff_member,
    a_whole_course,
    an_event,
    sealed,
)

FORM = sealed(a_form(), subject="form", source="intake")
FACTS = [sealed(a_staff_member(RASHID, "PIC")), sealed(a_calendar(), subject="kelantan"), sealed(a_solution())]
COURSES = [a_whole_course(f"HD-2026-{n:06}-X") for n in range(20)]
RECORD = [*FACTS, *(letter for course in COURSES for letter in course.envelopes())]


async def said(letters: Sequence[Envelope]) -> AsyncIterator[Envelope]:
    for letter in letters:
        yield letter


async def test_a_rebuild_gives_the_same_model(db: Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    assert await rebuilding.rebuild(db, said(RECORD), HEARS, REGISTER) == len(RECORD)
    assert await model(db) == before


async def test_a_rebuild_mends_what_was_broken(db: Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    async with db.transaction() as tx:
        await tx.execute("update complaint set state = 'BARU', name = 'someone else', version = 99")
        await tx.execute("delete from entry where sequence % 3 = 0")
        await tx.execute("delete from tally")
        await tx.execute("insert into parked values ('x', 'workflow', 'HD-2026-000001-X', 2, 't', 'poison', 'e', '')")
    await rebuilding.rebuild(db, said(RECORD), HEARS, REGISTER)
    assert await model(db) == before
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from parked") == 0


async def test_the_form_is_intakes_and_stays(db: Database) -> None:
    await hear(db, FORM, *RECORD)
    await rebuilding.rebuild(db, said([]), HEARS, REGISTER)
    rows = await model(db)
    assert [len(rows[table]) for table in ("form", "module", "complaint", "entry", "staff")] == [1, 2, 0, 0, 0]
    assert await hear(db, FORM) == [], "nor is it heard again"


async def test_events_heard_while_it_runs_are_neither_lost_nor_doubled(db: Database) -> None:
    """A consumer goes on meanwhile: it hears the newest events of old complaints, which are too early now, and new
    complaints."""
    await hear(db, FORM, *RECORD)
    later = [Course(f"HD-2026-{n:06}-X") for n in range(100, 120)]
    new = [letter for course in later for letter in course.say(workflow.Assigned, "DIAGIHKAN").envelopes()]
    more = [sealed(an_event(workflow.Noted, course.number, to="DITUTUP"), course.version + 1) for course in COURSES]

    async def meanwhile() -> AsyncIterator[Envelope]:
        heard = iter([*more, *new])
        for count, letter in enumerate([*RECORD, *more, *new]):
            yield letter
            if count % 13 == 0 and (one := next(heard, None)) is not None:
                await hear(db, one)

    await rebuilding.rebuild(db, meanwhile(), HEARS, REGISTER)
    rebuilt = await model(db)
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from parked") == 0
        await projection.empty(tx)
    await hear(db, *RECORD, *more, *new)
    assert await model(db) == rebuilt


async def test_emptying_waits_for_a_batch_in_flight(db: Database) -> None:
    """A consumer in the middle of its batch commits first; what it wrote is emptied with the rest."""
    await hear(db, *COURSES[0].envelopes()[:1])
    holding, go_on = asyncio.Event(), asyncio.Event()

    async def consumer() -> None:
        async with db.transaction() as tx:
            await fence.accept(tx, COURSES[0].envelopes()[1:3], HEARS, REGISTER)
            holding.set()
            await go_on.wait()

    hearing = asyncio.create_task(consumer())
    await holding.wait()
    rebuild = asyncio.create_task(rebuilding.rebuild(db, said(RECORD[:1]), HEARS, REGISTER))

    async def waits_for_it() -> bool:
        async with db.transaction() as tx:
            return bool(await tx.fetchval("select exists (select from pg_locks where not granted)"))

    await eventually_so(waits_for_it)
    assert not rebuild.done()
    go_on.set()
    await asyncio.gather(hearing, rebuild)
    rows = await model(db)
    assert (rows["complaint"], rows["entry"], len(rows["staff"])) == ([], [], 1)


async def test_a_record_that_cannot_be_projected_is_loud(db: Database) -> None:
    broken = msgspec.structs.replace(COURSES[0].envelopes()[0], data=msgspec.Raw(b'{"number": 1}'))
    with pytest.raises(Exception, match=r"[Oo]bject|Expected|missing"):
        await rebuilding.rebuild(db, said([broken]), HEARS, REGISTER)


async def test_the_record_is_read_page_by_page_with_the_service_token() -> None:
    lines = [
        msgspec.json.encode({"cursor": f"c{n}" if n % 2 else n, "event": letter})
        for n, letter in enumerate(RECORD[:25])
    ]

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["X-Service-Token"] == "a token"
        cursor = request.url.params.get("after")
        start = 0 if cursor is None else int(cursor.removeprefix("c")) + 1
        return httpx2.Response(200, content=b"\n".join(lines[start : start + 10]) + b"\n")

    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport, base_url="http://workflow") as client:
        read = [letter async for letter in rebuilding.record_of(client, "a token")]
    assert [letter.id for letter in read] == [letter.id for letter in RECORD[:25]]


async def test_a_workflow_that_refuses_ends_the_rebuild() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(401))
    async with httpx2.AsyncClient(transport=transport, base_url="http://workflow") as client:
        with pytest.raises(httpx2.HTTPStatusError):
            await anext(rebuilding.record_of(client, "wrong"))

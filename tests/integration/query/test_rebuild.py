"""The model can be thrown away: workflow's record gives it back, beside the one that serves, while events come in."""

import asyncpg
import msgspec
import pytest

from services.query.handlers import rebuild as rebuilding
from services.query.handlers.rebuild import CannotProject
from services.query.store.beside import Busy
from shared.db import Database
from shared.events import workflow
from tests.integration.query.conftest import hear, model
from tests.integration.query.rebuilding import COURSES, FORM, NUMBERS, RECORD, Said, at_work, rebuilt
from tests.support import infra
from tests.support.complaints import (
    RASHID,
    Course,
    a_staff_member,
    an_event,
    sealed,
)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here is waited for who will not come."""
    monkeypatch.setattr(rebuilding, "PATIENCE_SECONDS", 0.0)


async def test_a_rebuild_gives_the_same_model_and_says_so(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    parity, moved = await rebuilt(database, Said(RECORD))
    assert await model(db) == before
    assert (parity.equal, parity.differing, parity.exact, moved.jumped) == (20, 0, True, [])


async def test_a_rebuild_mends_what_was_broken_and_names_it(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    async with db.transaction() as tx:
        for number, sql in zip(
            NUMBERS,
            (
                "update complaint set state = 'BARU', name = 'someone else' where number = $1",
                "delete from entry where sequence in (3, 5) and number = $1",
                "update words set search = '' where number = $1",
                "update complaint set version = 99 where number = $1",
                "delete from complaint where number = $1",
                "insert into parked values ('x', 'workflow', $1, 90, 't', 'poison', 'E: why', '')",
            ),
            strict=False,
        ):
            await tx.execute(sql, number)
        await tx.execute("update complaint set version = 2 where number = $1", NUMBERS[5])
        await tx.execute("update staff set name = 'nobody'")
        await tx.execute("delete from tally")
        await tx.execute("insert into deadlines values (now(), '{role:ADMIN}', 1)")
    parity, _ = await rebuilt(database, Said(RECORD))
    end = COURSES[0].version
    assert parity.why == {
        NUMBERS[0]: "the record says otherwise: name, state",
        NUMBERS[1]: "the record says otherwise: 2 of entry",
        NUMBERS[2]: "the record says otherwise: 1 of words",
        NUMBERS[3]: f"the old model stands at version 99, the record ends at {end}",
        NUMBERS[4]: "the record has it, the old model has not heard of it",
        NUMBERS[
            5
        ]: f"the old model stands at version 2, the record at {end}: its letter 90 could not be handled (E: why)",
    }
    assert (parity.equal, parity.differing, parity.reference) == (14, 6, ["staff", "tally", "deadlines"])
    assert await model(db) == before
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from parked") == 0


async def test_what_the_record_does_not_have_goes_and_is_named(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    parity, _ = await rebuilt(database, Said([one for one in RECORD if one.subject != NUMBERS[7]]))
    assert parity.why == {NUMBERS[7]: "the record has no such complaint"}
    assert NUMBERS[7] not in {row["number"] for row in (await model(db))["complaint"]}


async def test_ten_differences_are_named_and_all_counted(database: infra.Database) -> None:
    parity, _ = await rebuilt(database, Said(RECORD))
    assert (parity.equal, parity.differing, len(parity.why)) == (0, 20, 10)


async def test_the_form_is_intakes_and_stays(db: Database, database: infra.Database) -> None:
    early = sealed(a_staff_member(RASHID, "PIC"), sequence=1, source="other")
    await hear(db, FORM, *RECORD, early)
    await rebuilt(database, Said([]))
    rows = await model(db)
    assert [len(rows[table]) for table in ("form", "module", "complaint", "entry", "staff")] == [1, 2, 0, 0, 0]
    assert await hear(db, FORM, early) == [], "nor is it heard again"


async def test_events_heard_while_it_runs_are_neither_lost_nor_doubled(db: Database, database: infra.Database) -> None:
    """A consumer goes on meanwhile: new events of complaints that were read already, of ones yet to come, new ones, and
    one that came too early."""
    await hear(db, FORM, *RECORD)
    later = [Course(f"HD-2025-{n:06}-X") for n in range(20)]
    new = [letter for course in later for letter in course.say(workflow.Assigned, "DIAGIHKAN").envelopes()]
    more = [sealed(an_event(workflow.Noted, course.number, to="DITUTUP"), course.version + 1) for course in COURSES]
    coming = iter([new[3], *more, *new])

    async def meanwhile(_: int) -> None:
        for letter in [one for _, one in zip(range(12), coming, strict=False)]:
            record.letters.append(letter)
            await hear(db, letter)

    record = Said(RECORD, meanwhile)
    await rebuilt(database, record)
    told = [*more, *new]
    assert {one.id for one in told} & {one.id for one in record.letters}, "some came meanwhile"
    await hear(db, *told)
    rebuilt_model = await model(db)
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from parked") == 0
    await rebuilt(database, Said([*RECORD, *told]))
    assert await model(db) == rebuilt_model


async def test_while_it_is_made_the_old_model_serves(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    seen = []

    async def look(_: int) -> None:
        seen.append(await model(db) == before)

    await rebuilt(database, Said(RECORD, look))
    assert len(seen) > 5
    assert all(seen)


async def test_broken_off_the_old_model_serves_on_and_the_next_begins_anew(
    db: Database, database: infra.Database
) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)

    async def breaks(start: int) -> None:
        if start >= 200:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await rebuilt(database, Said(RECORD, breaks))
    assert await model(db) == before
    parity, _ = await rebuilt(database, Said(RECORD))
    assert parity.exact


async def test_killed_half_way_what_is_left_is_no_hindrance(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)

    async def kill(start: int) -> None:
        if start == 400:
            admin = await asyncpg.connect(database.admin_url)
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'query-rebuild' and datname = current_database()"
            )
            await admin.close()

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
        await rebuilt(database, Said(RECORD, kill))
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from query_next.complaint") > 0
    parity, _ = await rebuilt(database, Said(RECORD))
    assert parity.exact


async def test_two_at_once_the_second_is_told(db: Database, database: infra.Database) -> None:
    async with at_work(database, Said(RECORD)) as work:
        await rebuilding.build(work)
        with pytest.raises(Busy):
            await rebuilt(database, Said(RECORD))
        await rebuilding.move(work)
    assert len((await model(db))["complaint"]) == 20


async def test_an_audit_changes_nothing_and_leaves_nothing(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD[:50])
    before = await model(db)
    async with at_work(database, Said(RECORD)) as work:
        await rebuilding.build(work)
        parity = await rebuilding.compare(work)
        behind = {one.subject for one in await rebuilding.late(work)}
    assert (parity.exact, behind >= set(NUMBERS[3:])) == (False, True)
    assert await model(db) == before
    async with db.transaction() as tx:
        assert await tx.fetchval("select count(*) from pg_class where relnamespace = 'query_next'::regnamespace") == 0


async def test_a_record_that_cannot_be_projected_is_loud(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    before = await model(db)
    broken = msgspec.structs.replace(COURSES[2].envelopes()[3], data=msgspec.Raw(b'{"number": 1}'))
    letters = [broken if one.id == broken.id else one for one in RECORD]
    with pytest.raises(CannotProject, match=rf"{NUMBERS[2]}, event 4, {broken.type}"):
        await rebuilt(database, Said(letters))
    assert await model(db) == before


async def test_a_record_with_a_gap_comes_to_an_end_all_the_same(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    gap = COURSES[4].envelopes()[2]
    parity, _ = await rebuilt(database, Said([one for one in RECORD if one.id != gap.id]))
    assert parity.why == {NUMBERS[4]: f"the old model stands at version {COURSES[4].version}, the record ends at 2"}

"""A new model takes the old one's place while both are read and written: nobody is hurt, and nothing is lost."""

import asyncio
import itertools
from collections.abc import Callable

import msgspec
import nats
import pytest

from services.query import main as query
from services.query.handlers import rebuild as rebuilding
from services.query.settings import Settings
from services.query.store import beside
from services.query.store.beside import STAYS
from shared.db import Database
from shared.events import workflow
from tests.integration.query.conftest import Door, a_service, eventually_so, hear, model
from tests.integration.query.desks import ADMIN, IMPLEMENTOR, PIC
from tests.integration.query.rebuilding import COURSES, FORM, NUMBERS, RECORD, Said, at_work, rebuilt
from tests.support import infra
from tests.support.complaints import (
    an_event,
    sealed,
)
from tests.support.keys import settings


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here is waited for who will not come."""
    monkeypatch.setattr(rebuilding, "PATIENCE_SECONDS", 0.0)


async def test_a_consumer_in_the_middle_of_its_batch_is_waited_for(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    holding, go_on = asyncio.Event(), asyncio.Event()
    more = sealed(an_event(workflow.Noted, NUMBERS[3], to="DITUTUP", text="late"), COURSES[3].version + 1)

    async def consumer() -> None:
        async with db.transaction() as tx:
            await tx.execute("update fence set sequence = sequence + 1 where subject = $1", NUMBERS[3])
            holding.set()
            await go_on.wait()

    record = Said(RECORD)
    async with at_work(database, record) as work:
        await rebuilding.build(work)
        hearing = asyncio.create_task(consumer())
        await holding.wait()
        moving = asyncio.create_task(rebuilding.move(work))

        async def waits_for_it() -> bool:
            async with db.transaction() as tx:
                return bool(await tx.fetchval("select exists (select from pg_locks where not granted)"))

        await eventually_so(waits_for_it)
        record.letters.append(more)
        go_on.set()
        await asyncio.gather(hearing, moving)
    assert [row["text"] for row in (await model(db))["entry"] if row["number"] == NUMBERS[3]][-1] == "late"


async def test_a_reader_in_the_middle_is_waited_for_and_never_hurt(db: Database, database: infra.Database) -> None:
    await hear(db, FORM, *RECORD)
    async with at_work(database, Said(RECORD)) as work:
        await rebuilding.build(work)
        async with db.transaction() as reader:
            assert await reader.fetchval("select count(*) from staff") == 1
            moving = asyncio.create_task(rebuilding.move(work))

            async def gave_up_once() -> bool:
                async with db.transaction() as tx:
                    waiting = await tx.fetchval("select count(*) from pg_locks where not granted")
                tried.append(waiting > 0)
                return (True, False) in itertools.pairwise(tried)

            tried: list[bool] = []
            await eventually_so(gave_up_once)
            assert await reader.fetchval("select count(*) from complaint") == 20, "it sees one model to its end"
        assert (await moving).tries > 1


async def test_readers_and_consumers_at_full_tilt_notice_nothing(
    db: Database, database: infra.Database, door: Door
) -> None:
    """Reads through the service's own pool, statements prepared long before; a consumer hears all the while."""
    await hear(db, FORM, *RECORD)
    moved, failures, backwards, reads = asyncio.Event(), [], [], 0
    record = Said(RECORD)

    async def read(path: str, caller: object, of: Callable[[dict[str, object]], list[dict[str, object]]]) -> None:
        nonlocal reads
        seen: dict[object, int] = {}
        while not moved.is_set():
            answer = await door.get(path, caller)  # type: ignore[arg-type]
            reads += 1
            if answer.status_code != 200:
                failures.append((path, answer.status_code, answer.text))
                continue
            for row in of(answer.json()):
                version = int(str(row["version"]))
                if version < seen.get(row["number"], 0):
                    backwards.append((path, row["number"], seen[row["number"]], version))
                seen[row["number"]] = version

    async def consume() -> None:
        sequence = COURSES[0].version
        while not moved.is_set():
            sequence += 1
            for number in NUMBERS:
                letter = sealed(an_event(workflow.Noted, number, to="DITUTUP"), sequence)
                record.letters.append(letter)
                await hear(db, letter)

    def rows(body: dict[str, object]) -> list[dict[str, object]]:
        return body["items"]  # type: ignore[return-value]

    work = [
        asyncio.create_task(read(path, caller, of))
        for path, caller, of in [
            ("/v1/complaints", ADMIN, rows),
            ("/v1/inbox?folder=all", ADMIN, rows),
            ("/v1/complaints?q=bayaran", ADMIN, rows),
            ("/v1/inbox?folder=closed", PIC, rows),
            ("/v1/inbox", IMPLEMENTOR, rows),
            *((f"/v1/complaints/{number}", ADMIN, lambda body: [body]) for number in NUMBERS[:3]),
        ]
    ]
    consumer = asyncio.create_task(consume())
    try:
        for _ in range(3):
            parity, _moved = await rebuilt(database, record)
            assert parity.differing == len([why for why in parity.why.values() if "stands at version" in why])
    finally:
        moved.set()
        await asyncio.gather(*work, consumer)
    assert (failures, backwards) == ([], [])
    assert reads > 50
    once = await model(db)
    await rebuilt(database, record)
    assert await model(db) == once


async def test_all_the_models_tables_move_and_nothing_else_depends_on_them(db: Database) -> None:
    """What a later revision adds has to move or to stay on purpose: a view or a function would go on with the old."""
    async with db.transaction() as tx:
        kinds = await tx.fetch(
            "select distinct relkind::text from pg_class where relnamespace = 'query'::regnamespace and relkind <> 'i'"
        )
        assert {row["relkind"] for row in kinds} <= {"r", "S"}
        assert await tx.fetchval("select count(*) from pg_proc where pronamespace = 'query'::regnamespace") == 0
        tables = await tx.fetch(
            "select relname from pg_class where relnamespace = 'query'::regnamespace and relkind = 'r'"
        )
    assert set(STAYS) <= {row["relname"] for row in tables}


async def test_moved_tables_have_their_indexes(db: Database, database: infra.Database) -> None:
    definitions = "select indexdef from pg_indexes where schemaname = 'query' order by indexdef"
    async with db.transaction() as tx:
        before = await tx.fetch(definitions)
    await rebuilt(database, Said(RECORD))
    async with db.transaction() as tx:
        assert await tx.fetch(definitions) == before
        options = (
            "select relname from pg_class where relnamespace = 'query'::regnamespace and reloptions::text ~ 'enabled'"
        )
        assert await tx.fetch(options) == [], "autovacuum has them again"
    assert len(before) > 30


CALLED_OFF = "select count(*) from pg_class where relnamespace = 'query'::regnamespace and reloptions::text ~ 'enabled'"


async def test_a_rebuild_killed_in_its_move_leaves_no_table_without_autovacuum(
    db: Database, database: infra.Database, broker: infra.Broker
) -> None:
    async def called_off() -> int:
        async with db.transaction() as tx:
            return int(await tx.fetchval(CALLED_OFF))

    async with at_work(database, Said(RECORD)) as work:
        async with work.site.db.transaction() as tx:
            await beside.keep_house(tx, beside.SERVES, on=False)
        off = await called_off()
        async with db.transaction() as tx:
            await beside.keep_house_again(tx)
        assert await called_off() == off > 10, "nobody meddles with one that is at work"

    async def all_have_it() -> bool:
        return await called_off() == 0

    async with a_service(database, broker.url("query")):
        await eventually_so(all_have_it)


async def test_who_has_a_page_open_is_told_what_the_rebuild_jumped_over(
    db: Database, database: infra.Database, broker: infra.Broker
) -> None:
    """Consumers will find it handled, and say nothing of it."""
    await hear(db, FORM, *[one for one in RECORD if one.subject != NUMBERS[3] or one.sequence < 9])
    portal = await nats.connect(broker.url("portal"))
    heard = await portal.subscribe("query.projected")
    await portal.flush()
    asked = Settings(**settings("query", database.url("query"), broker.url("query")))
    async with at_work(database, Said(RECORD)) as work:
        await rebuilding.build(work)
        moved = await rebuilding.move(work)
        assert moved.jumped == [NUMBERS[3]]
        await query.say_what_jumped(work, moved.jumped, asked)
    said = msgspec.json.decode((await heard.next_msg(timeout=60)).data)
    seen_by = sorted(COURSES[3].last.seen_by)
    assert said == {"number": NUMBERS[3], "version": COURSES[3].version, "seen_by": seen_by}
    await portal.close()

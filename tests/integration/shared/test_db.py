"""One pool and one transaction type."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from shared.db import Database, is_transient, migrate, sql
from tests.integration.shared.line import run
from tests.support import infra
from tests.support.eventually import eventually

THINGS = sa.Table("things", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("name", sa.Text))


async def test_what_sqlalchemy_composes_asyncpg_carries(teller: Database) -> None:
    await run(teller, "create table things (id int, name text)")
    async with teller.transaction() as tx:
        await tx.execute(*sql(sa.insert(THINGS).values(id=1, name="satu")))
        await tx.execute(*sql(sa.insert(THINGS).values([{"id": 2, "name": "dua"}, {"id": 3, "name": "'; drop table"}])))
        wanted = sa.select(THINGS.c.name).where(THINGS.c.id.in_([1, 3]), THINGS.c.name != sa.null()).order_by("id")
        assert [row["name"] for row in await tx.fetch(*sql(wanted))] == ["satu", "'; drop table"]
        none = sa.select(THINGS.c.id).where(THINGS.c.id.in_([]))
        assert await tx.fetch(*sql(none)) == []


async def test_json_goes_in_and_comes_out_as_it_was(teller: Database) -> None:
    value = {"text": "😀 \u202e", "none": None, "list": [1, 2.5, True], "nested": {"a": ["b"]}}
    assert (await run(teller, "select $1::jsonb as value", value))[0]["value"] == value


async def test_a_transaction_is_all_or_nothing(teller: Database) -> None:
    await run(teller, "create table things (id int)")

    async def half() -> None:
        async with teller.transaction() as tx:
            await tx.execute("insert into things values (1)")
            raise KeyError("half way")

    with pytest.raises(KeyError):
        await half()
    assert await run(teller, "select 1 from things") == []


async def test_a_single_statement_has_happened_whatever_comes_after_it(teller: Database) -> None:
    await run(teller, "create table things (id int)")

    async def one_and_a_fall() -> None:
        async with teller.statement() as only:
            await only.execute("insert into things values (1)")
            raise KeyError("after it")

    with pytest.raises(KeyError):
        await one_and_a_fall()
    assert [row["id"] for row in await run(teller, "select id from things")] == [1]


async def test_a_connection_comes_back_clean_from_a_transaction_that_was_cancelled(teller: Database) -> None:
    started = asyncio.Event()

    async def slow() -> None:
        async with teller.transaction() as tx:
            await tx.execute("create temporary table half (id int) on commit drop")
            started.set()
            await tx.execute("select pg_sleep(30)")

    task = asyncio.create_task(slow())
    await started.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await run(teller, "select 1 as one"))[0]["one"] == 1


async def test_a_connection_left_in_order_serves_the_next_and_one_left_at_its_limit_does_not(
    database: infra.Database,
) -> None:
    db = Database(database.url("workflow"), name="at-hand", size=1)
    await db.open()
    who = "select pg_backend_pid() as pid"
    first = (await run(db, who))[0]["pid"]
    assert (await run(db, who))[0]["pid"] == first
    assert db.busy() == 0

    async with db.statement() as only:
        assert db.busy() == 1
        waiting = asyncio.create_task(run(db, who))
        await asyncio.sleep(0)  # it asks, and there is none
        await only.fetchval("select 1")
    assert (await waiting)[0]["pid"] == first
    await db.close()


async def test_a_connection_left_in_the_middle_of_something_is_cleaned_for_the_next(database: infra.Database) -> None:
    db = Database(database.url("workflow"), name="at-hand", size=1)
    await db.open()

    async def half() -> None:
        async with db.statement() as only:
            await only.execute("begin")
            raise KeyError("half way")

    with pytest.raises(KeyError):
        await half()
    assert await run(db, "select 1")
    await db.close()


async def test_a_connection_that_broke_while_nobody_used_it_serves_nobody(
    database: infra.Database, teller: Database
) -> None:
    db = Database(database.url("workflow"), name="at-hand")
    await db.open()
    async with db.statement() as only:
        left = only
        pid = await only.fetchval("select pg_backend_pid()")
    await run(teller, "select pg_terminate_backend($1)", pid)

    async def known_to_be_gone() -> bool:
        try:
            return bool(left.is_closed())
        except asyncpg.InterfaceError:
            return True

    assert await eventually(known_to_be_gone)
    assert (await run(db, "select pg_backend_pid() as pid"))[0]["pid"] != pid
    await db.close()


async def test_each_service_has_its_own_schema_and_reads_no_other(database: infra.Database) -> None:
    for role, foreign in (("query", "workflow"), ("workflow", "intake"), ("notify", "query"), ("intake", "notify")):
        db = Database(database.url(role), name="test")
        await db.open()
        try:
            assert (await run(db, "select current_schema() as name"))[0]["name"] == role
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await run(db, f"select 1 from {foreign}.fence")
        finally:
            await db.close()


async def test_business_time_is_real_time_plus_one_rows_shift(database: infra.Database, teller: Database) -> None:
    async def ahead() -> float:
        found = await run(teller, "select extract(epoch from helpdesk.now() - clock_timestamp()) as ahead")
        return float(found[0]["ahead"])

    assert abs(await ahead()) < 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(teller, "update helpdesk.clock set shift = '1 day'")
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("update helpdesk.clock set shift = '3 days'")
    await admin.close()
    assert abs(await ahead() - 3 * 24 * 3600) < 1


async def test_migrating_twice_changes_nothing(database: infra.Database, teller: Database) -> None:
    shape = """
        select table_name, column_name, data_type from information_schema.columns
        where table_schema = 'workflow' order by 1, 2
        """
    before = await run(teller, shape)
    await migrate(database.url("workflow"), "services.workflow.migrations")
    assert await run(teller, shape) == before


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DataError("invalid input for query argument $1"),
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.CharacterNotInRepertoireError("0x00"),
        asyncpg.RaiseError("append-only"),
        ValueError("bad"),
        KeyError("missing"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_will_fail_again_is_not_transient(error: Exception) -> None:
    assert not is_transient(error)


@pytest.mark.parametrize(("statement", "arguments"), [("select $1::int + $2::int", [1]), ("select $1::int", ["one"])])
async def test_a_statement_written_wrongly_is_not_transient(
    teller: Database, statement: str, arguments: list[object]
) -> None:
    with pytest.raises((asyncpg.InterfaceError, asyncpg.DataError)) as raised:
        await run(teller, statement, *arguments)
    assert not is_transient(raised.value)


async def test_a_farewell_between_two_statements_is_transient(teller: Database) -> None:
    """What the server says while nobody asks reaches the driver at any of its states."""
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = user"

    raised: list[Exception] = []

    async def again_and_again(statement: str, times: int) -> None:
        for _ in range(times):
            try:
                await run(teller, statement)
            except Exception as error:
                raised.append(error)

    await asyncio.gather(again_and_again(cut, 40), *(again_and_again("select 1", 400) for _ in range(4)))
    assert [error for error in raised if not is_transient(error)] == []


async def test_ids_and_times_keep_their_kinds(teller: Database) -> None:
    row = (
        await run(teller, "select $1::uuid as id, $2::timestamptz as at", UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC))
    )[0]
    assert (row["id"], row["at"]) == (UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC))

"""The schema as the code knows it, the append-only record, and saying it again to a broker that lost it."""

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake.handlers import public as handlers
from services.intake.store import record
from services.intake.store.tables import METADATA
from shared.db import Database as Pool
from shared.envelope import decode
from tests.integration.intake.desk import Intake, link_of, running
from tests.integration.intake.stream import said
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database


async def test_the_tables_in_the_code_are_those_of_the_migrations(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        ours = {
            "compare_type": True,
            "include_object": lambda _object, name, kind, reflected, _other: (
                kind != "table" or not reflected or name in METADATA.tables
            ),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=ours), METADATA))

    engine = create_async_engine(database.url("intake").replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


@pytest.mark.parametrize("change", ["update event set type = 'x'", "delete from event", "truncate event"])
async def test_the_record_is_append_only(intake: Intake, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await intake.rows(change)


async def test_a_broker_that_lost_everything_hears_the_record_again(database: Database, broker: Broker) -> None:
    async def said_three() -> bool:
        return len(await said(broker)) == 3

    async with running(database, broker) as intake:
        receipt = await intake.filed()
        answer = await intake.client.post(
            f"/v1/complaints/{receipt['number']}/messages", json={"action": "close"}, headers=link_of(receipt)
        )
        assert answer.status_code == 202

        heard: bool = await eventually(said_three)
    broker.kill()
    broker.forget()
    broker.start()
    async with running(database, broker) as intake:
        heard_again: bool = await eventually(said_three)
        assert heard
        assert heard_again
        again = [one for one in await said(broker) if one.subject == receipt["number"]]
        assert [one.sequence for one in again] == [1, 2]
        rows = await intake.rows(
            "select id::text, body from event where about = $1 order by sequence", receipt["number"]
        )
        assert [(one.id, one.encoded()) for one in again] == [(row["id"], row["body"]) for row in rows]


async def test_saying_again_what_still_waits_says_it_once(intake: Intake, broker: Broker) -> None:
    broker.kill()
    await intake.filed()
    connection = await asyncpg.connect(intake.admin_url, server_settings={"search_path": "intake,public"})
    try:
        total = await connection.fetchval("select count(*) from event")
        for _ in range(2):
            assert await record.say_again(connection) == total
            waiting = await connection.fetch("select event_id from outbox order by seq")
            recorded = await connection.fetch("select id from event order by sequence, at")
            assert [row["event_id"] for row in waiting] == [row["id"] for row in recorded]
    finally:
        await connection.close()


async def test_the_sweep_forgets_what_has_served_and_nothing_else(intake: Intake, database: Database) -> None:
    await intake.filed()
    await intake.rows("insert into used_challenge values ('old', now() - interval '2 hours')")
    await intake.rows("insert into spent values ('x', 'old', now() - interval '3 days', 1), ('x', 'new', now(), 1)")
    await intake.rows(
        "insert into idempotency (route, key, fingerprint, at) values ('r', 'k', '', now() - interval '3 days')"
    )
    before = [await intake.count(table) for table in ("event", "submission")]
    pool = Pool(database.url("intake"), name="test")
    await pool.open()
    try:
        for _ in range(2):
            async with pool.transaction() as tx:
                await handlers.sweep(tx)
    finally:
        await pool.close()
    assert [row["key"] for row in await intake.rows("select key from spent where bucket = 'x'")] == ["new"]
    assert await intake.count("used_challenge") == 1
    assert await intake.count("idempotency") == 1
    assert [await intake.count(table) for table in ("event", "submission")] == before
    assert all(decode(row["body"]).source == "intake" for row in await intake.rows("select body from event"))

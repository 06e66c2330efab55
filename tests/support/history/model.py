"""Query's model as rows, and the model that the record alone gives: query's own handlers over an empty database."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

import asyncpg

from deploy.local.database import in_database, prepare
from services.query.store.parity import COUNTERS
from services.query.subscriptions import HEARS
from shared.bus import fence
from shared.db import Database, migrate
from shared.envelope import decode
from shared.events import REGISTER
from tests.support.history.collected import Model
from tests.support.history.people import tables

MECHANISM = frozenset({"alembic_version", "fence", "parked", "spent", *COUNTERS})
"""Tables of query that are no part of the model, or only as they sum up."""
SUMS = """
select to_jsonb(t)::text as row from (select {by}, sum(n) as n from query.{table} group by {by} having sum(n) <> 0) t
"""
BATCH = 500


async def read(connection: "asyncpg.Connection[asyncpg.Record]") -> Model:
    """Every row of the model, and what is counted as it sums up."""
    model = {
        table: sorted(row["row"] for row in await connection.fetch(SUMS.format(table=table, by=by)))
        for table, by in COUNTERS.items()
    }
    for schema, table in await tables(connection, ["query"]):
        if table not in MECHANISM:
            rows = await connection.fetch(f'select to_jsonb(t)::text as row from "{schema}"."{table}" t')
            model[table] = sorted(row["row"] for row in rows)
    return model


async def fold(bodies: Sequence[bytes], empty: str) -> Model:
    """The model of this record: reference facts first, then the events in their order. `empty` is the address of a
    database in which query's role has its tables, and nothing in them."""
    letters = [decode(body) for body in bodies]
    db = Database(empty, name="fold", size=1)
    await db.open()
    try:
        for start in range(0, len(letters), BATCH):
            async with db.transaction() as tx:
                await fence.accept(tx, letters[start : start + BATCH], HEARS, REGISTER)
        async with db.transaction() as tx:
            return await read(tx)
    finally:
        await db.close()


async def an_empty_model(server_url: str, passwords: Mapping[str, str]) -> str:
    """A new database on this server with query's tables in it; answers its address for query's role. `server_url` is
    an administrator's, `passwords` are the services' as they stand."""
    name = f"fold_{uuid4().hex}"
    await prepare(server_url, name, passwords)
    where = in_database(server_url, name).rpartition("@")[2]
    url = f"postgresql://query:{passwords['query']}@{where}"
    await migrate(url, "services.query.migrations")
    return url

"""A database that says farewell whenever a table is written, as Postgres does when it shuts down, and is back later."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

FAREWELL = """
create sequence {schema}.farewells;
create function {schema}.say_farewell() returns trigger language plpgsql as $$
begin
    perform nextval('{schema}.farewells');
    raise exception 'terminating connection due to administrator command' using errcode = 'admin_shutdown';
end
$$;
grant usage on sequence {schema}.farewells to {schema};
create trigger farewell before insert or update or delete on {schema}.{table}
    for each statement execute function {schema}.say_farewell();
"""
BACK = """
drop trigger farewell on {schema}.{table};
drop function {schema}.say_farewell();
drop sequence {schema}.farewells;
"""


@asynccontextmanager
async def farewell(admin_url: str, schema: str, table: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Until the block ends. Yields whether somebody has met it: what a rolled back transaction counts, a sequence
    keeps."""
    admin = await asyncpg.connect(admin_url)

    async def met() -> bool:
        return bool(await admin.fetchval(f"select is_called from {schema}.farewells"))

    try:
        await admin.execute(FAREWELL.format(schema=schema, table=table))
        yield met
        await admin.execute(BACK.format(schema=schema, table=table))
    finally:
        await admin.close()

"""The model that serves, and another one made beside it: two schemas of one role, and the move from one to the other.

The second schema is made by the same migrations. Its tables, with their indexes, take the place of the old ones in one
transaction; statements that were prepared before find them by name. What is intake's (the form), and what is nobody's
copy (counters of tries, the schema's version), stays where it is.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from shared.db import Database, Tx, migrate

SERVES, BESIDE = "query", "query_next"
STAYS = ("alembic_version", "form", "module", "spent")
_LOCK = 0x4845_4C50_4445_534B  # HELPDESK
_WITHOUT_LIMITS = (
    "set local statement_timeout = 0; set local lock_timeout = 0; set local maintenance_work_mem = '256MB'"
)


class Busy(Exception):
    """Somebody else is at work in the second schema."""


@dataclass(frozen=True)
class Site:
    """`db` is the model that serves, `beside` the one being made; `keeper` holds the place and makes the move."""

    db: Database
    beside: Database
    keeper: Tx


class Behind(NamedTuple):
    """How far one model has heard of a subject, and how far the other."""

    subject: str
    has: int
    other: int


@asynccontextmanager
async def site(url: str) -> AsyncIterator[Site]:
    """An empty second model, for one at a time. Raises `Busy`. What is left of it at the end is thrown away."""
    keeper = await asyncpg.connect(url, timeout=5, server_settings={"application_name": "query-rebuild"})
    db, beside = Database(url, name="query-rebuild", size=2), Database(_second(url), name="query-rebuild", size=2)
    try:
        if not await keeper.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            raise Busy
        await _clear(keeper)
        await migrate(url, "services.query.migrations", BESIDE)
        await db.open()
        await beside.open()
        try:
            yield Site(db, beside, keeper)
        finally:
            await beside.close()
            await db.close()
            await _clear(keeper)
    finally:
        await keeper.close()


def _second(url: str) -> str:
    """The same role in the other schema. A crash throws the second model away: its commits need not wait for a disk."""
    parts = urlsplit(url)
    more = {**dict(parse_qsl(parts.query)), "search_path": f"{BESIDE},public", "synchronous_commit": "off"}
    return urlunsplit(parts._replace(query=urlencode(more)))


async def _clear(tx: Tx) -> None:
    tables = await _tables(tx, but=())
    if tables:
        await tx.execute(f"drop table {', '.join(f'{BESIDE}.{name}' for name in tables)} cascade")


async def _tables(tx: Tx, but: tuple[str, ...] = STAYS) -> list[str]:
    rows = await tx.fetch(
        "select relname from pg_class where relnamespace = $1::text::regnamespace and relkind in ('r', 'p')"
        " and relname <> all($2::text[]) order by relname",
        BESIDE,
        list(but),
    )
    return [row["relname"] for row in rows]


async def unindex(tx: Tx) -> list[str]:
    """Take the indexes off the second model that only reading needs; answers the statements that put them back."""
    rows = await tx.fetch(
        """
        select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where c.relnamespace = $1::text::regnamespace and not i.indisprimary
            and not exists (select from pg_constraint where conindid = i.indexrelid)
        """,
        BESIDE,
    )
    if rows:
        await tx.execute(f"drop index {', '.join(row['name'] for row in rows)}")
    return [row["definition"] for row in rows]


async def index(tx: Tx, definitions: list[str]) -> None:
    """Put the indexes back, and let the planner know what is there."""
    await tx.execute(_WITHOUT_LIMITS)
    for definition in definitions:
        await tx.execute(definition)
    for name in await _tables(tx, but=()):
        await tx.execute(f"analyze {BESIDE}.{name}")


_AHEAD = f"""
select h.subject, coalesce(n.sequence, 0) as has, h.sequence as other
from (
    select subject, max(sequence) as sequence from (
        select subject, sequence from {SERVES}.fence where source = 'workflow'
        union all select subject, sequence from {SERVES}.parked where source = 'workflow'
    ) said group by subject
) h left join {BESIDE}.fence n on n.source = 'workflow' and n.subject = h.subject
where h.sequence > coalesce(n.sequence, 0)
"""
_LATE = f"""
select n.subject, coalesce(h.sequence, 0) as has, n.sequence as other
from {BESIDE}.fence n left join {SERVES}.fence h using (source, subject)
where n.source = 'workflow' and n.sequence > coalesce(h.sequence, 0)
"""


async def not_yet_beside(tx: Tx) -> list[Behind]:
    """What the serving model has been told, handled or parked, and the second one has not."""
    return [Behind(*row) for row in await tx.fetch(_AHEAD)]


async def not_yet_serving(tx: Tx) -> list[Behind]:
    """What the second model has, and the serving one has not handled."""
    return [Behind(*row) for row in await tx.fetch(_LATE)]


async def hold_consumers(tx: Tx, milliseconds: int) -> None:
    """No letter is handled from here on; readers notice nothing. Raises `LockNotAvailableError` after so long."""
    await tx.execute(f"set local statement_timeout = 0; set local lock_timeout = {milliseconds}")
    await tx.execute(f"lock table {SERVES}.fence in exclusive mode")


async def hold_readers(tx: Tx, milliseconds: int) -> None:
    """Nobody reads from here on. Whoever is in the middle of it ends first, or `QueryCanceledError` is raised.

    The time is for all the locks together, and shorter than the second after which Postgres looks for deadlocks: of two
    that wait for each other it is never the reader who gives way."""
    tables = ", ".join(f"{SERVES}.{name}" for name in await _tables(tx))
    await tx.execute(f"set local statement_timeout = {milliseconds}")
    await tx.execute(f"lock table {tables} in access exclusive mode")
    await tx.execute("set local statement_timeout = 0")


async def keep_house(tx: Tx, schema: str, *, on: bool) -> None:
    """Let autovacuum have these tables, or call it off: its lock would hold up the move, and the move all readers.

    Nobody else waits behind this, so it waits for one at work: it gives way, but on a busy machine not at once."""
    await tx.execute("set local statement_timeout = 0; set local lock_timeout = '60s'")
    for name in await _tables(tx):
        if await tx.fetchval("select to_regclass($1)", f"{schema}.{name}"):
            change = "reset (autovacuum_enabled)" if on else "set (autovacuum_enabled = off)"
            await tx.execute(f"alter table {schema}.{name} {change}")


async def keep_house_again(tx: Tx) -> None:
    """Autovacuum has back what a rebuild that was killed in the middle of its move had called it off from."""
    rows = await tx.fetch(
        "select relname from pg_class where relnamespace = $1::text::regnamespace"
        " and 'autovacuum_enabled=off' = any(reloptions)",
        SERVES,
    )
    if not rows or not await tx.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
        return  # or one is at work
    await tx.execute("; ".join(f"alter table {SERVES}.{row['relname']} reset (autovacuum_enabled)" for row in rows))


async def move(tx: Tx) -> None:
    """The second model takes the first one's place; what others than workflow have said stays as it was heard."""
    steps = [
        f"insert into {BESIDE}.{table} select * from {SERVES}.{table} where source <> 'workflow'"
        for table in ("fence", "parked")
    ]
    tables = await _tables(tx)
    steps.append(f"drop table {', '.join(f'{SERVES}.{name}' for name in tables)}")
    steps += [f"alter table {BESIDE}.{name} set schema {SERVES}" for name in tables]
    await tx.execute("; ".join(steps))


async def newest(tx: Tx, subjects: list[str]) -> Mapping[str, tuple[int, list[str]]]:
    """Version and readers of these complaints, as they are served."""
    rows = await tx.fetch(
        f"select number, version, seen_by from {SERVES}.complaint where number = any($1::text[])", subjects
    )
    return {row["number"]: (row["version"], row["seen_by"]) for row in rows}

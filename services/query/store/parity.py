"""Two models compared: a hash for each complaint and table, at the same version of the complaint.

Both lie in one database, so that a snapshot sees both at one moment. Nothing of a row is left out: all of it comes from
the events, whenever they were projected.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.query.store.beside import BESIDE, SERVES
from shared.db import Tx

REFERENCE = ("staff", "calendar", "office_settings", "solution")
"""Facts stand beside complaints and are compared whole; what is counted of them, by its sums."""
COUNTERS = {"tally": "seen_by, open, custodian, holder, first_act", "deadlines": "hour, seen_by"}
"""What is counted, and by what."""
_SUMS = "select {by}, sum(n) from {schema}.{table} group by {by} having sum(n) <> 0"


class Range(NamedTuple):
    """The numbers after the first and up to the last; None is the end."""

    after: str
    until: str | None


class Standing(NamedTuple):
    """A complaint whose versions differ."""

    number: str
    old: int | None
    new: int | None


class Compared(NamedTuple):
    """Of a range: how many complaints were compared, which tables differ of which, and which stand elsewhere."""

    compared: int
    differing: dict[str, list[str]]
    elsewhere: list[Standing]


async def ranges(tx: Tx, size: int) -> list[Range]:
    """All numbers, some thousand at a time."""
    rows = await tx.fetch(
        f"select number from (select number, row_number() over (order by number) as n from {BESIDE}.complaint) counted"
        " where n % $1 = 0 order by number",
        size,
    )
    bounds = ["", *(row["number"] for row in rows)]
    return [Range(*pair) for pair in zip(bounds, [*bounds[1:], None], strict=True)]


async def of_complaints(tx: Tx) -> list[str]:
    """The tables that hold something of a complaint."""
    rows = await tx.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'number'"
        " where c.relnamespace = $1::text::regnamespace and c.relkind = 'r' and c.relname <> all($2::text[])"
        " order by c.relname",
        BESIDE,
        list(REFERENCE),
    )
    return [row["relname"] for row in rows]


async def compare(tx: Tx, tables: Sequence[str], over: Range | Sequence[str]) -> Compared:
    """Compare a range, or these numbers, in one snapshot: the first statement of its transaction."""
    await tx.execute("set transaction isolation level repeatable read")
    await tx.execute("set local statement_timeout = 0")
    values: list[object]
    if isinstance(over, Range):
        where, values = "number > $1 and ($2::text is null or number <= $2)", [*over]
    else:
        where, values = "number = any($1::text[])", [list(over)]
    pairs = _both(f"select number, version from {{schema}}.complaint where {where}")
    versions = await tx.fetch(
        f"select number, o.version as old, n.version as new from {pairs} where o.version is distinct from n.version",
        *values,
    )
    elsewhere = {row["number"]: Standing(*row) for row in versions}
    compared = await tx.fetchval(f"select count(*) from {pairs} where o.version = n.version", *values)
    differing: dict[str, list[str]] = {}
    for table in tables:
        hashes = _both(
            f"select number, sum(hashtextextended(t::text, 0)) as hash from {{schema}}.{table} t where {where}"
            " group by number"
        )
        for row in await tx.fetch(f"select number from {hashes} where o.hash is distinct from n.hash", *values):
            if row["number"] not in elsewhere:
                differing.setdefault(row["number"], []).append(table)
    return Compared(compared, differing, list(elsewhere.values()))


def _both(select: str) -> str:
    return f"({select.format(schema=SERVES)}) o full join ({select.format(schema=BESIDE)}) n using (number)"


async def what_differs(tx: Tx, number: str, tables: Sequence[str]) -> str:
    """The difference in words: columns of the complaint's row, how many rows of the others."""
    found = []
    for table in tables:
        if table == "complaint":
            columns = await tx.fetch(
                f"select key from {SERVES}.complaint o, jsonb_each(to_jsonb(o)) a"
                f" join (select key, value from {BESIDE}.complaint n, jsonb_each(to_jsonb(n)) where n.number = $1) b"
                " using (key) where o.number = $1 and a.value <> b.value order by key",
                number,
            )
            found.append(", ".join(row["key"] for row in columns))
        else:
            ours, theirs = _only(table, "where number = $1")
            rows = await tx.fetchval(
                f"select greatest((select count(*) from ({ours}) o), (select count(*) from ({theirs}) n))", number
            )
            found.append(f"{rows} of {table}")
    return "the record says otherwise: " + "; ".join(found)


def _only(table: str, where: str = "") -> tuple[str, str]:
    """The rows that only the serving model has, and those that only the second one has."""
    old, new = (f"select t::text from {schema}.{table} t {where}" for schema in (SERVES, BESIDE))
    return f"({old}) except all ({new})", f"({new}) except all ({old})"


async def reference_that_differs(tx: Tx) -> list[str]:
    """Which tables of facts are not the same in both, and which counters do not sum up to the same."""
    await tx.execute("set transaction isolation level repeatable read")
    found = []
    for table in REFERENCE:
        ours, theirs = _only(table)
        if await tx.fetchval(f"select exists ({ours}) or exists ({theirs})"):
            found.append(table)
    for table, by in COUNTERS.items():
        old, new = (_SUMS.format(schema=schema, table=table, by=by) for schema in (SERVES, BESIDE))
        if await tx.fetchval(f"select exists (({old}) except ({new})) or exists (({new}) except ({old}))"):
            found.append(table)
    return found


async def held(tx: Tx, numbers: Sequence[str]) -> dict[str, str]:
    """Why the serving model has stopped at these complaints, where a letter could not be handled."""
    rows = await tx.fetch(
        f"select distinct on (subject) subject, sequence, error from {SERVES}.parked"
        " where source = 'workflow' and subject = any($1::text[]) and reason = 'poison' order by subject, sequence",
        list(numbers),
    )
    return {row["subject"]: f"its letter {row['sequence']} could not be handled ({row['error']})" for row in rows}

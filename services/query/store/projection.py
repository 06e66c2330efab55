"""Events into rows, one statement per table and batch: the hottest path of query.

Whoever writes here holds the fences of the complaints concerned; nobody else moves them meanwhile. A statement touches
a row only when what it brings is newer, so the same event twice changes nothing.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ARRAY, Table
from sqlalchemy.dialects.postgresql import JSONB, asyncpg

from services.query.domain.complaint import Row, counted
from services.query.domain.said import Attachment, Entry
from services.query.store import tables
from shared.db import Tx

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


class Missing(Exception):
    """An event of a complaint the model does not have: a fault of ours, and loud."""


@dataclass
class News:
    """What a batch adds: lines of threads, files on them, and the words of new complaints as number, description,
    title, name."""

    entries: list[Entry] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    words: list[tuple[str, str, str, str]] = field(default_factory=list)


def _insert(table: Table, names: Sequence[str]) -> str:
    """Insert rows given as an array per column. Arrays, JSON travel as text: arrays of arrays have to be square."""
    given, taken = [], []
    for place, name in enumerate(names, 1):
        kind = str(table.c[name].type.compile(dialect=_DIALECT))
        as_text = isinstance(table.c[name].type, (ARRAY, JSONB))
        given.append(f"${place}::{'text' if as_text else kind}[]")
        taken.append(f"t.{name}::{kind}" if as_text else f"t.{name}")
    columns = ", ".join(names)
    return (
        f"insert into {table.name} ({columns}) select {', '.join(taken)} from unnest({', '.join(given)}) t({columns})"
    )


def _columns(table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, name in enumerate(names):
        if isinstance(table.c[name].type, ARRAY):
            columns[place] = [_array(value) for value in columns[place]]
        elif isinstance(table.c[name].type, JSONB):
            columns[place] = [msgspec.json.encode(value).decode() for value in columns[place]]
    return columns


def _array(values: Sequence[str]) -> str:
    """As Postgres writes an array of texts."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


_LOAD = f"select {', '.join(Row._fields)} from complaint where number = any($1::text[])"
_SAVE = f"""
{_insert(tables.complaint, Row._fields)}
on conflict (number) do update set {", ".join(f"{name} = excluded.{name}" for name in Row._fields[1:])}
where complaint.version < excluded.version
"""
_WORDS = """
insert into words (number, description, search)
select number, description,
    setweight(to_tsvector('indonesian', title), 'A')
    || to_tsvector('indonesian', name || ' ' || description)
    || array_to_tsvector(array_remove(array[counted, ltrim(counted, '0')], ''))
from (
    select number, description, title, name, split_part(number, '-', 3)
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) t(number, description, title, name)
) t(number, description, title, name, counted)
on conflict do nothing
"""
_ENTRIES = _insert(tables.entry, Entry._fields) + " on conflict do nothing"
_FILES = _insert(tables.attachment, Attachment._fields) + " on conflict do nothing"
_TALLY = """
insert into tally (seen_by, open, custodian, n)
select seen_by::text[], open, custodian, n
from unnest($1::text[], $2::boolean[], $3::text[], $4::int[]) t(seen_by, open, custodian, n)
"""


async def load(tx: Tx, numbers: Collection[str]) -> dict[str, Row]:
    """The rows of these complaints, as far as there are any."""
    return {row["number"]: Row(*row) for row in await tx.fetch(_LOAD, list(numbers))}


async def save(tx: Tx, before: Mapping[str, Row], after: Mapping[str, Row], new: News) -> None:
    """What was loaded is now this, and this has been added."""
    rows = [row for number, row in after.items() if row is not before.get(number)]
    if not rows:
        return
    await tx.execute(_SAVE, *_columns(tables.complaint, Row._fields, rows))
    await tx.execute(_ENTRIES, *_columns(tables.entry, Entry._fields, new.entries))
    if new.words:
        await tx.execute(_WORDS, *zip(*new.words, strict=True))
    if new.files:
        await tx.execute(_FILES, *_columns(tables.attachment, Attachment._fields, new.files))
    tally = Counter(map(counted, rows))
    tally.subtract(counted(before[row.number]) for row in rows if row.number in before)
    moved = [(_array(seen_by), is_open, custodian, n) for (seen_by, is_open, custodian), n in tally.items() if n]
    if moved:
        await tx.execute(_TALLY, *zip(*moved, strict=True))


async def fold(tx: Tx) -> None:
    """Sum the tally's differences. Two at a time are harmless: each folds what the other has not taken."""
    await tx.execute(
        """
        with taken as (delete from tally returning seen_by, open, custodian, n)
        insert into tally (seen_by, open, custodian, n)
        select seen_by, open, custodian, sum(n) from taken group by seen_by, open, custodian having sum(n) <> 0
        """
    )

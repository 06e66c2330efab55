"""Events into rows, one statement per table and batch: the hottest path of query.

Whoever writes here holds the fences of the complaints concerned; nobody else moves them meanwhile. A statement touches
a row only when what it brings is newer, so the same event twice changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ARRAY, Table
from sqlalchemy.dialects.postgresql import JSONB, asyncpg

from services.query.domain.complaint import Row, counted, hour_of_deadline
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
    logs: list[tuple[str, str]] = field(default_factory=list)
    """The vendor's log numbers told for the first time, by which complaints are found: number, log."""


def _insert(table: Table, names: Sequence[str], before: int = 0) -> str:
    """Insert rows given as an array per column, after `before` other parameters. Arrays, JSON travel as text: arrays of
    arrays have to be square."""
    given, taken = [], []
    for place, name in enumerate(names, before + 1):
        kind = str(table.c[name].type.compile(dialect=_DIALECT))
        as_text = isinstance(table.c[name].type, (ARRAY, JSONB))
        given.append(f"${place}::{'text' if as_text else kind}[]")
        taken.append(f"t.{name}::{kind}" if as_text else f"t.{name}")
    columns = ", ".join(names)
    return (
        f"insert into {table.name} ({columns}) select {', '.join(taken)} from unnest({', '.join(given)}) t({columns})"
    )


def _columns(table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    columns = _turned(rows, len(names))
    for place, written in _written_as_text(table, tuple(names)):
        columns[place] = [written(value) for value in columns[place]]
    return columns


@cache
def _written_as_text(table: Table, names: tuple[str, ...]) -> list[tuple[int, Callable[[Any], str]]]:
    """Which columns travel as text, and how their values are written."""
    kinds = [table.c[name].type for name in names]
    arrays = [(place, _array) for place, kind in enumerate(kinds) if isinstance(kind, ARRAY)]
    return arrays + [(place, _json) for place, kind in enumerate(kinds) if isinstance(kind, JSONB)]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    """Rows as columns; of no rows, so many empty ones."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _array(values: Sequence[str]) -> str:
    """As Postgres writes an array of texts."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


_LOAD = f"select {', '.join(Row._fields)} from complaint where number = any($1::text[])"
_WORDS = ("number", "description", "title", "name")
_TALLY = ("seen_by", "open", "custodian", "holder", "first_act", "n")
_DEADLINES = ("hour", "seen_by", "n")
_ENTERED = len(Row._fields)
_FILED = _ENTERED + len(Entry._fields)
_SAID = _FILED + len(Attachment._fields)
_COUNTED = _SAID + len(_WORDS)
_TIMED = _COUNTED + len(_TALLY)


def _given(kinds: Sequence[str], before: int) -> str:
    return ", ".join(f"${before + place}::{kind}[]" for place, kind in enumerate(kinds, 1))


_SAVE = f"""
with saved as (
    {_insert(tables.complaint, Row._fields)}
    on conflict (number) do update set {", ".join(f"{name} = excluded.{name}" for name in Row._fields[1:])}
    where complaint.version < excluded.version
), entered as (
    {_insert(tables.entry, Entry._fields, _ENTERED)} on conflict do nothing
), filed as (
    {_insert(tables.attachment, Attachment._fields, _FILED)} on conflict do nothing
), worded as (
    insert into words (number, description, search)
    select number, description,
        setweight(to_tsvector('indonesian', title), 'A')
        || to_tsvector('indonesian', name || ' ' || description)
        || array_to_tsvector(array_remove(array[counted, ltrim(counted, '0')], ''))
    from (
        select number, description, title, name, split_part(number, '-', 3)
        from unnest({_given(["text"] * len(_WORDS), _SAID)}) t({", ".join(_WORDS)})
    ) t(number, description, title, name, counted)
    on conflict do nothing
), counted as (
    {_insert(tables.tally, _TALLY, _COUNTED)}
)
{_insert(tables.deadlines, _DEADLINES, _TIMED)}
"""
"""All that a batch changes, in one round trip."""

_LOGS = "update words set search = search || to_tsvector('indonesian', $2) where number = $1"


async def load(tx: Tx, numbers: Collection[str]) -> dict[str, Row]:
    """The rows of these complaints, as far as there are any."""
    return {row["number"]: Row(*row) for row in await tx.fetch(_LOAD, list(numbers))}


async def save(tx: Tx, before: Mapping[str, Row], after: Mapping[str, Row], new: News) -> None:
    """What was loaded is now this, and this has been added."""
    rows = [row for number, row in after.items() if row is not before.get(number)]
    if not rows:
        return
    were = [before[row.number] for row in rows if row.number in before]
    await tx.execute(
        _SAVE,
        *_columns(tables.complaint, Row._fields, rows),
        *_columns(tables.entry, Entry._fields, new.entries),
        *_columns(tables.attachment, Attachment._fields, new.files),
        *_turned(new.words, len(_WORDS)),
        *_columns(tables.tally, _TALLY, _difference(map(counted, were), map(counted, rows))),
        *_columns(tables.deadlines, _DEADLINES, _difference(map(hour_of_deadline, were), map(hour_of_deadline, rows))),
    )
    if new.logs:
        await tx.executemany(_LOGS, new.logs)


def _difference(were: Iterable[tuple[Any, ...] | None], are: Iterable[tuple[Any, ...] | None]) -> list[tuple[Any, ...]]:
    """What is counted differently now, and by how much; None is counted nowhere."""
    counts = Counter(are)
    counts.subtract(were)
    return [(*key, n) for key, n in counts.items() if n and key is not None]


_FOLD = """
with taken as (delete from {table} returning {key}, n)
insert into {table} ({key}, n) select {key}, sum(n) from taken group by {key} having sum(n) <> 0
"""


async def fold(tx: Tx) -> None:
    """Sum the differences of the tally and of the deadlines. Two at a time are harmless: each folds what the other has
    not taken."""
    for table, columns in (("tally", _TALLY), ("deadlines", _DEADLINES)):
        await tx.execute(_FOLD.format(table=table, key=", ".join(columns[:-1])))

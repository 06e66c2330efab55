"""Events into rows, one statement each: the hottest path of query.

A statement touches a row only when the event is newer than it, so the same event twice changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import asyncpg

from services.query.domain.said import Attachment, Change, Entry, Filing, Standing
from services.query.store import tables
from shared.db import Tx

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


def _typed(table: Table, names: Sequence[str], first: int) -> dict[str, str]:
    """`$n::type` for each column, counted from `first`: in a SELECT list Postgres cannot infer them."""

    def kind(column: Column[Any]) -> str:
        return str(column.type.compile(dialect=_DIALECT))

    return {name: f"${number}::{kind(table.c[name])}" for number, name in enumerate(names, first)}


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _set(parts: dict[str, str]) -> str:
    return _list([f"{name} = {value}" for name, value in parts.items()])


_STANDING = _typed(tables.complaint, Standing._fields, 1)
_ENTRY = _typed(tables.entry, Entry._fields, 1 + len(Standing._fields))
_THIRD = 1 + len(Standing._fields) + len(Entry._fields)
_CHANGE = _typed(tables.complaint, Change._fields, _THIRD)
_FILING = _typed(tables.complaint, Filing._fields, _THIRD)
_DESCRIPTION = f"${_THIRD + len(Filing._fields)}::text"
_S, _C = _STANDING, _CHANGE

_MOVED = {
    **{name: value for name, value in _S.items() if name != "number"},
    "state_since": f"case when c.state = {_S['state']} then c.state_since else {_S['changed_at']} end",
    "ended_at": f"case when {_S['open']} then null else coalesce(c.ended_at, {_S['changed_at']}) end",
    "closed_at": f"case when {_S['state']} = 'DITUTUP' then coalesce(c.closed_at, {_S['changed_at']}) end",
    "closing": f"c.closing + (c.open and not {_S['open']})::int",
    "rated": f"not {_S['open']} and (c.rated or {_C['rated']})",
    "reply_by": f"case when {_S['custodian']} = 'COMPLAINANT' then coalesce({_C['reply_by']}, c.reply_by) end",
    "priority": f"coalesce({_C['priority']}, c.priority)",
    "module": f"coalesce({_C['module']}, c.module)",
    # another module than the one filed under is named by the form, not by the filing
    "module_ms": f"case when {_C['module']} <> c.module then {_C['module']} else c.module_ms end",
    "module_en": f"case when {_C['module']} <> c.module then {_C['module']} else c.module_en end",
    "complex": f"coalesce({_C['complex']}, c.complex)",
    "duplicate_of": f"coalesce({_C['duplicate_of']}, case when not {_S['open']} then c.duplicate_of end)",
    "vendor_reference": f"coalesce({_C['vendor_reference']}, c.vendor_reference)",
}

MOVE = f"""
with before as (
    select number, open, custodian, seen_by from complaint where number = $1::text and version < {_S["version"]}
), moved as (
    update complaint c set {_set(_MOVED)} from before where c.number = before.number
), written as (
    insert into entry ({_list(Entry._fields)}) select {_list(list(_ENTRY.values()))} from before
    on conflict do nothing
), counted as (
    insert into tally (seen_by, open, custodian, n)
    select t.seen_by, t.open, t.custodian, t.n from before, lateral (values
        (before.seen_by, before.open, before.custodian, -1),
        ({_S["seen_by"]}, {_S["open"]}, {_S["custodian"]}, 1)
    ) t(seen_by, open, custodian, n)
    where (before.seen_by, before.open, before.custodian)
        is distinct from ({_S["seen_by"]}, {_S["open"]}, {_S["custodian"]})
)
select version from complaint where number = $1
"""

_FILED = {
    **_STANDING,
    **_FILING,
    "state_since": _S["changed_at"],
    "ended_at": f"case when not {_S['open']} then {_S['changed_at']} end",
    "closing": f"(not {_S['open']})::int",
    "complex": "false",
    "rated": "false",
}
_SEQUENCE_WORDS = "split_part($1::text, '-', 3)"

RECEIVE = f"""
with filed as (
    insert into complaint ({_list(list(_FILED))}) select {_list(list(_FILED.values()))}
    on conflict do nothing returning number
), said as (
    insert into words (number, description, search)
    select number, {_DESCRIPTION},
        setweight(to_tsvector('indonesian', {_FILING["title"]}), 'A')
        || to_tsvector('indonesian', {_FILING["name"]} || ' ' || {_DESCRIPTION})
        || array_to_tsvector(array_remove(array[{_SEQUENCE_WORDS}, ltrim({_SEQUENCE_WORDS}, '0')], ''))
    from filed
), written as (
    insert into entry ({_list(Entry._fields)}) select {_list(list(_ENTRY.values()))} from filed
)
insert into tally (seen_by, open, custodian, n)
select {_S["seen_by"]}, {_S["open"]}, {_S["custodian"]}, 1 from filed
"""

HANG = f"""
insert into attachment ({_list(Attachment._fields)})
values ({_list(list(_typed(tables.attachment, Attachment._fields, 1).values()))})
on conflict do nothing
"""


class Missing(Exception):
    """An event of a complaint the model does not have: a fault of ours, and loud."""


async def receive(tx: Tx, standing: Standing, entry: Entry, filing: Filing, description: str) -> None:
    """A complaint's first row, its words and its first entry."""
    await tx.execute(RECEIVE, *standing, *entry, *filing, description)


async def move(tx: Tx, standing: Standing, entry: Entry, change: Change) -> None:
    """A complaint's next standing and its next entry. Raises `Missing`."""
    if await tx.fetchval(MOVE, *standing, *entry, *change) is None:
        raise Missing(f"{standing.number} version {standing.version}")


async def hang(tx: Tx, files: Sequence[Attachment]) -> None:
    """The files of an entry; hung twice, they hang once."""
    await tx.executemany(HANG, files)


async def correct_contact(tx: Tx, number: str, version: int, masked: dict[str, str]) -> None:
    """The masked contact, as of this version; an older one is left alone."""
    await tx.execute(
        "update complaint set phone_masked = $3, email_masked = $4 where number = $1 and version = $2",
        number,
        version,
        masked["phone_masked"],
        masked["email_masked"],
    )


async def fold(tx: Tx) -> None:
    """Sum the tally's differences. Two at a time are harmless: each folds what the other has not taken."""
    await tx.execute(
        """
        with taken as (delete from tally returning seen_by, open, custodian, n)
        insert into tally (seen_by, open, custodian, n)
        select seen_by, open, custodian, sum(n) from taken group by seen_by, open, custodian having sum(n) <> 0
        """
    )


async def empty(tx: Tx) -> None:
    """Forget all that came from workflow, and how far it was heard. The form is intake's and stays.

    The lock on the fence waits for consumers that are in the middle of a batch and keeps new ones out until the commit;
    they then find their events too early, and the fence parks those until the rebuild has caught up with them.
    """
    await tx.execute("set local lock_timeout = '10s'")
    await tx.execute("set local statement_timeout = 0")
    await tx.execute("lock table fence in exclusive mode")
    await tx.execute("truncate complaint, words, entry, attachment, tally, staff, calendar, office_settings, solution")
    await tx.execute("delete from fence where source = 'workflow'")
    await tx.execute("delete from parked where source = 'workflow'")

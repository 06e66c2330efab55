"""The rows of a list as a form holds them: read from intake, typed by Admin, laid over what others have saved since.

A row is known by its key (a module's slug, a department's short name, the code of a PTJ), which never changes once it
is saved. In the form a field is named `r<row>-<column>`; a row that was there already carries its key in `r<row>-was`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

FIELD = re.compile(r"r(\d{1,4})-([a-z_]{1,20})")
TICKED = "1"
OUT = "out"
"""The tick that takes a row off its list."""


class Column(NamedTuple):
    """One fact of a row: `kind` is key, line, short, number, tick or choice."""

    name: str
    kind: str = "line"


class Listing(NamedTuple):
    """A list: its name at intake, the key of its rows and the columns; whether rows are taken off it or made inactive.

    The name a row is called by stands in the column `called`.
    """

    name: str
    key: str
    columns: tuple[Column, ...]
    called: str
    removes: bool


LISTS = {
    "modul": Listing(
        "modules",
        "slug",
        (
            Column("slug", "key"),
            Column("name_ms"),
            Column("name_en"),
            Column("code", "short"),
            Column("code_confirmed", "tick"),
            Column("position", "number"),
        ),
        "name_ms",
        removes=True,
    ),
    "jabatan": Listing(
        "departments",
        "slug",
        (
            Column("slug", "key"),
            Column("name"),
            Column("number", "number"),
            Column("category", "short"),
            Column("active", "tick"),
        ),
        "name",
        removes=False,
    ),
    "ptj": Listing(
        "ptj", "code", (Column("code", "key"), Column("name"), Column("department", "choice")), "name", removes=True
    ),
}
"""By the last part of the page's address."""

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form. `was` is its key at intake, empty for a new one; `theirs` what others made of it meanwhile."""

    number: int
    was: str
    values: Values
    theirs: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What others did to a row: added, removed, or changed, then with column, before and after."""

    kind: str
    key: str
    called: str
    facts: Sequence[tuple[str, str, str]] = ()


def written(listing: Listing, item: Mapping[str, Any]) -> dict[str, str]:
    """A row of intake's as its fields hold it."""
    return {column.name: _written(item.get(column.name)) for column in listing.columns}


def seen(listing: Listing, items: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The list by key, as the editor has it before them."""
    rows = [written(listing, item) for item in items]
    return {row[listing.key]: row for row in rows}


def packed(rows: Mapping[str, Values]) -> str:
    """The list as a field of the form carries it along."""
    return msgspec.json.encode(rows).decode()


def unpacked(text: str) -> dict[str, dict[str, str]]:
    """The list as it was carried; empty for anything else."""
    try:
        return msgspec.json.decode(text, type=dict[str, dict[str, str]])
    except msgspec.DecodeError:
        return {}


def shown(listing: Listing, rows: Mapping[str, Values], blank: int) -> list[Row]:
    """The list with empty rows to add to it."""
    found = [Row(number, key, values) for number, (key, values) in enumerate(rows.items())]
    return found + blanks(listing, found, blank)


def blanks(listing: Listing, rows: Sequence[Row], many: int) -> list[Row]:
    """Empty rows to go after these. What is added is offered, and stands last, unless it is said otherwise."""
    after = max((row.number for row in rows), default=-1) + 1
    numbers = [column.name for column in listing.columns if column.kind == "number"]
    last = {name: max((_whole(row.values.get(name, "")) or 0 for row in rows), default=0) for name in numbers}
    return [
        Row(after + more, "", {"active": TICKED, **{name: str(last[name] + 1 + more) for name in numbers}})
        for more in range(many)
    ]


def typed(fields: Mapping[str, str]) -> list[Row]:
    """The rows as they were sent, in the order of the page."""
    found: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        if matched := FIELD.fullmatch(name):
            found.setdefault(int(matched[1]), {})[matched[2]] = value
    return [Row(number, values.pop("was", ""), values) for number, values in sorted(found.items())]


def is_blank(listing: Listing, row: Row) -> bool:
    """Whether nothing was written into a new row."""
    lines = [column.name for column in listing.columns if column.kind in ("key", "line", "short")]
    return not row.was and not any(row.values.get(name, "").strip() for name in lines)


def kept(listing: Listing, rows: Sequence[Row]) -> list[Row]:
    """The rows that make the list: neither left blank nor taken off."""
    return [row for row in rows if not is_blank(listing, row) and not (listing.removes and row.values.get(OUT))]


def item(listing: Listing, row: Row) -> dict[str, Any]:
    """The row as intake takes it. What cannot be a number goes as it is: intake says what is wrong with it."""
    made: dict[str, Any] = {}
    for column in listing.columns:
        value = row.values.get(column.name, "")
        if column.kind == "key" and row.was:
            made[column.name] = row.was
        elif column.kind == "tick":
            made[column.name] = bool(value)
        elif column.kind == "number":
            whole = _whole(value)
            made[column.name] = value if whole is None else whole
        else:
            made[column.name] = value
    if "code" in made and listing.key != "code":
        made["code"] = made["code"].strip() or None
    return made


def changes(listing: Listing, before: Mapping[str, Values], now: Mapping[str, Values]) -> list[Change]:
    """What others did to the list between the two."""
    found = []
    for key in {**before, **now}:
        was, is_now = before.get(key), now.get(key)
        if was is None and is_now is not None:
            found.append(Change("added", key, is_now[listing.called]))
        elif was is not None and is_now is None:
            found.append(Change("removed", key, was.get(listing.called, "")))
        elif was is not None and is_now is not None:
            facts = [(name, was.get(name, ""), value) for name, value in is_now.items() if was.get(name, "") != value]
            if facts:
                found.append(Change("changed", key, is_now[listing.called], facts))
    return found


def laid_over(
    listing: Listing, rows: Sequence[Row], before: Mapping[str, Values], now: Mapping[str, Values]
) -> list[Row]:
    """The list as it is now, with everything that the editor had typed laid over it.

    Where both changed the same fact the editor's word stands in the field, and the other's beside it. A row that is
    gone comes back as a new one if the editor had changed it.
    """
    mine = {row.was: row for row in rows if row.was}
    found: list[Row] = []
    for key, current in now.items():
        row = mine.get(key)
        was = before.get(key, current)
        if row is None:
            found.append(Row(len(found), key, current))
            continue
        values = {OUT: row.values[OUT]} if OUT in row.values else {}
        theirs = {}
        for name, value in current.items():
            word = key if name == listing.key else row.values.get(name, "")
            if word == was.get(name, ""):
                word = value
            elif value not in (was.get(name, ""), word):
                theirs[name] = value
            values[name] = word
        found.append(Row(len(found), key, values, theirs))
    for row in rows:
        gone = row.was and row.was not in now
        if not row.was or (gone and _touched(row, before.get(row.was, {}))):
            values = {**row.values, listing.key: row.was or row.values.get(listing.key, "")}
            found.append(Row(len(found), "", values))
    return found


def _touched(row: Row, before: Values) -> bool:
    return any(row.values.get(name, "") != value for name, value in before.items() if value != row.was)


def _whole(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 10 else None


def _written(value: object) -> str:
    if isinstance(value, bool):
        return TICKED if value else ""
    return "" if value is None else str(value)

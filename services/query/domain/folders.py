"""Folders, filters and orders of the lists, and the cursor that says where a page ended."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from shared.errors import FieldError, Invalid, Text

Folder = Literal["mine", "unassigned", "waiting", "overdue", "all", "closed"]
Sort = Literal["due", "submitted", "-submitted", "-ended"]

ORDERS: dict[str, tuple[tuple[str, ...], str]] = {
    "due": (("by_due", "submitted_at", "number"), "asc"),
    "submitted": (("submitted_at", "number"), "asc"),
    "-submitted": (("submitted_at", "number"), "desc"),
    "-ended": (("ended_at", "number"), "desc"),
}
"""Columns and direction of each order. `due`: least time left first, then longest waiting."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter does not narrow."""

    q: str = ""
    ic_index: str | None = None
    states: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    ptj: list[str] = field(default_factory=list)
    pics: list[str] = field(default_factory=list)
    priorities: list[str] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    overdue: bool = False
    mine: bool = False


def sort_of(folder: Folder, asked: Sort | None) -> Sort:
    """Least time left, but for what has ended: there the latest end first."""
    return asked or ("-ended" if folder == "closed" else "due")


def cursor(sort: str, values: list[object]) -> str:
    """Where a page ended, opaque to whoever carries it."""
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, *values])).decode().rstrip("=")


def position(sort: str, text: str) -> list[object]:
    """The values a page ended with. Raises `Invalid` for a cursor that is not of this order."""
    columns, _ = ORDERS[sort]
    try:
        said, *values = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[str])
        if said != sort or len(values) != len(columns):
            raise ValueError(said)
        return [
            _number(value) if name == "number" else _moment(value) for name, value in zip(columns, values, strict=True)
        ]
    except (ValueError, OverflowError, msgspec.MsgspecError, binascii.Error) as error:
        text_of = Text("Penunjuk halaman tidak sah", "Not a valid page cursor")
        raise Invalid([FieldError("after", "cursor_invalid", text_of)]) from error


def _moment(value: str) -> datetime:
    moment = msgspec.convert(value, datetime)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


def _number(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError(value)
    return value

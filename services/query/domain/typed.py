"""What people type to find a complaint, made comparable: case, blanks and dashes do not matter."""

import re
from uuid import UUID

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")
_NUMBER_START = re.compile(r"HD\d{0,14}[0-9A-Z]?")

_FILE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def number(text: str) -> str:
    """`hd 2026-000123 c` -> `HD2026000123C`."""
    return _NOT_ALPHANUMERIC.sub("", text).upper()


def ic(text: str) -> str:
    """`800101-99-0001` -> `800101990001`."""
    return _NOT_ALPHANUMERIC.sub("", text)


def number_start(text: str) -> str | None:
    """The beginning of a complaint number, where what was typed looks like one."""
    start = number(text)
    return start if len(start) > 2 and _NUMBER_START.fullmatch(start) else None


def file(text: str) -> UUID | None:
    """A file's id; none for what cannot be one."""
    return UUID(text) if _FILE.fullmatch(text) else None


def seen(text: str) -> tuple[str, int] | None:
    """`HD-2026-000123-C:7` -> the number as typed and the version; none where it is nothing of the kind."""
    complaint, _, version = text.rpartition(":")
    if complaint and version.isascii() and version.isdigit() and len(version) < 10:
        return number(complaint), int(version)
    return None

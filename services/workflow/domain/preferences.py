"""What a member of staff may say about how they are told. What Admin allows of it is notify's to know. Pure."""

import re
from collections.abc import Mapping

from shared.errors import FieldError, Text
from shared.events.preferences import CHOICES, GROUPS, QUIET, TELL, WHATSAPP, WHATSAPP_CHOICES

_HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
_HOURS = re.compile(f"({_HOUR})-({_HOUR})")
_UNKNOWN = Text("Pilihan tidak dikenali", "Not a known choice")
_NOT_HOURS = Text("Sila masukkan masa mula dan tamat yang berbeza", "Enter a start and an end that differ")


def faults(wanted: Mapping[str, str]) -> list[FieldError]:
    """All that is wrong with these preferences, each under its own name; what has none we know, under `preferences`."""
    return [FieldError(*wrong) for name, value in wanted.items() if (wrong := _wrong(name, value)) is not None]


def _wrong(name: str, value: str) -> tuple[str, str, Text] | None:
    if name == QUIET:
        hours = _HOURS.fullmatch(value)
        return None if hours and hours[1] != hours[2] else (name, "not_hours", _NOT_HOURS)
    if name == WHATSAPP:
        return None if value in WHATSAPP_CHOICES else (name, "unknown", _UNKNOWN)
    if name.startswith(TELL) and name.removeprefix(TELL) in GROUPS:
        return None if value in CHOICES else (name, "unknown", _UNKNOWN)
    return "preferences", "unknown", _UNKNOWN

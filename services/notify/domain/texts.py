"""How a moment and a person's words are written in a message: dates as the office writes them, texts made harmless for
places of one line. That they are text and not markup is the templates' part (autoescape)."""

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
NOTHING = "-"
"""Stands where a person wrote nothing that can be shown."""


def day(moment: datetime) -> str:
    """`24-01-2021`."""
    return moment.astimezone(ZONE).strftime("%d-%m-%Y")


def hour(moment: datetime) -> str:
    """`16:05`."""
    return moment.astimezone(ZONE).strftime("%H:%M")


def minute(moment: datetime | None) -> str | None:
    """`24-01-2021 16:05`."""
    return None if moment is None else f"{day(moment)} {hour(moment)}"


_UNSEEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Text for a place of one line: no line breaks, control characters or direction overrides."""
    calm = _UNSEEN.sub("", text)
    return " ".join("".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in calm).split())


def lines(text: str) -> str:
    """Text for a place of its own: line breaks stay, other control characters go."""
    even = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(sign for sign in even if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()

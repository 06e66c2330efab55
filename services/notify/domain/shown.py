"""What stands in a message that is only looked at: of a real complaint, with links that open nothing, and with no
number by which a person could be known or called."""

import re
from collections.abc import Mapping
from typing import Any

from services.notify.domain.facts import Facts, Matter
from services.notify.domain.placeholders import FROM_COMPLAINT, fill

TYPED = ("nama", "tajuk", "keterangan", "sebab", "teks_awam", "laporan", "lampiran", "mengapa")
"""Placeholders whose words people typed."""
_IC = re.compile(r"(?<!\d)\d{6}[- ]?\d{2}[- ]?\d{4}(?!\d)")
_PHONE = re.compile(r"(?<![\d-])(?:\+?60[- ]?|0)\d{1,2}[- ]?\d{3,4}[- ]?\d{4}(?!\d)")
COVER = "•••"


def covered(text: str) -> str:
    """The text without what looks like an IC or a phone number."""
    return _PHONE.sub(COVER, _IC.sub(COVER, text))


def as_it_was(matter: Matter, facts: Facts, *, language: str, reader: str, link: str) -> dict[str, Any]:
    """Values of an event that has happened."""
    return _cover(fill(matter, facts, language=language, reader=reader, link=link))


def as_it_would_be(
    matter: Matter, facts: Facts, sample: Mapping[str, Any], *, language: str, reader: str, link: str
) -> dict[str, Any]:
    """Values of one that has not: the complaint's own, what is known of the event, and made-up ones for the rest."""
    known = fill(matter, facts, language=language, reader=reader, link=link)
    own = {name: value for name, value in known.items() if value is not None or name in FROM_COMPLAINT}
    return _cover(dict.fromkeys(known) | dict(sample) | own)


def _cover(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: covered(value) for name in TYPED if isinstance(value := values.get(name), str)}

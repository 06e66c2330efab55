"""Complaint numbers, `HD-2026-000123-C`: year and yearly sequence, and an ISO 7064 MOD 37,36 check over the digits."""

import re
import unicodedata

from stdnum.iso7064 import mod_37_36

from services.intake.domain.texts import Wrong
from shared.errors import Text

NUMBER = Text("No. Aduan tidak sah", "Enter a valid complaint number")

_BARE = re.compile(r"HD([0-9]{4})([0-9]{6,9})([0-9A-Z])")
_DRESSING = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_LONGEST = 60


def complaint_number(year: int, sequence: int) -> str:
    """The number of the `sequence`-th complaint of a year."""
    digits = f"{sequence:06d}"
    return f"HD-{year:04d}-{digits}-{mod_37_36.calc_check_digit(f'{year:04d}{digits}')}"


def valid_number(text: str) -> str | None:
    """The number as it is written, from one typed in lower case, with spaces or without dashes; None if it is none."""
    if len(text) > _LONGEST:
        return None
    bare = _DRESSING.sub("", unicodedata.normalize("NFKC", text)).upper()
    shape = _BARE.fullmatch(bare)
    if shape is None:
        return None
    number = complaint_number(int(shape[1]), int(shape[2]))
    return number if number.replace("-", "") == bare else None


def number(text: str) -> str:
    """As `valid_number`. Raises `Wrong`."""
    found = valid_number(text)
    if found is None:
        raise Wrong("number", NUMBER)
    return found

"""What is known of an attachment, and how many may hang on one text. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from shared.errors import FieldError, Text

AT_MOST = 5
FIELD = "attachments"
TOO_MANY = FieldError(FIELD, "too_many", Text(f"Tidak melebihi {AT_MOST} fail", f"At most {AT_MOST} files"))
TWICE = FieldError(FIELD, "named_twice", Text("Fail yang sama disebut dua kali", "The same file is named twice"))
NO_SUCH_FILE = FieldError(
    FIELD,
    "no_such_file",
    Text(
        "Fail ini tiada atau telah luput; sila muat naik semula",
        "There is no such file any more; please upload it again",
    ),
)


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A checked file as it is kept. `size` in bytes; `scan`: `clean`, or `not_scanned` where there is no scanner."""

    id: str
    name: str
    type: str
    size: int
    scan: str


def wrong_by_themselves(ids: Sequence[str]) -> FieldError | None:
    """What is wrong with naming these files, whatever they are."""
    if len(ids) > AT_MOST:
        return TOO_MANY
    return TWICE if len(set(ids)) < len(ids) else None


def picked(ids: Sequence[str], there: Iterable[File]) -> tuple[File, ...] | None:
    """The named files out of those that are there, as they were named; none where one of them is missing."""
    known = {file.id: file for file in there}
    found = tuple(known[one] for one in ids if one in known)
    return found if len(found) == len(ids) else None

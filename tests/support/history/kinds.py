"""What a violation is."""

from collections.abc import Iterator
from enum import StrEnum


class Kind(StrEnum):
    """What a violation does to somebody."""

    LOST = "lost"
    DOUBLED = "doubled"
    ILLEGAL = "illegal"
    FOREIGN = "from nobody"
    DIVERGED = "diverged"
    STUCK = "stuck"
    LEAKED = "leaked"


Found = Iterator[tuple[Kind, str]]

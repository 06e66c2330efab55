"""The files that hang on one text while it is being written: those taken, and what is said of those that were not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.portal.clients.files import File

MEGABYTE = 1024 * 1024
NAME_SHOWN, ENDING_SHOWN = 80, 16
"""Characters of a name, and of its end, that a receipt keeps."""


class Refused(NamedTuple):
    """A file that was not taken, and why, in the page's language."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The files of one text, in the order they were chosen."""

    files: Sequence[File] = ()
    refused: Sequence[Refused] = ()

    @property
    def ids(self) -> list[str]:
        """What the service that took them is told."""
        return [file.id for file in self.files]

    @property
    def words(self) -> list[str]:
        """What makes this enclosure the same as another: the same file brought twice has two ids."""
        return [f"file={file.name}:{file.size}" for file in self.files]

    @property
    def error(self) -> str:
        """One sentence for all that were not taken."""
        return "; ".join(f"{name}: {why}" if name else why for name, why in self.refused)


def file_field(scope: str) -> str:
    """The field in which files are chosen. `scope` is the action they belong to, where a form has several."""
    return f"file.{scope}" if scope else "file"


def kept_field(scope: str) -> str:
    """The field in which a page carries the files that were taken."""
    return f"files.{scope}" if scope else "files"


def is_kept(field: str) -> bool:
    """Whether a field of that name carries files."""
    return field == "files" or field.startswith("files.")


def file_size(size: int) -> str:
    """`345 KB`, `1.2 MB`: as people read it."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / MEGABYTE:.1f} MB"


def shortened(name: str) -> str:
    """A name that a cookie can carry, with its ending."""
    return name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - ENDING_SHOWN - 1]}…{name[-ENDING_SHOWN:]}"

"""What a person may type. Everything a Unicode text can say is kept as it was typed, but for what no text needs: NUL,
control characters and halves of characters are refused with a message, never dropped in silence."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from shared.errors import FieldError, Invalid, Text

T = TypeVar("T")

TITLE_LIMIT = 200
NAME_LIMIT = 200
TEXT_LIMIT = 32_000

REQUIRED = Text("Wajib diisi", "Required")
CHOOSE = Text("Sila pilih daripada senarai", "Choose from the list")
CONTROL = Text("Mengandungi aksara kawalan yang tidak dibenarkan", "Contains control characters that are not allowed")
HALVES = Text("Mengandungi aksara yang tidak lengkap", "Contains an incomplete character")
ONE_LINE = Text("Mesti ditulis dalam satu baris", "Must be written on one line")

_BREAKS = re.compile("[\n\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROLS_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HALVES = re.compile("[\ud800-\udfff]")
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


class Wrong(Exception):
    """Something typed that cannot be accepted, and the sentence that says so."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


class Sieve:
    """Reads field after field and keeps what is wrong with each, so that all of it is said at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def read(self, field: str, given: str | None, reader: Callable[[str], T], otherwise: T) -> T:
        """What the reader makes of the field; `otherwise` where it is missing or wrong, which is then on the list."""
        if given is None or is_blank(given):
            self.wrong(field, "required", REQUIRED)
            return otherwise
        return self.read_if_given(field, given, reader, otherwise)

    def read_if_given(self, field: str, given: str | None, reader: Callable[[str], T], otherwise: T) -> T:
        """As `read`, for a field that may be left empty."""
        if given is None or is_blank(given):
            return otherwise
        try:
            return reader(given)
        except Wrong as wrong:
            self.wrong(field, wrong.code, wrong.text)
            return otherwise

    def wrong(self, field: str, code: str, text: Text) -> None:
        """Put a field on the list."""
        self.errors.append(FieldError(field, code, text))

    def settle(self) -> None:
        """Raises `Invalid` with everything that was wrong."""
        if self.errors:
            raise Invalid(self.errors)


def is_blank(text: str) -> bool:
    """Whether nothing would be seen of it: spaces, controls and invisible characters only."""
    return all(unicodedata.category(character) in _UNSEEN for character in text)


def one_line(text: str, limit: int) -> str:
    """A single-line field in NFC, its ends trimmed. Raises `Wrong`."""
    if _BREAKS.search(text):
        raise Wrong("one_line", ONE_LINE)
    clean = _clean(text, _CONTROLS).strip()
    return _within(clean, limit)


def lines(text: str) -> str:
    """A text of several lines in NFC, its line ends made one; every other character as it was typed. Raises `Wrong`."""
    return _within(_clean(text.replace("\r\n", "\n").replace("\r", "\n"), _CONTROLS_IN_LINES), TEXT_LIMIT)


def title(text: str) -> str:
    """A complaint's title. Raises `Wrong`."""
    return one_line(text, TITLE_LIMIT)


def _clean(text: str, refused: re.Pattern[str]) -> str:
    if _HALVES.search(text):
        raise Wrong("incomplete_character", HALVES)
    if refused.search(text):
        raise Wrong("control_character", CONTROL)
    return unicodedata.normalize("NFC", text)


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Wrong(
            "too_long", Text(f"Tidak boleh melebihi {limit:,} aksara", f"Must be no longer than {limit:,} characters")
        )
    return text

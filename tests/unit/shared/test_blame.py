"""Of an error only its kind and its place are told, whatever it quotes."""

import asyncpg
import msgspec
import pytest

from shared.blame import blame
from shared.envelope import Unreadable
from shared.errors import NotFound


class Said(msgspec.Struct):
    """Something to misread."""

    number: int


def caught(raised: BaseException) -> BaseException:
    try:
        raise raised
    except type(raised) as error:
        return error


@pytest.mark.parametrize(
    "error", [ValueError("canary"), KeyError("canary"), asyncpg.DataError("canary"), OSError(1, "canary")]
)
def test_its_own_words_are_not_repeated(error: Exception) -> None:
    told = blame(caught(error))
    assert told.startswith(type(error).__name__)
    assert " at tests/unit/shared/test_blame.py:" in told
    assert told.endswith(" in caught")
    assert "canary" not in told


def test_the_names_we_gave_are_told() -> None:
    error = asyncpg.NotNullViolationError("null value: canary")
    error.table_name, error.column_name = "complaint", "title"
    assert blame(error) == "NotNullViolationError (sqlstate 23502, table_name complaint, column_name title)"
    assert blame(NotFound()) == "NotFound (code not_found)"


def test_what_cannot_be_read_says_what_is_wrong_with_its_form_and_quotes_nothing() -> None:
    with pytest.raises(msgspec.ValidationError) as misread:
        msgspec.json.decode(b'{"number": "canary"}', type=Said)
    assert blame(Unreadable(str(misread.value))) == "Unreadable: Expected `int`, got `str` - at `$.number`"
    assert blame(Unreadable("Invalid enum value 'canary'")) == "Unreadable: Invalid enum value '...'"

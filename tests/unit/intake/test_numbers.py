"""Complaint numbers: one way to write them, many ways to type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.numbers import complaint_number, valid_number

sequences = st.integers(min_value=1, max_value=999_999_999)
years = st.integers(min_value=2000, max_value=2999)


def test_a_number_says_its_year_its_place_in_it_and_a_check() -> None:
    assert complaint_number(2026, 123) == "HD-2026-000123-H"


def test_a_year_may_have_more_than_a_million() -> None:
    assert complaint_number(2026, 1_234_567).startswith("HD-2026-1234567-")


@given(years, sequences)
def test_every_number_made_is_valid(year: int, sequence: int) -> None:
    number = complaint_number(year, sequence)
    assert valid_number(number) == number


@given(years, sequences, st.sampled_from(["lower", "bare", "spaced", "padded", "dashed"]))
def test_a_number_typed_carelessly_is_put_right(year: int, sequence: int, how: str) -> None:
    number = complaint_number(year, sequence)
    typed = {
        "lower": number.lower(),
        "bare": number.replace("-", ""),
        "spaced": number.replace("-", " "),
        "padded": f"  {number}\n",
        "dashed": number.replace("-", "\u2013"),
    }[how]
    assert valid_number(typed) == number


@given(years, sequences, st.data())
def test_one_wrong_digit_is_noticed(year: int, sequence: int, data: st.DataObject) -> None:
    number = complaint_number(year, sequence)
    place = data.draw(st.sampled_from([at for at, character in enumerate(number[:-2]) if character.isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert valid_number(number[:place] + digit + number[place + 1 :]) is None


@given(st.text(max_size=80))
def test_anything_else_is_no_number_and_no_error(text: str) -> None:
    found = valid_number(text)
    assert found is None or valid_number(found) == found


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "HD",
        "HD-2026-000123",
        "HD-2026-000123-X",
        "XX-2026-000123-H",
        "HD-2026-0000123-H",
        "HD-2026-123-H",
        "\0" * 20,
        "HD-2026-000123-H" * 10,
    ],
)
def test_what_is_no_number(typed: str) -> None:
    assert valid_number(typed) is None

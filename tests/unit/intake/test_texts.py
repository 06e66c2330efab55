"""What may be typed: kept faithfully, or refused with a message; never dropped in silence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import texts
from services.intake.domain.texts import Sieve, Wrong
from shared.errors import Invalid

anything = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=100)


@pytest.mark.parametrize(
    "typed",
    ["<b>tebal</b> & 'petik'", "\u202eterbalik\u202c", "😀 👩‍👩‍👧", "بيان جاوي", "தமிழ்", "a\tb\n\nc", "  di tepi  "],
)
def test_a_text_is_kept_as_it_was_typed(typed: str) -> None:
    assert texts.lines(typed) == typed


@given(anything)
def test_a_text_loses_nothing_but_its_way_of_being_composed(text: str) -> None:
    assert texts.lines(text) == unicodedata.normalize("NFC", text)


@given(anything)
def test_a_line_that_is_accepted_is_one_line_without_controls(text: str) -> None:
    try:
        line = texts.title(text)
    except Wrong:
        return
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


def test_line_ends_of_every_system_become_one() -> None:
    assert texts.lines("a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize("typed", ["a\0", "a\x1b[31m", "a\x7f", "a\x85", "a\x08"])
def test_control_characters_are_refused(typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        texts.lines(typed)
    assert wrong.value.code == "control_character"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Wrong) as wrong:
        texts.lines("a\ud800")
    assert wrong.value.code == "incomplete_character"


@pytest.mark.parametrize("typed", ["a\nb", "a\rb", "a\r\nBcc: x", "a\u2028b", "a\u2029b", "a\x0bb", "a\x85b"])
def test_a_line_has_no_second_line(typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        texts.title(typed)
    assert wrong.value.code == "one_line"


def test_a_tab_is_no_part_of_a_line() -> None:
    with pytest.raises(Wrong) as wrong:
        texts.title("a\tb")
    assert wrong.value.code == "control_character"


def test_length_is_counted_in_characters_after_composition() -> None:
    assert texts.title("e\u0301" * 200) == "é" * 200
    assert texts.title("😀" * 200) == "😀" * 200
    with pytest.raises(Wrong) as wrong:
        texts.title("x" * 201)
    assert wrong.value.code == "too_long"
    assert "200" in wrong.value.text.ms
    assert "200" in wrong.value.text.en
    assert len(texts.lines("x" * 32_000)) == 32_000
    with pytest.raises(Wrong):
        texts.lines("x" * 32_001)


@pytest.mark.parametrize("typed", ["", " ", "\n\t", "\u200b\u202e", "\u00a0\u3000"])
def test_what_nobody_would_see_is_nothing(typed: str) -> None:
    assert texts.is_blank(typed)


def test_a_sieve_says_everything_at_once() -> None:
    sieve = Sieve()
    assert sieve.read("title", "  ", texts.title, "none") == "none"
    assert sieve.read("text", "a\0", texts.lines, "none") == "none"
    assert sieve.read("name", "Aminah", texts.title, "none") == "Aminah"
    assert sieve.read_if_given("comment", None, texts.lines, "") == ""
    with pytest.raises(Invalid) as invalid:
        sieve.settle()
    assert [(error.field, error.code) for error in invalid.value.errors] == [
        ("title", "required"),
        ("text", "control_character"),
    ]

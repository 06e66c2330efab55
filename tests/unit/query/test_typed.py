"""What people type to find a complaint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.domain import typed


@pytest.mark.parametrize("text", ["HD-2026-000123-C", "hd-2026-000123-c", " HD 2026 000123 C", "HD2026000123C"])
def test_case_blanks_and_dashes_of_a_number_do_not_matter(text: str) -> None:
    assert typed.number(text) == "HD2026000123C"


def test_dashes_of_an_ic_do_not_matter() -> None:
    assert typed.ic("800101-99-0001") == typed.ic(" 800101 99 0001 ") == "800101990001"


@given(st.text())
def test_whatever_is_typed_becomes_letters_and_digits(text: str) -> None:
    for made in (typed.number(text), typed.ic(text)):
        assert made == "" or (made.isascii() and made.isalnum())


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("HD-2026", "HD2026"),
        ("hd2026000123", "HD2026000123"),
        ("HD-2026-000123-C", "HD2026000123C"),
        ("HD", None),
        ("hdmi cable", None),
        ("000123", None),
        ("baucar", None),
        ("", None),
    ],
)
def test_the_beginning_of_a_number_is_told_from_words(text: str, start: str | None) -> None:
    assert typed.number_start(text) == start


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("HD-2026-000123-C:7", ("HD2026000123C", 7)),
        ("HD-2026-000123-C", None),
        (":7", None),
        ("HD-2026-000123-C:", None),
        ("HD-2026-000123-C:²", None),
        ("HD-2026-000123-C:-1", None),
        ("HD-2026-000123-C:9999999999", None),
    ],
)
def test_seen_is_a_number_and_a_version_or_nothing(text: str, seen: tuple[str, int] | None) -> None:
    assert typed.seen(text) == seen

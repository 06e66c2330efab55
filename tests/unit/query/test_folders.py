"""Orders and cursors."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.query.domain.folders import ORDERS, cursor, position, sort_of
from shared.errors import Invalid

WHEN = datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=UTC)


def test_a_cursor_says_exactly_where_a_page_ended() -> None:
    for sort, (columns, _) in ORDERS.items():
        values: list[object] = ["HD-2026-000123-C" if name == "number" else WHEN for name in columns]
        assert position(sort, cursor(sort, values)) == values


def test_a_cursor_keeps_the_moment_whatever_its_zone() -> None:
    local = WHEN.astimezone(timezone(timedelta(hours=8)))
    assert position("submitted", cursor("submitted", [local, "HD"])) == [WHEN, "HD"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "é",
        cursor("-submitted", [WHEN, "HD"]),
        cursor("submitted", [WHEN]),
        cursor("submitted", ["soon", "HD"]),
        cursor("submitted", ["2026-03-01T00:00:00", "HD"]),
        cursor("submitted", ["0001-01-01T00:00:00+14:00", "HD"]),
        cursor("submitted", [WHEN, "HD\x00"]),
        cursor("submitted", [WHEN, "HD\ud7ff"]),
        cursor("submitted", [1, "HD"]),
    ],
)
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(Invalid):
        position("submitted", text)


def test_folders_begin_with_the_least_time_left_and_the_closed_one_with_the_latest_end() -> None:
    assert sort_of("mine", None) == "due"
    assert sort_of("closed", None) == "-ended"
    assert sort_of("closed", "submitted") == "submitted"

"""What the public may learn."""

from datetime import UTC, datetime, timedelta

import pytest

from services.query.domain import disclosure

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_only_the_complaints_own_ic_opens_it() -> None:
    assert disclosure.owns("a" * 64, "a" * 64)
    assert not disclosure.owns("a" * 64, "b" * 64)
    assert not disclosure.owns("a" * 64, None)


def test_no_fingerprint_opens_a_complaint_that_is_not_there() -> None:
    assert not disclosure.owns(disclosure.NOBODY, None)


def test_a_link_lives_sixty_days_after_the_closing() -> None:
    assert not disclosure.link_is_over(None, NOW)
    assert not disclosure.link_is_over(NOW - timedelta(days=60), NOW)
    assert disclosure.link_is_over(NOW - timedelta(days=60, microseconds=1), NOW)


def test_a_reopening_is_offered_only_within_the_window_that_was_said() -> None:
    can = ("rate", "reopen")
    assert disclosure.possible(can, NOW, NOW) == ["rate", "reopen"]
    assert disclosure.possible(can, NOW - timedelta(seconds=1), NOW) == ["rate"]
    assert disclosure.possible(("answer", "close"), None, NOW) == ["answer", "close"]


@pytest.mark.parametrize(
    ("kind", "audience", "detail", "public", "text"),
    [
        ("replied", ["P"], {}, True, "text"),
        ("noted", ["S"], {}, False, None),
        ("vendor_logged", ["S", "V"], {}, False, None),
        ("vendor_logged", ["S", "V"], {"public_text": ""}, False, None),
        ("vendor_logged", ["S", "V"], {"public_text": "for you"}, True, "for you"),
        ("vendor_logged", ["P", "S", "V"], {"public_text": "for you"}, True, "for you"),
        ("vendor_logged", ["P", "S", "V"], {}, True, None),
        ("close_requested", ["P", "S"], {"solution": {"cause": "c", "steps": "s"}}, True, "text"),
    ],
)
def test_an_entry_is_public_by_its_audience_and_a_vendor_report_never_in_full(
    kind: str, audience: list[str], detail: dict[str, object], public: bool, text: str | None
) -> None:
    assert disclosure.is_public(kind, audience, detail) is public
    if public:
        assert disclosure.public_text(kind, "text", detail) == text


def test_staff_are_shown_by_name_and_role_and_nobody_by_id() -> None:
    assert disclosure.public_actor("PIC", "Rashid") == {"role": "PIC", "name": "Rashid"}
    assert disclosure.public_actor("COMPLAINANT", "Aminah") == {"role": "COMPLAINANT", "name": None}
    assert disclosure.public_actor("SYSTEM", None) == {"role": "SYSTEM", "name": None}


def test_only_a_held_message_says_why() -> None:
    assert disclosure.held("message_held", {"why_ms": "sebab", "why_en": "why"}) == {
        "why": {"ms": "sebab", "en": "why"}
    }
    assert disclosure.held("answered", {"why_ms": "sebab", "why_en": "why"}) is None

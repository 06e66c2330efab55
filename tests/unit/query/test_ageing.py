"""Ages and days left, in the office's working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.domain.ageing import OFFICE, UNTIL_HEARD, VENDOR, ZONE, Moment, days_between
from shared.calendar import Calendar

SUNDAY_NINE = datetime(2026, 3, 1, 9, 0, tzinfo=ZONE)


def at(now: datetime, **calendars: Calendar) -> Moment:
    return Moment(now, calendars)


def test_until_a_calendar_is_heard_friday_and_saturday_are_free() -> None:
    assert at(SUNDAY_NINE + timedelta(days=7)).ages(SUNDAY_NINE, None) == (5, 7)


def test_a_heard_calendar_counts_instead() -> None:
    holidays = frozenset({date(2026, 3, 2), date(2026, 3, 3)})
    heard = Calendar(ZONE, UNTIL_HEARD[OFFICE].weekend, holidays)
    assert at(SUNDAY_NINE + timedelta(days=7), kelantan=heard).ages(SUNDAY_NINE, None) == (3, 7)


def test_an_ended_complaint_is_as_old_as_it_got() -> None:
    now = SUNDAY_NINE + timedelta(days=365)
    assert at(now).ages(SUNDAY_NINE, SUNDAY_NINE + timedelta(days=1)) == (1, 1)


def test_calendar_days_turn_at_midnight_in_kelantan() -> None:
    late = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    assert at(late + timedelta(minutes=2)).ages(late, None) == (0, 1)


@pytest.mark.parametrize(
    ("days", "left"),
    [(0, 4), (1, 3), (3, 1), (3.35, -1), (4, -1), (6, -1), (8, -2)],
)
def test_days_left_go_down_to_the_deadline_and_below_nought_after_it(days: float, left: int) -> None:
    due = datetime(2026, 3, 4, 17, 0, tzinfo=ZONE)
    assert at(SUNDAY_NINE + timedelta(days=days)).days_left(due, "PIC") == left


def test_the_vendor_keeps_its_own_week() -> None:
    friday = datetime(2026, 3, 6, 17, 0, tzinfo=ZONE)
    now = datetime(2026, 3, 5, 18, 0, tzinfo=ZONE)
    assert at(now).days_left(friday, "VENDOR") == 1
    assert at(now).days_left(friday, "PIC") == 0
    never = Calendar(ZONE, frozenset(range(7)))
    assert at(now, **{VENDOR: never}).days_left(friday, "VENDOR") == 0


def test_without_a_deadline_no_days_are_left_or_late() -> None:
    assert at(SUNDAY_NINE).days_left(None, "COMPLAINANT") is None


MOMENTS = st.datetimes(datetime(2019, 12, 25), datetime(2040, 1, 7), timezones=st.just(ZONE))  # noqa: DTZ001
HELD = Calendar(ZONE, frozenset({4, 5}), frozenset(date(2026, 1, 1) + timedelta(days=17 * n) for n in range(200)))


@given(MOMENTS, st.timedeltas(timedelta(days=-3), timedelta(days=400)))
def test_days_looked_up_are_those_the_calendar_counts(start: datetime, span: timedelta) -> None:
    end = start + span
    assert days_between(HELD, start, end) == HELD.days_between(start, end)


@given(MOMENTS, st.timedeltas(timedelta(days=-40), timedelta(days=40)), st.sampled_from(["PIC", "VENDOR"]))
def test_days_left_are_those_the_calendar_counts(now: datetime, span: timedelta, custodian: str) -> None:
    calendar = UNTIL_HEARD[VENDOR if custodian == "VENDOR" else OFFICE]
    assert at(now).days_left(now + span, custodian) == calendar.days_left(now, now + span)

"""Working days by hand, and the laws that hold for all of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.calendar import DAY_ENDS, Calendar

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
KELANTAN = Calendar(ZONE, frozenset({4, 5}))
VENDOR = Calendar(ZONE, frozenset({5, 6}))
RAYA = Calendar(ZONE, frozenset({4, 5}), frozenset({date(2026, 3, 8), date(2026, 3, 9)}))
"""Kelantan with Sunday 8 and Monday 9 March off."""


def at(text: str) -> datetime:
    """`Thu 5 16:50`: a day of March 2026, which began on a Sunday; the weekday is checked."""
    weekday, day, hour = text.split()
    moment = datetime.strptime(f"2026-03-{int(day):02d} {hour}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    assert moment.strftime("%a") == weekday
    return moment


@pytest.mark.parametrize(
    ("calendar", "start", "days", "due"),
    [
        (KELANTAN, "Sun 1 09:00", 1, "Mon 2 17:00"),
        (KELANTAN, "Sun 1 00:00", 1, "Mon 2 17:00"),
        (KELANTAN, "Thu 5 16:50", 1, "Sun 8 17:00"),  # ten minutes before the week ends
        (KELANTAN, "Thu 5 17:10", 1, "Sun 8 17:00"),  # and ten minutes after: the hour does not matter
        (KELANTAN, "Thu 5 16:50", 3, "Tue 10 17:00"),
        (KELANTAN, "Fri 6 10:00", 1, "Sun 8 17:00"),
        (KELANTAN, "Sat 7 23:59", 1, "Sun 8 17:00"),
        (KELANTAN, "Sun 8 00:00", 1, "Mon 9 17:00"),
        (KELANTAN, "Wed 4 09:00", 3, "Mon 9 17:00"),
        (KELANTAN, "Sun 1 09:00", 15, "Sun 22 17:00"),
        (RAYA, "Thu 5 16:50", 1, "Tue 10 17:00"),
        (RAYA, "Sun 8 12:00", 1, "Tue 10 17:00"),
        (VENDOR, "Thu 5 16:50", 1, "Fri 6 17:00"),
        (VENDOR, "Fri 6 10:00", 1, "Mon 9 17:00"),
        (VENDOR, "Sun 8 10:00", 15, "Fri 27 17:00"),
    ],
)
def test_due_in_n_is_five_o_clock_of_the_nth_working_day_after_the_date_of_the_start(
    calendar: Calendar, start: str, days: int, due: str
) -> None:
    assert calendar.due(at(start), days) == at(due)


def test_the_date_of_the_start_is_the_date_in_kelantan() -> None:
    late_on_saturday_in_london = datetime(2026, 3, 7, 16, 30, tzinfo=UTC)
    assert KELANTAN.due(late_on_saturday_in_london, 1) == at("Mon 9 17:00")


def test_due_in_no_days_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KELANTAN.due(at("Sun 1 09:00"), 0)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "days"),
    [
        (KELANTAN, "Sun 1 09:00", "Sun 1 16:59", 0),
        (KELANTAN, "Sun 1 09:00", "Sun 1 17:00", 1),
        (KELANTAN, "Sun 1 17:00", "Mon 2 16:59", 0),
        (KELANTAN, "Sun 1 09:00", "Mon 2 09:00", 1),
        (KELANTAN, "Thu 5 16:50", "Thu 5 17:10", 1),
        (KELANTAN, "Thu 5 16:50", "Sun 8 09:00", 1),
        (KELANTAN, "Thu 5 17:00", "Sun 8 16:59", 0),
        (KELANTAN, "Thu 5 17:00", "Sun 8 17:00", 1),
        (KELANTAN, "Fri 6 00:00", "Sat 7 23:59", 0),
        (KELANTAN, "Sun 1 09:00", "Sun 8 09:00", 5),
        (RAYA, "Thu 5 17:00", "Tue 10 17:00", 1),
        (VENDOR, "Thu 5 17:00", "Mon 9 17:00", 2),
        (KELANTAN, "Mon 2 09:00", "Sun 1 09:00", 0),
    ],
)
def test_a_span_has_used_as_many_days_as_fives_o_clock_of_working_days_passed_in_it(
    calendar: Calendar, start: str, end: str, days: int
) -> None:
    assert calendar.days_between(at(start), at(end)) == days


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("Thu 5 09:00", 2),
        ("Thu 5 17:00", 1),
        ("Sun 8 09:00", 1),
        ("Sun 8 17:00", 0),
        ("Sun 8 17:01", -1),
        ("Mon 9 17:00", -1),
        ("Tue 10 17:00", -2),
    ],
)
def test_days_left_until_sunday_the_eighth(now: str, left: int) -> None:
    assert KELANTAN.days_left(at(now), at("Sun 8 17:00")) == left


def test_calendar_days_are_midnights_in_kelantan() -> None:
    assert KELANTAN.calendar_days(at("Thu 5 23:59"), at("Fri 6 00:01")) == 1
    assert KELANTAN.calendar_days(datetime(2026, 3, 5, 15, 59, tzinfo=UTC), datetime(2026, 3, 5, 16, tzinfo=UTC)) == 1


DAYS = some.dates(date(2026, 1, 1), date(2026, 12, 31))
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=some.just(ZONE))  # noqa: DTZ001 - hypothesis adds the zone
CALENDARS = some.builds(
    Calendar, some.just(ZONE), some.sampled_from([frozenset({4, 5}), frozenset({5, 6})]), some.frozensets(DAYS)
)
quickly = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@quickly
@given(CALENDARS, some.lists(MOMENTS, min_size=3, max_size=6))
def test_the_days_of_adjoining_spans_sum_to_the_days_of_the_whole(calendar: Calendar, moments: list[datetime]) -> None:
    moments.sort()
    parts = [calendar.days_between(start, end) for start, end in pairwise(moments)]
    assert sum(parts) == calendar.days_between(moments[0], moments[-1])


@quickly
@given(CALENDARS, MOMENTS, MOMENTS)
def test_days_are_the_fives_o_clock_counted_one_by_one(calendar: Calendar, one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    day, count = start.date(), 0
    while day <= end.date():
        count += calendar.is_working_day(day) and start < datetime.combine(day, DAY_ENDS, ZONE) <= end
        day += timedelta(days=1)
    assert calendar.days_between(start, end) == count


@quickly
@given(CALENDARS, MOMENTS, some.integers(1, 40))
def test_a_deadline_is_the_end_of_a_working_day_n_days_on(calendar: Calendar, start: datetime, days: int) -> None:
    due = calendar.due(start, days)
    assert calendar.is_working_day(due.date())
    assert due.timetz().replace(tzinfo=None) == DAY_ENDS
    ends_today = calendar.is_working_day(start.date()) and start.time() < DAY_ENDS
    assert calendar.days_between(start, due) == days + ends_today
    assert calendar.due(start, days + 1) > due


@quickly
@given(CALENDARS, MOMENTS, some.integers(-40, 40))
def test_a_deadline_is_moved_by_working_days_counted_one_by_one(
    calendar: Calendar, deadline: datetime, days: int
) -> None:
    day, left = deadline.date(), abs(days)
    while left:
        day += timedelta(days=1 if days > 0 else -1)
        left -= calendar.is_working_day(day)
    assert calendar.shifted(deadline, days) == (datetime.combine(day, DAY_ENDS, ZONE) if days else deadline)


@pytest.mark.parametrize(("place", "weekend"), [("KTN", frozenset({4, 5})), ("PJY", frozenset({5, 6}))])
def test_from_2021_to_2030_it_agrees_with_the_holidays_library(place: str, weekend: frozenset[int]) -> None:
    law = country_holidays("MY", subdiv=place, years=range(2021, 2031))
    calendar = Calendar(ZONE, weekend, frozenset(law))
    day, worked = date(2021, 1, 1), 0
    start = datetime(2020, 12, 31, 18, tzinfo=ZONE)
    while day < date(2031, 1, 1):
        working = day not in law and day.weekday() not in weekend
        assert calendar.is_working_day(day) == working
        worked += working
        assert calendar.days_between(start, datetime.combine(day, DAY_ENDS, ZONE)) == worked
        if working and worked % 50 == 1:
            assert calendar.due(start, worked).date() == day
        day += timedelta(days=1)
    assert calendar.shifted(calendar.due(start, worked), -(worked - 1)) == calendar.due(start, 1)

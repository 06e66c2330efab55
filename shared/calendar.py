"""Working-day arithmetic, pure. A calendar is its weekend and its holidays; times are aware, places are zones.

A working day ends at 17:00 local time. "Due in n" is 17:00 of the n-th working day strictly after the local date of the
start, whatever its hour; a span has used as many days as 17:00s of working days passed while it ran. So the days of
adjoining spans sum to the days of the whole.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

DAY_ENDS = time(17, 0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekend days are 0 (Monday) to 6 (Sunday)."""

    zone: ZoneInfo
    weekend: frozenset[int]
    holidays: frozenset[date] = field(default_factory=frozenset)
    _week: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """The weekdays that are no weekend."""
    _off: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """Ordinals of the holidays that do not fall on a weekend, in order."""
    _before: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """How many working days of all time there were before each of them."""

    def __post_init__(self) -> None:
        off = sorted(day.toordinal() for day in self.holidays if day.weekday() not in self.weekend)
        object.__setattr__(self, "_week", tuple(day for day in range(7) if day not in self.weekend))
        object.__setattr__(self, "_off", tuple(off))
        object.__setattr__(self, "_before", tuple(self._worked(day - 1) for day in off))

    def is_working_day(self, day: date) -> bool:
        """Neither weekend nor holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def due(self, start: datetime, days: int) -> datetime:
        """17:00 of the `days`-th working day strictly after the local date of `start`."""
        if days < 1:
            raise ValueError("due in at least one working day")
        return self._end_of(self._worked(start.astimezone(self.zone).toordinal()) + days)

    def shifted(self, deadline: datetime, days: int) -> datetime:
        """A deadline so many working days later, or earlier where `days` is negative."""
        if days == 0:
            return deadline
        day = deadline.astimezone(self.zone).toordinal()
        return self._end_of(self._worked(day) + days if days > 0 else self._worked(day - 1) + 1 + days)

    def days_between(self, start: datetime, end: datetime) -> int:
        """How many ends of working days lie in (start, end]; 0 when end is not after start."""
        if end <= start:
            return 0
        return self._ended_by(end) - self._ended_by(start)

    def days_left(self, now: datetime, due: datetime) -> int:
        """Working days until `due`; negative once it has passed, by at least one."""
        if now <= due:
            return self.days_between(now, due)
        return -max(self.days_between(due, now), 1)

    def calendar_days(self, start: datetime, end: datetime) -> int:
        """How many midnights lie between, in this place."""
        return (end.astimezone(self.zone).date() - start.astimezone(self.zone).date()).days

    def _end_of(self, nth: int) -> datetime:
        """17:00 of the nth working day of all time."""
        weeks, rest = divmod(nth + bisect_left(self._before, nth) - 1, len(self._week))
        return datetime.combine(date.fromordinal(weeks * 7 + self._week[rest] + 1), DAY_ENDS, self.zone)

    def _ended_by(self, moment: datetime) -> int:
        """How many working days of all time had ended by then."""
        local = moment.astimezone(self.zone)
        return self._worked(local.toordinal() - (local.time() < DAY_ENDS))

    def _worked(self, last: int) -> int:
        """How many working days of all time there were up to this one, by its ordinal; 1 was a Monday."""
        weeks, rest = divmod(last, 7)
        return weeks * len(self._week) + bisect_left(self._week, rest) - bisect_right(self._off, last)

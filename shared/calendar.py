"""Working-day arithmetic, pure. A calendar is its weekend and its holidays; times are aware, places are zones.

A working day ends at 17:00 local time. "Due in n" is 17:00 of the n-th working day strictly after the local date of the
start, whatever its hour; a span has used as many days as 17:00s of working days passed while it ran. So the days of
adjoining spans sum to the days of the whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_ENDS = time(17, 0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekend days are 0 (Monday) to 6 (Sunday)."""

    zone: ZoneInfo
    weekend: frozenset[int]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Neither weekend nor holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def due(self, start: datetime, days: int) -> datetime:
        """17:00 of the `days`-th working day strictly after the local date of `start`."""
        if days < 1:
            raise ValueError("due in at least one working day")
        day = start.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return datetime.combine(day, DAY_ENDS, self.zone)

    def days_between(self, start: datetime, end: datetime) -> int:
        """How many ends of working days lie in (start, end]; 0 when end is not after start."""
        if end <= start:
            return 0
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        count = sum(map(self.is_working_day, _days(first.date(), last.date())))
        if first.time() >= DAY_ENDS and self.is_working_day(first.date()):
            count -= 1
        if last.time() < DAY_ENDS and self.is_working_day(last.date()):
            count -= 1
        return max(count, 0)

    def days_left(self, now: datetime, due: datetime) -> int:
        """Working days until `due`; negative once it has passed, by at least one."""
        if now <= due:
            return self.days_between(now, due)
        return -max(self.days_between(due, now), 1)

    def calendar_days(self, start: datetime, end: datetime) -> int:
        """How many midnights lie between, in this place."""
        return (end.astimezone(self.zone).date() - start.astimezone(self.zone).date()).days


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))

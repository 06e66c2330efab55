"""How old a complaint is and how long is left, in the office's working days."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.calendar import DAY_ENDS, Calendar

OFFICE = "kelantan"
VENDOR = "vendor"
ZONE = ZoneInfo("Asia/Kuala_Lumpur")
UNTIL_HEARD: Mapping[str, Calendar] = {
    OFFICE: Calendar(ZONE, frozenset({4, 5})),
    VENDOR: Calendar(ZONE, frozenset({5, 6})),
}
"""Weekends only, until workflow has said the holidays: Friday and Saturday in Kelantan."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Business time as the answer is given, and the calendars of that moment."""

    now: datetime
    calendars: Mapping[str, Calendar]

    @property
    def office(self) -> Calendar:
        """Kelantan's."""
        return self.calendars.get(OFFICE, UNTIL_HEARD[OFFICE])

    def days_left(self, due: datetime | None, custodian: str | None) -> int | None:
        """Working days until the custodian's deadline, negative once it has passed. The vendor keeps its own week."""
        if due is None:
            return None
        name = VENDOR if custodian == "VENDOR" else OFFICE
        calendar = self.calendars.get(name, UNTIL_HEARD[name])
        if self.now <= due:
            return days_between(calendar, self.now, due)
        return -max(days_between(calendar, due, self.now), 1)

    def ages(self, submitted_at: datetime, ended_at: datetime | None) -> tuple[int, int]:
        """Working days and calendar days from the filing to the end, or to now."""
        end = ended_at or self.now
        return days_between(self.office, submitted_at, end), self.office.calendar_days(submitted_at, end)


TABLED = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


def days_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """`calendar.days_between`, looked up: a page asks it a hundred times of spans as long as the oldest complaint."""
    first, last = TABLED
    if not first <= start <= end <= last:
        return calendar.days_between(start, end)
    ends = _ends(calendar)
    return bisect_right(ends, end.timestamp()) - bisect_right(ends, start.timestamp())


@lru_cache(maxsize=8)
def _ends(calendar: Calendar) -> list[float]:
    """Every end of a working day in twenty years, in order."""
    first, last = (moment.date() for moment in TABLED)
    days = (first + timedelta(days=offset) for offset in range((last - first).days))
    return [datetime.combine(day, DAY_ENDS, calendar.zone).timestamp() for day in days if calendar.is_working_day(day)]

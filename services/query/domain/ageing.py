"""How old a complaint is and how long is left, in the office's working days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.calendar import Calendar

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
        return self.calendars.get(name, UNTIL_HEARD[name]).days_left(self.now, due)

    def ages(self, submitted_at: datetime, ended_at: datetime | None) -> tuple[int, int]:
        """Working days and calendar days from the filing to the end, or to now."""
        end = ended_at or self.now
        return self.office.days_between(submitted_at, end), self.office.calendar_days(submitted_at, end)

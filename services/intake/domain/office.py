"""What intake knows of the office's days: its copy of the calendar, and how long a first answer may take."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.intake.domain.form import Form
from shared.calendar import Calendar

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
UNHEARD_CALENDAR = Calendar(zone=ZONE, weekend=frozenset({4, 5}))
"""Kelantan's weekend, Friday and Saturday: until workflow has said the calendar."""
UNHEARD_ANSWER_DAYS = 3


@dataclass(frozen=True, slots=True)
class Office:
    """The office at one moment of business time."""

    now: datetime
    form: Form
    calendar: Calendar
    first_answer_days: int

    @property
    def year(self) -> int:
        """The one that complaints are numbered in."""
        return self.now.astimezone(ZONE).year

    def answer_by(self, submitted_at: datetime) -> datetime:
        """By when a complaint of that time is answered for the first time."""
        return self.calendar.due(submitted_at, self.first_answer_days)

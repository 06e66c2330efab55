"""What became of an answer by mail that was not taken. Each has a subject of its own and sequence 1."""

from datetime import datetime
from typing import ClassVar

from shared.envelope import Event


class StaffMailRefused(Event, frozen=True, kw_only=True):
    """A member of staff may not do now what their mail asked for: nothing was done. Subject: the message."""

    wire: ClassVar[str] = "staff_mail.refused"

    message: str
    """As `staff.mailed` named it."""
    number: str
    staff: str
    at: datetime
    code: str
    """Why, as the refusal of the same act over HTTP would say it."""
    why_ms: str
    why_en: str


ALL: tuple[type[Event], ...] = (StaffMailRefused,)

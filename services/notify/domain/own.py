"""What notify tells itself: no service hears it, and yet it has rules, an alert and deliveries like any event."""

from typing import ClassVar

from shared.envelope import Event


class DigestDue(Event, frozen=True, kw_only=True):
    """A member of staff's morning summary, or what an outage kept back from them."""

    wire: ClassVar[str] = "digest.due"


OWN: tuple[type[Event], ...] = (DigestDue,)

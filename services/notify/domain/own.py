"""What notify tells itself: no service hears it, and yet it has rules, an alert and deliveries like any event."""

from datetime import datetime
from typing import ClassVar

from shared.envelope import Event
from shared.events.complaint import Person


class DigestDue(Event, frozen=True, kw_only=True):
    """A member of staff's morning summary, or what an outage kept back from them."""

    wire: ClassVar[str] = "digest.due"


class DeliveryBounced(Event, frozen=True, kw_only=True):
    """A mail server said no for good: whoever it was for has not heard."""

    wire: ClassVar[str] = "delivery.bounced"

    at: datetime
    recipient: str
    """As in the ledger: `complainant:<number>`, `staff:<id>` or `vendor:desk`."""
    name: str
    address: str | None
    """Masked."""
    answer: str
    """The server's words, without any address in them."""
    number: str | None = None
    """The complaint it was about; none where it was about an account, or about many."""
    pic: Person | None = None


OWN: tuple[type[Event], ...] = (DigestDue, DeliveryBounced)

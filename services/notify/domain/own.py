"""What notify tells itself: no service hears it, and yet it has rules, an alert and deliveries like any event."""

from datetime import datetime
from typing import ClassVar

from shared.envelope import Event
from shared.events.complaint import Person
from shared.events.intake import MailHeld

HELD_MAILS, WAYS = "/mel-tertahan", "/pemberitahuan/saluran"
"""Where staff see to it."""
OVERSEERS = frozenset({"admins", "management"})


class DigestDue(Event, frozen=True, kw_only=True):
    """A member of staff's morning summary, or what an outage kept back from them."""

    wire: ClassVar[str] = "digest.due"


class News(Event, frozen=True, kw_only=True):
    """Something that staff must see to. `told_to`: which audiences may be told of it."""

    told_to: ClassVar[frozenset[str]] = OVERSEERS
    place: ClassVar[str] = ""
    """The page below the staff's own on which it is seen to; empty: the complaint's."""

    at: datetime
    number: str | None = None
    """The complaint it is about; none where it is about an account, about many, or about the house itself."""
    pic: Person | None = None
    recipient: str = ""
    """Whom it began with, as in the ledger: `complainant:<number>`, `staff:<id>`, `vendor:desk` or nobody known."""


class DeliveryBounced(News, frozen=True, kw_only=True):
    """A mail server said no for good: whoever it was for has not heard."""

    wire: ClassVar[str] = "delivery.bounced"
    told_to: ClassVar[frozenset[str]] = OVERSEERS | {"pic"}

    name: str
    address: str | None
    """Masked."""
    answer: str
    """The server's words, without any address in them."""


class ChannelDown(News, frozen=True, kw_only=True):
    """A way out has not answered for a while: what is to go that way waits."""

    wire: ClassVar[str] = "channel.down"
    place: ClassVar[str] = WAYS

    channel: str
    since: datetime
    answer: str
    """What was said, or not."""


class ChannelBack(News, frozen=True, kw_only=True):
    """It answers again: what waited goes."""

    wire: ClassVar[str] = "channel.back"
    place: ClassVar[str] = WAYS

    channel: str
    since: datetime


class TemplateRefused(News, frozen=True, kw_only=True):
    """WhatsApp refuses one of our templates: who would have had it is told by mail until somebody sees to it."""

    wire: ClassVar[str] = "template.refused"
    place: ClassVar[str] = WAYS

    template: str
    language: str
    code: int


class HeldMail(News, frozen=True, kw_only=True):
    """Intake holds a mail that came in: somebody must decide on it."""

    wire: ClassVar[str] = MailHeld.wire
    place: ClassVar[str] = HELD_MAILS


class WhatsAppSaid(News, frozen=True, kw_only=True):
    """Somebody wrote on WhatsApp: it stands beside the complaint, and in no message."""

    wire: ClassVar[str] = "whatsapp.said"
    told_to: ClassVar[frozenset[str]] = OVERSEERS | {"pic"}


NEWS: tuple[type[News], ...] = (DeliveryBounced, ChannelDown, ChannelBack, TemplateRefused, HeldMail, WhatsAppSaid)
OWN: tuple[type[Event], ...] = (DigestDue, *NEWS)

"""Notify's ledger in the shapes the pages read."""

from datetime import datetime

import msgspec

from services.portal.clients import Text


class Recipient(msgspec.Struct, frozen=True):
    """Who; the name as it was when it was planned."""

    kind: str
    id: str | None = None
    name: str | None = None
    masked: str | None = None


class Attempt(msgspec.Struct, frozen=True):
    """One try, and what the other side said; no result while it is under way."""

    at: datetime
    result: str | None = None
    detail: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What the provider said of the message later."""

    at: datetime
    status: str
    code: int | None = None


class Delivery(msgspec.Struct, frozen=True):
    """A message to a person, or why there is none."""

    id: str
    event: str
    title: Text
    template: str
    audience: str
    recipient: Recipient
    channel: str
    status: str
    at: datetime
    changed_at: datetime
    complaint: str | None = None
    reason: str | None = None
    urgent: bool = False
    carried_by: str | None = None
    next_at: datetime | None = None
    retryable: bool = False
    rule: int = 0
    rules: int = 0
    attempts: list[Attempt] = []
    receipts: list[Receipt] = []


class Ledger(msgspec.Struct, frozen=True):
    """A page of the ledger, newest first."""

    items: list[Delivery]
    as_of: datetime
    next: str | None = None


class Alert(msgspec.Struct, frozen=True):
    """Something that happened, all that was planned for it, and why nobody is told where nobody is."""

    id: str
    event: str
    at: datetime
    deliveries: list[Delivery]
    rules: int = 0
    nobody: str | None = None


class Told(msgspec.Struct, frozen=True):
    """What happened to a complaint, newest first."""

    items: list[Alert]
    as_of: datetime
    next: str | None = None


class Channel(msgspec.Struct, frozen=True):
    """A way out: `up`, `down` or `off`; counts are of the past day."""

    name: str
    state: str
    failures: int = 0
    detail: str | None = None
    waiting: int = 0
    oldest_seconds: float = 0.0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    last_sent_at: datetime | None = None


class Channels(msgspec.Struct, frozen=True):
    """All of them."""

    items: list[Channel]
    as_of: datetime


class Template(msgspec.Struct, frozen=True):
    """What a WhatsApp message is called at Meta; `refused` is the code it was refused with since it was named."""

    message: str
    language: str
    name: str
    enabled: bool
    text: str
    refused: int | None = None
    refused_at: datetime | None = None


class Templates(msgspec.Struct, frozen=True):
    """All of them. `on`: this installation has a WhatsApp number; `unreachable`: people whose numbers are not tried."""

    version: int
    on: bool
    items: list[Template]
    unreachable: int = 0
    category: str = ""
    saved_at: datetime | None = None
    saved_by: str | None = None


class Written(msgspec.Struct, frozen=True):
    """What somebody wrote on WhatsApp; no text where it was a picture, or cannot be opened any more."""

    at: datetime
    by: str | None = None
    kind: str = "text"
    text: str | None = None
    masked: str | None = None

"""What is about to be sent, to whom: values the ledger and the copies give, still sealed."""

from dataclasses import dataclass

from services.notify.domain.facts import Facts, Matter


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person. `about` is what their sealed contact is bound to: the complaint's number, or the staff id."""

    kind: str
    about: str
    name: str
    language: str
    email_sealed: str | None
    phone_sealed: str | None
    address: str | None = None
    """Of an office, which is no secret: lies open."""
    whatsapp: bool = False
    """Whether they agree to it, now."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One event of one complaint, or (without a matter) of one account; a batched message has several."""

    matter: Matter | None
    facts: Facts
    event: str = ""
    correlation: str | None = None
    """Ids, for the log."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A claimed delivery with its attempt."""

    delivery: str
    attempt: str
    channel: str
    template: str
    batched: bool
    reader: str
    recipient: Recipient
    topics: tuple[Topic, ...]
    together: int = 1
    """How many events it tells of: of some only that there are more."""

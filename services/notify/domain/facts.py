"""What the ledger keeps of an event and its complaint: enough to write its messages at any later time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.notify.domain.digests import Digest
from services.notify.domain.own import ChannelBack, ChannelDown, DeliveryBounced, News, TemplateRefused
from shared.envelope import Event
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent
from shared.events.vendor import VendorLeg
from shared.events.workflow import Reminded


class Bounced(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a mail did not reach, and what the server said; the address masked."""

    name: str
    address: str | None
    answer: str


class House(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What staff must see to, and the page below theirs on which they can."""

    place: str
    channel: str | None = None
    since: datetime | None = None
    answer: str | None = None
    template: str | None = None
    language: str | None = None
    code: int | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the ledger keeps of an event: enough to write its messages at any later time. No contact is among it, and
    a token only as it came, sealed."""

    at: datetime
    audience: tuple[str, ...] = ()
    actor: str | None = None
    due: datetime | None = None
    answer_by: datetime | None = None
    due_before: datetime | None = None
    reopen_until: datetime | None = None
    text: str | None = None
    files: tuple[str, ...] = ()
    pic: str | None = None
    before: str | None = None
    outcome: str | None = None
    vendor_reference: str | None = None
    public_text: str | None = None
    days: int | None = None
    reason_ms: str | None = None
    reason_en: str | None = None
    linked_to: str | None = None
    why_ms: str | None = None
    why_en: str | None = None
    by: str | None = None
    token_sealed: str | None = None
    until: datetime | None = None
    minutes: int | None = None
    vendor: VendorLeg | None = None
    leg_files: tuple[tuple[str, str], ...] = ()
    """Files that the vendor may have: id and name. Of a reminder, those of the report."""
    report: str | None = None
    """Of a reminder to the vendor: what was reported."""
    nth: int | None = None
    digest: Digest | None = None
    """Of a digest, all that stands in it."""
    bounced: Bounced | None = None
    house: House | None = None
    """Of what staff must see to: where, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A complaint as messages tell of it."""

    number: str
    submitted_at: datetime
    name: str
    title: str
    description: str
    department: str
    ptj: str | None
    module_ms: str
    module_en: str


def facts_of(event: Event, at: datetime) -> Facts:
    """The facts of an event that happened at `at`."""
    if isinstance(event, AccountEvent):
        told: dict[str, Any] = {name: getattr(event, name, None) for name in ("by", "token_sealed", "until", "minutes")}
        return Facts(at=at, **told)
    if isinstance(event, News):
        return _news(event, at)
    if not isinstance(event, ComplaintEvent):
        return Facts(at=at)
    found: dict[str, Any] = {name: getattr(event, name, None) for name in Facts.__struct_fields__}
    for name in ("actor", "pic", "before"):
        person = found[name]
        found[name] = None if person is None else person.name
    files = tuple(file.name for file in event.files)
    found["leg_files"] = tuple((file.id, file.name) for file in event.files) if "V" in event.audience else ()
    if isinstance(event, Reminded) and event.cause is not None:
        found["nth"] = event.cause.nth
    return Facts(**(found | {"audience": event.audience, "files": files}))


def _news(event: News, at: datetime) -> Facts:
    house = House(place=event.place)
    if isinstance(event, DeliveryBounced):
        return Facts(at=at, bounced=Bounced(name=event.name, address=event.address, answer=event.answer), house=house)
    if isinstance(event, ChannelDown):
        house = House(place=event.place, channel=event.channel, since=event.since, answer=event.answer)
    elif isinstance(event, ChannelBack):
        house = House(place=event.place, channel=event.channel, since=event.since)
    elif isinstance(event, TemplateRefused):
        house = House(place=event.place, template=event.template, language=event.language, code=event.code)
    return Facts(at=at, house=house)


def with_report(facts: Facts, reported: Facts) -> Facts:
    """The facts of a reminder to the vendor, with what it is reminded of."""
    return msgspec.structs.replace(facts, report=reported.text, leg_files=reported.leg_files)

"""(rules, event, known people) -> deliveries with reasons. Whoever is not told is written down with why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notify.domain.choices import choice_of, consents, quiet_until
from services.notify.domain.own import ChannelDown, DeliveryBounced, News
from services.notify.domain.people import VENDOR_DESK, Complainant, Staff, is_in, people
from services.notify.domain.retries import Reason, Status
from services.notify.domain.rules import DESK, DIGESTED, Rule
from services.notify.domain.texts import ZONE
from shared.envelope import Event
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of the ledger to be. `recipient` is `complainant:<number>`, `staff:<id>` or `vendor:desk`; what is about
    an account has no number."""

    number: str | None
    rule: int
    audience: str
    recipient: str
    name: str
    channel: str
    template: str
    batched: bool
    reason: Reason | None
    urgent: bool = False
    held_until: datetime | None = None
    """By business time: until then it is in no line."""
    late: bool = False
    """Heard long after it happened."""

    @property
    def status(self) -> Status:
        """Planned, or skipped where there is a reason not to send; what is only held is planned."""
        return Status.PLANNED if self.reason in (None, Reason.QUIET) else Status.SKIPPED


@dataclass(frozen=True, slots=True)
class When:
    """The moment of planning: business time, and whether the event was heard long after it happened. Without a moment
    no quiet hours hold."""

    now: datetime | None = None
    late: bool = False


def plan(
    rules: Iterable[Rule],
    event: Event,
    complainant: Complainant,
    staff: Sequence[Staff],
    *,
    desk: bool = False,
    when: When = When(),
) -> list[Planned]:
    """Who is told of this event, through which channel, with which message, and who is not, and why. `desk`: the
    office has said where the vendor's helpdesk reads its mail; nobody is told in its place where it has not."""
    known = {person.id: person for person in staff}
    lines: list[Planned] = []
    # Rules that are switched off come last: they must not take a person away from one that is on.
    for rule in sorted(rules, key=lambda rule: (not rule.enabled, rule.position)):
        if rule.audience is None or rule.channel is None or rule.template is None or not rule.condition.holds(event):
            continue
        if rule.audience == DESK and not (desk and isinstance(event, ComplaintEvent) and event.vendor is not None):
            continue
        for recipient, name, absent in people(rule.audience, event, complainant, staff):
            reason = Reason.ABSENT if absent else _reason(rule, event, recipient, complainant, known)
            line = Planned(
                number=complainant.number,
                rule=rule.position,
                audience=rule.audience,
                recipient=recipient,
                name=name,
                channel=rule.channel,
                template=rule.template,
                batched=rule.batched,
                reason=reason,
                urgent=rule.urgent,
            )
            member = known.get(recipient.removeprefix("staff:"))
            lines.append(line if reason is not None or member is None else as_chosen(line, rule, member, when))
    return _once_each(lines)


def as_chosen(line: Planned, rule: Rule, member: Staff, when: When) -> Planned:
    """What would go out to this member of staff, as they want it: at once, after their quiet hours, in the digest, or
    not at all. What comes late comes in the digest, whatever they chose: an outage must not end in a flood."""
    if rule.channel == "whatsapp" and not consents(member.preferences):
        return replace(line, reason=Reason.NO_CONSENT)
    choice = choice_of(rule, member.preferences)
    if choice == "off":
        return replace(line, reason=Reason.CHOSEN_OFF)
    if member.digested and (when.late or choice == "digest"):
        return replace(line, reason=Reason.IN_DIGEST, late=when.late)
    until = quiet_until(member.preferences, when.now, ZONE) if when.now is not None and not rule.urgent else None
    return line if until is None else replace(line, reason=Reason.QUIET, held_until=until)


def _once_each(lines: Sequence[Planned]) -> list[Planned]:
    """One message to one person by one channel: the line that tells soonest, and of those alike the first."""
    winners: dict[tuple[str, str], Planned] = {}
    for line in lines:
        best = winners.get((line.recipient, line.channel))
        if _comes(line) and (best is None or (best.reason is Reason.IN_DIGEST and line.reason is not Reason.IN_DIGEST)):
            winners[line.recipient, line.channel] = line
    return [
        line
        if not _comes(line) or winners[line.recipient, line.channel] is line
        else replace(line, reason=Reason.DUPLICATE_PERSON, held_until=None, late=False)
        for line in lines
    ]


def _comes(line: Planned) -> bool:
    return line.status is Status.PLANNED or line.reason is Reason.IN_DIGEST


def plan_account(rules: Iterable[Rule], event: AccountEvent, owner: Staff) -> list[Planned]:
    """The owner of an account is told of it, and nobody else."""
    lines: list[Planned] = []
    for rule in sorted(rules, key=lambda rule: (not rule.enabled, rule.position)):
        if rule.audience is None or rule.channel is None or rule.template is None:
            continue
        reason = None if owner.active else Reason.NO_ADDRESS
        if reason is None and any(line.channel == rule.channel and line.reason is None for line in lines):
            reason = Reason.DUPLICATE_PERSON
        lines.append(
            Planned(
                number=None,
                rule=rule.position,
                audience=rule.audience,
                recipient=f"staff:{event.staff}",
                name=owner.name,
                channel=rule.channel,
                template=rule.template,
                batched=rule.batched,
                reason=reason if rule.enabled else Reason.SWITCHED_OFF,
                urgent=rule.urgent,
            )
        )
    return lines


def plan_news(rules: Iterable[Rule], event: News, staff: Sequence[Staff], *, when: When = When()) -> list[Planned]:
    """Who of the staff is told of something that must be seen to: never the one it began with, and by no way that is
    itself down."""
    known = {person.id: person for person in staff}
    lines: list[Planned] = []
    for rule in sorted(rules, key=lambda rule: (not rule.enabled, rule.position)):
        if rule.audience not in event.told_to or rule.channel is None or rule.template is None:
            continue
        if not rule.condition.holds(event):
            continue
        for recipient, name, absent in people(rule.audience, event, None, staff):
            member = known.get(recipient.removeprefix("staff:"))
            reason = Reason.ABSENT if absent else _why_not(rule, event, recipient)
            if member is None or not member.active:
                reason = Reason.NO_ADDRESS
            line = Planned(
                number=event.number,
                rule=rule.position,
                audience=rule.audience,
                recipient=recipient,
                name=name,
                channel=rule.channel,
                template=rule.template,
                batched=rule.batched,
                reason=reason if rule.enabled else Reason.SWITCHED_OFF,
                urgent=rule.urgent,
            )
            lines.append(line if line.reason or member is None else as_chosen(line, rule, member, when))
    return _once_each(lines)


def _why_not(rule: Rule, event: News, recipient: str) -> Reason | None:
    if recipient == event.recipient:
        return Reason.BOUNCED if isinstance(event, DeliveryBounced) else Reason.OWN_ACT
    # It could only arrive when it is no longer true; that the way is open again is told then.
    return Reason.CHANNEL_DOWN if isinstance(event, ChannelDown) and event.channel == rule.channel else None


def plan_digest(rules: Iterable[Rule], person: Staff, when: When) -> list[Planned]:
    """A member of staff's digest, by each channel once; empty where no rule gives them one."""
    until = quiet_until(person.preferences, when.now, ZONE) if when.now is not None else None
    lines: dict[str, Planned] = {}
    for rule in reaching(rules, person):
        if rule.channel == "whatsapp" and not consents(person.preferences):
            continue
        line = Planned(
            number=None,
            rule=rule.position,
            audience=rule.audience or "",
            recipient=f"staff:{person.id}",
            name=person.name,
            channel=rule.channel or "",
            template=rule.template or "",
            batched=False,
            reason=None if until is None else Reason.QUIET,
            held_until=until,
        )
        lines.setdefault(line.channel, line)
    return list(lines.values())


def gets_digest(rules: Iterable[Rule], person: Staff) -> bool:
    """Whether these rules give this member of staff a digest by mail, the one that carries what was gathered."""
    return any(rule.channel == "email" for rule in reaching(rules, person))


def reaching(rules: Iterable[Rule], person: Staff) -> list[Rule]:
    """The rules for digests that are on and reach this member of staff."""
    return [rule for rule in rules if rule.enabled and rule.audience in DIGESTED and is_in(rule.audience, person)]


def _reason(
    rule: Rule, event: Event, recipient: str, complainant: Complainant, known: dict[str, Staff]
) -> Reason | None:
    if not rule.enabled:
        return Reason.SWITCHED_OFF
    kind, _, person = recipient.partition(":")
    if recipient == VENDOR_DESK:
        own = isinstance(event, ComplaintEvent) and event.actor.role == "VENDOR"
        return Reason.OWN_ACT if own else None
    if kind == "complainant":
        own = isinstance(event, ComplaintEvent) and event.actor.role == "COMPLAINANT"
        if own and rule.condition.actor_is_not_recipient:
            return Reason.OWN_ACT
        return Reason.NO_CONSENT if rule.channel == "whatsapp" and not complainant.whatsapp else None
    if isinstance(event, ComplaintEvent) and event.actor.id == person:
        return Reason.OWN_ACT
    return None if person in known and known[person].active else Reason.NO_ADDRESS

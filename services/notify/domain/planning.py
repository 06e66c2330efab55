"""(rules, event, known people) -> deliveries with reasons. Whoever is not told is written down with why not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.notify.domain.facts import ZONE
from services.notify.domain.retries import Reason, Status
from services.notify.domain.rules import DESK, Rule
from shared.envelope import Event
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent, Person
from shared.events.reference import Away

VENDOR_DESK, DESK_NAME = "vendor:desk", "Helpdesk BKP/TTSB"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff, as far as planning needs to know them."""

    id: str
    name: str
    active: bool
    roles: frozenset[str]
    queues: frozenset[str]
    away: tuple[Away, ...] = ()
    """When they are not there, and who stands in."""

    def deputy_on(self, day: date) -> str | None:
        """Who stands in for them on this day; None while they are there, or nobody does."""
        return next((one.deputy for one in self.away if one.from_ <= day <= one.until), None)


@dataclass(frozen=True, slots=True)
class Complainant:
    """The complainant of one complaint."""

    number: str
    name: str
    whatsapp: bool
    """Agreed to it, and gave a mobile number."""


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

    @property
    def status(self) -> Status:
        """Planned, or skipped where there is a reason not to send."""
        return Status.PLANNED if self.reason is None else Status.SKIPPED


def plan(
    rules: Iterable[Rule], event: Event, complainant: Complainant, staff: Sequence[Staff], *, desk: bool = False
) -> list[Planned]:
    """Who is told of this event, through which channel, with which message, and who is not, and why. `desk`: the
    office has said where the vendor's helpdesk reads its mail; nobody is told in its place where it has not."""
    known = {person.id: person for person in staff}
    told: set[tuple[str, str]] = set()
    lines: list[Planned] = []
    # Rules that are switched off come last: they must not take a person away from one that is on.
    for rule in sorted(rules, key=lambda rule: (not rule.enabled, rule.position)):
        if rule.audience is None or rule.channel is None or rule.template is None or not rule.condition.holds(event):
            continue
        if rule.audience == DESK and not (desk and isinstance(event, ComplaintEvent) and event.vendor is not None):
            continue
        for recipient, name, absent in _people(rule.audience, event, complainant, staff):
            reason = Reason.ABSENT if absent else _reason(rule, event, recipient, complainant, known)
            if reason is None and (recipient, rule.channel) in told:
                reason = Reason.DUPLICATE_PERSON
            if not absent:
                told.add((recipient, rule.channel))
            lines.append(
                Planned(
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
            )
    return lines


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


def _people(
    audience: str, event: Event, complainant: Complainant, staff: Sequence[Staff]
) -> Iterator[tuple[str, str, bool]]:
    """Recipient, name, and whether they are away with somebody in their stead."""
    if audience == "complainant":
        yield f"complainant:{complainant.number}", complainant.name, False
        return
    if audience == DESK:
        yield VENDOR_DESK, DESK_NAME, False
        return
    if not isinstance(event, ComplaintEvent):
        return
    before: Person | None = getattr(event, "before", None)
    one = {"pic": event.pic, "previous_pic": before, "claimant": event.claimant}
    if audience in one:
        person = one[audience]
        if person is not None:
            deputy = _deputy(person, event.at, staff) if audience != "claimant" else None
            if deputy is not None:
                yield f"staff:{deputy.id}", deputy.name, False
            yield f"staff:{person.id}", person.name, deputy is not None
        return
    for member in staff:
        if member.active and _is_in(audience, member):
            yield f"staff:{member.id}", member.name, False


def _deputy(person: Person, at: datetime, staff: Sequence[Staff]) -> Staff | None:
    """Who acts as PIC in their stead at this time."""
    known = {member.id: member for member in staff}
    absent = known.get(person.id)
    standing_in = absent.deputy_on(at.astimezone(ZONE).date()) if absent is not None else None
    deputy = known.get(standing_in) if standing_in is not None else None
    return deputy if deputy is not None and deputy.active and "PIC" in deputy.roles else None


def _is_in(audience: str, member: Staff) -> bool:
    match audience:
        case "admins":
            return "ADMIN" in member.roles
        case "management":
            return "MANAGEMENT" in member.roles
        case "vendor":
            return "VENDOR" in member.roles
        case "implementor_queue":
            return "IMPLEMENTOR" in member.queues
        case _:
            raise ValueError(f"no such audience: {audience}")


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

"""Who is in an audience: the people notify knows, who stands in for whom, and whom an event names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.notify.domain.own import News
from services.notify.domain.rules import DESK
from services.notify.domain.texts import ZONE
from shared.envelope import Event
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

    preferences: Mapping[str, str] = field(default_factory=dict)
    """What they have chosen, as `staff.saved` says it."""
    digested: bool = False
    """The rules give them a digest; who gets none is told at once."""

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


def people(
    audience: str, event: Event, complainant: Complainant | None, staff: Sequence[Staff]
) -> Iterator[tuple[str, str, bool]]:
    """Of this audience: recipient, name, and whether they are away with somebody in their stead."""
    if audience == "complainant" and complainant is not None:
        yield f"complainant:{complainant.number}", complainant.name, False
        return
    if audience == DESK:
        yield VENDOR_DESK, DESK_NAME, False
        return
    if not isinstance(event, ComplaintEvent | News):
        return
    before: Person | None = getattr(event, "before", None)
    claimant: Person | None = getattr(event, "claimant", None)
    one = {"pic": event.pic, "previous_pic": before, "claimant": claimant}
    if audience in one:
        person = one[audience]
        if person is not None:
            deputy = _deputy(person, event.at, staff) if audience != "claimant" else None
            if deputy is not None:
                yield f"staff:{deputy.id}", deputy.name, False
            yield f"staff:{person.id}", person.name, deputy is not None
        return
    for member in staff:
        if member.active and is_in(audience, member):
            yield f"staff:{member.id}", member.name, False


def _deputy(person: Person, at: datetime, staff: Sequence[Staff]) -> Staff | None:
    """Who acts as PIC in their stead at this time."""
    known = {member.id: member for member in staff}
    absent = known.get(person.id)
    standing_in = absent.deputy_on(at.astimezone(ZONE).date()) if absent is not None else None
    deputy = known.get(standing_in) if standing_in is not None else None
    return deputy if deputy is not None and deputy.active and "PIC" in deputy.roles else None


def is_in(audience: str, member: Staff) -> bool:
    """Whether this audience is told to them by role or by queue. Raises `ValueError` for one that names people."""
    match audience:
        case "pic":
            return "PIC" in member.roles
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

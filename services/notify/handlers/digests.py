"""Digests are made: for each member of staff once on a working day, and once more for what an outage brought late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from uuid_utils.compat import uuid7

from services.notify.domain.choices import choice_of
from services.notify.domain.digests import Duty, Reader, compose, day_of, is_belated
from services.notify.domain.facts import Facts
from services.notify.domain.own import DigestDue
from services.notify.domain.people import Staff
from services.notify.domain.planning import Planned, When, gets_digest, plan_digest, reaching
from services.notify.domain.retries import Reason
from services.notify.domain.rules import Rule
from services.notify.store import copies, digests, ledger, matrix
from shared.calendar import Calendar
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.reference import CalendarSaved


@dataclass(frozen=True, slots=True)
class Morning:
    """A working day whose digest is due, and how far it has come."""

    day: date
    now: datetime
    calendar: Calendar
    done: bool
    belated: bool
    """Its hour is long past: there was an outage, or the clock was moved."""
    late: dict[str, int]
    """For whom late events wait, and up to which."""


@dataclass(frozen=True, slots=True)
class Office:
    """What every digest of a round is made of."""

    vendor_days: int
    duties: Sequence[Duty]
    people: Sequence[Staff]

    def stood_in_for(self, person: Staff, day: date) -> frozenset[str]:
        """Those who are away on this day and whose deputy this person is."""
        return frozenset(one.id for one in self.people if one.deputy_on(day) == person.id)


async def concerned(tx: Tx, named: Sequence[str]) -> list[Staff]:
    """Those an event may be told to, these among them, each with whether they get a digest."""
    _, rules = await matrix.of_event(tx, DigestDue.wire)
    return [replace(one, digested=gets_digest(rules, one)) for one in await copies.staff_concerned(tx, named)]


async def know_calendar(tx: Tx, event: CalendarSaved, _envelope: Envelope) -> None:
    """Keep a calendar as it is now."""
    await digests.keep_calendar(tx, event)


async def morning(tx: Tx) -> Morning | None:
    """The working day whose digest is due by now; None on a day off, before its hour, and while no calendar is
    known."""
    await digests.begin(tx)
    calendar = await digests.calendar(tx)
    if calendar is None:
        return None
    now = await copies.now(tx)
    day = day_of(calendar, now)
    if day is None:
        return None
    return Morning(
        day=day,
        now=now,
        calendar=calendar,
        done=await digests.is_done(tx, day),
        belated=is_belated(calendar, now),
        late=await digests.late_waiting(tx, day),
    )


async def office(tx: Tx) -> Office:
    """The office as it stands."""
    return Office(await digests.vendor_days(tx), await digests.duties(tx), await digests.people(tx))


async def hearers(tx: Tx, rules: Sequence[Rule]) -> list[Planned]:
    """Who gets a digest by these rules on a morning on which there is something in it for everybody."""
    when = When(await copies.now(tx))
    return [line for person in await digests.people(tx) if person.active for line in plan_digest(rules, person, when)]


async def make(tx: Tx, person: Staff, morning: Morning, office: Office, *, out_of_turn: bool = False) -> bool:
    """This person's digest of this morning, once whoever else makes it too; `out_of_turn` only what was gathered.
    Answers whether there was one to make."""
    if _is_away(person, office, morning.day):
        return False
    version, rules = await matrix.of_event(tx, DigestDue.wire)
    gathered = await digests.waits(tx, person.id)
    if not person.active:
        await digests.give_up(tx, gathered, Reason.NO_ADDRESS)
        return False
    if not gets_digest(rules, person):
        await digests.give_back(tx, gathered)
        return bool(gathered)
    reader = Reader() if out_of_turn else _reader(rules, person, office, morning.day)
    digest = compose(reader, office.duties, gathered, morning.calendar, morning.now, office.vendor_days)
    if digest is None:
        return False
    event = f"digest:{morning.day.isoformat()}:{person.id}{':late' if out_of_turn else ''}"
    if not await digests.open_alert(tx, event, version, Facts(at=morning.now, digest=digest)):
        return False
    lines = [(uuid7(), line) for line in plan_digest(rules, person, When(morning.now))]
    await ledger.add(tx, event, version, lines)
    await digests.tell_in(tx, gathered, next(mail for mail, line in lines if line.channel == "email"))
    return True


def _is_away(person: Staff, office: Office, day: date) -> bool:
    """Somebody who is there stands in for them: it is that one who reads of their complaints today."""
    deputy = person.deputy_on(day)
    return person.active and deputy is not None and any(one.id == deputy and one.active for one in office.people)


def _reader(rules: Sequence[Rule], person: Staff, office: Office, day: date) -> Reader:
    """What the rules give them, less what they chose to do without."""
    wanted = {rule.audience for rule in reaching(rules, person) if choice_of(rule, person.preferences) != "off"}
    own = frozenset({person.id}) if wanted & {"pic", "implementor_queue"} else frozenset[str]()
    return Reader(
        people=own | office.stood_in_for(person, day) if "pic" in wanted else own,
        queues=person.queues if "implementor_queue" in wanted else frozenset(),
        office=bool(wanted & {"admins", "management"}),
        triage="admins" in wanted,
    )

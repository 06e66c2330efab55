"""Reference facts: the newest of each, with the sequence it is known by, said and kept in one statement."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.workflow.domain.clocks import Rules
from shared.calendar import Calendar
from shared.db import Tx
from shared.envelope import Envelope, Event, decode, nats_subject, seal
from shared.events.reference import CalendarSaved, FormSaved, Module, RoutingSaved, SettingsSaved, SolutionSaved

OFFICE, VENDOR, SETTINGS, ROUTING, FORM = "kelantan", "vendor", "settings", "routing", "form"
_NEEDED = f"'{{{OFFICE}, {VENDOR}, {SETTINGS}, {FORM}}}'"
STANDING = f"facts_standing({_NEEDED})"
"""In a statement: the ids of the facts a decision needs, as they stand when the database comes to this place."""


class Known(NamedTuple):
    """What a decision needs to know of the office."""

    rules: Rules
    modules: frozenset[str]
    standing: str
    """As `STANDING` says it while these facts are the newest."""


async def save(tx: Tx, subject: str, event: Event, *, correlation: str) -> None:
    """Keep a fact as the newest of its subject and say it."""
    last = await tx.fetchrow(_LAST, subject)
    envelope = seal(
        event,
        id=str(uuid7()),
        source="workflow",
        subject=subject,
        sequence=1 + (last["sequence"] or 0),
        time=last["now"],
        correlation=correlation,
    )
    await tx.execute(_SAY, *_written(envelope), nats_subject(envelope))


async def keep_heard(tx: Tx, envelope: Envelope) -> None:
    """Keep a copy of somebody else's fact."""
    await tx.execute(_KEEP, *_written(envelope))


async def get(tx: Tx, subject: str) -> Envelope | None:
    """The newest fact of a subject."""
    if "\x00" in subject:  # Postgres could not even be asked
        return None
    body = await tx.fetchval("select body from fact where subject = $1", subject)
    return decode(body) if body is not None else None


async def hold(tx: Tx, subject: str) -> None:
    """Whoever else would save this fact waits until this transaction ends."""
    await tx.execute("select 1 from fact where subject = $1 for update", subject)


async def own(tx: Tx) -> list[bytes]:
    """Every fact that workflow says, as last said."""
    return [bytes(row["body"]) for row in await tx.fetch("select body from fact where source = 'workflow' order by id")]


async def own_of(tx: Tx, known: dict[str, int]) -> list[bytes]:
    """Those of these subjects that were said again after the sequence known of each."""
    rows = await tx.fetch(
        "select f.body from fact f join unnest($1::text[], $2::int[]) k(subject, sequence)"
        " on f.subject = k.subject and f.sequence > k.sequence where f.source = 'workflow' order by f.id",
        list(known),
        list(known.values()),
    )
    return [bytes(row["body"]) for row in rows]


async def known(tx: Tx) -> Known:
    """Calendars, settings and modules, as last saved."""
    return await known_by(tx, await tx.fetchval(f"select {STANDING}"))


async def known_by(tx: Tx, standing: str) -> Known:
    """What the facts say whose ids `STANDING` gave, or newer ones of the same subjects. They change seldom: what they
    said last is remembered, and their bodies do not travel."""
    remembered = _remembered.get(standing)
    if remembered is not None:
        return remembered
    rows = await tx.fetch(f"select subject, id::text, body from fact where subject = any({_NEEDED}) order by subject")
    bodies = {row["subject"]: row["body"] for row in rows}
    rules = Rules(
        office=_calendar(bodies[OFFICE]),
        vendor=_calendar(bodies[VENDOR]),
        settings=decode(bodies[SETTINGS]).open_as(SettingsSaved),
    )
    found = " ".join(row["id"] for row in rows)
    _remembered.clear()
    return _remembered.setdefault(found, Known(rules, _modules(bodies.get(FORM)), found))


_remembered: dict[str, Known] = {}
"""By the ids of the facts it comes from, which no other facts ever have: what was asked for last."""


async def module(tx: Tx, slug: str) -> Module | None:
    """A module as the form names it now."""
    envelope = await get(tx, FORM)
    found = envelope.open_as(FormSaved).modules if envelope else ()
    return next((module for module in found if module.slug == slug), None)


async def routing(tx: Tx) -> RoutingSaved:
    """Which PICs take which module."""
    envelope = await get(tx, ROUTING)
    return envelope.open_as(RoutingSaved) if envelope else RoutingSaved(modules={})


_LAST = """
select helpdesk.now() as now, held.sequence
from (values (1)) once left join (select sequence from fact where subject = $1 for update) held on true
"""
_KEEP = """
insert into fact (subject, source, type, sequence, id, at, body) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (subject) do update set source = excluded.source, type = excluded.type,
    sequence = excluded.sequence, id = excluded.id, at = excluded.at, body = excluded.body
where fact.sequence < excluded.sequence
"""
_SAY = f"with kept as ({_KEEP}) insert into outbox (event_id, subject, body) values ($5, $8, $7)"


def _written(envelope: Envelope) -> tuple[object, ...]:
    return (
        envelope.subject,
        envelope.source,
        envelope.type,
        envelope.sequence,
        UUID(envelope.id),
        envelope.time,
        envelope.encoded(),
    )


def _calendar(body: bytes) -> Calendar:
    saved = decode(body).open_as(CalendarSaved)
    return Calendar(ZoneInfo(saved.zone), frozenset(saved.weekend), frozenset(saved.holidays))


def _modules(body: bytes | None) -> frozenset[str]:
    return frozenset(module.slug for module in decode(body).open_as(FormSaved).modules) if body else frozenset()


async def holidays(tx: Tx, calendar: str) -> list[dict[str, Any]]:
    """What Admin declared for a calendar, by day; who with their name."""
    rows = await tx.fetch(
        """
        select h.day, h.name, h.works, h.declared_by, s.name as declared_by_name, h.declared_at, h.why
        from holiday h left join staff s on s.id = h.declared_by where h.calendar = $1 order by h.day
        """,
        calendar,
    )
    return [dict(row) for row in rows]


async def declare(
    tx: Tx, calendar: str, day: date, name: str, why: str, by: UUID, at: datetime, *, works: bool
) -> None:
    """A declared day; the same day again replaces it."""
    await tx.execute(
        """
        insert into holiday (calendar, day, name, works, declared_by, declared_at, why)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (calendar, day) do update set name = excluded.name, works = excluded.works,
            declared_by = excluded.declared_by, declared_at = excluded.declared_at, why = excluded.why
        """,
        calendar,
        day,
        name,
        works,
        by,
        at,
        why,
    )


async def withdraw(tx: Tx, calendar: str, day: date) -> bool:
    """Whether there was such a declared day, now gone."""
    return (
        await tx.fetchval("delete from holiday where calendar = $1 and day = $2 returning day", calendar, day)
        is not None
    )


async def solutions(tx: Tx) -> list[SolutionSaved]:
    """Every solution, newest first."""
    rows = await tx.fetch("select body from fact where type = 'solution.saved' order by id desc")
    return [decode(row["body"]).open_as(SolutionSaved) for row in rows]


async def decided(tx: Tx, subject: str, at: datetime, by: UUID | None, why: str, body: object) -> None:
    """Put on record what the office has decided about itself."""
    await tx.execute(
        "insert into decision (subject, at, staff, why, body) values ($1, $2, $3, $4, $5)", subject, at, by, why, body
    )


async def decisions(tx: Tx, subject: str) -> list[dict[str, Any]]:
    """What was decided of a subject, the newest first: at, who (id and name), why and what."""
    rows = await tx.fetch(
        """
        select d.at, d.staff, s.name, d.why, d.body from decision d left join staff s on s.id = d.staff
        where d.subject = $1 order by d.id desc limit 200
        """,
        subject,
    )
    return [dict(row) for row in rows]

"""What digests are made of, and what waits: the calendar, open complaints, gathered deliveries, held ones."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from services.notify.domain.digests import Duty, Gathered
from services.notify.domain.facts import Facts
from services.notify.domain.people import Staff
from services.notify.domain.retries import Reason
from services.notify.store.copies import read_staff
from shared.calendar import Calendar
from shared.db import Tx
from shared.events.reference import CalendarSaved

OFFICE = "kelantan"
VENDOR_DAYS = 5
"""Until the settings were heard."""


async def keep_calendar(tx: Tx, event: CalendarSaved) -> None:
    """A calendar as it is now."""
    await tx.execute(
        """
        insert into calendar (name, zone, weekend, holidays) values ($1, $2, $3, $4)
        on conflict (name) do update set zone = excluded.zone, weekend = excluded.weekend,
            holidays = excluded.holidays
        """,
        event.name,
        event.zone,
        list(event.weekend),
        list(event.holidays),
    )


async def calendar(tx: Tx) -> Calendar | None:
    """The office's calendar; None while nobody told us of it."""
    row = await tx.fetchrow("select zone, weekend, holidays from calendar where name = $1", OFFICE)
    if row is None:
        return None
    return Calendar(ZoneInfo(row["zone"]), frozenset(row["weekend"]), frozenset(row["holidays"]))


async def vendor_days(tx: Tx) -> int:
    """After how many working days the vendor is reminded."""
    days: int | None = await tx.fetchval("select vendor_days from office")
    return VENDOR_DAYS if days is None else days


async def is_done(tx: Tx, day: date) -> bool:
    """Whether everybody's digest of this day has been made."""
    return bool(await tx.fetchval("select exists (select from digest_day where day = $1)", day))


async def done(tx: Tx, day: date) -> None:
    """Everybody's digest of this day has been made."""
    await tx.execute("insert into digest_day (day, done_at) values ($1, helpdesk.now()) on conflict do nothing", day)


async def duties(tx: Tx) -> list[Duty]:
    """Every open complaint of which an event was heard since they are followed."""
    rows = await tx.fetch(
        """
        select number, title, module_ms, module_en, standing ->> 'to' as state,
            coalesce(standing ->> 'custodian', '') as custodian, submitted_at,
            coalesce(custody_since, submitted_at) as since, (standing ->> 'due')::timestamptz as due,
            standing #>> '{pic,id}' as pic, standing #>> '{pic,name}' as pic_name,
            standing #>> '{claimant,id}' as claimant
        from complaint
        where closed_at is null and standing is not null and standing ->> 'to' not in ('SELESAI', 'DITUTUP')
        order by number
        """
    )
    return [Duty(**dict(row)) for row in rows]


async def people(tx: Tx) -> list[Staff]:
    """All active members of staff, and whoever else something was gathered for."""
    rows = await tx.fetch(
        """
        select id, name, active, roles, queues, away, preferences from staff s
        where active or exists (
            select from delivery d where d.recipient = 'staff:' || s.id and d.reason = 'in_digest' and d.digest is null)
        order by id
        """
    )
    return [read_staff(row) for row in rows]


async def begin(tx: Tx) -> None:
    """Where no day was ever done, the mornings that are past count as done: the first digest is the next one's."""
    await tx.execute(
        """
        insert into digest_day (day, done_at)
        select (helpdesk.now() at time zone 'Asia/Kuala_Lumpur' - interval '8 hours')::date, helpdesk.now()
        where not exists (select from digest_day) on conflict do nothing
        """
    )


async def late_waiting(tx: Tx, day: date) -> dict[str, int]:
    """For whom late events wait that can still be told on this day, and up to which delivery."""
    rows = await tx.fetch(
        """
        select recipient, max(seq) as last from delivery d
        where reason = 'in_digest' and digest is null and late
            and not exists (select from alert a where a.event_id = 'digest:' || $1 || substr(d.recipient, 6) || ':late')
        group by recipient
        """,
        day.isoformat(),
    )
    return {row["recipient"].removeprefix("staff:"): row["last"] for row in rows}


async def open_alert(tx: Tx, id: str, rules: int, facts: Facts) -> bool:
    """Whether this digest is new to the ledger; it is now in it. Whoever would make the same one waits here."""
    opened = await tx.fetchval(
        """
        insert into alert (event_id, event, at, rules, facts) values ($1, 'digest.due', $2, $3, $4)
        on conflict do nothing returning true
        """,
        id,
        facts.at,
        rules,
        msgspec.to_builtins(facts),
    )
    return opened is not None


async def waits(tx: Tx, staff: str) -> list[Gathered]:
    """What is gathered for this member of staff, locked."""
    rows = await tx.fetch(
        """
        select d.id, d.event_id, coalesce(d.number, '-') as number, coalesce(c.title, '-') as title, a.event, a.at,
            d.late
        from delivery d join alert a on a.event_id = d.event_id left join complaint c on c.number = d.number
        where d.recipient = 'staff:' || $1 and d.reason = 'in_digest' and d.digest is null
        order by d.seq for update of d
        """,
        staff,
    )
    return [Gathered(**dict(row)) for row in rows]


async def tell_in(tx: Tx, gathered: Sequence[Gathered], digest: UUID) -> None:
    """These were told in this digest."""
    await tx.execute(
        "update delivery set digest = $2, changed_at = helpdesk.now() where id = any($1::uuid[])",
        [one.id for one in gathered],
        digest,
    )


async def give_up(tx: Tx, gathered: Sequence[Gathered], reason: Reason) -> None:
    """These are told nowhere after all, for this reason."""
    await tx.execute(
        "update delivery set reason = $2, changed_at = helpdesk.now() where id = any($1::uuid[])",
        [one.id for one in gathered],
        reason,
    )


async def give_back(tx: Tx, gathered: Sequence[Gathered]) -> None:
    """No digest comes any more: each of these goes out by itself."""
    await tx.execute(
        """
        update delivery set status = 'planned', reason = null, next_at = clock_timestamp(), changed_at = helpdesk.now()
        where id = any($1::uuid[])
        """,
        [one.id for one in gathered],
    )


async def release(tx: Tx) -> int:
    """What was held until now is in line; answers how many."""
    rows = await tx.fetch(
        """
        update delivery set held_until = null, next_at = clock_timestamp(), changed_at = helpdesk.now()
        where held_until <= helpdesk.now() returning true
        """
    )
    return len(rows)

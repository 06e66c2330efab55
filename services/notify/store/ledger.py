"""The ledger as it is written: alert -> delivery -> attempt. What people read (`planned_at`, `changed_at`, `at`) is in
business time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.notify.domain.facts import Facts, Matter
from services.notify.domain.notice import Notice, Recipient, Topic
from services.notify.domain.planning import Planned
from services.notify.domain.retries import Outcome, Reason, Status, Verdict
from services.notify.domain.rules import reader_of
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.preferences import WHATSAPP, YES


async def open_alert(tx: Tx, envelope: Envelope, number: str | None, at: datetime, rules: int, facts: Facts) -> bool:
    """Whether this event is new to the ledger; it is now in it."""
    opened = await tx.fetchval(
        """
        insert into alert (event_id, event, number, at, rules, facts, correlation) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing returning true
        """,
        envelope.id,
        envelope.type,
        number,
        at,
        rules,
        msgspec.to_builtins(facts),
        envelope.correlationid,
    )
    return opened is not None


async def last_report(tx: Tx, number: str) -> Facts | None:
    """The facts of the last report of this complaint to the vendor."""
    return await last_told(tx, number, "complaint.vendor_logged")


async def last_told(tx: Tx, number: str, event: str) -> Facts | None:
    """The facts of this complaint's last event of that name, if there was one."""
    found = await tx.fetchval(
        "select facts from alert where number = $1 and event = $2 order by at desc limit 1", number, event
    )
    return None if found is None else msgspec.convert(found, Facts)


async def add(tx: Tx, event_id: str, rules: int, planned: Sequence[tuple[UUID, Planned]]) -> None:
    """Deliveries of an alert, in their order."""
    await tx.executemany(
        """
        insert into delivery (id, event_id, number, rules, rule, audience, recipient, name, channel, template, batched,
            urgent, status, reason, held_until, late, planned_at, changed_at, next_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, helpdesk.now(), helpdesk.now(),
            case when $13 = 'planned' and $15::timestamptz is null then clock_timestamp() end)
        """,
        [
            (
                delivery,
                event_id,
                line.number,
                rules,
                line.rule,
                line.audience,
                line.recipient,
                line.name,
                line.channel,
                line.template,
                line.batched,
                line.urgent,
                line.status,
                line.reason,
                line.held_until,
                line.late,
            )
            for delivery, line in planned
        ],
    )
    await _let_pass(tx, [line for _, line in planned if line.urgent and line.status is Status.PLANNED])


async def _let_pass(tx: Tx, urgent: Sequence[Planned]) -> None:
    """What stands before an urgent one, about the same complaint to the same person, is as urgent: it goes first."""
    for one in urgent:
        await tx.execute(
            """
            update delivery set urgent = true
            where number = $1 and recipient = $2 and channel = $3 and next_at is not null and not batched and not urgent
            """,
            one.number,
            one.recipient,
            one.channel,
        )


AT_MOST = 50
"""How many events one message tells of, one by one; the others it counts."""


async def start(tx: Tx, id: UUID, attempt: UUID, lease: float) -> Notice:
    """Record that an attempt begins, for this delivery and those it carries, and answer all it needs."""
    await tx.execute("insert into attempt (id, delivery, at) values ($1, $2, helpdesk.now())", attempt, id)
    rows = await tx.fetch(_START, id, attempt, lease, AT_MOST)
    leader = next(row for row in rows if row["id"] == id)
    kind, _, about = leader["recipient"].partition(":")
    topics = [_topic(row) for row in sorted(rows, key=lambda row: (row["id"] != id, row["seq"]))]
    recipient = Recipient(
        kind=kind,
        about=about,
        name=leader["to_name"],
        language=leader["language"] or "ms",
        email_sealed=leader["email_sealed"],
        phone_sealed=leader["phone_sealed"],
        address=leader["address"],
        whatsapp=leader["whatsapp"],
    )
    return Notice(
        delivery=str(id),
        attempt=str(attempt),
        channel=leader["channel"],
        template=leader["template"],
        batched=leader["batched"],
        reader=reader_of(leader["audience"]),
        recipient=recipient,
        topics=tuple(topics),
        together=leader["together"],
    )


_START = f"""
    with started as (
        update delivery set status = 'sending', reason = null, next_at = null, attempt = $2, tries = tries + 1,
            lease_until = clock_timestamp() + make_interval(secs => $3), changed_at = helpdesk.now(),
            first_tried_at = coalesce(first_tried_at, clock_timestamp()),
            masked = coalesce(
                (select case when delivery.channel = 'whatsapp' then c.phone_masked else c.email_masked end
                 from complaint c
                 where delivery.recipient = 'complainant:' || c.number and c.number = delivery.number),
                (select case when delivery.channel = 'whatsapp' then s.phone_masked else s.email_masked end
                 from staff s where delivery.recipient = 'staff:' || s.id),
                (select v.email_masked from vendor_desk v where delivery.recipient = 'vendor:desk'))
        where id = $1 or carried_by = $1
        returning *
    )
    select (select count(*) from started) as together,
        d.id, d.seq, d.recipient, d.name, d.channel, d.template, d.batched, d.audience, a.facts,
        a.event_id, a.correlation,
        c.number, c.submitted_at, c.name as complainant, c.title, c.description, c.department, c.ptj, c.module_ms,
        c.module_en,
        case when d.audience = 'complainant' then c.name else coalesce(s.name, d.name) end as to_name,
        case when d.audience = 'complainant' then c.language else s.language end as language,
        case when d.audience = 'complainant' then c.email_sealed when s.active then s.email_sealed end as email_sealed,
        case when d.audience = 'complainant' then c.phone_sealed when s.active then s.phone_sealed end as phone_sealed,
        (select v.email from vendor_desk v where d.recipient = 'vendor:desk') as address,
        coalesce(case when d.audience = 'complainant' then c.whatsapp
            else s.active and s.preferences ->> '{WHATSAPP}' = '{YES}' end, false) as whatsapp
    from started d
    join alert a on a.event_id = d.event_id
    left join complaint c on c.number = d.number
    left join staff s on d.recipient = 'staff:' || s.id
    order by d.id = $1 desc, d.seq limit $4
"""


def _topic(row: object) -> Topic:
    fields = dict(row)  # type: ignore[call-overload]  # asyncpg ships no types
    facts = msgspec.convert(fields["facts"], Facts)
    event, correlation = fields["event_id"], fields["correlation"]
    if fields["number"] is None:
        return Topic(None, facts, event, correlation)
    matter = {name: fields[name] for name in Matter.__dataclass_fields__ if name != "name"}
    return Topic(Matter(name=fields["complainant"], **matter), facts, event, correlation)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A delivery whose attempt has ended."""

    tries: int
    unknowns: int
    age: float


async def under_way(tx: Tx, id: UUID, attempt: UUID) -> UnderWay | None:
    """The delivery, locked, as long as this attempt is its latest and how it ended is open."""
    row = await tx.fetchrow(
        """
        select tries, unknowns - (status = 'unknown')::int as unknowns,
            extract(epoch from clock_timestamp() - first_tried_at)::float8 as age
        from delivery where id = $1 and attempt = $2 and status in ('sending', 'unknown') for update
        """,
        id,
        attempt,
    )
    return None if row is None else UnderWay(**dict(row))


async def settle(tx: Tx, id: UUID, attempt: UUID, outcome: Outcome, verdict: Verdict | None) -> None:
    """How an attempt ended, and what becomes of its delivery and of those it carried. What will be tried again anew
    is set free of its carrier; what is in doubt is not, so that the same mail goes again."""
    await tx.execute(
        "update attempt set result = $2, detail = $3, provider_id = $4, settled_at = helpdesk.now() where id = $1",
        attempt,
        outcome.fate,
        outcome.detail,
        outcome.provider_id,
    )
    if verdict is None:
        return
    await tx.execute(
        """
        update delivery set status = $2, reason = $3, lease_until = null, changed_at = helpdesk.now(),
            next_at = clock_timestamp() + make_interval(secs => $4::float8),
            unknowns = unknowns + ($2 = 'unknown' and status = 'sending')::int,
            carried_by = case when $2 <> 'planned' or unknowns > 0 then carried_by end
        where id = $1 or carried_by = $1
        """,
        id,
        verdict.status,
        verdict.reason,
        verdict.wait,
    )


async def give_up_sent(tx: Tx, id: UUID, detail: str) -> bool:
    """A mail that was taken, or in doubt, came back: it and those it carried have failed. Nothing that came later is
    stepped back: what was put in line again, or read, stays."""
    failed = await tx.fetch(
        """
        with failed as (
            update delivery set status = 'failed', reason = 'bounced', next_at = null, changed_at = helpdesk.now()
            where (id = $1 or carried_by = $1) and channel = 'email' and status in ('sent', 'unknown')
            returning attempt
        )
        update attempt set detail = left(concat_ws('; ', detail, $2::text), 500)
        where id in (select attempt from failed) returning id
        """,
        id,
        detail,
    )
    return bool(failed)


async def put_back(tx: Tx, id: UUID) -> None:
    """Into the line again, alone, as a person asked."""
    await tx.execute(
        """
        update delivery set status = 'planned', reason = null, next_at = clock_timestamp(), carried_by = null,
            tries = 0, unknowns = 0, first_tried_at = null, changed_at = helpdesk.now()
        where id = $1
        """,
        id,
    )


async def told(tx: Tx, event_id: str) -> set[str]:
    """Who stands in the ledger for this event."""
    rows = await tx.fetch("select distinct recipient from delivery where event_id = $1", event_id)
    return {row["recipient"] for row in rows}


async def passed_over(tx: Tx, events: Sequence[str]) -> list[tuple[str, str, int]]:
    """What was not sent on purpose of these events: channel, reason, how many."""
    rows = await tx.fetch(
        """
        select channel, reason, count(*) from delivery where event_id = any($1::text[]) and status = 'skipped'
        group by 1, 2
        """,
        list(events),
    )
    return [(row["channel"], row["reason"], row["count"]) for row in rows]


async def standing(tx: Tx, id: UUID) -> tuple[Status, Reason | None] | None:
    """Where a delivery stands, locked; None when there is none."""
    row = await tx.fetchrow("select status, reason from delivery where id = $1 for update", id)
    if row is None:
        return None
    return Status(row["status"]), None if row["reason"] is None else Reason(row["reason"])

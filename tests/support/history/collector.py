"""Gathers every effect out of the services' own tables, as an administrator of the database sees them.

The tables and not the APIs: a checker that asked the code under test would believe it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from tests.support.history import model, people
from tests.support.history.collected import (
    Alert,
    Delivery,
    Digest,
    Event,
    History,
    Parked,
    Said,
    Standing,
    Submission,
    Written,
)
from tests.support.history.recorder import MARK, Call

SERVICES = ("intake", "workflow", "notify", "query")
SAYS = ("intake", "workflow")
HEARS = ("intake", "workflow", "notify", "query")
UNSETTLED = """
select
    (select count(*) from intake.outbox) + (select count(*) from workflow.outbox)
    + (select count(*) from workflow.parked) + (select count(*) from notify.parked)
    + (select count(*) from query.parked)
    + (select count(*) from intake.event i where i.type in ('complaint.submitted', 'complainant.acted') and not exists
        (select from workflow.fence f where f.source = 'intake' and f.subject = i.about and f.sequence >= i.sequence))
    + (select count(*) from intake.event i where i.type = 'staff.mailed'
        and not exists (select from workflow.event e where e.number = i.about
            and convert_from(e.body, 'UTF8')::jsonb ->> 'causationid' = i.id::text)
        and not exists (select from intake.mail m where m.reason = 'not_allowed'
            and m.message = convert_from(i.body, 'UTF8')::jsonb #>> '{data,message}'))
    + (select count(*) from workflow.complaint c where not exists
        (select from query.complaint q where q.number = c.number and q.version >= c.version))
    + (select count(*) from workflow.complaint c where not exists
        (select from notify.fence f where f.source = 'workflow' and f.subject = c.number and f.sequence >= c.version))
"""
DELIVERIES = """
select d.id::text, d.event_id, d.recipient, d.channel, d.status, d.carried_by::text,
    d.next_at is null and d.status <> 'sending' as at_rest,
    coalesce((select array_agg(a.result order by a.at, a.id) from notify.attempt a where a.delivery = d.id), '{}')
        as attempts
from notify.delivery d
union all
select 'said:' || wamid, 'said:' || wamid, coalesce(recipient, wamid), 'whatsapp',
    case answered when 'spared' then 'skipped' when 'due' then 'planned' else answered end, null,
    answered not in ('due', 'sending'),
    array_fill('temporary'::text, array[greatest(tries - 1, 0)])
        || case when tries > 0 then array[nullif(nullif(answered, 'due'), 'sending')] else '{}' end
from notify.whatsapp_said
"""
"""And the thanks to who wrote on WhatsApp: one message each, that names what it thanks for."""
DIGESTS = """
select d.recipient, d.channel, (a.at at time zone 'Asia/Kuala_Lumpur')::date::text, a.event_id like '%:late'
from notify.alert a join notify.delivery d on d.event_id = a.event_id
where a.event = 'digest.due' and d.status <> 'skipped'
"""
GIVEN_BACK = """
select e.id::text from intake.mail m
join intake.event e on convert_from(e.body, 'UTF8')::jsonb #>> '{data,message}' = m.message
where m.reason = 'not_allowed' and e.type = 'staff.mailed'
"""
"""Held for Admin, or over meanwhile: business time leaps on, and after 30 days of it nobody decides any more."""

Connection = Any
"""asyncpg ships no types."""


async def settled(admin_url: str) -> bool:
    """Whether everything said has been heard by all, and nothing is put aside. Mail may still be on its way."""
    connection = await asyncpg.connect(admin_url)
    try:
        return int(await connection.fetchval(UNSETTLED)) == 0
    finally:
        await connection.close()


async def collect(
    admin_url: str,
    calls: Iterable[Call],
    *,
    empty: str,
    mails: Sequence[str] | None = None,
    telephoned: Sequence[str] | None = None,
    poison: Iterable[str] = (),
    home: Path | None = None,
) -> History:
    """All that was found, to be called when the house is `settled` (or never will be).

    `admin_url` is the database as its administrator, `empty` one with query's tables and nothing in them, into which
    the record is folded; `mails` and `telephoned` the delivery of each message that arrived, by mail and on WhatsApp;
    `home` a directory searched for canaries.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        history = History(
            calls=list(calls),
            submissions=await _submissions(connection),
            said=[said(bytes(row["body"])) for row in await connection.fetch(_ORDERED.format("intake", "about"))],
            record=[event(bytes(row["body"])) for row in await connection.fetch(_ORDERED.format("workflow", "number"))],
            standing=await _standing(connection, "workflow"),
            alerts=[Alert(*row) for row in await connection.fetch("select event_id, event from notify.alert")],
            deliveries=[_delivery(row) for row in await connection.fetch(DELIVERIES)],
            entries=[(row[0], row[1]) for row in await connection.fetch("select number, sequence from query.entry")],
            shown=await _standing(connection, "query"),
            mails=mails,
            telephoned=telephoned,
            digests=[Digest(*row) for row in await connection.fetch(DIGESTS)],
            written=[
                Written(*row) for row in await connection.fetch("select wamid, complaint from notify.whatsapp_said")
            ],
            given_back=[row[0] for row in await connection.fetch(GIVEN_BACK)],
            unsaid={service: await connection.fetchval(f"select count(*) from {service}.outbox") for service in SAYS},
            parked=await _parked(connection),
            poison=frozenset(poison),
            model=await model.read(connection),
            fold=await model.fold(await _whole_record(connection), empty),
        )
        leaks = await people.leaks_in_tables(connection, SERVICES)
    finally:
        await connection.close()
    history.leaks = [*leaks, *(people.leaks_in_files(home) if home is not None else ())]
    return history


_ORDERED = "select body from {0}.event order by {1}, sequence"


def said(body: bytes) -> Said:
    """A line of intake's record, from the bytes that travel."""
    envelope = msgspec.json.decode(body)
    return Said(
        id=envelope["id"],
        type=envelope["type"],
        subject=envelope["subject"],
        sequence=envelope["sequence"],
        correlation=envelope["correlationid"],
        marks=_marks(envelope["data"]),
    )


def event(body: bytes) -> Event:
    """A line of workflow's record, from the bytes that travel."""
    envelope = msgspec.json.decode(body)
    data = envelope["data"]
    return Event(
        id=envelope["id"],
        type=envelope["type"],
        number=envelope["subject"],
        sequence=envelope["sequence"],
        from_=data["from"],
        to=data["to"],
        role=data["actor"]["role"],
        correlation=envelope["correlationid"],
        causation=envelope.get("causationid"),
        marks=_marks(data),
        message=data.get("message"),
    )


def _marks(data: object) -> frozenset[str]:
    return frozenset(MARK.findall(msgspec.json.encode(data).decode()))


async def _submissions(connection: Connection) -> list[Submission]:
    return [Submission(*row) for row in await connection.fetch("select number, sequence from intake.submission")]


async def _standing(connection: Connection, schema: str) -> list[Standing]:
    return [Standing(*row) for row in await connection.fetch(f"select number, version, state from {schema}.complaint")]


async def _parked(connection: Connection) -> list[Parked]:
    return [
        Parked(service, *row)
        for service in HEARS
        for row in await connection.fetch(f"select event_id, subject, sequence, reason from {service}.parked")
    ]


async def _whole_record(connection: Connection) -> list[bytes]:
    """What a rebuild would be given: the form, workflow's facts, then its events in the order they were written."""
    form = "select body from intake.event where type like '%.saved' order by sequence"
    facts = "select body from workflow.fact where source = 'workflow' order by id"
    events = "select body from workflow.event order by id"
    return [bytes(row["body"]) for query in (form, facts, events) for row in await connection.fetch(query)]


def _delivery(row: Any) -> Delivery:
    fields = dict(row)
    return Delivery(**fields | {"attempts": tuple(fields["attempts"])})

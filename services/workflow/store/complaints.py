"""The complaint row, its event record and the outbox: written together, in one statement, or not at all."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.workflow.domain.complaint import Complaint
from shared.db import Tx
from shared.envelope import SHARDS, Envelope, decode, nats_subject
from shared.errors import Conflict, Text
from shared.events.workflow import ComplaintEvent

FIRST = UUID(int=0)
CHANGED = Text(
    "Aduan ini telah berubah sejak dibaca. Sila semak semula.",
    "This complaint has changed since you read it. Please look again.",
)


class Loaded(NamedTuple):
    """A complaint as it stands, locked until the transaction ends, and business time."""

    complaint: Complaint
    now: datetime
    pic_is_active: bool


_LOAD = """
select c.value, helpdesk.now() as now, coalesce(s.active and 'PIC' = any(s.roles), false) as pic_is_active
from complaint c left join staff s on s.id = c.pic where c.number = $1
"""
_INSERT = """
with made as (
    insert into complaint (number, version, state, custodian, pic, due, value) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing returning number
), said as (
    insert into event (number, sequence, id, type, at, actor_role, actor, body)
    select number, $2, $8, $9, $10, $11, $12, $14 from made
)
insert into outbox (event_id, subject, body) select $8, $13, $14 from made returning seq
"""
_UPDATE = """
with moved as (
    update complaint set version = $2, state = $3, custodian = $4, pic = $5, due = $6, value = $7
    where number = $1 and version = $2 - 1 returning number
), said as (
    insert into event (number, sequence, id, type, at, actor_role, actor, body)
    select number, $2, $8, $9, $10, $11, $12, $14 from moved
)
insert into outbox (event_id, subject, body) select $8, $13, $14 from moved returning seq
"""


async def now(tx: Tx) -> datetime:
    """Business time."""
    at: datetime = await tx.fetchval("select helpdesk.now()")
    return at


async def load(tx: Tx, number: str, *, lock: bool = False) -> Loaded | None:
    """The complaint, or None. With `lock`, nobody else moves it until this transaction ends."""
    if "\x00" in number:  # Postgres could not even be asked
        return None
    row = await tx.fetchrow(_LOAD + (" for update of c" if lock else ""), number)
    if row is None:
        return None
    return Loaded(msgspec.convert(row["value"], Complaint), row["now"], row["pic_is_active"])


async def save(tx: Tx, complaint: Complaint, event: ComplaintEvent, envelope: Envelope) -> None:
    """Write a new version with its event and its outbox row. Raises `Conflict` when somebody was faster."""
    written = await tx.fetchval(
        _INSERT if complaint.version == 1 else _UPDATE,
        complaint.number,
        complaint.version,
        complaint.state,
        complaint.custodian,
        UUID(complaint.pic.id) if complaint.pic else None,
        complaint.due,
        msgspec.to_builtins(complaint),
        UUID(envelope.id),
        envelope.type,
        envelope.time,
        event.actor.role,
        UUID(event.actor.id) if event.actor.id else None,
        nats_subject(envelope),
        envelope.encoded(),
    )
    if written is None:
        raise Conflict("stale", CHANGED)


async def exists(tx: Tx, number: str) -> bool:
    """Whether there is a complaint of this number."""
    return bool(await tx.fetchval("select exists (select 1 from complaint where number = $1)", number))


async def somebody_else_acted(tx: Tx, number: str, since: int, caller: UUID) -> bool:
    """Whether a person other than the caller did something after version `since`."""
    return bool(
        await tx.fetchval(
            "select exists (select 1 from event where number = $1 and sequence > $2"
            " and actor_role <> 'SYSTEM' and actor is distinct from $3)",
            number,
            since,
            caller,
        )
    )


async def history(tx: Tx, number: str) -> list[Envelope]:
    """All that happened to one complaint, in order."""
    rows = await tx.fetch("select body from event where number = $1 order by sequence", number)
    return [decode(row["body"]) for row in rows]


async def record_page(tx: Tx, after: UUID, limit: int) -> list[tuple[UUID, bytes]]:
    """The record in the order it was written (event ids are UUIDv7), after a cursor."""
    rows = await tx.fetch("select id, body from event where id > $1 order by id limit $2", after, limit)
    return [(row["id"], bytes(row["body"])) for row in rows]


async def say_record_again(tx: Tx) -> int:
    """Put every fact and every event back into the outbox: the broker has lost what it had. Answers how many. What
    still waits there takes its place in the order anew, or it would overtake what came before it."""
    facts = await tx.execute(_SAY_FACTS_AGAIN)
    events = await tx.execute(_SAY_EVENTS_AGAIN)
    return int(facts.split()[-1]) + int(events.split()[-1])


_SAY_FACTS_AGAIN = """
insert into outbox (event_id, subject, body)
select id, 'workflow.ref.' || type, body from fact where source = 'workflow' order by id
on conflict (event_id) do update set seq = default
"""
# The subject is what `shared.envelope.nats_subject` makes of the envelope; a test holds the two equal.
_SAY_EVENTS_AGAIN = f"""
insert into outbox (event_id, subject, body)
select id, 'workflow.' || lpad((crc32(convert_to(number, 'UTF8')) % {SHARDS})::text, 2, '0') || '.' || type, body
from event order by id on conflict (event_id) do update set seq = default
"""

"""The event record, read: of one complaint, page by page; and said again, all of it."""

from typing import NamedTuple

from services.workflow.store import refusals
from shared.db import Tx
from shared.envelope import SHARDS, Envelope, decode
from shared.events.workflow import Received

BEGINNING = ("", 0)
"""Before the first place of the record."""


async def history(tx: Tx, number: str) -> list[Envelope]:
    """All that happened to one complaint, in order."""
    rows = await tx.fetch("select body from event where number = $1 order by sequence", number)
    return [decode(row["body"]) for row in rows]


async def filed_text(tx: Tx, number: str) -> str:
    """What the complainant wrote when filing."""
    body = await tx.fetchval("select body from event where number = $1 and sequence = 1", number)
    return decode(body).open_as(Received).text or ""


class Recorded(NamedTuple):
    """An event as it travelled, and its place: ordered by complaint, no later commit can come before what was read of
    the same complaint."""

    number: str
    sequence: int
    body: bytes


async def page(tx: Tx, after: tuple[str, int], limit: int) -> list[Recorded]:
    """The record complaint by complaint, after a place. What a complaint passed already says meanwhile is not seen
    again: `of` has it."""
    rows = await tx.fetch(
        "select number, sequence, body from event where (number, sequence) > ($1, $2)"
        " order by number, sequence limit $3",
        *after,
        limit,
    )
    return [Recorded(*row) for row in rows]


async def of(tx: Tx, known: dict[str, int], limit: int) -> list[Recorded]:
    """What these complaints have said after the sequence known of each."""
    rows = await tx.fetch(
        "select e.number, e.sequence, e.body from event e"
        " join unnest($1::text[], $2::int[]) k(number, sequence) on e.number = k.number and e.sequence > k.sequence"
        " order by e.number, e.sequence limit $3",
        list(known),
        list(known.values()),
        limit,
    )
    return [Recorded(*row) for row in rows]


async def length(tx: Tx) -> int:
    """How many events the record holds: every version of every complaint is one."""
    return int(await tx.fetchval("select coalesce(sum(version), 0) from complaint"))


async def say_again(tx: Tx) -> int:
    """Put every fact, every event and every refusal back into the outbox: the broker has lost what it had. Answers how
    many. What still waits there takes its place in the order anew, or it would overtake what came before it."""
    facts = await tx.execute(_SAY_FACTS_AGAIN)
    events = await tx.execute(_SAY_EVENTS_AGAIN)
    return int(facts.split()[-1]) + int(events.split()[-1]) + await refusals.say_again(tx)


_SAY_FACTS_AGAIN = """
insert into outbox (event_id, subject, body)
select id, 'workflow.ref.' || type, body from fact where source = 'workflow' order by id
on conflict (event_id) do update set seq = default
"""
# The subject is what `shared.envelope.nats_subject` makes of the envelope; a test holds the two equal.
EVENT_SUBJECT = f"'workflow.' || lpad((crc32(convert_to(number, 'UTF8')) % {SHARDS})::text, 2, '0') || '.' || type"
_SAY_EVENTS_AGAIN = f"""
insert into outbox (event_id, subject, body)
select id, {EVENT_SUBJECT}, body
from event order by id on conflict (event_id) do update set seq = default
"""

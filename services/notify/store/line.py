"""Whose turn it is. A delivery is in line while `next_at` is set; leases and waits are in real time.

Leases only save work: that a message is not sent twice rests on its row's status, which changes in the transaction that
records the attempt.
"""

from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.pace import allow
from services.notify.domain.retries import PATIENCE, UNKNOWNS_ALLOWED, Fate, Reason, Status
from shared.db import Tx


async def expire(tx: Tx) -> int:
    """Attempts whose process never told how they ended become unknown; answers how many deliveries that touched."""
    rows = await tx.fetch(
        """
        update delivery set status = 'unknown', unknowns = unknowns + 1, lease_until = null,
            changed_at = helpdesk.now(),
            next_at = case when unknowns < $1
                then clock_timestamp()
                    + make_interval(secs => case channel when 'whatsapp' then $3::float8 else $2::float8 end) end
        where id in (
            select id from delivery where status = 'sending' and lease_until < clock_timestamp()
            for update skip locked)
        returning attempt
        """,
        UNKNOWNS_ALLOWED,
        PATIENCE["email"].doubt,
        PATIENCE["whatsapp"].doubt,
    )
    await tx.execute(
        """
        update attempt set result = $2, detail = 'nobody told how it ended', settled_at = helpdesk.now()
        where id = any($1::uuid[]) and result is null
        """,
        [row["attempt"] for row in rows],
        Fate.UNKNOWN,
    )
    return len(rows)


async def skip_all(tx: Tx, channel: str, reason: Reason) -> int:
    """Everything in line for this channel comes to rest unsent, for this reason; answers how many."""
    rows = await tx.fetch(
        """
        update delivery set status = 'skipped', reason = $2, next_at = null, changed_at = helpdesk.now()
        where channel = $1 and next_at is not null and status = 'planned' returning true
        """,
        channel,
        reason,
    )
    return len(rows)


async def waiting(tx: Tx) -> tuple[int, float]:
    """How many are in line or under way, and for how many seconds the oldest of them should have been sent by now."""
    row = await tx.fetchrow(
        """
        select count(*), coalesce(greatest(
            extract(epoch from clock_timestamp() - min(coalesce(first_tried_at, next_at))), 0), 0)::float8
        from delivery where next_at is not null or status = 'sending'
        """
    )
    return row[0], row[1]


async def at_rest(tx: Tx, status: Status) -> int:
    """How many came to rest like this in the past day and were not put back since."""
    found: int = await tx.fetchval(
        """
        select count(*) from delivery
        where status = $1 and next_at is null and changed_at > helpdesk.now() - interval '1 day'
        """,
        status,
    )
    return found


@dataclass(frozen=True, slots=True)
class InLine:
    """A delivery whose turn may have come, locked by this transaction."""

    id: UUID
    recipient: str
    channel: str
    template: str
    batched: bool
    fresh: bool
    """Not in doubt: others may be batched with it."""


async def next_in_line(tx: Tx, channel: str, limit: int) -> list[InLine]:
    """What is due on this channel, what is urgent first, locked. A delivery waits while an earlier one about the same
    complaint to the same person is unsettled; of batched ones to one person only the first comes."""
    rows = await tx.fetch(
        """
        select d.id, d.recipient, d.channel, d.template, d.batched,
            d.status = 'planned' and d.unknowns = 0 as fresh
        from delivery d
        where d.channel = $1 and d.next_at <= statement_timestamp() and d.carried_by is null
            and not exists (
                select from delivery e
                where e.number = d.number and e.recipient = d.recipient and e.channel = d.channel and e.seq < d.seq
                    and (e.next_at is not null or e.status = 'sending') and not e.batched)
            and not (d.batched and exists (
                select from delivery e
                where e.recipient = d.recipient and e.channel = d.channel and e.template = d.template and e.seq < d.seq
                    and e.batched and e.next_at <= statement_timestamp() and e.carried_by is null))
        order by d.urgent desc, d.next_at, d.seq limit $2
        for update of d skip locked
        """,
        channel,
        limit,
    )
    return [InLine(**dict(row)) for row in rows]


async def keep_pace(tx: Tx, channel: str, per_second: float, wanted: int) -> tuple[int, float]:
    """How many of `wanted` messages may go out now, over all replicas, and the seconds until the next may."""
    row = await tx.fetchrow(
        """
        insert into pace as p (channel, free_at) values ($1, clock_timestamp() - interval '1 day')
        on conflict (channel) do update set channel = p.channel
        returning extract(epoch from free_at)::float8 as free_at, extract(epoch from clock_timestamp())::float8 as now
        """,
        channel,
    )
    allowed = allow(row["free_at"], row["now"], per_second, wanted)
    await tx.execute("update pace set free_at = to_timestamp($2) where channel = $1", channel, allowed.free_at)
    return allowed.granted, allowed.wait


async def take_turn(tx: Tx, leader: InLine, window: float) -> bool:
    """Whether a batched message may go to this person now. If so, nobody else's turn comes for `window` seconds and
    all that is in line for it goes with the leader; if not, all of it waits for the turn."""
    mine = await tx.fetchval(
        """
        insert into turn as t (recipient, channel, template, leader, not_before)
        values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
        on conflict (recipient, channel, template) do update set leader = excluded.leader,
            not_before = excluded.not_before
        where t.not_before <= clock_timestamp() or t.leader = excluded.leader
        returning true
        """,
        leader.recipient,
        leader.channel,
        leader.template,
        leader.id,
        window,
    )
    if mine is None:
        await tx.execute(
            """
            update delivery d set next_at = t.not_before from turn t
            where t.recipient = $1 and t.channel = $2 and t.template = $3
                and d.recipient = $1 and d.channel = $2 and d.template = $3 and d.batched and d.carried_by is null
                and d.next_at < t.not_before
            """,
            leader.recipient,
            leader.channel,
            leader.template,
        )
        return False
    if leader.fresh:
        await tx.execute(
            """
            update delivery set carried_by = $1
            where recipient = $2 and channel = $3 and template = $4 and batched and carried_by is null and id <> $1
                and status = 'planned' and unknowns = 0 and next_at is not null
            """,
            leader.id,
            leader.recipient,
            leader.channel,
            leader.template,
        )
    return True

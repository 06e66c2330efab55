"""Receipts as they are kept and as they move deliveries. Each status of a message is kept once: what comes twice, or
late, or before we know our own message's id, does no harm."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.retries import Outcome, Status, Verdict
from services.notify.domain.webhook import Receipt
from shared.db import Tx

KEPT = "30 days"
GUESSED = "1 day"
"""How long a receipt may wait for the message it is about to become known."""


async def keep(tx: Tx, receipts: Sequence[Receipt]) -> None:
    """Keep them; a status that is known of a message already is no news."""
    await tx.executemany(
        """
        insert into receipt (wamid, status, at, code, delivery) values ($1, $2, $3, $4, $5) on conflict do nothing
        """,
        [(one.wamid, one.status, one.at, one.code, one.delivery) for one in receipts],
    )


@dataclass(frozen=True, slots=True)
class Open:
    """A receipt nobody has heeded yet, and where its delivery stands, locked."""

    wamid: str
    told: Status
    code: int | None
    delivery: UUID
    status: Status
    tries: int
    attempt: UUID | None
    latest: bool
    """It is about the message of the delivery's last attempt."""


async def unheeded(tx: Tx, limit: int) -> list[Open]:
    """The oldest that are about a delivery of ours. By our own id where it came back, else by the message's."""
    rows = await tx.fetch(
        """
        select r.wamid, r.status as told, r.code, d.id as delivery, d.status, d.tries, d.attempt,
            exists (select from attempt a where a.id = d.attempt and a.provider_id = r.wamid) as latest
        from receipt r
        join delivery d on d.channel = 'whatsapp' and d.id = coalesce(
            (select coalesce(x.carried_by, x.id) from attempt a join delivery x on x.id = a.delivery
             where a.provider_id = r.wamid),
            (select coalesce(x.carried_by, x.id) from delivery x where x.id = r.delivery))
        where not r.heeded
        order by r.heard_at, r.wamid, r.status limit $1
        for update of r, d skip locked
        """,
        limit,
    )
    return [Open(**dict(row) | {"told": Status(row["told"]), "status": Status(row["status"])}) for row in rows]


async def done_with(tx: Tx, one: Open) -> None:
    """It has been heeded, or says nothing new."""
    await tx.execute("update receipt set heeded = true where wamid = $1 and status = $2", one.wamid, one.told)


async def reached(tx: Tx, one: Open) -> None:
    """The delivery, and what it carried, came as far as the receipt says; it is in nobody's line any more."""
    await tx.execute(
        """
        update delivery set status = $2, reason = null, next_at = null, lease_until = null, changed_at = helpdesk.now()
        where id = $1 or carried_by = $1
        """,
        one.delivery,
        one.told,
    )


async def came_to_nothing(tx: Tx, one: Open, outcome: Outcome, verdict: Verdict) -> None:
    """What was accepted failed after all: its attempt says so, and the delivery stands as the verdict has it."""
    await tx.execute(
        "update attempt set result = $2, detail = $3 where id = $1",
        one.attempt,
        outcome.fate,
        f"accepted, then {outcome.detail}",
    )
    await tx.execute(
        """
        update delivery set status = $2, reason = $3, lease_until = null, changed_at = helpdesk.now(),
            next_at = clock_timestamp() + make_interval(secs => $4::float8),
            carried_by = case when $2 <> 'planned' then carried_by end
        where id = $1 or carried_by = $1
        """,
        one.delivery,
        verdict.status,
        verdict.reason,
        verdict.wait,
    )


async def forget(tx: Tx) -> None:
    """What was heeded long ago, and what nobody knows the message of, goes."""
    await tx.execute(
        f"""
        delete from receipt where heard_at < clock_timestamp() - interval '{KEPT}'
            or not heeded and heard_at < clock_timestamp() - interval '{GUESSED}'
        """
    )

"""What the ledger knows of a mail that came back, and of what else staff must see to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.notify.domain.facts import Facts
from services.notify.domain.own import DeliveryBounced, News
from shared.db import Tx
from shared.events.complaint import Person


async def bounced(tx: Tx, delivery: UUID, answer: str) -> tuple[UUID, DeliveryBounced] | None:
    """With which attempt, and that this delivery came back; None where it was itself the news of one that did."""
    row = await tx.fetchrow(
        """
        select d.attempt, d.recipient, d.name, d.masked, a.event, helpdesk.now() as at,
            case when not exists (select from delivery e where e.carried_by = d.id) then d.number end as number,
            c.standing -> 'pic' as pic
        from delivery d join alert a on a.event_id = d.event_id left join complaint c on c.number = d.number
        where d.id = $1
        """,
        delivery,
    )
    if row is None or row["event"] == DeliveryBounced.wire:
        return None
    known = row["number"] is not None
    return row["attempt"], DeliveryBounced(
        at=row["at"],
        recipient=row["recipient"],
        name=row["name"],
        address=row["masked"],
        answer=answer,
        number=row["number"],
        pic=msgspec.convert(row["pic"], Person | None) if known else None,
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """A member of staff whose last mail was refused for good: when, and at which address, masked."""

    staff: str
    at: datetime
    masked: str | None


async def refused_staff(tx: Tx, staff: str | None = None) -> list[Refused]:
    """This member of staff, or all, whose mail was refused and who was not reached by one since."""
    rows = await tx.fetch(
        """
        select distinct on (d.recipient) substr(d.recipient, 7) as staff, d.changed_at as at, d.masked
        from delivery d
        where d.reason = 'bounced' and d.status = 'failed' and d.channel = 'email' and d.recipient like 'staff:%'
            and ($1::text is null or d.recipient = 'staff:' || $1)
            and not exists (
                select from delivery e
                where e.status = 'sent' and e.seq > d.seq and e.recipient = d.recipient and e.channel = 'email')
        order by d.recipient, d.seq desc
        """,
        staff,
    )
    return [Refused(**dict(row)) for row in rows]


async def pic_of(tx: Tx, number: str) -> Person | None:
    """Who has this complaint now."""
    return msgspec.convert(
        await tx.fetchval("select standing -> 'pic' from complaint where number = $1", number), Person | None
    )


async def open_alert(tx: Tx, id: str, event: News, rules: int, facts: Facts) -> bool:
    """Whether this is new to the ledger; it is now in it."""
    opened = await tx.fetchval(
        """
        insert into alert (event_id, event, number, at, rules, facts) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing returning true
        """,
        id,
        event.wire,
        event.number,
        event.at,
        rules,
        msgspec.to_builtins(facts),
    )
    return opened is not None

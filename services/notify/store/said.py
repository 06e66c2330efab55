"""What people wrote on WhatsApp: kept sealed before anybody is thanked, so that it is never lost. The message's own id
is the key, and never the number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notify.domain.retries import Outcome
from services.notify.domain.webhook import Said
from shared.db import Tx

WINDOW_HOURS = 24
SPARED_MINUTES = 10
"""After one acknowledgement, nobody is sent another for so long: two machines must not thank each other for ever."""


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about: a complaint of ours, and as whom its writer was written to."""

    complaint: str | None
    recipient: str | None


async def answered(tx: Tx, wamid: str, index: str | None) -> About | None:
    """What our message was about that a person answered to; None for a message that is not ours, or went to another
    number than theirs (where theirs is known)."""
    row = await tx.fetchrow(
        """
        select d.number, d.recipient from attempt a join delivery d on d.id = a.delivery
        join whatsapp_number n on n.delivery = d.id
        where a.provider_id = $1 and d.channel = 'whatsapp' and ($2::text is null or n.number_index = $2)
        """,
        wamid,
        index,
    )
    return None if row is None else About(row["number"], row["recipient"])


async def known(tx: Tx, index: str) -> tuple[list[str], list[str], str | None]:
    """Of whom we have written to under this number: their open complaints, those among them whose answer is awaited,
    and as whom they were last written to."""
    rows = await tx.fetch(
        """
        select distinct c.number, coalesce(c.standing ->> 'custodian' = 'COMPLAINANT', false) as awaited
        from whatsapp_number n join delivery d on d.id = n.delivery join complaint c on c.number = d.number
        where n.number_index = $1 and d.recipient = 'complainant:' || c.number and c.closed_at is null
        """,
        index,
    )
    last: str | None = await tx.fetchval(
        """
        select d.recipient from whatsapp_number n join delivery d on d.id = n.delivery
        where n.number_index = $1 order by d.seq desc limit 1
        """,
        index,
    )
    numbers = [row["number"] for row in rows]
    return numbers, [row["number"] for row in rows if row["awaited"]], last


async def one_at_a_time(tx: Tx, indexes: Sequence[str]) -> None:
    """What else these people are writing now waits until this transaction ends: of messages that come together, the
    later ones must see that the first is thanked for."""
    await tx.execute(
        """
        select pg_advisory_xact_lock(hashtext('notify.said'), one) from (
            select distinct hashtext(index) as one from unnest($1::text[]) index order by one) locks
        """,
        indexes,
    )


async def keep(
    tx: Tx,
    said: Said,
    *,
    index: str | None,
    number_sealed: str | None,
    masked: str | None,
    text_sealed: str | None,
    about: About,
) -> bool:
    """Whether it is new; it is kept now. It is to be acknowledged, unless one was thanked just now or nobody knows
    where to."""
    kept = await tx.fetchval(
        f"""
        insert into whatsapp_said (wamid, number_index, number_sealed, masked, kind, text_sealed, said_at, heard_at,
            complaint, recipient, answered, next_at)
        select $1, $2, $3, $4, $5, $6, $7, helpdesk.now(), $8, $9, state,
            case state when 'due' then clock_timestamp() end
        from (select case when $2::text is null or exists (
            select from whatsapp_said s where s.number_index = $2 and s.answered in ('due', 'sending', 'sent')
                and s.heard_at > helpdesk.now() - interval '{SPARED_MINUTES} minutes')
            then 'spared' else 'due' end as state) one
        on conflict (wamid) do nothing returning true
        """,
        said.wamid, index, number_sealed, masked, said.kind, text_sealed, said.at, about.complaint, about.recipient,
    )  # fmt: skip
    return kept is not None


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody to be thanked, and what leads to their complaint."""

    wamid: str
    number_sealed: str
    complaint: str | None
    recipient: str | None
    language: str | None
    submitted_at: datetime | None
    tries: int


async def claim(tx: Tx, limit: int, lease: float) -> list[Due]:
    """Whose turn it is to be thanked, each for one try. What a process never came back from stays unknown."""
    await tx.execute(
        """
        update whatsapp_said set answered = 'unknown', next_at = null
        where answered = 'sending' and next_at < clock_timestamp()
        """
    )
    rows = await tx.fetch(
        """
        update whatsapp_said s set answered = 'sending', tries = tries + 1,
            next_at = clock_timestamp() + make_interval(secs => $2)
        from (
            select w.wamid, c.submitted_at,
                case when w.recipient like 'staff:%' then m.language else c.language end as language
            from whatsapp_said w left join complaint c on c.number = w.complaint
            left join staff m on w.recipient = 'staff:' || m.id
            where w.answered = 'due' and w.next_at <= clock_timestamp()
            order by w.next_at limit $1 for update of w skip locked
        ) one
        where s.wamid = one.wamid
        returning s.wamid, s.number_sealed, s.complaint, s.recipient, one.language, one.submitted_at, s.tries
        """,
        limit,
        lease,
    )
    return [Due(**dict(row)) for row in rows]


async def settle(tx: Tx, wamid: str, answered: str, outcome: Outcome, wait: float | None) -> None:
    """How thanking ended; with a `wait` it comes again, as long as the person's window is open."""
    await tx.execute(
        f"""
        update whatsapp_said set detail = $3, answered = case when again then 'due' else $2 end,
            next_at = case when again then clock_timestamp() + make_interval(secs => $4::float8) end
        from (select $4::float8 is not null and heard_at > helpdesk.now() - interval '{WINDOW_HOURS - 1} hours' as again
              from whatsapp_said where wamid = $1) one
        where wamid = $1
        """,
        wamid,
        answered,
        outcome.detail,
        wait,
    )


async def page(tx: Tx, *, complaint: str | None, limit: int) -> list[dict[str, Any]]:
    """What was written, newest first, still sealed."""
    rows = await tx.fetch(
        """
        select wamid, masked, kind, text_sealed, said_at, heard_at, complaint, recipient, answered
        from whatsapp_said where $1::text is null or complaint = $1 order by heard_at desc, wamid limit $2
        """,
        complaint,
        limit,
    )
    return [dict(row) for row in rows]

"""WhatsApp's own facts: what templates are called and which were refused, to whose number a message went, and whom it
does not reach. Numbers are kept as keyed fingerprints; faults and flags are in real time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.notify.domain.retries import Reason
from shared.db import Tx

PAIR = "whatsapp:pair"
"""In `turn`, where a batch's template stands: the gap between any two messages to one person."""


class Named(msgspec.Struct, frozen=True):
    """What the template of one message in one language is called, and whether it may be used."""

    message: str
    language: str
    name: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """A template that was refused, with the code and since when."""

    name: str
    language: str
    code: int
    at: datetime


async def template_map(tx: Tx) -> tuple[int, list[Named]]:
    """The version that holds and what it says; 0 and nothing while nobody has said anything."""
    row = await tx.fetchrow("select version, items from whatsapp_map order by version desc limit 1")
    return (0, []) if row is None else (row["version"], msgspec.convert(row["items"], list[Named]))


async def lock_map(tx: Tx) -> int:
    """The version that holds, and nobody saves another before this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('notify.whatsapp_map'))")
    return int(await tx.fetchval("select coalesce(max(version), 0) from whatsapp_map"))


async def save_map(tx: Tx, version: int, items: Sequence[Named], saved_by: str) -> None:
    """A new version; what was refused may be tried again. Only under `lock_map`."""
    await tx.execute(
        "insert into whatsapp_map (version, at, saved_by, items) values ($1, helpdesk.now(), $2, $3)",
        version,
        saved_by,
        msgspec.to_builtins(list(items)),
    )
    await tx.execute("delete from whatsapp_fault")


async def last_saved(tx: Tx) -> tuple[datetime, str] | None:
    """When the map was last saved, and by whom."""
    row = await tx.fetchrow("select at, saved_by from whatsapp_map order by version desc limit 1")
    return None if row is None else (row["at"], row["saved_by"])


async def faults(tx: Tx) -> list[Fault]:
    """The templates that were refused."""
    rows = await tx.fetch("select name, language, code, at from whatsapp_fault order by name, language")
    return [Fault(**dict(row)) for row in rows]


async def mark_fault(tx: Tx, name: str, language: str, code: int) -> datetime | None:
    """This template was refused: it is not sent until somebody saves the map. When, if that was not known before."""
    at: datetime | None = await tx.fetchval(
        """
        insert into whatsapp_fault (name, language, code, at) values ($1, $2, $3, helpdesk.now())
        on conflict (name, language) do nothing returning at
        """,
        name,
        language,
        code,
    )
    return at


async def remember_number(tx: Tx, delivery: UUID, index: str) -> None:
    """To whose number this delivery goes."""
    await tx.execute(
        """
        insert into whatsapp_number (delivery, number_index) values ($1, $2)
        on conflict (delivery) do update set number_index = excluded.number_index
        """,
        delivery,
        index,
    )


async def flagged(tx: Tx, index: str) -> int | None:
    """The code for which this number is not tried now, if any."""
    code: int | None = await tx.fetchval(
        "select code from whatsapp_unreachable where number_index = $1 and until > clock_timestamp()", index
    )
    return code


async def flag(tx: Tx, delivery: UUID, code: int, days: int) -> None:
    """The number this delivery went to is not tried for so many days."""
    await tx.execute(
        """
        insert into whatsapp_unreachable (number_index, code, since, until)
        select number_index, $2, clock_timestamp(), clock_timestamp() + make_interval(days => $3)
        from whatsapp_number where delivery = $1
        on conflict (number_index) do update set code = excluded.code, until = excluded.until
        """,
        delivery,
        code,
        days,
    )


async def unflag(tx: Tx, delivery: UUID) -> None:
    """The number this delivery went to was reached."""
    await tx.execute(
        "delete from whatsapp_unreachable u using whatsapp_number n"
        " where n.delivery = $1 and u.number_index = n.number_index",
        delivery,
    )


async def unreachable(tx: Tx) -> int:
    """How many numbers are not tried now."""
    found: int = await tx.fetchval("select count(*) from whatsapp_unreachable where until > clock_timestamp()")
    return found


async def take_pair_turn(tx: Tx, recipient: str, leader: UUID, gap: float) -> bool:
    """Whether a message may go to this person now. If so, none other may for `gap` seconds; if not, all that is in
    line for them waits for the turn."""
    mine = await tx.fetchval(
        """
        insert into turn as t (recipient, channel, template, leader, not_before)
        values ($1, 'whatsapp', $2, $3, clock_timestamp() + make_interval(secs => $4))
        on conflict (recipient, channel, template) do update set leader = excluded.leader,
            not_before = excluded.not_before
        where t.not_before <= clock_timestamp()
        returning true
        """,
        recipient,
        PAIR,
        leader,
        gap,
    )
    if mine is None:
        await tx.execute(
            """
            update delivery d set next_at = t.not_before from turn t
            where t.recipient = $1 and t.channel = 'whatsapp' and t.template = $2
                and d.recipient = $1 and d.channel = 'whatsapp' and d.next_at < t.not_before
            """,
            recipient,
            PAIR,
        )
    return mine is not None


async def give_up_waiting(tx: Tx, seconds: float) -> list[UUID]:
    """What should have gone this way more than `seconds` ago and still waits for the channel comes to rest; which."""
    rows = await tx.fetch(
        """
        update delivery set status = 'failed', reason = $1, next_at = null, changed_at = helpdesk.now()
        where channel = 'whatsapp' and status = 'planned' and carried_by is null
            and next_at is not null and (
                next_at < clock_timestamp() - make_interval(secs => $2)
                or first_tried_at < clock_timestamp() - make_interval(secs => $2) and exists (
                    select from attempt a where a.id = delivery.attempt and a.result = 'channel_down'))
        returning id
        """,
        Reason.CHANNEL_DOWN,
        seconds,
    )
    return [row["id"] for row in rows]


async def mail_instead(tx: Tx, made: Sequence[tuple[UUID, UUID]]) -> int:
    """A mail for each (id of the mail, id of what did not reach the person) and for what that carried, unless a mail
    about the event reaches them anyway, or was left out by their own choice; answers how many were planned. What may
    be told by mail is what has a letter of the same name, which every message of WhatsApp has."""
    planned = 0
    for mail, lost in made:
        found: Any = await tx.fetchval(_MAIL_INSTEAD, mail, lost)
        planned += found is not None
    return planned


async def carried_by(tx: Tx, leader: UUID) -> list[UUID]:
    """What went with this delivery, itself first."""
    rows = await tx.fetch("select id from delivery where id = $1 or carried_by = $1 order by id <> $1, seq", leader)
    return [row["id"] for row in rows]


_MAIL_INSTEAD = """
    insert into delivery (id, event_id, number, rules, rule, audience, recipient, name, channel, template, batched,
        urgent, status, planned_at, changed_at, next_at, instead_of)
    select $1, d.event_id, d.number, d.rules, d.rule, d.audience, d.recipient, d.name, 'email', d.template, d.batched,
        d.urgent, 'planned', helpdesk.now(), helpdesk.now(), clock_timestamp(), d.id
    from delivery d
    where d.id = $2 and not exists (
        select from delivery e
        where e.event_id = d.event_id and e.recipient = d.recipient and e.channel = 'email'
            and (e.status <> 'skipped' or e.reason <> 'switched_off'))
    on conflict do nothing
    returning id
"""

"""Mails as they came in, each once; those that are held, who looked at them, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.db import Tx

HELD_AT_MOST = 2_000
HELD_BYTES_AT_MOST = 2 * 1024**3
HELD_DAYS = 30
KEPT_DAYS = 90
COMPLAINANT = "complainant"


class Place(NamedTuple):
    """Where a page of the list begins: behind this one."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail for one recipient. `person` is `complainant` or a staff id. `said` is what was said for staff."""

    id: UUID
    key: str
    status: str
    reason: str | None = None
    number: str | None = None
    person: str | None = None
    proved: bool = False
    sender_sealed: str | None = None
    sender_masked: str = ""
    subject: str = ""
    text: str = ""
    enclosed: tuple[Mapping[str, Any], ...] = ()
    said: Mapping[str, Any] | None = None
    size: int = 0
    raw: bytes | None = None
    message: str | None = None


async def is_known(tx: Tx, key: str) -> bool:
    """Whether this mail has come in before."""
    return bool(await tx.fetchval("select exists (select from mail where key = $1)", key))


async def add(tx: Tx, mail: Mail) -> bool:
    """Keep it; false where it had come in before. A twin waits for the first to commit."""
    added = await tx.fetchval(
        """
        insert into mail (id, key, received_at, status, reason, number, person, proved, sender_sealed, sender_masked,
                          subject, text, enclosed, said, size, raw, message)
        values ($1, $2, helpdesk.now(), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (key) do nothing returning true
        """,
        mail.id,
        mail.key,
        mail.status,
        mail.reason,
        mail.number,
        mail.person,
        mail.proved,
        mail.sender_sealed,
        mail.sender_masked,
        mail.subject,
        mail.text,
        list(mail.enclosed),
        mail.said,
        mail.size,
        mail.raw,
        mail.message,
    )
    return added is not None


async def is_full(tx: Tx) -> bool:
    """Whether as many are held as there may be."""
    row = await tx.fetchrow(
        "select count(*) as mails, coalesce(sum(size), 0)::bigint as bytes from mail where status = 'held'"
    )
    return bool(row["mails"] >= HELD_AT_MOST or row["bytes"] >= HELD_BYTES_AT_MOST)


async def keep_said(tx: Tx, id: UUID, said: Mapping[str, Any]) -> None:
    """What was said for a member of staff: workflow may refuse it."""
    enclosed = [{"name": file["name"], "size": file["size"]} for file in said["files"]]
    await tx.execute("update mail set said = $2, enclosed = $3 where id = $1", id, said, enclosed)


async def hold_said(tx: Tx, message: str, reason: str, why: str) -> bool:
    """One that was passed on for a member of staff came back refused; false where there is no such one."""
    held = await tx.fetchval(
        """
        update mail set status = 'held', reason = $2, why = $3, text = coalesce(said ->> 'text', ''),
            decided_at = null, decided_by = null, decided_name = null
        where message = $1 and status in ('said', 'let_through') returning true
        """,
        message,
        reason,
        why,
    )
    return held is not None


async def page(tx: Tx, *, held: bool, after: Place | None, limit: int) -> list[dict[str, Any]]:
    """What is held, or what has been decided on, newest first; one more than `limit` where there is more."""
    rows = await tx.fetch(
        f"""
        select {_SHOWN} from mail
        where {"status = 'held'" if held else "status in ('let_through', 'discarded', 'lapsed')"}
            and ($1::timestamptz is null or (received_at, id) < ($1, $2::uuid))
        order by received_at desc, id desc limit $3
        """,
        after.at if after else None,
        after.id if after else None,
        limit + 1,
    )
    return [dict(row) for row in rows]


_SHOWN = """
    id, received_at, status, reason, number, person, proved, sender_masked, subject, enclosed, size, decided_at,
    decided_name, why
"""


async def one(tx: Tx, id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """All of one that was ever held, its text and its sealed sender too."""
    row = await tx.fetchrow(
        f"select {_SHOWN}, sender_sealed, text, said, message, raw from mail"
        f" where id = $1 and status in ('held', 'let_through', 'discarded', 'lapsed') {'for update' if lock else ''}",
        id,
    )
    return dict(row) if row else None


async def looked(tx: Tx, id: UUID, staff: str, name: str) -> None:
    """Who opens it, on record."""
    await tx.execute(
        "insert into mail_look (mail, at, staff, name) values ($1, helpdesk.now(), $2, $3)", id, staff, name
    )


async def looks(tx: Tx, id: UUID) -> list[dict[str, Any]]:
    """Who opened it, the latest first."""
    rows = await tx.fetch("select at, name from mail_look where mail = $1 order by at desc limit 50", id)
    return [dict(row) for row in rows]


async def decide(tx: Tx, id: UUID, *, status: str, staff: str, name: str, why: str, message: str | None) -> None:
    """Let through or discarded, by whom and why. The mail itself is dropped: what was said stands in the record."""
    await tx.execute(
        """
        update mail set status = $2, decided_at = helpdesk.now(), decided_by = $3, decided_name = $4, why = $5,
            message = coalesce($6, message), raw = null
        where id = $1
        """,
        id,
        status,
        staff,
        name,
        why,
        message,
    )


async def forget(tx: Tx) -> int:
    """What nobody decided on for 30 days is over; of what is 90 days old nothing stays but that it was there, and of
    what was only passed on not even that. Real time would do as well, but tests move the office's."""
    lapsed = await tx.fetch(
        """
        update mail set status = 'lapsed', decided_at = helpdesk.now(), raw = null
        where status = 'held' and received_at < helpdesk.now() - make_interval(days => $1) returning true
        """,
        HELD_DAYS,
    )
    await tx.execute(
        """
        delete from mail where status in ('said', 'bounce') and received_at < helpdesk.now() - make_interval(days => $1)
        """,
        KEPT_DAYS,
    )
    await tx.execute(
        """
        update mail set text = '', subject = '', sender_sealed = null, said = null, enclosed = '[]'
        where status in ('let_through', 'discarded', 'lapsed') and text || subject <> ''
            and decided_at < helpdesk.now() - make_interval(days => $1)
        """,
        KEPT_DAYS,
    )
    return len(lapsed)


async def waiting(tx: Tx) -> tuple[int, float]:
    """How many are held, and for how many seconds the oldest has been."""
    row = await tx.fetchrow(
        """
        select count(*), coalesce(extract(epoch from helpdesk.now() - min(received_at)), 0)::float8
        from mail where status = 'held'
        """
    )
    return row[0], row[1]

"""Copies of what others own: what notify must know to write and to send, as the events last told it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import Record

from services.notify.domain.facts import Matter
from services.notify.domain.people import Complainant, Staff
from shared.db import Tx
from shared.events.complaint import ComplaintEvent
from shared.events.intake import Contact
from shared.events.reference import Away, FormSaved, StaffSaved
from shared.events.workflow import Classified, Received
from shared.privacy import mask_email

CLOSED = "DITUTUP"
WORDS = frozenset({"text", "attachments", "files", "message", "seen_by"})
"""Of an event: what came with it, and how it does not stand."""


async def keep_complaint(tx: Tx, event: Received) -> None:
    """A complaint as it was received; its text is the description."""
    contact = event.contact
    await tx.execute(
        """
        insert into complaint (number, submitted_at, name, email_sealed, email_masked, phone_sealed, phone_masked,
            whatsapp, language, ic_index, department, ptj, module, module_ms, module_en, title, description, seen_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        on conflict (number) do nothing
        """,
        event.number,
        event.submitted_at,
        contact.name,
        contact.email_sealed,
        contact.email_masked,
        contact.phone_sealed,
        contact.phone_masked,
        contact.whatsapp_consent and contact.phone_is_mobile,
        contact.language,
        contact.ic_index,
        event.department_name,
        event.ptj_name,
        event.module,
        event.module_ms,
        event.module_en,
        event.title,
        event.text or "",
        list(event.seen_by),
    )


async def keep_contact(tx: Tx, number: str, contact: Contact) -> None:
    """The whole contact, as it is now."""
    await tx.execute(
        """
        update complaint set name = $2, email_sealed = $3, email_masked = $4, phone_sealed = $5, phone_masked = $6,
            whatsapp = $7, language = $8, ic_index = $9
        where number = $1
        """,
        number,
        contact.name,
        contact.email_sealed,
        contact.email_masked,
        contact.phone_sealed,
        contact.phone_masked,
        contact.whatsapp_consent and contact.phone_is_mobile,
        contact.language,
        contact.ic_index,
    )


async def keep_module(tx: Tx, event: Classified) -> None:
    """The complaint's module, with the names the form gives it."""
    await tx.execute(
        """
        update complaint c set module = $2, module_ms = m.name_ms, module_en = m.name_en
        from module m where m.slug = $2 and c.number = $1 and c.module <> $2
        """,
        event.number,
        event.module,
    )


async def follow(tx: Tx, event: ComplaintEvent) -> None:
    """How the complaint stands now, who may read it, and since when it is closed."""
    await tx.execute(
        """
        update complaint set seen_by = $2, standing = $5,
            custody_since = case when standing ->> 'custodian' is not distinct from $6
                then coalesce(custody_since, $4) else $4 end,
            closed_at = case when $3 then coalesce(closed_at, $4::timestamptz) end
        where number = $1
        """,
        event.number,
        list(event.seen_by),
        event.to == CLOSED,
        event.at,
        _standing(event),
        event.custodian,
    )


def _standing(event: ComplaintEvent) -> dict[str, Any]:
    """What every event says of its complaint, without the words that came with this one."""
    said = msgspec.to_builtins(event)
    kept = {one.encode_name for one in msgspec.structs.fields(ComplaintEvent)} - WORDS
    return {name: value for name, value in said.items() if name in kept}


async def standing(tx: Tx, number: str) -> dict[str, Any] | None:
    """How this complaint stands, as its last event said it on the wire; None where nobody told us yet."""
    found: dict[str, Any] | None = await tx.fetchval("select standing from complaint where number = $1", number)
    return found


async def keep_staff(tx: Tx, event: StaffSaved) -> None:
    """A member of staff as they are now."""
    await tx.execute(
        """
        insert into staff (id, name, active, roles, queues, language, email_sealed, email_masked, phone_sealed,
            phone_masked, preferences, away)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (id) do update set name = excluded.name, active = excluded.active, roles = excluded.roles,
            queues = excluded.queues, language = excluded.language, email_sealed = excluded.email_sealed,
            email_masked = excluded.email_masked, phone_sealed = excluded.phone_sealed,
            phone_masked = excluded.phone_masked, preferences = excluded.preferences,
            away = excluded.away
        """,
        event.id,
        event.name,
        event.active,
        list(event.roles),
        list(event.queues),
        event.language,
        event.email_sealed,
        event.email_masked,
        event.phone_sealed,
        event.phone_masked,
        event.preferences,
        msgspec.to_builtins(event.away),
    )


async def keep_modules(tx: Tx, event: FormSaved) -> None:
    """The names of the form's modules; one that left the form keeps its last name."""
    await tx.execute(
        """
        insert into module (slug, name_ms, name_en) select * from unnest($1::text[], $2::text[], $3::text[])
        on conflict (slug) do update set name_ms = excluded.name_ms, name_en = excluded.name_en
        """,
        [module.slug for module in event.modules],
        [module.name_ms for module in event.modules],
        [module.name_en for module in event.modules],
    )


async def keep_vendor_desk(tx: Tx, email: str) -> None:
    """Where the vendor's helpdesk reads its mail; empty where it is not mailed."""
    await tx.execute("delete from vendor_desk")
    if email:
        await tx.execute("insert into vendor_desk (email, email_masked) values ($1, $2)", email, mask_email(email))


async def keep_vendor_days(tx: Tx, days: int) -> None:
    """After how many working days the vendor is reminded."""
    await tx.execute(
        """
        insert into office (vendor_days) values ($1)
        on conflict (one) do update set vendor_days = excluded.vendor_days
        """,
        days,
    )


async def has_vendor_desk(tx: Tx) -> bool:
    """Whether the office has said where the vendor's helpdesk reads its mail."""
    return bool(await tx.fetchval("select exists (select from vendor_desk)"))


async def complainant(tx: Tx, number: str) -> Complainant | None:
    """The complainant of this complaint, or None for a number we do not know."""
    row = await tx.fetchrow("select name, whatsapp from complaint where number = $1", number)
    return None if row is None else Complainant(number, row["name"], row["whatsapp"])


async def complainants_of(tx: Tx, ic_index: str, closed_since: datetime) -> list[Complainant]:
    """Every complaint filed under this index that is open, or was closed after this moment."""
    rows = await tx.fetch(
        """
        select number, name, whatsapp from complaint
        where ic_index = $1 and (closed_at is null or closed_at > $2) order by number
        """,
        ic_index,
        closed_since,
    )
    return [Complainant(row["number"], row["name"], row["whatsapp"]) for row in rows]


async def staff_concerned(tx: Tx, ids: Sequence[str]) -> list[Staff]:
    """These members of staff, who stands in for them, and all who are told by role or by queue."""
    rows = await tx.fetch(
        """
        select id, name, active, roles, queues, away, preferences from staff
        where id = any($1::text[])
            or id in (
                select one ->> 'deputy' from staff s, jsonb_array_elements(s.away) one where s.id = any($1::text[])
            )
            or active and (roles && array['ADMIN', 'MANAGEMENT', 'VENDOR'] or 'IMPLEMENTOR' = any(queues))
        order by id
        """,
        ids,
    )
    return [read_staff(row) for row in rows]


async def member(tx: Tx, id: str) -> Staff | None:
    """One member of staff; None for somebody nobody told us of."""
    row = await tx.fetchrow("select id, name, active, roles, queues, away, preferences from staff where id = $1", id)
    return None if row is None else read_staff(row)


def read_staff(row: Record) -> Staff:
    """A member of staff, of a row with what planning needs to know of them."""
    return Staff(
        id=row["id"],
        name=row["name"],
        active=row["active"],
        roles=frozenset(row["roles"]),
        queues=frozenset(row["queues"]),
        away=tuple(msgspec.convert(one, Away) for one in row["away"]),
        preferences=row["preferences"],
    )


async def matter(tx: Tx, number: str) -> Matter | None:
    """The complaint as messages tell of it, or None for a number we do not know."""
    row = await tx.fetchrow(
        """
        select number, submitted_at, name, title, description, department, ptj, module_ms, module_en
        from complaint where number = $1
        """,
        number,
    )
    return None if row is None else Matter(**dict(row))


async def masked(tx: Tx, recipients: Sequence[str]) -> dict[tuple[str, str], str]:
    """(recipient, channel) -> where that reaches them, masked, of those we have an address of."""
    rows = await tx.fetch(
        """
        with reached as (
            select 'complainant:' || number as recipient, email_masked, phone_masked from complaint
            union all select 'staff:' || id, email_masked, phone_masked from staff
            union all select 'vendor:desk', email_masked, '' from vendor_desk
        ) select * from reached where recipient = any($1::text[])
        """,
        recipients,
    )
    found = {(row["recipient"], "email"): row["email_masked"] for row in rows}
    return found | {(row["recipient"], "whatsapp"): row["phone_masked"] for row in rows if row["phone_masked"]}


async def readers(tx: Tx, number: str) -> list[str]:
    """The principals who may read this complaint now; none for a number we do not know."""
    return list(await tx.fetchval("select seen_by from complaint where number = $1", number) or [])


async def now(tx: Tx) -> datetime:
    """Business time."""
    moment: datetime = await tx.fetchval("select helpdesk.now()")
    return moment

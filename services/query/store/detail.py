"""One complaint: its row, its thread, its ties; for staff and for the public."""

from typing import Any
from uuid import UUID

from services.query.store.lists import COLUMNS, NAMES
from shared.db import Tx

_ENTRIES = """
    select sequence, at, kind, actor_role, actor_id, actor_name, from_state, to_state, audience, text, detail,
        coalesce(files, '[]') as attachments
    from entry left join (
        select sequence, jsonb_agg(
            jsonb_build_object('id', id, 'name', name, 'type', type, 'size', size, 'scan', scan) order by place
        ) as files
        from attachment where number = $1 group by sequence
    ) hung using (sequence)
    where number = $1 order by sequence
"""


async def complaint(tx: Tx, typed_number: str, principals: list[str]) -> Any | None:
    """The row and its words, if any of these principals may see it."""
    return await tx.fetchrow(
        f"""
        select {COLUMNS}, w.description, c.phone_masked, c.email_masked, c.whatsapp_consent, c.language, c.answer_by,
            c.reply_by, c.reopen_until, c.rated, c.closing, c.vendor_reference, c.duplicate_of
        from complaint c join words w using (number) {NAMES}
        where replace(c.number, '-', '') = $1 and c.seen_by && $2
        """,
        typed_number,
        principals,
    )


async def entries(tx: Tx, number: str) -> list[Any]:
    """The whole thread, oldest first."""
    return list(await tx.fetch(_ENTRIES, number))


async def attachment(tx: Tx, id: UUID) -> Any | None:
    """A file, and what decides who may have it: its entry's audience, its complaint's readers and end."""
    return await tx.fetchrow(
        """
        select a.id, a.name, a.type, a.audience, c.number, c.seen_by, c.closed_at
        from attachment a join complaint c using (number) where a.id = $1
        """,
        id,
    )


async def duplicates(tx: Tx, number: str, principals: list[str]) -> list[str]:
    """Complaints that repeat this one, as far as these principals may see them."""
    rows = await tx.fetch(
        "select number from complaint where duplicate_of = $1 and seen_by && $2 order by number", number, principals
    )
    return [row["number"] for row in rows]


async def proof(tx: Tx, typed_number: str) -> Any | None:
    """What proves whose complaint it is: number, blind index of the IC, when it was closed."""
    return await tx.fetchrow(
        "select number, ic_index, closed_at from complaint where replace(number, '-', '') = $1", typed_number
    )


async def public_status(tx: Tx, number: str) -> Any | None:
    """Status and dates."""
    return await tx.fetchrow(
        "select number, state, phase, submitted_at, state_since as changed_at from complaint where number = $1", number
    )


async def public_complaint(tx: Tx, number: str) -> Any:
    """What the complainant may know of the row."""
    return await tx.fetchrow(
        f"""
        select c.number, c.state, c.phase, c.submitted_at, c.state_since as changed_at, c.custodian, c.due, c.outcome,
            c.title, w.description, c.module, coalesce(m.name_ms, c.module_ms) as module_ms,
            coalesce(m.name_en, c.module_en) as module_en, c.department, c.department_name, c.ptj, c.ptj_name,
            coalesce(p.name, c.pic_name) as pic_name, c.closing, c.rated, c.reopen_until, c.can,
            coalesce(c.reply_by, c.answer_by) as answer_by, c.duplicate_of
        from complaint c join words w using (number) {NAMES} where c.number = $1
        """,
        number,
    )


async def complaints_of(tx: Tx, ic_index: str) -> list[Any]:
    """What an IC has filed, newest first, without numbers."""
    return list(
        await tx.fetch(
            """
            select c.submitted_at, c.module, coalesce(m.name_ms, c.module_ms) as module_ms,
                coalesce(m.name_en, c.module_en) as module_en, c.phase
            from complaint c left join module m on m.slug = c.module
            where c.ic_index = $1 order by c.submitted_at desc limit 50
            """,
            ic_index,
        )
    )


async def caused_by(tx: Tx, number: str, message: str) -> Any | None:
    """The entry a message caused, if workflow has said it."""
    return await tx.fetchrow("select kind, detail from entry where number = $1 and message = $2", number, message)

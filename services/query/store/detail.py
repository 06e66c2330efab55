"""One complaint: its row, its thread, its ties; for staff and for the public."""

from typing import Any, Literal
from uuid import UUID

from services.query.store.lists import COLUMNS
from shared.db import Tx

_NAMES = """
    left join module m on m.slug = c.module
    left join staff p on p.id = c.pic_id
"""
"""Modules and people by their present names."""
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
            c.reply_by, c.reopen_until, c.rated, c.closing, c.vendor_reference, c.duplicate_of, c.linked_to
        from complaint c join words w using (number)
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


async def tied(tx: Tx, by: Literal["duplicate_of", "linked_to"], number: str, principals: list[str]) -> list[Any]:
    """Complaints that repeat this one, or carry it on, and whether these principals may see them."""
    return list(
        await tx.fetch(
            f"select number, seen_by && $2::text[] as seen from complaint where {by} = $1 order by number",
            number,
            principals,
        )
    )


async def sees(tx: Tx, number: str, principals: list[str]) -> bool:
    """Whether there is such a complaint, and any of these principals may see it."""
    return bool(await tx.fetchval("select seen_by && $2::text[] from complaint where number = $1", number, principals))


async def original(tx: Tx, number: str) -> Any | None:
    """Status and dates of the complaint a duplicate rests on: the end of the row, where that one was marked too."""
    return await tx.fetchrow(
        """
        with recursive chain as (
            select number, duplicate_of, array[number] as passed from complaint where number = $1
            union all
            select c.number, c.duplicate_of, passed || c.number
            from chain join complaint c on c.number = chain.duplicate_of where c.number <> all(passed)
        )
        select c.state, c.phase, c.submitted_at, c.state_since as changed_at, c.ended_at
        from chain join complaint c using (number) where cardinality(passed) > 1
        order by cardinality(passed) desc limit 1
        """,
        number,
    )


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
            coalesce(c.reply_by, c.answer_by) as answer_by, c.duplicate_of, c.linked_to
        from complaint c join words w using (number) {_NAMES} where c.number = $1
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

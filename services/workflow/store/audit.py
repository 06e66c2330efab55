"""The access audit: who looked at what is usually hidden, and who did what to whose account. Only ever added to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.db import Tx


async def record(
    tx: Tx, staff: UUID, what: str, *, number: str | None = None, member: UUID | None = None, fields: Sequence[str] = ()
) -> None:
    """`staff` did it: about a complaint's `number`, or about the account of `member`."""
    await tx.execute(
        "insert into access_audit (at, staff, what, number, member, fields)"
        " values (helpdesk.now(), $1, $2, $3, $4, $5)",
        staff,
        what,
        number,
        member,
        list(fields),
    )


async def page(
    tx: Tx, *, number: str | None, staff: UUID | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Newest first; `staff` is whoever did it or whose account it was."""
    rows = await tx.fetch(
        """
        select a.id, a.at, a.what, a.number, a.fields, a.staff, s.name as staff_name, a.member, m.name as member_name
        from access_audit a join staff s on s.id = a.staff left join staff m on m.id = a.member
        where ($1::text is null or a.number = $1) and ($2::uuid is null or a.staff = $2 or a.member = $2)
            and ($3::bigint is null or a.id < $3)
        order by a.id desc limit $4
        """,
        number,
        staff,
        before,
        limit,
    )
    return [dict(row) for row in rows]

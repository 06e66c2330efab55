"""Absences: office dates, both included. Of one person no two overlap; whoever writes holds those concerned."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.workflow.store.people import TODAY
from shared.db import Tx

KEPT_IN_SIGHT_DAYS = 90


class Absence(NamedTuple):
    """Somebody is away, and who acts in their stead."""

    id: UUID
    staff: UUID
    from_day: date
    until_day: date
    deputy: UUID | None
    why: str
    set_by: UUID
    set_at: datetime


_COLUMNS = ", ".join(f"a.{name}" for name in Absence._fields)


async def today(tx: Tx) -> date:
    """The office's date."""
    day: date = await tx.fetchval(f"select {TODAY}")
    return day


async def hold(tx: Tx, members: Collection[UUID]) -> None:
    """Whoever else would decide about these members' absences waits until this transaction ends."""
    await tx.execute("select 1 from staff where id = any($1::uuid[]) order by id for update", list(members))


async def add(tx: Tx, absence: Absence) -> None:
    """A new absence."""
    await tx.execute(
        "insert into absence (id, staff, from_day, until_day, deputy, why, set_by, set_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        *absence,
    )


async def by_id(tx: Tx, absence: UUID) -> Absence | None:
    """One absence, held until this transaction ends."""
    row = await tx.fetchrow(f"select {_COLUMNS} from absence a where a.id = $1 for update", absence)
    return Absence(*row) if row else None


async def remove(tx: Tx, absence: UUID) -> None:
    """It will not be."""
    await tx.execute("delete from absence where id = $1", absence)


async def end_by(tx: Tx, absence: UUID, day: date) -> None:
    """It ended earlier."""
    await tx.execute("update absence set until_day = $2 where id = $1", absence, day)


async def overlapping(tx: Tx, member: UUID, from_day: date, until_day: date) -> Absence | None:
    """Where this member is away on any of these days."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from absence a where a.staff = $1 and a.from_day <= $3 and a.until_day >= $2"
        " order by a.from_day limit 1",
        member,
        from_day,
        until_day,
    )
    return Absence(*row) if row else None


async def deputised(tx: Tx, deputy: UUID, from_day: date, until_day: date) -> Absence | None:
    """Where this member stands in for another on any of these days."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from absence a where a.deputy = $1 and a.from_day <= $3 and a.until_day >= $2"
        " order by a.from_day limit 1",
        deputy,
        from_day,
        until_day,
    )
    return Absence(*row) if row else None


async def release_deputy(tx: Tx, deputy: UUID) -> list[UUID]:
    """Nobody is absent in this deputy's favour from now on. Answers who was."""
    rows = await tx.fetch(
        f"update absence set deputy = null where deputy = $1 and until_day >= {TODAY} returning staff", deputy
    )
    return sorted({row["staff"] for row in rows})


async def listed(tx: Tx, *, of: UUID | None) -> list[dict[str, Any]]:
    """Absences with names, those that come or are first, the over ones of the last days behind. `of`: only what
    concerns this member, as the absent or the deputy."""
    rows = await tx.fetch(
        f"""
        select {_COLUMNS}, s.name as staff_name, d.name as deputy_name, b.name as set_by_name,
            case when a.until_day < {TODAY} then 'over' when a.from_day > {TODAY} then 'coming' else 'now' end as state
        from absence a join staff s on s.id = a.staff left join staff d on d.id = a.deputy
            join staff b on b.id = a.set_by
        where a.until_day >= {TODAY} - $2::int and ($1::uuid is null or $1 in (a.staff, a.deputy))
        order by a.until_day < {TODAY}, a.from_day, s.name, a.id limit 500
        """,
        of,
        KEPT_IN_SIGHT_DAYS,
    )
    return [dict(row) for row in rows]

"""Staff and their sessions. A session's secret is stored as its hash; the IC as a sealed value and a keyed index."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from services.workflow.store.tables import staff as staff_table
from shared.db import Tx, sql
from shared.events.complaint import Person

SESSION_LASTS = timedelta(hours=12)
IDLE_LASTS = timedelta(hours=2)


class Member(NamedTuple):
    """A member of staff; contact sealed."""

    id: UUID
    name: str
    ic_masked: str
    ic_sealed: str
    email_sealed: str
    email_masked: str
    phone_sealed: str
    phone_masked: str
    roles: list[str]
    queues: list[str]
    modules: list[str]
    language: str
    active: bool
    password_hash: str
    must_change: bool
    failed_logins: int
    locked_until: datetime | None
    away: list[dict[str, Any]]
    """Absences that are not over, the earliest first: `from`, `until` (dates as text) and `deputy`."""
    stands_in: list[UUID]
    """The absent whose deputy they are today."""
    preferences: dict[str, str]
    """How they want to be told; what is absent was never chosen."""


TODAY = "(helpdesk.now() at time zone 'Asia/Kuala_Lumpur')::date"
"""The office's date."""
_REACHED = {
    "away": f"""coalesce((select jsonb_agg(
            jsonb_build_object('from', a.from_day, 'until', a.until_day, 'deputy', a.deputy) order by a.from_day)
        from absence a where a.staff = m.id and a.until_day >= {TODAY}), '[]')""",
    "stands_in": f"""array(select a.staff from absence a
        where a.deputy = m.id and {TODAY} between a.from_day and a.until_day order by a.staff)""",
}
_COLUMNS = ", ".join(_REACHED.get(name, f"m.{name}") for name in Member._fields)


async def by_ic(tx: Tx, ic_index: str) -> Member | None:
    """Who has this IC."""
    row = await tx.fetchrow(f"select {_COLUMNS} from staff m where m.ic_index = $1", ic_index)
    return Member(*row) if row else None


async def by_id(tx: Tx, member: UUID) -> Member | None:
    """One member of staff."""
    row = await tx.fetchrow(f"select {_COLUMNS} from staff m where m.id = $1", member)
    return Member(*row) if row else None


async def for_change(tx: Tx, member: UUID) -> Member | None:
    """One member of staff, whom nobody else changes until this transaction ends."""
    await tx.execute("select 1 from staff where id = $1 for no key update", member)
    return await by_id(tx, member)


async def stay(tx: Tx, member: UUID) -> Member | None:
    """One member of staff, who stays as they are until this transaction ends."""
    await tx.execute("select 1 from staff where id = $1 for share", member)
    return await by_id(tx, member)


_PIC = "select id::text, name from staff where id = $1 and active and 'PIC' = any(roles)"


async def pic_who_stays(tx: Tx, member: UUID) -> Person | None:
    """An active PIC, who remains one until this transaction ends; None of anybody else."""
    return await active_pic(tx, member, stays=True)


async def active_pic(tx: Tx, member: UUID, *, stays: bool) -> Person | None:
    """An active PIC; None of anybody else. With `stays`, they remain one until this transaction ends."""
    row = await tx.fetchrow(f"{_PIC} for share" if stays else _PIC, member)
    return Person(id=row["id"], name=row["name"]) if row else None


async def everybody(tx: Tx) -> list[tuple[Member, int]]:
    """All staff by name, each with the number of open complaints they hold as PIC."""
    rows = await tx.fetch(
        f"""
        select {_COLUMNS}, (select count(*) from complaint c where c.pic = m.id
            and c.state not in ('SELESAI', 'DITUTUP')) as load
        from staff m order by m.name, m.id
        """
    )
    return [(Member(*list(row)[:-1]), row["load"]) for row in rows]


async def add(tx: Tx, values: dict[str, Any]) -> bool:
    """A new member; False when the IC is taken."""
    names = ", ".join(values)
    places = ", ".join(f"${position}" for position in range(1, len(values) + 1))
    made = await tx.fetchval(
        f"insert into staff ({names}) values ({places}) on conflict (ic_index) do nothing returning id",
        *values.values(),
    )
    return made is not None


async def change(tx: Tx, member: UUID, values: dict[str, Any]) -> None:
    """Set these columns."""
    await tx.execute(*sql(sa.update(staff_table).where(staff_table.c.id == member).values(**values)))


async def anybody(tx: Tx) -> bool:
    """Whether there is any staff at all."""
    return bool(await tx.fetchval("select exists (select 1 from staff)"))


async def failed_login(tx: Tx, member: UUID, *, limit: int, minutes: int) -> None:
    """Count a wrong password; at the limit the account is locked for a while."""
    await tx.execute(
        """
        update staff set failed_logins = case when failed_logins + 1 >= $2 then 0 else failed_logins + 1 end,
            locked_until = case when failed_logins + 1 >= $2
                then clock_timestamp() + make_interval(mins => $3) else locked_until end
        where id = $1
        """,
        member,
        limit,
        minutes,
    )


async def failed_stranger(tx: Tx, ic_index: str, *, limit: int, minutes: int) -> None:
    """The same for an IC that nobody here has."""
    await tx.execute(
        """
        insert into stranger as s (ic_index) values ($1) on conflict (ic_index) do update set
            failed_logins = case when s.failed_logins + 1 >= $2 then 0 else s.failed_logins + 1 end,
            seen_at = clock_timestamp(),
            locked_until = case when s.failed_logins + 1 >= $2
                then clock_timestamp() + make_interval(mins => $3) else s.locked_until end
        """,
        ic_index,
        limit,
        minutes,
    )


async def stranger_locked_until(tx: Tx, ic_index: str) -> datetime | None:
    """Until when logins with an IC that nobody here has are refused."""
    until: datetime | None = await tx.fetchval(
        "select locked_until from stranger where ic_index = $1 and locked_until > clock_timestamp()", ic_index
    )
    return until


async def begin_session(tx: Tx, session: UUID, member: UUID, secret_hash: bytes, address: str, browser: str) -> None:
    """A session of twelve hours at the most."""
    await tx.execute(
        "insert into session (id, secret_hash, staff, ends_at, address, browser)"
        " values ($1, $2, $3, clock_timestamp() + $4, $5, $6)",
        session,
        secret_hash,
        member,
        SESSION_LASTS,
        address,
        browser,
    )
    await tx.execute("update staff set failed_logins = 0, locked_until = null where id = $1", member)


async def touch_session(tx: Tx, secret_hash: bytes) -> tuple[UUID, UUID] | None:
    """(session, staff) of a live session of an active member, seen just now; None otherwise."""
    row = await tx.fetchrow(
        """
        update session s set seen_at = clock_timestamp() from staff m
        where s.secret_hash = $1 and m.id = s.staff and m.active
            and s.ends_at > clock_timestamp() and s.seen_at > clock_timestamp() - $2::interval
        returning s.id, s.staff
        """,
        secret_hash,
        IDLE_LASTS,
    )
    return (row["id"], row["staff"]) if row else None


async def session_lives(tx: Tx, session: UUID, member: UUID) -> Member | None:
    """The member behind a token whose session has not ended, as they are now; None once either is over."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from session s join staff m on m.id = s.staff"
        " where s.id = $1 and m.id = $2 and m.active and s.ends_at > clock_timestamp()",
        session,
        member,
    )
    return Member(*row) if row else None


async def end_session(tx: Tx, secret_hash: bytes) -> None:
    """Log out."""
    await tx.execute("delete from session where secret_hash = $1", secret_hash)


async def end_sessions_of(tx: Tx, member: UUID) -> None:
    """Out everywhere, at once."""
    await tx.execute("delete from session where staff = $1", member)


async def forget_ended(tx: Tx) -> None:
    """Drop sessions that are over, and what is old of strangers."""
    await tx.execute("delete from stranger where seen_at < clock_timestamp() - interval '1 day'")
    await tx.execute(
        "delete from session where ends_at < clock_timestamp() or seen_at < clock_timestamp() - $1::interval",
        IDLE_LASTS,
    )

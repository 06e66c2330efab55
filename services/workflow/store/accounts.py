"""What keeps an account its owner's: passwords, links that reset them, sessions as their owner sees them, and what is
said of it. All in real time. A reset link is stored as its hash."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.workflow.store.people import IDLE_LASTS
from shared import outbox
from shared.db import Tx
from shared.envelope import seal
from shared.events.accounts import AccountEvent


class Live(NamedTuple):
    """A session that has not ended. `address` is the part of it that is shared, `browser` its name, both at login."""

    id: UUID
    begun_at: datetime
    seen_at: datetime
    address: str
    browser: str


async def sessions_of(tx: Tx, member: UUID) -> list[Live]:
    """The member's sessions, the latest seen first."""
    rows = await tx.fetch(
        """
        select id, begun_at, seen_at, address, browser from session
        where staff = $1 and ends_at > clock_timestamp() and seen_at > clock_timestamp() - $2::interval
        order by seen_at desc, id
        """,
        member,
        IDLE_LASTS,
    )
    return [Live(*row) for row in rows]


async def end_session(tx: Tx, member: UUID, session: UUID) -> bool:
    """End one of the member's sessions; False when they have no such one."""
    return bool(await tx.fetchval("delete from session where id = $1 and staff = $2 returning true", session, member))


async def set_password(tx: Tx, member: UUID, password_hash: str, *, was: str, but: UUID | None = None) -> bool:
    """The member's own new password: whatever was locked, due or promised before is over, and so is every session
    `but` this one. False when the password is no longer what it `was`, or the member is disabled."""
    done = await tx.fetchval(
        """
        update staff set password_hash = $2, must_change = false, failed_logins = 0, locked_until = null
        where id = $1 and password_hash = $3 and active returning true
        """,
        member,
        password_hash,
        was,
    )
    if not done:
        return False
    await tx.execute("delete from session where staff = $1 and id is distinct from $2", member, but)
    await tx.execute("delete from password_reset where staff = $1", member)
    return True


async def unlock(tx: Tx, member: UUID) -> bool:
    """Forget the failed logins; False when there is no such member."""
    return bool(
        await tx.fetchval(
            "update staff set failed_logins = 0, locked_until = null where id = $1 returning true", member
        )
    )


async def add_reset(tx: Tx, member: UUID, token_hash: bytes, minutes: int) -> datetime:
    """A link that may set a new password, and until when. For an id that is nobody's it does as much and keeps
    nothing."""
    until: datetime = await tx.fetchval(
        """
        with kept as (
            insert into password_reset (token_hash, staff, ends_at)
            select $2, id, clock_timestamp() + make_interval(mins => $3) from staff where id = $1
        )
        select clock_timestamp() + make_interval(mins => $3)
        """,
        member,
        token_hash,
        minutes,
    )
    return until


async def reset_of(tx: Tx, token_hash: bytes) -> UUID | None:
    """Whose link this is, while it opens."""
    found: UUID | None = await tx.fetchval(
        "select staff from password_reset where token_hash = $1 and ends_at > clock_timestamp()", token_hash
    )
    return found


async def use_reset(tx: Tx, token_hash: bytes) -> bool:
    """Use the link up; False when somebody else was first, or it has run out."""
    return bool(
        await tx.fetchval(
            "delete from password_reset where token_hash = $1 and ends_at > clock_timestamp() returning true",
            token_hash,
        )
    )


async def drop_resets_of(tx: Tx, member: UUID) -> None:
    """No link that was mailed opens any more."""
    await tx.execute("delete from password_reset where staff = $1", member)


async def forget_ended(tx: Tx) -> None:
    """Drop the links that have run out."""
    await tx.execute("delete from password_reset where ends_at < clock_timestamp()")


async def now(tx: Tx) -> datetime:
    """Business time."""
    moment: datetime = await tx.fetchval("select helpdesk.now()")
    return moment


async def say(tx: Tx, event: AccountEvent, *, correlation: str) -> None:
    """Say it once, under a subject of its own."""
    envelope = seal(
        event,
        id=str(uuid7()),
        source="workflow",
        subject=str(uuid7()),
        sequence=1,
        time=event.at,
        correlation=correlation,
    )
    await outbox.record(tx, [envelope])

"""Logging in: who may, the lock after too many wrong passwords, sessions, and who a caller is at this moment."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.workflow.handlers.passwords import token_hash
from services.workflow.handlers.people import Keys
from services.workflow.store import people
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import Text, TooMany, Unknown

FAILURES_TO_LOCK = 5
LOCKED_MINUTES = 15
LOGIN_FAILED = Text("No. Kad Pengenalan atau kata laluan salah.", "Wrong IC number or password.")
SESSION_ENDED = Text("Sesi telah tamat. Sila log masuk semula.", "Your session has ended. Please log in again.")


async def find(tx: Tx, ic: str, keys: Keys) -> Member | None:
    """The active member with this IC. Raises `TooMany` while the account is locked, and alike where there is none: a
    lock must not tell who works here."""
    member = await known(tx, ic, keys)
    if member is not None:
        refuse_locked(member)
    elif ic and (until := await people.stranger_locked_until(tx, keys.index_of(ic))):
        raise _locked(until)
    return member


async def known(tx: Tx, ic: str, keys: Keys) -> Member | None:
    """The active member with this IC, locked or not."""
    member = await people.by_ic(tx, keys.index_of(ic)) if ic else None
    return member if member is not None and member.active else None


def refuse_locked(member: Member) -> None:
    """Raises `TooMany` while the account is locked."""
    until = locked_until(member)
    if until is not None:
        raise _locked(until)


def _locked(until: datetime) -> TooMany:
    text = Text(
        "Akaun dikunci sementara selepas beberapa percubaan gagal.",
        "The account is locked for a while after several failed attempts.",
    )
    return TooMany(max(int((until - datetime.now(UTC)).total_seconds()), 1), "account_locked", text)


def locked_until(member: Member) -> datetime | None:
    """When the lock opens by itself; None where there is none."""
    return member.locked_until if member.locked_until is not None and member.locked_until > datetime.now(UTC) else None


async def begin_session(tx: Tx, member: Member, *, address: str = "", browser: str = "") -> tuple[str, UUID]:
    """A new session: its secret, which only the browser keeps, and its id. From where and with what it was begun is
    for its owner to recognise it by."""
    secret, session = secrets.token_urlsafe(32), uuid7()
    await people.begin_session(tx, session, member.id, token_hash(secret), address, browser)
    return secret, session


async def note_failed_login(tx: Tx, member: Member) -> None:
    """A wrong password for somebody we know."""
    await people.failed_login(tx, member.id, limit=FAILURES_TO_LOCK, minutes=LOCKED_MINUTES)


async def note_stranger(tx: Tx, ic: str, keys: Keys) -> None:
    """A login with an IC that nobody here has: it locks as an account does."""
    await people.failed_stranger(tx, keys.index_of(ic), limit=FAILURES_TO_LOCK, minutes=LOCKED_MINUTES)


async def renew(tx: Tx, secret: str) -> tuple[Member, UUID]:
    """The member behind a session secret, and the session's id. Raises `Unknown`."""
    live = await people.touch_session(tx, token_hash(secret))
    member = await people.by_id(tx, live[1]) if live else None
    if live is None or member is None:
        raise Unknown("session_ended", SESSION_ENDED)
    return member, live[0]


async def log_out(tx: Tx, secret: str) -> None:
    """End a session; ending it twice is fine."""
    await people.end_session(tx, token_hash(secret))


async def present(tx: Tx, caller: Caller) -> Caller:
    """The caller as they are now, not as the token says: a disabled member is out at once. Raises `Unknown`."""
    try:
        session, staff = UUID(caller.session), UUID(caller.id)
    except ValueError:
        raise Unknown("session_ended", SESSION_ENDED) from None
    member = await people.session_lives(tx, session, staff)
    if member is None:
        raise Unknown("session_ended", SESSION_ENDED)
    return as_caller(member, session)


def as_caller(member: Member, session: UUID) -> Caller:
    """A member as `shared.auth` knows callers."""
    return Caller(
        id=str(member.id),
        session=str(session),
        name=member.name,
        roles=frozenset(member.roles),
        queues=frozenset(member.queues),
        stands_in=frozenset(str(one) for one in member.stands_in),
    )

"""Accounts: a password changed by its owner or by a mailed link, sessions ended, a lock opened. What Admin does to an
account, and what changes a password, is on record; the owner of a changed password gets a mail."""

import secrets
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.workflow.domain import passwords
from services.workflow.handlers.passwords import Passwords, token_hash
from services.workflow.handlers.people import Keys
from services.workflow.handlers.sessions import SESSION_ENDED
from services.workflow.store import accounts, audit, people
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Text, Unknown
from shared.events.accounts import PasswordChanged, PasswordResetRequested

RESET_MINUTES = 30
RESET_FIELD = "reset"
"""What a mailed token is sealed as."""
WRONG_PASSWORD = Text("Kata laluan semasa tidak betul", "The present password is not right")
LINK_OVER = Text(
    "Pautan ini telah digunakan atau tamat tempoh. Sila minta pautan baharu.",
    "This link was used or has expired. Please ask for a new one.",
)


class Reset(NamedTuple):
    """A link that opens, and whose it is."""

    token_hash: bytes
    member: Member


async def check_password(hashes: Passwords, password: str, member: Member, keys: Keys, *, field: str) -> None:
    """Raises `Invalid` for a password this member may not have."""
    errors = passwords.faults(password, ic=keys.ic_of(member), name=member.name, field=field)
    if not errors and await hashes.matches(password, member):
        errors = [passwords.the_old_one(field)]
    if errors:
        raise Invalid(errors)


def wrong_password() -> Invalid:
    """The present password was not it."""
    return Invalid([FieldError("current", "wrong_password", WRONG_PASSWORD)])


async def change_password(tx: Tx, member: Member, session: UUID, password_hash: str, *, correlation: str) -> Member:
    """The owner's own new password; every other session ends. Raises `Unknown` when another hand was quicker."""
    if not await accounts.set_password(tx, member.id, password_hash, was=member.password_hash, but=session):
        raise Unknown("session_ended", SESSION_ENDED)
    await audit.record(tx, member.id, "password_changed", member=member.id)
    await _tell(tx, member.id, "self", correlation)
    return member._replace(password_hash=password_hash, must_change=False)


async def ask_reset(tx: Tx, member: Member | None, keys: Keys, *, correlation: str) -> None:
    """Say that a link was asked for. For nobody the same work is done, and nobody hears of it."""
    token = secrets.token_urlsafe(32)
    about = member.id if member is not None else uuid7()
    until = await accounts.add_reset(tx, about, token_hash(token), RESET_MINUTES)
    asked = PasswordResetRequested(
        staff=str(about) if member is not None else None,
        at=await accounts.now(tx),
        token_sealed=keys.sealing.seal(token, about=str(about), field=RESET_FIELD),
        until=until,
        minutes=RESET_MINUTES,
    )
    await accounts.say(tx, asked, correlation=correlation)


async def open_reset(tx: Tx, token: str) -> Reset:
    """Whose link this is. Raises `NotFound` for one that opens nothing (any more)."""
    found = await accounts.reset_of(tx, token_hash(token))
    member = await people.by_id(tx, found) if found else None
    if member is None or not member.active:
        raise NotFound("reset_invalid", LINK_OVER)
    return Reset(token_hash(token), member)


async def reset_password(tx: Tx, reset: Reset, password_hash: str, *, correlation: str) -> None:
    """Use the link up and set the password; every session ends, a lock opens. Raises `NotFound`."""
    member = reset.member
    used = await accounts.use_reset(tx, reset.token_hash)
    if not used or not await accounts.set_password(tx, member.id, password_hash, was=member.password_hash):
        raise NotFound("reset_invalid", LINK_OVER)
    await audit.record(tx, member.id, "password_reset", member=member.id)
    await _tell(tx, member.id, "link", correlation)


async def set_by_admin(tx: Tx, member: UUID, password_hash: str, admin: Caller, *, correlation: str) -> None:
    """Admin gave a member another password, who changes it at the next login: until then two people know it. Mailed
    links, sessions and a lock are over; its owner hears of it."""
    another = UUID(admin.id) != member
    values = {"password_hash": password_hash, "must_change": another, "failed_logins": 0, "locked_until": None}
    await people.change(tx, member, values)
    await people.end_sessions_of(tx, member)
    await accounts.drop_resets_of(tx, member)
    await audit.record(tx, UUID(admin.id), "password_set", member=member)
    await _tell(tx, member, "admin", correlation)


async def unlock(tx: Tx, member: UUID, admin: Caller) -> None:
    """Open a lock before its time. Raises `NotFound`."""
    if not await accounts.unlock(tx, member):
        raise NotFound
    await audit.record(tx, UUID(admin.id), "unlocked", member=member)


async def end_sessions(tx: Tx, member: UUID, admin: Caller) -> None:
    """Out everywhere. Raises `NotFound`."""
    if await people.by_id(tx, member) is None:
        raise NotFound
    await people.end_sessions_of(tx, member)
    await audit.record(tx, UUID(admin.id), "sessions_ended", member=member)


async def end_session(tx: Tx, caller: Caller, session: UUID) -> None:
    """End one of one's own. Raises `NotFound`."""
    if not await accounts.end_session(tx, UUID(caller.id), session):
        raise NotFound


async def _tell(tx: Tx, member: UUID, by: str, correlation: str) -> None:
    changed = PasswordChanged(staff=str(member), at=await accounts.now(tx), by=by)
    await accounts.say(tx, changed, correlation=correlation)

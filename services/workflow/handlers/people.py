"""Staff: who they are, their passwords, their sessions, and the fact that goes out when any of it changes."""

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from uuid_utils.compat import uuid7

from services.workflow.domain import passwords
from services.workflow.domain.members import e164, faults, tidy_ic, wrong
from services.workflow.handlers import office
from services.workflow.machine import Role
from services.workflow.store import absences, audit, complaints, facts, people
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Refused, Text, TooMany, Unknown
from shared.events.reference import Away, StaffSaved
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone

FAILURES_TO_LOCK = 5
LOCKED_MINUTES = 15
LOGIN_FAILED = Text("No. Kad Pengenalan atau kata laluan salah.", "Wrong IC number or password.")
SESSION_ENDED = Text("Sesi telah tamat. Sila log masuk semula.", "Your session has ended. Please log in again.")

_HASHES = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_NOBODY = _HASHES.hash(secrets.token_urlsafe())
_AT_ONCE = 2
"""Hashing is CPU and 19 MiB each; two at a time leave room for everybody else."""


class Keys(NamedTuple):
    """What seals a member's contact and finds them by IC."""

    sealing: Keyring
    index_key: bytes

    def index_of(self, ic: str) -> str:
        """The blind index of a staff IC."""
        return blind_index(self.index_key, "staff", ic)

    def ic_of(self, member: Member) -> str:
        """The IC itself: a password must not be it."""
        return self.sealing.open(member.ic_sealed, about=str(member.id), field="ic")


class Passwords:
    """Hashes and checks in a thread, a few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def matches(self, password: str, member: Member | None) -> bool:
        """Whether it is the member's password; takes as long for nobody."""
        async with self._turn:
            hashed = member.password_hash if member else _NOBODY
            return await asyncio.to_thread(_HASHES.verify, password, hashed) and member is not None

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        async with self._turn:
            return await asyncio.to_thread(_HASHES.hash, password)


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
    await people.begin_session(tx, session, member.id, _hash(secret), address, browser)
    return secret, session


async def note_failed_login(tx: Tx, member: Member) -> None:
    """A wrong password for somebody we know."""
    await people.failed_login(tx, member.id, limit=FAILURES_TO_LOCK, minutes=LOCKED_MINUTES)


async def note_stranger(tx: Tx, ic: str, keys: Keys) -> None:
    """A login with an IC that nobody here has: it locks as an account does."""
    await people.failed_stranger(tx, keys.index_of(ic), limit=FAILURES_TO_LOCK, minutes=LOCKED_MINUTES)


async def renew(tx: Tx, secret: str) -> tuple[Member, UUID]:
    """The member behind a session secret, and the session's id. Raises `Unknown`."""
    live = await people.touch_session(tx, _hash(secret))
    member = await people.by_id(tx, live[1]) if live else None
    if live is None or member is None:
        raise Unknown("session_ended", SESSION_ENDED)
    return member, live[0]


async def log_out(tx: Tx, secret: str) -> None:
    """End a session; ending it twice is fine."""
    await people.end_session(tx, _hash(secret))


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


async def add_staff(
    tx: Tx,
    *,
    keys: Keys,
    ic: str,
    name: str,
    email: str,
    phone: str,
    roles: list[str],
    queues: list[str],
    modules: list[str],
    password_hash: str,
    language: str,
    correlation: str,
    must_change: bool = False,
    by: Caller | None = None,
) -> UUID:
    """A new member of staff; `must_change` where somebody else knows the password too. Raises `Invalid`."""
    if errors := faults(ic=ic, name=name, email=email, phone=phone, roles=roles, queues=queues, language=language):
        raise Invalid(errors)
    ic, member = tidy_ic(ic), uuid7()
    phone = e164(phone)
    added = await people.add(
        tx,
        {
            "id": member,
            "ic_index": keys.index_of(ic),
            "ic_sealed": keys.sealing.seal(ic, about=str(member), field="ic"),
            "ic_masked": mask_ic(ic),
            "name": " ".join(name.split()),
            **_contact(member, email, phone, keys),
            "roles": sorted(set(roles)),
            "queues": sorted(set(queues)),
            "modules": sorted(set(modules)),
            "language": language,
            "active": True,
            "password_hash": password_hash,
            "must_change": must_change,
        },
    )
    if not added:
        text = Text("No. Kad Pengenalan ini sudah didaftarkan", "This IC number is already registered")
        raise Invalid([FieldError("ic", "taken", text)])
    if by is not None:
        await audit.record(tx, UUID(by.id), "staff_added", member=member)
    await say(tx, member, correlation)
    return member


async def change_staff(
    tx: Tx, member_id: UUID, changes: dict[str, Any], *, keys: Keys, correlation: str, by: Caller
) -> None:
    """Change what is given: name, email, phone, roles, queues, modules, language, active. Raises `NotFound`,
    `Invalid`, `Refused` for a PIC who would be none any more and still has open complaints. Whoever is disabled is
    logged out everywhere. What differs from before is on record."""
    member = await people.by_id(tx, member_id)
    if member is None:
        raise NotFound
    asked = {
        "name": changes.get("name", member.name),
        "email": changes.get("email", "unchanged@example.my"),
        "phone": changes.get("phone", "+6097481957"),
        "roles": changes.get("roles", member.roles),
        "queues": changes.get("queues", member.queues),
        "language": changes.get("language", member.language),
    }
    if errors := wrong(**asked):
        raise Invalid(errors)
    values = {
        name: value
        for name, value in changes.items()
        if name not in {"email", "phone"} and not _same(value, getattr(member, name))
    }
    if "email" in changes:
        values |= _sealed(member_id, "email", changes["email"], keys, mask_email(changes["email"]))
    if "phone" in changes:
        phone = e164(changes["phone"])
        values |= _sealed(member_id, "phone", phone, keys, mask_phone(phone))
    if not values:
        return
    if _takes_complaints(member) and not _takes_complaints(member._replace(**values)):
        await _stop_taking(tx, member_id, correlation)
    await people.change(tx, member_id, values)
    if values.get("active") is False:
        await people.end_sessions_of(tx, member_id)
    await _note(tx, by, member_id, values)
    await say(tx, member_id, correlation)


def _takes_complaints(member: Member) -> bool:
    return member.active and Role.PIC in member.roles


async def _stop_taking(tx: Tx, member: UUID, correlation: str) -> None:
    """No complaint may be left with somebody who cannot act on it; no module, no absence may count on them."""
    await absences.hold(tx, [member])
    if left := await complaints.open_of_pic(tx, member):
        text = Text(
            f"Masih memegang {left} aduan terbuka. Serahkan aduan itu dahulu.",
            f"Still has {left} open complaints. Hand them over first.",
        )
        raise Refused("still_has_complaints", text, complaints=left)
    for absent in await absences.release_deputy(tx, member):
        await say(tx, absent, correlation)
    await office.leave_teams(tx, member, correlation=correlation)


def _same(new: Any, old: Any) -> bool:
    return sorted(new) == sorted(old) if isinstance(new, list) else bool(new == old)


async def _note(tx: Tx, by: Caller, member: UUID, values: dict[str, Any]) -> None:
    fields = sorted({name.partition("_")[0] for name in values} - {"active"})
    if "active" in values:
        what = "staff_enabled" if values["active"] else "staff_disabled"
        await audit.record(tx, UUID(by.id), what, member=member)
    if fields:
        await audit.record(tx, UUID(by.id), "staff_changed", member=member, fields=fields)


async def choose_language(tx: Tx, caller: Caller, language: str, *, correlation: str) -> None:
    """In which language pages and mails speak to the caller."""
    await people.change(tx, UUID(caller.id), {"language": language})
    await say(tx, UUID(caller.id), correlation)


async def say(tx: Tx, member_id: UUID, correlation: str) -> None:
    """The fact of a member as they are now, absences and all. Raises `NotFound`."""
    member = await people.by_id(tx, member_id)
    if member is None:
        raise NotFound
    fact = StaffSaved(
        id=str(member.id),
        name=member.name,
        active=member.active,
        roles=tuple(member.roles),
        queues=tuple(member.queues),
        modules=tuple(member.modules),
        language=member.language,
        email_sealed=member.email_sealed,
        phone_sealed=member.phone_sealed,
        email_masked=member.email_masked,
        phone_masked=member.phone_masked,
        preferences=member.preferences,
        away=tuple(msgspec.convert(one, Away) for one in member.away),
    )
    await facts.save(tx, str(member.id), fact, correlation=correlation)


def check_password(password: str, *, ic: str, name: str) -> None:
    """Raises `Invalid` for a password this person may not have."""
    if errors := passwords.faults(password, ic=tidy_ic(ic), name=name):
        raise Invalid(errors)


def _contact(member: UUID, email: str, phone: str, keys: Keys) -> dict[str, str]:
    return _sealed(member, "email", email, keys, mask_email(email)) | _sealed(
        member, "phone", phone, keys, mask_phone(phone)
    )


def _sealed(member: UUID, field: str, value: str, keys: Keys, masked: str) -> dict[str, str]:
    return {
        f"{field}_sealed": keys.sealing.seal(value, about=str(member), field=field),
        f"{field}_masked": masked,
    }


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

"""Staff: who they are, their passwords, their sessions, and the fact that goes out when any of it changes."""

import asyncio
import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import phonenumbers
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from stdnum.exceptions import ValidationError
from stdnum.my import nric
from uuid_utils.compat import uuid7

from services.workflow.domain.given import EMAIL
from services.workflow.machine import Role
from services.workflow.store import facts, people
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Text, TooMany, Unknown
from shared.events.reference import StaffSaved
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone

STAFF_ROLES = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.MANAGEMENT})
QUEUES = frozenset({Role.IMPLEMENTOR})
PASSWORD_MIN = 10
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


def tidy_ic(text: str) -> str:
    """Twelve digits, or empty where it is no IC."""
    try:
        return str(nric.validate(text))
    except ValidationError:
        return ""


async def find(tx: Tx, ic: str, keys: Keys) -> Member | None:
    """The active member with this IC. Raises `TooMany` while the account is locked."""
    member = await people.by_ic(tx, keys.index_of(ic)) if ic else None
    if member is not None and member.locked_until is not None and member.locked_until > datetime.now(UTC):
        wait = (member.locked_until - datetime.now(UTC)).total_seconds()
        text = Text(
            "Akaun dikunci sementara selepas beberapa percubaan gagal.",
            "The account is locked for a while after several failed attempts.",
        )
        raise TooMany(max(int(wait), 1), "account_locked", text)
    return member if member is not None and member.active else None


async def begin_session(tx: Tx, member: Member) -> tuple[str, UUID]:
    """A new session: its secret, which only the browser keeps, and its id."""
    secret, session = secrets.token_urlsafe(32), uuid7()
    await people.begin_session(tx, session, member.id, _hash(secret))
    return secret, session


async def note_failed_login(tx: Tx, member: Member | None) -> None:
    """A wrong password for somebody we know."""
    if member is not None:
        await people.failed_login(tx, member.id, limit=FAILURES_TO_LOCK, minutes=LOCKED_MINUTES)


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
    member = await people.session_lives(tx, UUID(caller.session), UUID(caller.id))
    if member is None:
        raise Unknown("session_ended", SESSION_ENDED)
    return as_caller(member, UUID(caller.session))


def as_caller(member: Member, session: UUID) -> Caller:
    """A member as `shared.auth` knows callers."""
    return Caller(str(member.id), str(session), member.name, frozenset(member.roles), frozenset(member.queues))


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
) -> UUID:
    """A new member of staff. Raises `Invalid`."""
    ic = tidy_ic(ic)
    errors = [] if ic else [FieldError("ic", "not_ic", _NOT_IC)]
    errors += _wrong(name=name, email=email, phone=phone, roles=roles, queues=queues, language=language)
    if errors:
        raise Invalid(errors)
    member = uuid7()
    phone = _e164(phone)
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
        },
    )
    if not added:
        text = Text("No. Kad Pengenalan ini sudah didaftarkan", "This IC number is already registered")
        raise Invalid([FieldError("ic", "taken", text)])
    await _say(tx, member, correlation)
    return member


async def change_staff(tx: Tx, member_id: UUID, changes: dict[str, Any], *, keys: Keys, correlation: str) -> None:
    """Change what is given: name, email, phone, roles, queues, modules, language, active, password_hash. Raises
    `NotFound`, `Invalid`. Whoever is disabled or gets another password is logged out everywhere."""
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
    if errors := _wrong(**asked):
        raise Invalid(errors)
    values = {name: value for name, value in changes.items() if name not in {"email", "phone"}}
    if "email" in changes:
        values |= _sealed(member_id, "email", changes["email"], keys, mask_email(changes["email"]))
    if "phone" in changes:
        phone = _e164(changes["phone"])
        values |= _sealed(member_id, "phone", phone, keys, mask_phone(phone))
    if values:
        await people.change(tx, member_id, values)
    if changes.get("active") is False or "password_hash" in changes:
        await people.end_sessions_of(tx, member_id)
    await _say(tx, member_id, correlation)


async def _say(tx: Tx, member_id: UUID, correlation: str) -> None:
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
    )
    await facts.save(tx, str(member.id), fact, correlation=correlation)


_NOT_IC = Text("No. Kad Pengenalan mesti 12 digit yang sah", "Enter a valid 12-digit IC number")


def _wrong(
    *, name: str, email: str, phone: str, roles: list[str], queues: list[str], language: str
) -> list[FieldError]:
    errors = []
    if not 1 <= len(name.strip()) <= 200 or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", name):
        errors.append(FieldError("name", "name", Text("1 hingga 200 aksara", "1 to 200 characters")))
    if len(email) > 254 or not EMAIL.fullmatch(email):
        errors.append(FieldError("email", "not_email", Text("Sila masukkan e-mel yang sah", "Enter a valid e-mail")))
    if not _e164(phone):
        text = Text("Sila masukkan no. telefon Malaysia yang sah", "Enter a valid Malaysian phone number")
        errors.append(FieldError("phone", "not_phone", text))
    if not roles or not STAFF_ROLES.issuperset(roles):
        errors.append(FieldError("roles", "unknown", Text("Pilih peranan yang ada", "Choose from the roles there are")))
    if not QUEUES.issuperset(queues):
        errors.append(FieldError("queues", "unknown", Text("Giliran tidak dikenali", "Not a known queue")))
    if language not in {"ms", "en"}:
        errors.append(FieldError("language", "unknown", Text("ms atau en", "ms or en")))
    return errors


def check_password(password: str) -> None:
    """Raises `Invalid` for a password that is too short or too long to hash."""
    if not PASSWORD_MIN <= len(password) <= 256:
        text = Text(f"Sekurang-kurangnya {PASSWORD_MIN} aksara", f"At least {PASSWORD_MIN} characters")
        raise Invalid([FieldError("password", "too_short", text)])


def _contact(member: UUID, email: str, phone: str, keys: Keys) -> dict[str, str]:
    return _sealed(member, "email", email, keys, mask_email(email)) | _sealed(
        member, "phone", phone, keys, mask_phone(phone)
    )


def _sealed(member: UUID, field: str, value: str, keys: Keys, masked: str) -> dict[str, str]:
    return {
        f"{field}_sealed": keys.sealing.seal(value, about=str(member), field=field),
        f"{field}_masked": masked,
    }


def _e164(phone: str) -> str:
    try:
        parsed = phonenumbers.parse(phone, "MY")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

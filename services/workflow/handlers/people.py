"""Staff: who they are, what may change of them, and the fact that goes out when any of it does."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from services.workflow.domain.members import e164, faults, tidy_ic
from services.workflow.handlers import office
from services.workflow.machine import Role
from services.workflow.store import absences, audit, complaints, facts, people
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Refused, Text
from shared.events.reference import Away, StaffSaved
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone


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
    if errors := faults(**changes):
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


def _contact(member: UUID, email: str, phone: str, keys: Keys) -> dict[str, str]:
    return _sealed(member, "email", email, keys, mask_email(email)) | _sealed(
        member, "phone", phone, keys, mask_phone(phone)
    )


def _sealed(member: UUID, field: str, value: str, keys: Keys, masked: str) -> dict[str, str]:
    return {
        f"{field}_sealed": keys.sealing.seal(value, about=str(member), field=field),
        f"{field}_masked": masked,
    }

"""What happens to a complaint: received, acted on by staff or complainant, handed out in bulk, its contact revealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from services.workflow.domain import acts, given, routing, sight
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.handlers import office, ties, versions
from services.workflow.machine import Action, Facts, Role, Row, allowed
from services.workflow.machine.step import refusal
from services.workflow.store import audit, complaints, facts, people
from services.workflow.store.complaints import Loaded
from shared.auth import Caller
from shared.blobs import uploads
from shared.db import Tx
from shared.envelope import Envelope
from shared.errors import Conflict, DomainError, FieldError, Invalid, NotFound, Refused, Text
from shared.events.complaint import Actor
from shared.events.intake import ComplainantActed, ComplaintSubmitted
from shared.privacy import Keyring, mask_email, mask_phone

NO_VERSION_NEEDED = frozenset({Action.NOTE, Action.REPLY})
IF_MATCH = Text("Sertakan versi yang dibaca (If-Match).", "Say which version you have read (If-Match).")


class Standing(NamedTuple):
    """A complaint as one member of staff stands to it: what they may do, in which role."""

    complaint: Complaint
    now: datetime
    pic_is_active: bool
    known: facts.Known
    may: dict[Action, tuple[Role, Row]]


async def receive(tx: Tx, said: ComplaintSubmitted, envelope: Envelope) -> None:
    """A submission becomes a complaint. Heard twice, it is received once: the fence sees to it."""
    known = await facts.known(tx)
    complaint, event = acts.receive(said, known.rules, await complaints.now(tx))
    said_so = versions.version(complaint, event, known.rules, correlation=envelope.correlationid, causation=envelope.id)
    await complaints.save(tx, said_so)
    if known.rules.settings.automatic_assignment:
        await _hand_out(tx, complaint, known, said_so.envelope)


async def _hand_out(tx: Tx, complaint: Complaint, known: facts.Known, receipt: Envelope) -> None:
    """Hand a new complaint to whom its module's routing picks; where that is nobody, it waits for Admin."""
    picked = routing.chosen(await office.candidates(tx, complaint.module), complaint.module)
    if picked is None:
        return
    best, routed = picked
    pic = await people.pic_who_stays(tx, UUID(best.id))
    if pic is None:
        return
    now = await complaints.now(tx)
    asked = sight.facts(complaint, Role.SYSTEM, known.rules, now, pic_is_active=True)
    words = Given(pic=pic, routed=routed)
    after, event = acts.act(complaint, Action.ASSIGN, words, Actor(role=Role.SYSTEM), asked, known.rules, now)
    correlation = receipt.correlationid
    handed = versions.version(after, event, known.rules, correlation=correlation, causation=receipt.id)
    await complaints.save(tx, handed)


async def take_message(tx: Tx, said: ComplainantActed, envelope: Envelope) -> None:
    """The complainant's message does what it asks, or is held on the thread with the reason. Never lost."""
    loaded = await _load(tx, said.number)
    rules = loaded.known.rules
    action = Action(said.action)
    words = Given(
        text=said.text or None, score=said.score, attachments=said.attachments, files=said.files, message=said.message
    )
    actor = Actor(role=Role.COMPLAINANT, name=loaded.complaint.contact.name)
    asked = _facts(loaded, Role.COMPLAINANT, None)
    try:
        after, event = acts.act(loaded.complaint, action, words, actor, asked, rules, loaded.now)
    except Refused as refused:
        held = _facts(loaded, Role.SYSTEM, None)
        reopens = Action.REOPEN in allowed(loaded.complaint.state, [asked])
        why = _why_held(action, loaded.complaint, refused, reopens=reopens)
        after, event = acts.hold(loaded.complaint, action, words, why, held, rules, loaded.now)
    said_so = versions.version(after, event, rules, correlation=envelope.correlationid, causation=envelope.id)
    await complaints.save(tx, said_so)


async def look(tx: Tx, number: str, caller: Caller, *, lock: bool = False) -> Standing:
    """The complaint and what the caller may do with it now. Raises `NotFound` when it is not theirs to see."""
    loaded = await complaints.load(tx, number, lock=lock)
    if loaded is None or not sight.sees(loaded.complaint, caller.principals):
        raise NotFound
    return _standing(loaded, caller)


async def act(
    tx: Tx,
    number: str,
    action: Action,
    words: Given,
    caller: Caller,
    *,
    pic: str | None,
    version: int | None,
    keyring: Keyring,
    correlation: str,
) -> Standing:
    """Staff do something to a complaint. `version` is the one they had read.

    Raises `NotFound`, `Conflict` (no version, or somebody else acted since), `Refused`, `Invalid`.
    """
    standing = await look(tx, number, caller, lock=True)
    await _check_version(tx, standing.complaint, action, version, caller)
    if action not in standing.may:
        raise refusal(standing.complaint.state, action, standing.may)
    role, row = standing.may[action]
    words = given.checked(await _with_pic(tx, words, row, pic), row, modules=standing.known.modules)
    await _check_meaning(tx, standing.complaint, action, words)
    words = _with_contact(standing.complaint, words, keyring)
    files = await uploads.use(tx, words.attachments, f"staff:{caller.id}", number)
    words = msgspec.structs.replace(words, files=files)
    actor = Actor(role=role, id=caller.id, name=caller.name)
    rules, now = standing.known.rules, standing.now
    asked = _facts(Loaded(*standing[:-1]), role, caller.id)
    after, event = acts.act(standing.complaint, action, words, actor, asked, rules, now)
    await complaints.save(tx, versions.version(after, event, rules, correlation=correlation))
    if action is Action.REQUEST_CLOSE:
        await office.keep_solution(tx, after, caller, correlation=correlation)
    # A PIC named by this act has just been found active.
    active = after.pic is not None and (words.pic is not None or standing.pic_is_active)
    return _standing(Loaded(after, now, active, standing.known), caller)


async def assign_many(
    tx: Tx, items: Sequence[tuple[str, str, int | None]], caller: Caller, *, keyring: Keyring, correlation: str
) -> list[dict[str, Any]]:
    """Hand out many complaints, each for itself: a result per item, and one that fails does not undo the others."""
    results: list[dict[str, Any]] = []
    for number, pic, version in items:
        try:
            async with tx.transaction():
                standing = await look(tx, number, caller, lock=True)
                action = Action.ASSIGN if Action.ASSIGN in standing.may else Action.REASSIGN
                words = Given(reason="Agihan pukal" if action is Action.REASSIGN else None)
                done = await act(
                    tx,
                    number,
                    action,
                    words,
                    caller,
                    pic=pic,
                    version=version if version is not None else standing.complaint.version,
                    keyring=keyring,
                    correlation=correlation,
                )
        except DomainError as error:
            results.append({"number": number, "ok": False, "problem": told(error)})
        else:
            results.append({"number": number, "ok": True, "version": done.complaint.version})
    return results


async def reveal_contact(tx: Tx, number: str, caller: Caller, keyring: Keyring) -> dict[str, str]:
    """The plain IC, phone and e-mail for those who handle the complaint; every look is on record."""
    standing = await look(tx, number, caller)
    handlers = {Role.ADMIN, Role.PIC, Role.IMPLEMENTOR}
    if handlers.isdisjoint(sight.roles_held(standing.complaint, caller)):
        raise NotFound
    await audit.record(tx, UUID(caller.id), "contact", number=number)
    contact = standing.complaint.contact
    return {
        "ic": keyring.open(contact.ic_sealed, about=number, field="ic"),
        "phone": keyring.open(contact.phone_sealed, about=number, field="phone"),
        "email": keyring.open(contact.email_sealed, about=number, field="email"),
    }


async def _load(tx: Tx, number: str) -> Loaded:
    loaded = await complaints.load(tx, number, lock=True)
    if loaded is None:
        raise LookupError(f"no complaint {number}, though intake speaks of it")
    return loaded


def _standing(loaded: Loaded, caller: Caller) -> Standing:
    held = [_facts(loaded, role, caller.id) for role in sight.roles_held(loaded.complaint, caller)]
    return Standing(*loaded, allowed(loaded.complaint.state, held))


def _facts(loaded: Loaded, role: Role, actor: str | None) -> Facts:
    complaint, now, pic_is_active, known = loaded
    return sight.facts(complaint, role, known.rules, now, pic_is_active=pic_is_active, actor=actor)


async def _check_version(tx: Tx, complaint: Complaint, action: Action, version: int | None, caller: Caller) -> None:
    if version is None:
        if action in NO_VERSION_NEEDED:
            return
        raise Conflict("if_match_required", IF_MATCH)
    if version == complaint.version:
        return
    ahead = version > complaint.version
    if ahead or await complaints.somebody_else_acted(tx, complaint.number, version, UUID(caller.id)):
        raise Conflict("stale", complaints.CHANGED, version=complaint.version)


async def _with_pic(tx: Tx, words: Given, row: Row, pic: str | None) -> Given:
    if "pic" not in row.needs or not pic:
        return words
    person = await people.pic_who_stays(tx, _as_uuid(pic))
    if person is None:
        text = Text("PIC ini tidak aktif atau tiada", "There is no such active PIC")
        raise Invalid([FieldError("pic", "not_a_pic", text)])
    return msgspec.structs.replace(words, pic=person)


async def _check_meaning(tx: Tx, complaint: Complaint, action: Action, words: Given) -> None:
    if action is Action.REASSIGN and words.pic and complaint.pic and words.pic.id == complaint.pic.id:
        text = Text("Aduan ini sudah pun dengan PIC ini", "This PIC already has the complaint")
        raise Invalid([FieldError("pic", "same_pic", text)])
    if action is Action.MARK_DUPLICATE:
        await ties.check_original(tx, complaint, words.duplicate_of or "")


def _with_contact(complaint: Complaint, words: Given, keyring: Keyring) -> Given:
    if words.email is None and words.phone is None:
        return words
    changes: dict[str, Any] = {}
    if words.email is not None:
        changes["email_sealed"] = keyring.seal(words.email, about=complaint.number, field="email")
        changes["email_masked"] = mask_email(words.email)
    if words.phone is not None:
        changes["phone_sealed"] = keyring.seal(words.phone, about=complaint.number, field="phone")
        changes["phone_masked"] = mask_phone(words.phone)
        changes["phone_is_mobile"] = given.is_mobile(words.phone)
    return msgspec.structs.replace(words, contact=msgspec.structs.replace(complaint.contact, **changes))


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return complaints.FIRST


def told(error: DomainError) -> dict[str, Any]:
    """The problem of one of many, as its result tells it."""
    told = {"code": error.code, "messages": error.text._asdict(), **error.facts}
    if isinstance(error, Invalid):
        told["errors"] = [{"field": one.field, "code": one.code, **one.text._asdict()} for one in error.errors]
    return told


CARRY_ON = (
    "Buat aduan baharu berkaitan aduan ini melalui pautan pada halaman aduan.",
    "File a new complaint that carries this one on: the link is on the complaint's page.",
)


def _why_held(action: Action, complaint: Complaint, refused: Refused, *, reopens: bool) -> tuple[str, str]:
    match action:
        case Action.REOPEN if complaint.rejected and complaint.reopened_after_reject:
            return (
                f"Aduan ini telah disemak semula sekali selepas ditolak dan keputusannya kekal. {CARRY_ON[0]}",
                f"This complaint was looked at again once after it was rejected, and that stands. {CARRY_ON[1]}",
            )
        case Action.REOPEN if not complaint.open and complaint.ended_at is not None:
            return (
                f"Tempoh untuk membuka semula aduan ini telah tamat. {CARRY_ON[0]}",
                f"The time to reopen this complaint is over. {CARRY_ON[1]}",
            )
        case Action.ANSWER | Action.NOT_SOLVED if not complaint.open and not reopens:
            return (
                f"Aduan ini telah ditutup dan tidak boleh dibuka semula lagi. {CARRY_ON[0]}",
                f"This complaint is closed and can no longer be reopened. {CARRY_ON[1]}",
            )
        case Action.ANSWER | Action.NOT_SOLVED if not complaint.open:
            return (
                "Aduan ini telah ditutup sebelum mesej ini diterima. Jika masalah masih berlaku, buka semula aduan.",
                "This complaint was closed before your message arrived. If the problem remains, reopen it.",
            )
        case Action.CLOSE:
            return ("Aduan ini sudah pun ditutup.", "This complaint is already closed.")
        case Action.RATE:
            return (
                "Penilaian hanya diterima sekali selepas aduan ditutup.",
                "A rating is taken once, after the complaint is closed.",
            )
        case Action.NOT_SOLVED:
            return (
                "Aduan ini sedang dalam tindakan; mesej tuan/puan disimpan untuk pegawai kami.",
                "This complaint is being worked on; your message is kept for our officer.",
            )
        case _:
            return refused.text

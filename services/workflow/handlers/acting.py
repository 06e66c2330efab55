"""Staff do something to a complaint: what they give is judged, the table decides, and all of it is written at once."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from services.workflow.domain import acts, given
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.handlers import office, ties, versions
from services.workflow.handlers.complaints import Standing, facts_for, look, standing_of
from services.workflow.machine import Action, Row
from services.workflow.machine.step import refusal
from services.workflow.store import complaints, people
from services.workflow.store.complaints import Loaded, Version
from shared.auth import Caller
from shared.blobs import uploads
from shared.db import Tx
from shared.errors import Conflict, DomainError, FieldError, Invalid, Text
from shared.events.complaint import Actor
from shared.privacy import Keyring, mask_email, mask_phone
from shared.web.edge import Kept

NO_VERSION_NEEDED = frozenset({Action.NOTE, Action.REPLY})
IF_MATCH = Text("Sertakan versi yang dibaca (If-Match).", "Say which version you have read (If-Match).")
MORE_THAN_ITSELF = frozenset({Action.MARK_DUPLICATE, Action.REQUEST_CLOSE})
"""Actions that wait for others of their kind, or write more than the complaint."""


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
    """Staff do something to a complaint, which nobody else moves meanwhile. `version` is the one they had read.

    Raises `NotFound`, `Conflict` (no version, or somebody else acted since), `Refused`, `Invalid`.
    """
    standing = await look(tx, number, caller, lock=True)
    await _check_version(tx, standing.complaint, action, version, caller)
    words = await _judged(tx, standing, action, words, pic, keyring, held=True)
    files = await uploads.use(tx, words.attachments, f"staff:{caller.id}", number)
    words = msgspec.structs.replace(words, files=files)
    said_so, after = _decided(standing, action, words, caller, correlation)
    await complaints.save(tx, said_so)
    if action is Action.REQUEST_CLOSE:
        await office.keep_solution(tx, after.complaint, caller, correlation=correlation)
    return after


def goes_straight(action: Action, words: Given) -> bool:
    """Whether `act_straight` may do it: nothing is written but the complaint."""
    return action not in MORE_THAN_ITSELF and not words.attachments


async def act_straight(
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
    keep: Callable[[Standing], Kept | None],
) -> Standing | None:
    """The same outside a transaction, by statements that are one each: read, decided, and written with the answer that
    `keep` makes of it, unless any of what it was decided on has changed: then nothing is written, and None.

    Raises as `act`, and `UniqueViolationError` where the answer's key was used before.
    """
    standing = await look(tx, number, caller)
    await _check_version(tx, standing.complaint, action, version, caller)
    words = await _judged(tx, standing, action, words, pic, keyring, held=False)
    said_so, after = _decided(standing, action, words, caller, correlation)
    named = UUID(words.pic.id) if words.pic else None
    done = await complaints.save_unless_moved(tx, said_so, standing.known, named, keep(after))
    return after if done else None


async def _judged(
    tx: Tx, standing: Standing, action: Action, words: Given, pic: str | None, keyring: Keyring, *, held: bool
) -> Given:
    if action not in standing.may:
        raise refusal(standing.complaint.state, action, standing.may)
    _, row = standing.may[action]
    words = given.checked(await _with_pic(tx, words, row, pic, held=held), row, modules=standing.known.modules)
    await _check_meaning(tx, standing.complaint, action, words)
    return _with_contact(standing.complaint, words, keyring)


def _decided(
    standing: Standing, action: Action, words: Given, caller: Caller, correlation: str
) -> tuple[Version, Standing]:
    role, _ = standing.may[action]
    actor = Actor(role=role, id=caller.id, name=caller.name)
    rules, now = standing.known.rules, standing.now
    asked = facts_for(Loaded(*standing[:-1]), role, caller.id)
    after, event = acts.act(standing.complaint, action, words, actor, asked, rules, now)
    # A PIC named by this act has just been found active.
    active = after.pic is not None and (words.pic is not None or standing.pic_is_active)
    then = standing_of(Loaded(after, now, active, standing.known), caller)
    return versions.version(after, event, rules, correlation=correlation), then


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


async def _with_pic(tx: Tx, words: Given, row: Row, pic: str | None, *, held: bool) -> Given:
    if "pic" not in row.needs or not pic:
        return words
    person = await people.active_pic(tx, _as_uuid(pic), stays=held)
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

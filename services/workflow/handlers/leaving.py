"""A PIC who leaves: all that is open on their desk goes to others in one act, with a result for each."""

from typing import Any, NamedTuple
from uuid import UUID

from services.workflow.domain.given import Given
from services.workflow.domain.routing import Candidate
from services.workflow.handlers import acting, office, people
from services.workflow.handlers.complaints import look
from services.workflow.handlers.people import Keys
from services.workflow.machine import Action
from services.workflow.store import audit, complaints
from services.workflow.store import people as store
from shared.auth import Caller
from shared.db import Tx
from shared.errors import DomainError, NotFound, Refused, Text

NOBODY = Text(
    "Tiada PIC modul ini yang hadir. Pilih PIC sendiri.", "No PIC of this module is there. Choose a PIC yourself."
)


class HandedOver(NamedTuple):
    """What became of each complaint, what could not be moved, what lies claimed in a queue, whether they are out."""

    items: list[dict[str, Any]]
    left: list[str]
    claims: list[str]
    disabled: bool


async def hand_over(
    tx: Tx,
    member_id: UUID,
    caller: Caller,
    *,
    to: str | None,
    reason: str,
    disable: bool,
    keys: Keys,
    correlation: str,
) -> HandedOver:
    """Give every open complaint of a PIC to another, or each to whom its module's routing picks. One that cannot be
    moved undoes no other, and keeps its PIC. `disable` only where nothing is left. Raises `NotFound`."""
    if await store.by_id(tx, member_id) is None:
        raise NotFound
    items = []
    for number in await complaints.hold_of_pic(tx, member_id):
        try:
            async with tx.transaction():
                items.append(await _move(tx, number, member_id, caller, to, reason, keys, correlation))
        except DomainError as error:
            items.append({"number": number, "ok": False, "problem": acting.told(error)})
    left = [one["number"] for one in items if not one["ok"]]
    await audit.record(tx, UUID(caller.id), "handed_over", member=member_id)
    if disable and not left:
        gone = {"active": False}
        await people.change_staff(tx, member_id, gone, keys=keys, correlation=correlation, by=caller)
    return HandedOver(items, left, await complaints.claimed_by(tx, member_id), disable and not left)


async def _move(
    tx: Tx, number: str, member: UUID, caller: Caller, to: str | None, reason: str, keys: Keys, correlation: str
) -> dict[str, Any]:
    standing = await look(tx, number, caller)
    pic = to or (await _routed(tx, standing.complaint.module, member)).id
    after = await acting.act(
        tx,
        number,
        Action.REASSIGN,
        Given(reason=reason),
        caller,
        pic=pic,
        version=standing.complaint.version,
        keyring=keys.sealing,
        correlation=correlation,
    )
    name = after.complaint.pic.name if after.complaint.pic else ""
    return {"number": number, "ok": True, "version": after.complaint.version, "pic": {"id": pic, "name": name}}


async def _routed(tx: Tx, module: str, leaver: UUID) -> Candidate:
    """Whom the module's routing picks but for the leaver. Raises `Refused` where that is nobody."""
    others = (one for one in await office.candidates(tx, module) if one.id != str(leaver))
    best = next((one for one in others if one.for_the_team), None)
    if best is None:
        raise Refused("nobody_of_module", NOBODY, module=module)
    return best

"""A dry run: who would get what, if this happened to this complaint now, by the matrix that holds or by one that is
being written. Planned by what plans the real thing; nothing is entered and nothing is sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from fastapi import APIRouter, Request

from services.notify import handlers
from services.notify.api.rehearsals_shapes import ANSWER, Rehearsal, Rehearsed
from services.notify.api.rules import read_rules
from services.notify.domain.choices import choice_of
from services.notify.domain.imagined import Supposed, imagine
from services.notify.domain.own import DigestDue
from services.notify.domain.planning import Planned, When, plan_digest, reaching
from services.notify.domain.retries import Reason
from services.notify.domain.rules import DIGESTED, TOLD, Rule
from services.notify.store import copies, digests, matrix
from shared.auth import Caller, Staff
from shared.db import Tx
from shared.envelope import Event
from shared.errors import FieldError, Invalid, Text
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent, Person
from shared.events.intake import TrackingLinkRequested
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1")
CAN_BE_TRIED = (ComplaintEvent, AccountEvent, TrackingLinkRequested, DigestDue)


@router.post(
    "/rules/rehearsals",
    response_model=Rehearsed,
    responses=shown(200, ANSWER) | refusals(403),
)
async def rehearse(request: Request, caller: Staff, tx: Transaction, body: Rehearsal) -> dict[str, Any]:
    """Who would get what, through which channel and why, and who would not and why not. Nothing is sent."""
    caller.needs("ADMIN", "MANAGEMENT")
    kind = TOLD.get(body.event)
    if kind is None:
        raise _wrong("event", Text("Peristiwa tidak dikenali", "No such event"))
    if not issubclass(kind, CAN_BE_TRIED):
        raise _wrong("event", Text("Peristiwa ini tidak boleh diuji", "This event cannot be tried out"))
    version, rules = await _rules(tx, body, request)
    event: Event
    standing = None
    if kind is DigestDue:
        event, planned = DigestDue(), await _digests(tx, rules)
    else:
        standing = await _standing(tx, kind, body.complaint)
        supposed = await _supposed(tx, caller, kind, body, standing or {})
        event = imagine(kind, body.complaint or "", standing, await copies.now(tx), supposed)
        planned = await handlers.hearers(tx, event, rules)
    reached = await copies.masked(tx, [one.recipient for one in planned])
    return {
        "complaint": body.complaint,
        "event": body.event,
        "version": version,
        "supposed": _assumed(event, known=standing is not None) if isinstance(event, ComplaintEvent) else None,
        "items": [_told(one, rules, planned, reached) for one in planned],
        "silent": _silent(rules, planned, event),
        "nobody": next((rule.why for rule in rules if rule.audience is None), None),
    }


async def _digests(tx: Tx, rules: Sequence[Rule]) -> list[Planned]:
    """Everybody's digest, were there something to tell each of them; one message by each channel, by the first line
    that gives it."""
    when = When(await copies.now(tx))
    found = []
    for person in await digests.people(tx):
        off = all(choice_of(rule, person.preferences) == "off" for rule in reaching(rules, person))
        for one in plan_digest(rules, person, when) if person.active else ():
            found.append(replace(one, reason=Reason.CHOSEN_OFF, held_until=None) if off else one)
    return found


async def _rules(tx: Tx, body: Rehearsal, request: Request) -> tuple[int | None, list[Rule]]:
    """The event's lines that hold, or those that are being written, once nothing is wrong with them."""
    if body.items is None:
        return await matrix.of_event(tx, body.event)
    drafted = read_rules(body.items)
    others = [rule for rule in (await matrix.current(tx))[1] if rule.event != body.event]
    wrong = handlers.rules_faults([*drafted, *others], request.app.state.letters)
    if wrong:
        raise Invalid([FieldError(field, "rule_invalid", text) for field, text in wrong])
    return None, drafted


async def _standing(tx: Tx, kind: type[Event], number: str | None) -> dict[str, Any] | None:
    if issubclass(kind, AccountEvent):
        return None
    if number is None or await copies.complainant(tx, number) is None:
        raise _wrong("complaint", Text("Tiada aduan dengan nombor ini", "There is no complaint with this number"))
    return await copies.standing(tx, number)


async def _supposed(tx: Tx, caller: Caller, kind: type[Event], body: Rehearsal, standing: dict[str, Any]) -> Supposed:
    """Who does it, and who is the PIC, as people: the caller acts as Admin, the complaint's own as PIC or claimant."""
    pic = await copies.member(tx, body.pic) if body.pic is not None else None
    if body.pic is not None and pic is None:
        raise _wrong("pic", Text("Kakitangan tidak dikenali", "No such member of staff"))
    own = {"PIC": standing.get("pic"), "IMPLEMENTOR": standing.get("claimant")}
    acting = own.get(body.role)
    actor = msgspec.convert(acting, Person) if acting else None
    if issubclass(kind, AccountEvent) or (body.role == "ADMIN" and "ADMIN" in caller.roles):
        actor = Person(id=caller.id, name=caller.name)
    return Supposed(
        from_state=body.from_state,
        to=body.to,
        custodian=body.custodian,
        role=body.role,
        actor=actor,
        pic=Person(id=pic.id, name=pic.name) if pic is not None else None,
        kind=body.kind,
        level=body.level,
    )


def _wrong(field: str, text: Text) -> Invalid:
    return Invalid([FieldError(field, "unknown", text)])


def _assumed(event: ComplaintEvent, *, known: bool) -> dict[str, Any]:
    return {
        "known": known,
        "from_state": event.from_,
        "to": event.to,
        "custodian": event.custodian,
        "role": event.actor.role,
        "actor": event.actor.name,
        "pic": event.pic.name if event.pic else None,
        "claimant": event.claimant.name if event.claimant else None,
        "kind": getattr(event, "kind", None),
        "level": event.level,
    }


def _told(
    one: Planned, rules: Sequence[Rule], planned: Sequence[Planned], reached: dict[tuple[str, str], str]
) -> dict[str, Any]:
    line = {rule.position: place for place, rule in enumerate(rules)}
    kind, _, person = one.recipient.partition(":")
    absent = [other.name for other in planned if other.rule == one.rule and other.reason is Reason.ABSENT]
    instead = [
        line[other.rule]
        for other in planned
        if (other.recipient, other.channel, other.reason) == (one.recipient, one.channel, None)
    ]
    return {
        "line": line[one.rule],
        "audience": one.audience,
        "channel": one.channel,
        "template": one.template,
        "batched": one.batched,
        "urgent": one.urgent,
        "recipient": {
            "kind": kind,
            "id": person if kind == "staff" else None,
            "name": one.name,
            "masked": reached.get((one.recipient, one.channel)),
        },
        "status": one.status,
        "reason": one.reason,
        "stands_in_for": absent[0] if absent and one.reason is not Reason.ABSENT else None,
        "held_until": one.held_until.isoformat() if one.held_until else None,
        "told_as": instead[0] if instead and one.reason is Reason.DUPLICATE_PERSON else None,
    }


def _silent(rules: Sequence[Rule], planned: Sequence[Planned], event: Event) -> list[dict[str, Any]]:
    spoke = {one.rule for one in planned}
    # one digest may stand for several lines: the others are not silent for want of people
    digested = set(DIGESTED) if isinstance(event, DigestDue) and planned else set()
    return [
        {
            "line": place,
            "audience": rule.audience,
            "channel": rule.channel,
            "template": rule.template,
            "unmet": list(rule.condition.unmet(event)),
        }
        for place, rule in enumerate(rules)
        if rule.audience is not None and rule.position not in spoke and rule.audience not in digested
    ]

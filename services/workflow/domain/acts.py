"""What an action does: the row decides where it leads, `changes` what else it changes and what its event brings.

Every action yields exactly one new version and one event that says from, to, who, and what is due now.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from services.workflow.domain.changes import CHANGES, ON_THE_LEG, brings, let_go, logged, remembered
from services.workflow.domain.clocks import Rules, due, handed_to, reopen_until
from services.workflow.domain.complaint import Complaint, Span
from services.workflow.domain.given import Given
from services.workflow.domain.sight import complainant_can, seen_by
from services.workflow.machine import (
    EVENTS,
    MACHINE_VERSION,
    PHASES,
    Action,
    Custodian,
    Facts,
    Outcome,
    Role,
    State,
    is_open,
    row_for,
    step,
)
from shared import events
from shared.events.complaint import Actor, ComplaintEvent
from shared.events.intake import ComplaintSubmitted
from shared.events.workflow import Received

STAFF_ROLES = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR})
DEFAULT_PRIORITY = "Sederhana"
_ACTIONS = {wire: action for action, wire in EVENTS.items()}
_BROUGHT = (
    "public_text",
    "reason_code",
    "vendor_reference",
    "duplicate_of",
    "priority",
    "module",
    "complex",
    "contact",
    "score",
)
_KINDS: dict[str, type[ComplaintEvent]] = {kind.wire: kind for kind in events.workflow.ALL}
REFUTES = frozenset({Action.ANSWER, Action.NOT_SOLVED, Action.TAKE_BACK, Action.REOPEN})


def receive(said: ComplaintSubmitted, rules: Rules, now: datetime) -> tuple[Complaint, Received]:
    """A submission becomes complaint version 1 in BARU."""
    complaint = _received(said, DEFAULT_PRIORITY)
    complaint = msgspec.structs.replace(complaint, due=due(complaint, rules))
    event = Received(
        **_common(complaint, None, Actor(role=Role.COMPLAINANT, name=said.contact.name), rules, now),
        audience=("P",),
        text=said.description,
        attachments=said.attachments,
        files=said.files,
        contact=said.contact,
        department=said.department,
        department_name=said.department_name,
        ptj=said.ptj,
        ptj_name=said.ptj_name,
        module=said.module,
        module_ms=said.module_ms,
        module_en=said.module_en,
        title=said.title,
        priority=complaint.priority,
        submitted_at=said.submitted_at,
        answer_by=said.answer_by,
        robot_check=said.robot_check,
        linked_to=said.linked_to,
    )
    return complaint, event


def _received(said: ComplaintSubmitted | Received, priority: str) -> Complaint:
    return Complaint(
        number=said.number,
        version=1,
        machine_version=MACHINE_VERSION,
        state=State.BARU,
        priority=priority,
        module=said.module,
        title=said.title,
        contact=said.contact,
        submitted_at=said.submitted_at,
        answer_by=said.answer_by,
        custody=(Span(Custodian.ADMIN, said.submitted_at),),
        entered_at=said.submitted_at,
        linked_to=said.linked_to,
    )


def act(
    before: Complaint, action: Action, given: Given, actor: Actor, facts: Facts, rules: Rules, now: datetime
) -> tuple[Complaint, ComplaintEvent]:
    """One action on one complaint. `given` has been checked. Raises `Refused` when the table does not allow it."""
    state = step(before.state, action, facts)
    row = row_for(before.state, action, facts)
    if row is None:
        raise LookupError(f"{action} moved without a row")
    public = "P" in row.readers
    after = done(before, action, state, given, actor, now, public=public)
    after = msgspec.structs.replace(after, due=due(after, rules))
    extra = brings(action, before, after, given, rules, now)
    event = _KINDS[EVENTS[action]](
        **_common(after, before.state, actor, rules, now),
        audience=tuple(row.readers),
        text=given.text,
        attachments=given.attachments,
        files=given.files,
        message=given.message,
        **extra,
    )
    return after, event


def done(
    before: Complaint, action: Action, state: State, given: Given, actor: Actor, now: datetime, *, public: bool
) -> Complaint:
    """The next version, but for what is due: what the action changes, and what follows from where it went, whatever
    the action was: custody, level, what has fired, outcome, window. `public`: the complainant reads the text."""
    changes = CHANGES[action](before, given, actor) if action in CHANGES else {}
    after = msgspec.structs.replace(
        before, version=before.version + 1, machine_version=MACHINE_VERSION, state=state, **changes
    )
    changes = let_go(after) | {"custody": handed_to(before.custody, after.custodian, now)}
    if action in ON_THE_LEG:
        changes["vendor_logs"] = logged(before, given, now)
    if given.why is not None:
        changes["fired"] = remembered(before, given.why, now)
    if after.state is not before.state:
        changes["entered_at"] = now
    if changes["custody"] is not before.custody or action is Action.REASSIGN:
        changes |= {"level": 0, "fired": ()}
    if action in REFUTES and after.state is not before.state:
        changes["stands"] = False
    if not after.open and before.open:
        changes |= {"ended_at": now, "rated": False, "outcome": _outcome(before, action)}
    if after.open and not before.open:
        changes |= {"ended_at": None, "outcome": None, "rated": False, "rejected": False}
    said = (public and (given.text or given.reason_code)) or given.public_text
    if said and actor.role in STAFF_ROLES and before.first_answered_at is None:
        changes["first_answered_at"] = now
    if action is Action.REQUEST_CLOSE:
        changes["solved_at"] = now
    return msgspec.structs.replace(after, **changes)


def _outcome(before: Complaint, action: Action) -> Outcome:
    match action:
        case Action.REJECT:
            return Outcome.REJECTED
        case Action.MARK_DUPLICATE:
            return Outcome.DUPLICATE
        case Action.LAPSE if before.state is State.MOHON_MAKLUMBALAS:
            return Outcome.NO_ANSWER
        case _:
            return Outcome.SOLVED if before.stands else Outcome.WITHDRAWN


def _common(complaint: Complaint, before: State | None, actor: Actor, rules: Rules, now: datetime) -> dict[str, Any]:
    return {
        "number": complaint.number,
        "from_": before,
        "to": complaint.state,
        "phase": PHASES[complaint.state],
        "actor": actor,
        "at": now,
        "custodian": complaint.custodian,
        "due": complaint.due,
        "outcome": complaint.outcome,
        "open": is_open(complaint.state),
        "level": complaint.level,
        "pic": complaint.pic,
        "claimant": complaint.claimant,
        "first_act": complaint.first_act,
        "can": complainant_can(complaint, rules, now),
        "reopen_until": reopen_until(complaint, rules),
        "seen_by": seen_by(complaint),
        "vendor": complaint.leg,
    }


def hold(
    before: Complaint, action: str, given: Given, why: tuple[str, str], facts: Facts, rules: Rules, now: datetime
) -> tuple[Complaint, ComplaintEvent]:
    """Keep a complainant's message whose action is not allowed now, with why nothing was done."""
    state = step(before.state, Action.HOLD_MESSAGE, facts)
    after = msgspec.structs.replace(before, version=before.version + 1, state=state)
    event = events.workflow.MessageHeld(
        **_common(after, before.state, Actor(role=Role.SYSTEM), rules, now),
        audience=("P",),
        text=given.text,
        attachments=given.attachments,
        files=given.files,
        message=given.message,
        action=action,
        why_ms=why[0],
        why_en=why[1],
    )
    return after, event


def replayed(record: Iterable[ComplaintEvent]) -> Complaint | None:
    """The complaint that these events, from the first, have made; None of none. Raises `LookupError` where the first
    is no `Received`."""
    complaint: Complaint | None = None
    for event in record:
        if isinstance(event, Received):
            complaint = _received(event, event.priority)
        elif complaint is None:
            raise LookupError(f"the record of {event.number} does not begin with its receipt")
        else:
            complaint = _replayed(complaint, event)
        complaint = msgspec.structs.replace(complaint, due=event.due)
    return complaint


def _replayed(before: Complaint, event: ComplaintEvent) -> Complaint:
    action = _ACTIONS[event.wire]
    if action is Action.HOLD_MESSAGE:
        return msgspec.structs.replace(before, version=before.version + 1)
    brought = {name: getattr(event, name) for name in _BROUGHT if hasattr(event, name)}
    solution = getattr(event, "solution", None)
    given = Given(
        text=event.text,
        cause=solution.cause if solution else None,
        steps=solution.steps if solution else None,
        pic=event.pic,
        why=getattr(event, "cause", None),
        **brought,
    )
    public = "P" in event.audience
    return done(before, action, State(event.to), given, event.actor, event.at, public=public)

"""What each action changes beside the state, and what its event brings beside what every event says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.workflow.domain.clocks import Rules
from services.workflow.domain.complaint import Complaint, Fired
from services.workflow.domain.given import Given
from services.workflow.domain.reasons import REJECT_REASONS, RejectReason
from services.workflow.machine import Action, Custodian, Role, State
from shared.events.complaint import Actor, Cause, Person, Solution
from shared.events.vendor import VendorLog

Changes = Callable[[Complaint, Given, Actor], dict[str, Any]]


def _reading(before: Complaint, *left: Person | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before.readers, *(one.id for one in left if one is not None))))


def _give_pic(before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {"pic": given.pic, "readers": _reading(before, before.pic)}


def _claim(before: Complaint, _given: Given, actor: Actor) -> dict[str, Any]:
    claimant = Person(id=actor.id or "", name=actor.name or "")
    return {"claimant": claimant, "readers": _reading(before, before.claimant)}


def _reject(_before: Complaint, _given: Given, _actor: Actor) -> dict[str, Any]:
    return {"rejected": True}


def _mark_duplicate(_before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {"duplicate_of": given.duplicate_of}


def _classify(before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {
        "priority": given.priority or before.priority,
        "module": given.module or before.module,
        "complex": before.complex if given.complex is None else given.complex,
    }


def _vendor(before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {"vendor_leg": True, "vendor_reference": given.vendor_reference or before.vendor_reference}


def _request_close(_before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {"solution": Solution(cause=given.cause or "", steps=given.steps or ""), "stands": True}


def _reopen(before: Complaint, _given: Given, actor: Actor) -> dict[str, Any]:
    contested = before.rejected and actor.role == Role.COMPLAINANT
    changes: dict[str, Any] = {"reopened_after_reject": before.reopened_after_reject or contested, "duplicate_of": None}
    return changes


def _rate(_before: Complaint, _given: Given, _actor: Actor) -> dict[str, Any]:
    return {"rated": True}


def _escalate(before: Complaint, _given: Given, _actor: Actor) -> dict[str, Any]:
    return {"level": before.level + 1}


def _correct_contact(before: Complaint, given: Given, _actor: Actor) -> dict[str, Any]:
    return {"contact": given.contact or before.contact}


CHANGES: dict[Action, Changes] = {
    Action.ASSIGN: _give_pic,
    Action.REASSIGN: _give_pic,
    Action.REJECT: _reject,
    Action.MARK_DUPLICATE: _mark_duplicate,
    Action.CLASSIFY: _classify,
    Action.CLAIM: _claim,
    Action.LOG_VENDOR: _vendor,
    Action.UPDATE_VENDOR: _vendor,
    Action.VENDOR_ANSWERED: _vendor,
    Action.REQUEST_CLOSE: _request_close,
    Action.REOPEN: _reopen,
    Action.RATE: _rate,
    Action.ESCALATE: _escalate,
    Action.CORRECT_CONTACT: _correct_contact,
}


def let_go(after: Complaint) -> dict[str, Any]:
    """Who has it no longer because of where it went, whatever led there: in BARU no PIC has it, outside the queue
    nobody has claimed it. They keep reading."""
    changes: dict[str, Any] = {}
    if after.state is State.BARU:
        changes["pic"] = None
    if after.state is not State.RUJUKAN_IMPLEMENTOR:
        changes["claimant"] = None
    return changes | {"readers": _reading(after, *(getattr(after, name) for name in changes))}


ON_THE_LEG = frozenset({Action.LOG_VENDOR, Action.UPDATE_VENDOR, Action.VENDOR_ANSWERED})
"""The actions that may tell a log number."""


def logged(before: Complaint, given: Given, now: datetime) -> tuple[VendorLog, ...]:
    """The vendor's log numbers with the one given now; told again, a number keeps its date."""
    number = given.vendor_reference
    if number is None or any(log.number == number for log in before.vendor_logs):
        return before.vendor_logs
    return (*before.vendor_logs, VendorLog(number=number, at=now))


def _why(given: Given) -> dict[str, Any]:
    return {"rule": given.rule, "cause": given.why}


def remembered(before: Complaint, cause: Cause, now: datetime) -> tuple[Fired, ...]:
    """What has fired in this custody, with this."""
    done = (*cause.also, cause.rule)
    marks = (
        Fired(rule, cause.clock, now, cause.nth if rule == cause.rule else 1, cause.due, cause.days) for rule in done
    )
    return (*(one for one in before.fired if one.rule not in done), *marks)


def brings(
    action: Action, before: Complaint, after: Complaint, given: Given, rules: Rules, now: datetime
) -> dict[str, Any]:
    """The fields that only this action's event has."""
    match action:
        case Action.ASSIGN:
            return {"routed": given.routed}
        case Action.REASSIGN | Action.HAND_BACK:
            return {"before": before.pic}
        case Action.REJECT if given.reason_code:
            words = REJECT_REASONS[RejectReason(given.reason_code)]
            return {"reason_code": given.reason_code, "reason_ms": words.ms, "reason_en": words.en}
        case Action.MARK_DUPLICATE:
            return {"duplicate_of": after.duplicate_of}
        case Action.CLASSIFY:
            return {"priority": after.priority, "module": after.module, "complex": after.complex}
        case Action.ASK_FEEDBACK:
            return {"answer_by": rules.office.due(now, rules.settings.answer_lapse_days)}
        case Action.LOG_VENDOR:
            return {"vendor_reference": after.vendor_reference, "public_text": given.public_text}
        case Action.UPDATE_VENDOR:
            return {"vendor_reference": after.vendor_reference}
        case Action.VENDOR_ANSWERED:
            return {"vendor_reference": given.vendor_reference}
        case Action.REQUEST_CLOSE:
            return {
                "solution": after.solution,
                "answer_by": rules.office.due(now, rules.settings.close_lapse_days),
            }
        case Action.CLOSE:
            return {"days": rules.office.days_between(after.submitted_at, now)}
        case Action.LAPSE:
            return {"days": rules.office.days_between(after.submitted_at, now), **_why(given)}
        case Action.SEAL | Action.ESCALATE:
            return _why(given)
        case Action.REMIND:
            by = given.why.due if given.why and after.custodian is Custodian.COMPLAINANT else None
            return {"kind": given.kind, "answer_by": by, **_why(given)}
        case Action.RESCHEDULE:
            return {"due_before": before.due}
        case Action.RATE:
            return {"score": given.score}
        case Action.CORRECT_CONTACT:
            return {"contact": after.contact}
        case _:
            return {}

"""A complaint, what the caller may do with it, and doing it."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api import acting
from services.workflow.api.complaint_shapes import (
    ComplaintView,
    History,
    ManyAssigned,
    PlainContact,
    SuggestedPics,
    SuggestedPriority,
)
from services.workflow.api.edge import Correlation, Here, Present, Secrets
from services.workflow.api.shapes import PIC
from services.workflow.domain import clocks
from services.workflow.domain.given import Given
from services.workflow.handlers import acting as handlers
from services.workflow.handlers import complaints, office
from services.workflow.handlers.acting import NO_VERSION_NEEDED
from services.workflow.handlers.complaints import Standing
from services.workflow.machine import LABELS, PHASES, Action
from services.workflow.store import record
from shared.errors import NotFound
from shared.web import ETAG, IfMatch, Transaction, refusals, shown
from shared.web.edge import Repeatable

router = APIRouter(prefix="/v1", tags=["complaints"], responses=refusals(403))

BY_NUMBER = {"number": "$response.body#/number"}
LINKS: dict[str, Any] = {
    "act": {
        "operationId": "act",
        "parameters": {
            **BY_NUMBER,
            "action": "$response.body#/allowed/0/action",
            "header.If-Match": "$response.header.ETag",
        },
        "description": "One of the actions in `allowed`, on the version seen.",
    },
    "contact": {"operationId": "contact", "parameters": BY_NUMBER, "description": "How to reach the complainant."},
    "events": {"operationId": "events", "parameters": BY_NUMBER, "description": "How it came to this."},
    "suggested_pics": {"operationId": "suggested_pics", "parameters": BY_NUMBER, "description": "Who could take it."},
    "suggested_priority": {
        "operationId": "suggested_priority",
        "parameters": BY_NUMBER,
        "description": "How pressing it looks.",
    },
}
ASSIGNED = shown(
    200, links={"complaint": {"operationId": "show", "parameters": {"number": "$response.body#/items/0/number"}}}
)
SHOWN = shown(200, headers=ETAG, links=LINKS)


class _Versioned(msgspec.Struct):
    version: int


_VERSIONED = msgspec.json.Decoder(_Versioned)


class SolutionBody(BaseModel):
    """What was wrong and which steps solved it."""

    model_config = ConfigDict(extra="forbid")
    cause: str = ""
    steps: str = ""


class ActBody(BaseModel):
    """What an action needs; see `allowed[].needs`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Sila cuba semula transaksi selepas jam 2 petang."}]},
    )
    text: str | None = None
    public_text: str | None = None
    reason: str | None = None
    reason_code: str | None = None
    solution: SolutionBody | None = None
    pic: str | None = None
    vendor_reference: str | None = None
    duplicate_of: str | None = None
    priority: str | None = None
    module: str | None = None
    complex: bool | None = None
    email: str | None = None
    phone: str | None = None
    attachments: list[str] = Field(default=[], max_length=5)


class Assignment(BaseModel):
    """One complaint for one PIC; `version` where the caller had read one."""

    model_config = ConfigDict(extra="forbid")
    number: str = Field(max_length=60)
    pic: str = Field(max_length=60)
    version: int | None = None


class Assignments(BaseModel):
    """Many at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"items": [{"number": "HD-2026-000123-C", "pic": PIC["id"], "version": 1}]}]},
    )
    items: list[Assignment] = Field(min_length=1, max_length=200)


@router.get("/complaints/{number}", response_model=ComplaintView, responses=SHOWN | refusals(404))
async def show(number: str, tx: Transaction, caller: Present) -> Response:
    """The complaint as it stands, and the actions the caller may take now."""
    return _answer(await complaints.look(tx, number, caller))


@router.post(
    "/complaints/{number}/actions/{action}",
    response_model=ComplaintView,
    responses=SHOWN | refusals(404, 409, 412, 428),
    description="Needs `If-Match` but for `note` and `reply`. 409 says what is allowed instead.",
)
async def act(
    number: str,
    action: str,
    body: ActBody,
    request: Request,
    caller: Here,
    asked: Repeatable,
    version: IfMatch,
    secrets: Secrets,
    correlation: Correlation,
) -> Response:
    """Do one action of the table."""
    if action not in set(Action):
        raise NotFound
    words = Given(
        text=body.text,
        public_text=body.public_text,
        reason=body.reason,
        reason_code=body.reason_code,
        cause=body.solution.cause if body.solution else None,
        steps=body.solution.steps if body.solution else None,
        vendor_reference=body.vendor_reference,
        duplicate_of=body.duplicate_of,
        priority=body.priority,
        module=body.module,
        complex=body.complex,
        email=body.email,
        phone=body.phone,
        attachments=tuple(body.attachments),
    )

    answer = await acting.answer(
        request.app.state.db,
        asked,
        number,
        Action(action),
        words,
        caller,
        pic=body.pic,
        version=version,
        keyring=secrets.sealing,
        correlation=correlation,
        view=_view,
    )
    request.app.state.poke()
    answer.headers["ETag"] = f'"v{_VERSIONED.decode(answer.body).version}"'
    return answer


@router.post("/complaints/{number}/contact", response_model=PlainContact, responses=refusals(404))
async def contact(number: str, tx: Transaction, caller: Present, secrets: Secrets) -> dict[str, str]:
    """The plain IC, phone and e-mail, for those who handle the complaint. Every call is on record."""
    return await complaints.reveal_contact(tx, number, caller, secrets.sealing)


@router.post("/assignments", response_model=ManyAssigned, response_model_exclude_none=True, responses=ASSIGNED)
async def assign_many(
    body: Assignments, tx: Transaction, caller: Present, secrets: Secrets, correlation: Correlation
) -> dict[str, list[dict[str, Any]]]:
    """Hand out many complaints, with a result for each."""
    caller.needs("ADMIN")
    items = [(one.number, one.pic, one.version) for one in body.items]
    results = await handlers.assign_many(tx, items, caller, keyring=secrets.sealing, correlation=correlation)
    return {"items": results}


@router.get("/complaints/{number}/suggested-pics", response_model=SuggestedPics, responses=refusals(404))
async def suggested_pics(number: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """Active PICs, the best choice first: of the module, or in the stead of one of it; who is there; by load."""
    caller.needs("ADMIN")
    standing = await complaints.look(tx, number, caller)
    return {"items": msgspec.to_builtins(await office.candidates(tx, standing.complaint.module))}


@router.get("/complaints/{number}/suggested-priority", response_model=SuggestedPriority, responses=refusals(404))
async def suggested_priority(number: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """The priority that the complaint's module and words ask for, and which of them do. A person decides."""
    standing = await complaints.look(tx, number, caller)
    caller.needs("ADMIN", "PIC")
    suggested: dict[str, Any] = msgspec.to_builtins(await office.suggested_priority(tx, standing.complaint))
    return suggested


@router.get("/complaints/{number}/events", response_model=History, responses=refusals(404))
async def events(number: str, tx: Transaction, caller: Present) -> Response:
    """All that happened to it, as said. Not for the vendor, who sees only the own leg (in query)."""
    await complaints.look(tx, number, caller)
    caller.needs("ADMIN", "PIC", "IMPLEMENTOR", "MANAGEMENT")
    history = [envelope.encoded() for envelope in await record.history(tx, number)]
    return Response(b'{"items":[' + b",".join(history) + b"]}", media_type="application/json")


def _answer(standing: Standing) -> Response:
    view = ComplaintView.model_validate(_view(standing))
    return Response(
        view.model_dump_json(), media_type="application/json", headers={"ETag": f'"v{standing.complaint.version}"'}
    )


def _view(standing: Standing) -> dict[str, Any]:
    complaint, now, rules = standing.complaint, standing.now, standing.known.rules
    shares = clocks.shares(complaint, rules, now)
    until = complaint.ended_at or now
    return {
        "number": complaint.number,
        "state": complaint.state,
        "phase": PHASES[complaint.state],
        "version": complaint.version,
        "custodian": complaint.custodian,
        "outcome": complaint.outcome,
        "priority": complaint.priority,
        "module": complaint.module,
        "complex": complaint.complex,
        "level": complaint.level,
        "pic": _named(complaint.pic),
        "claimant": _named(complaint.claimant),
        "due": complaint.due,
        "role": next((role for role, _ in standing.may.values()), None),
        "vendor_reference": complaint.vendor_reference,
        "vendor": _leg(standing),
        "duplicate_of": complaint.duplicate_of,
        "linked_to": complaint.linked_to,
        "clocks": {
            "age_days": rules.office.days_between(complaint.submitted_at, until),
            "age_calendar_days": rules.office.calendar_days(complaint.submitted_at, until),
            "complaint_days": sum(int(shares[one]["days"]) for one in clocks.RUNNING),
            "custodian_days": rules.office.days_between(complaint.custody[-1].since, now) if complaint.open else 0,
            "custody": shares,
            "answer_by": clocks.first_answer_by(complaint, rules, now),
            "first_answered_at": complaint.first_answered_at,
            "solve_by": clocks.solve_by(complaint, rules, now),
        },
        "allowed": [
            {
                "action": action,
                "label": LABELS["action"][action]._asdict(),
                "role": role,
                "needs": list(row.needs),
                "if_match": action not in NO_VERSION_NEEDED,
            }
            for action, (role, row) in standing.may.items()
        ],
    }


def _leg(standing: Standing) -> dict[str, Any] | None:
    leg = clocks.vendor_leg(standing.complaint, standing.known.rules, standing.now)
    if leg is None:
        return None
    logs = [{"number": log.number, "at": log.at} for log in standing.complaint.vendor_logs]
    return {**leg._asdict(), "logs": logs}


def _named(person: Any) -> dict[str, str] | None:
    return {"id": person.id, "name": person.name} if person else None

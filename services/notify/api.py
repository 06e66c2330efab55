"""The ledger and the rules over HTTP, for staff."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notify import handlers
from services.notify.domain.retries import Status
from services.notify.domain.rules import AUDIENCES, CHANNELS, TOLD, Condition, Rule
from services.notify.senders.letters import Letters
from services.notify.store import copies, matrix, register
from shared.auth import Caller, Staff
from shared.db import Tx
from shared.errors import Conflict, Denied, FieldError, Invalid, NotFound, Text
from shared.web import ETAG, IfMatch, Transaction, refusals, shown

router = APIRouter(prefix="/v1")
LONGEST_PAGE = 200

SENT: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "event": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6b",
    "complaint": "HD-2026-000123-C",
    "template": "received",
    "audience": "complainant",
    "recipient": {"kind": "complainant", "id": None, "name": "Aminah binti Ali", "masked": "a***@example.my"},
    "channel": "email",
    "status": "sent",
    "reason": None,
    "at": "2026-03-01T10:15:00+08:00",
    "changed_at": "2026-03-01T10:15:02+08:00",
    "attempts": [{"at": "2026-03-01T10:15:02+08:00", "result": "sent", "detail": None}],
}
RETRY = {
    "retry": {
        "operationId": "retry",
        "parameters": {"id": "$response.body#/items/0/id"},
        "description": "One that came to rest unsent goes back in line.",
    }
}
LINE: dict[str, Any] = {
    "event": "complaint.received",
    "audience": "complainant",
    "channel": "email",
    "template": "received",
    "enabled": True,
    "batched": False,
    "condition": {},
    "why": None,
}
MATRIX: dict[str, Any] = {
    "version": 1,
    "items": [LINE],
    "events": ["complaint.received"],
    "audiences": ["complainant"],
    "channels": ["email"],
    "templates": {"received": "complainant"},
}
SAVE = {
    "save": {
        "operationId": "save_rules",
        "parameters": {"header.If-Match": "$response.header.ETag"},
        "description": "The whole matrix anew, on the version seen.",
    }
}


class Attempt(BaseModel):
    """One try; `result` is null while it is under way."""

    at: str
    result: Literal["sent", "temporary", "permanent", "channel_down", "no_address", "unwritten", "unknown"] | None
    detail: str | None


class Recipient(BaseModel):
    """Who; `id` for staff only."""

    kind: Literal["complainant", "staff", "vendor"]
    id: str | None
    name: str | None
    masked: str | None


class Delivery(BaseModel):
    """One line of the ledger. `reason` says why something was not sent; what is about an account has no complaint."""

    id: str
    event: str
    complaint: str | None
    template: str
    audience: str
    recipient: Recipient
    channel: str
    status: Status
    reason: str | None
    at: str
    changed_at: str
    attempts: list[Attempt]


class Deliveries(BaseModel):
    """A page of the ledger, newest first."""

    items: list[Delivery]
    next: str | None
    as_of: str


class RuleBody(BaseModel):
    """One line of the matrix; without an audience it is an explicit none, and says why."""

    model_config = ConfigDict(extra="forbid")

    event: str
    audience: str | None = None
    channel: str | None = None
    template: str | None = None
    enabled: bool = True
    batched: bool = False
    condition: dict[str, Any] = {}
    why: str | None = Field(default=None, max_length=500)


class Rules(BaseModel):
    """The whole matrix in order: earlier lines win a person that two would tell."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [LINE]}]})

    items: list[RuleBody] = Field(max_length=500)


class Matrix(Rules):
    """The matrix that holds, and the words it may use."""

    version: int
    events: list[str]
    audiences: list[str]
    channels: list[str]
    templates: dict[str, str]
    """Message -> for whom it is written."""


@router.get(
    "/deliveries",
    response_model=Deliveries,
    responses=shown(200, {"items": [SENT], "next": None, "as_of": "2026-03-01T10:16:00+08:00"}, links=RETRY)
    | refusals(403, 404),
)
async def deliveries(
    caller: Staff,
    tx: Transaction,
    complaint: Annotated[str | None, Query(max_length=30)] = None,
    status: Status | None = None,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^\d+$")] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """What was sent to whom, why, and what became of it. A PIC may ask about a complaint they can see."""
    await _may_read(tx, caller, complaint)
    items, following = await register.page(
        tx, number=complaint, status=status, before=None if after is None else int(after), limit=limit
    )
    return {
        "items": items,
        "next": None if following is None else str(following),
        "as_of": (await copies.now(tx)).isoformat(),
    }


@router.post(
    "/deliveries/{id}/retry",
    response_model=Delivery,
    responses=shown(200, SENT | {"status": "pending"}) | refusals(403, 404, 409),
)
async def retry(caller: Staff, tx: Transaction, id: UUID) -> dict[str, Any]:
    """Put a delivery that came to rest unsent, or in doubt, back in line."""
    caller.needs("ADMIN")
    await handlers.retry(tx, id)
    found = await register.one(tx, id)
    if found is None:
        raise NotFound
    return found


@router.get(
    "/rules",
    response_model=Matrix,
    responses=shown(200, MATRIX, headers=ETAG, links=SAVE) | refusals(403),
)
async def rules(request: Request, response: Response, caller: Staff, tx: Transaction) -> dict[str, Any]:
    """Who is told of what, and who is not and why."""
    caller.needs("ADMIN", "MANAGEMENT")
    version, found = await matrix.current(tx)
    response.headers["ETag"] = f'"v{version}"'
    return _matrix(version, found, request.app.state.letters)


@router.put(
    "/rules",
    response_model=Matrix,
    responses=shown(200, MATRIX, headers=ETAG) | refusals(403, 412, 428),
)
async def save_rules(
    request: Request, response: Response, caller: Staff, tx: Transaction, seen: IfMatch, body: Rules
) -> dict[str, Any]:
    """A new version of the whole matrix. Every event needs a rule or an explicit none; a message must be written for
    its audience and name only what its event gives."""
    caller.needs("ADMIN")
    if seen is None:
        text = Text("Nyatakan versi yang dilihat (If-Match).", "Say which version you saw (If-Match).")
        raise Conflict("if_match_required", text)
    letters: Letters = request.app.state.letters
    saved = [_rule(position, item) for position, item in enumerate(body.items, start=1)]
    version = await handlers.save_rules(tx, seen, saved, letters, caller.id)
    response.headers["ETag"] = f'"v{version}"'
    return _matrix(version, saved, letters)


async def _may_read(tx: Tx, caller: Caller, complaint: str | None) -> None:
    if caller.roles & {"ADMIN", "MANAGEMENT"}:
        return
    if complaint is None or "PIC" not in caller.roles:
        raise Denied(needs=["ADMIN", "MANAGEMENT"])
    if set(await copies.readers(tx, complaint)).isdisjoint(caller.principals):
        raise NotFound


def _rule(position: int, item: RuleBody) -> Rule:
    try:
        condition = msgspec.convert(item.condition, Condition)
    except msgspec.ValidationError as error:
        text = Text("Syarat tidak dikenali", "The condition is not known")
        raise Invalid([FieldError(f"items.{position - 1}.condition", "rule_invalid", text)]) from error
    return Rule(position=position, condition=condition, **item.model_dump(exclude={"condition"}))


def _matrix(version: int, rules: list[Rule], letters: Letters) -> dict[str, Any]:
    return {
        "version": version,
        "items": [
            {name: value for name, value in msgspec.to_builtins(rule).items() if name != "position"} for rule in rules
        ],
        "events": sorted(TOLD),
        "audiences": list(AUDIENCES),
        "channels": list(CHANNELS),
        "templates": {name: message.reader for name, message in sorted(letters.messages.items())},
    }

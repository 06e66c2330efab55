"""The matrix over HTTP, for staff: who is told of what, and who is not and why."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notify import handlers
from services.notify.domain.rules import AUDIENCES, CHANNELS, TOLD, Condition, Rule
from services.notify.senders.letters import Letters
from services.notify.store import matrix
from shared.auth import Staff
from shared.errors import Conflict, FieldError, Invalid, Text
from shared.web import ETAG, IfMatch, Transaction, refusals, shown

router = APIRouter(prefix="/v1")

LINE: dict[str, Any] = {
    "event": "complaint.received",
    "audience": "complainant",
    "channel": "email",
    "template": "received",
    "enabled": True,
    "batched": False,
    "urgent": False,
    "choices": [],
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


class RuleBody(BaseModel):
    """One line of the matrix; without an audience it is an explicit none, and says why."""

    model_config = ConfigDict(extra="forbid")

    event: str
    audience: str | None = None
    channel: str | None = None
    template: str | None = None
    enabled: bool = True
    batched: bool = False
    urgent: bool = False
    choices: tuple[str, ...] = Field(default=(), max_length=3)
    """What a member of staff may choose, of `at_once`, `digest`, `off`; the first holds until they do."""
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

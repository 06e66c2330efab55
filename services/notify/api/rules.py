"""The matrix over HTTP, for staff: who is told of what, and who is not and why."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notify import handlers
from services.notify.domain.placeholders import gives
from services.notify.domain.rules import AUDIENCES, CHANNELS, TOLD, Condition, Rule, faults
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
    "messages": {
        "received": {
            "reader": "complainant",
            "batched": False,
            "title": {"ms": "Akuan penerimaan aduan iSPEKS", "en": "We have received your complaint"},
            "events": ["complaint.received"],
        }
    },
    "audiences_of": {"complaint.received": ["complainant", "admins"]},
    "why": "The complainant is told at once.",
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
    why: str | None = Field(default=None, max_length=1000)
    """Why it is changed, for the history."""


class Title(BaseModel):
    """What a message is called: its subject."""

    ms: str
    en: str


class MessageView(BaseModel):
    """A message: for whom it is written, whether it tells of several events at once, and of which events it can."""

    reader: str
    batched: bool
    title: Title
    events: list[str]


class Matrix(Rules):
    """The matrix that holds, and the words it may use."""

    version: int
    events: list[str]
    audiences: list[str]
    channels: list[str]
    templates: dict[str, str]
    """Message -> for whom it is written."""
    messages: dict[str, MessageView]
    audiences_of: dict[str, list[str]]
    """Event -> who can be told of it."""


@router.get(
    "/rules",
    response_model=Matrix,
    responses=shown(200, MATRIX, headers=ETAG, links=SAVE) | refusals(403),
)
async def rules(request: Request, response: Response, caller: Staff, tx: Transaction) -> dict[str, Any]:
    """Who is told of what, and who is not and why."""
    caller.needs("ADMIN", "MANAGEMENT")
    (held,) = await matrix.versions(tx, before=None, limit=1)
    response.headers["ETag"] = f'"v{held.version}"'
    return _matrix(held.version, held.rules, held.why, request.app.state.letters)


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
    saved = read_rules(body.items)
    version = await handlers.save_rules(tx, seen, saved, letters, caller.id, body.why)
    response.headers["ETag"] = f'"v{version}"'
    return _matrix(version, saved, body.why, letters)


def read_rules(items: Sequence[RuleBody]) -> list[Rule]:
    """The lines as rules, in their order. Raises `Invalid` with every condition that is none."""
    found: list[Rule] = []
    wrong: list[FieldError] = []
    for position, item in enumerate(items, start=1):
        try:
            condition = msgspec.convert(item.condition, Condition)
        except msgspec.ValidationError:
            text = Text("Syarat tidak dikenali", "The condition is not known")
            wrong.append(FieldError(f"items.{position - 1}.condition", "rule_invalid", text))
        else:
            found.append(Rule(position=position, condition=condition, **item.model_dump(exclude={"condition"})))
    if wrong:
        raise Invalid(wrong)
    return found


def line(rule: Rule) -> dict[str, Any]:
    """A rule as a line of the matrix."""
    return {name: value for name, value in msgspec.to_builtins(rule).items() if name != "position"}


@cache
def _audiences_of() -> dict[str, list[str]]:
    def may(event: str, audience: str) -> bool:
        found = faults([Rule(position=1, event=event, audience=audience)], {})
        return all(field != "items.0.audience" for field, _ in found)

    return {event: [audience for audience in AUDIENCES if may(event, audience)] for event in sorted(TOLD)}


def _matrix(version: int, rules: Sequence[Rule], why: str | None, letters: Letters) -> dict[str, Any]:
    messages = sorted(letters.messages.items())
    return {
        "version": version,
        "why": why,
        "items": [line(rule) for rule in rules],
        "events": sorted(TOLD),
        "audiences": list(AUDIENCES),
        "audiences_of": _audiences_of(),
        "channels": list(CHANNELS),
        "templates": {name: message.reader for name, message in messages},
        "messages": {
            name: {
                "reader": message.reader,
                "batched": message.batched,
                "title": letters.titles[name],
                "events": [event for event, kind in sorted(TOLD.items()) if message.fields <= gives(kind).keys()],
            }
            for name, message in messages
        },
    }

"""The table, and the whole record for those who rebuild from it."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from services.workflow.api.shapes import Label, example
from services.workflow.domain.reasons import REJECT_REASONS
from services.workflow.machine import CUSTODIANS, EVENTS, LABELS, MACHINE_VERSION, PHASES, TABLE, Action, State, is_open
from services.workflow.machine.proof import diagram
from services.workflow.store import facts
from services.workflow.store import record as store
from shared.auth import PortalOnly
from shared.errors import NotFound
from shared.web import Transaction, refusals

router = APIRouter(prefix="/v1", tags=["workflow"])
FACTS = "facts"
SEQUENCE = re.compile("[0-9]{1,9}")
LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One JSON object a line: its cursor, and the event as it travelled.",
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"cursor":"facts","event":{"type":"settings.saved","sequence":1}}\n',
            }
        },
    }
}


class StateView(BaseModel):
    """A state: what it is called, in which phase it is shown, whose turn it is."""

    name: str
    label: Label
    phase: str
    custodian: str | None
    open: bool


class RowView(BaseModel):
    """A row of the table: who may do it from where, what it needs and who reads its text."""

    sources: list[str] = Field(alias="from")
    to: str | None
    who: list[str]
    needs: list[str]
    read_by: list[str]


class ActionView(BaseModel):
    """An action, the event it yields, and its rows."""

    name: str
    label: Label
    event: str
    rows: list[RowView]


class Word(BaseModel):
    """A name and its label."""

    name: str
    label: Label


class Workflow(BaseModel):
    """The one table: states, actions, rows and labels."""

    model_config = example(
        version=1,
        states=[
            {
                "name": "BARU",
                "label": {"ms": "Baharu", "en": "New"},
                "phase": "BARU",
                "custodian": "ADMIN",
                "open": True,
            }
        ],
        actions=[
            {
                "name": "start",
                "label": {"ms": "Mula tindakan", "en": "Start"},
                "event": "complaint.started",
                "rows": [{"from": ["DIAGIHKAN"], "to": "INPROGRESS", "who": ["PIC"], "needs": [], "read_by": ["S"]}],
            }
        ],
        phases=[{"name": "BARU", "label": {"ms": "Baharu", "en": "New"}}],
        outcomes=[{"name": "solved", "label": {"ms": "Diselesaikan", "en": "Solved"}}],
        roles=[{"name": "PIC", "label": {"ms": "PIC", "en": "PIC"}}],
        reject_reasons=[{"name": "other", "label": {"ms": "Lain-lain", "en": "Other"}}],
    )

    version: int
    states: list[StateView]
    actions: list[ActionView]
    phases: list[Word]
    outcomes: list[Word]
    roles: list[Word]
    reject_reasons: list[Word]


@router.get("/workflow", response_model=Workflow)
async def workflow() -> dict[str, Any]:
    """States, actions, rows and labels: the one table as JSON."""
    return {
        "version": MACHINE_VERSION,
        "states": [
            {
                "name": state,
                "label": LABELS["state"][state]._asdict(),
                "phase": PHASES[state],
                "custodian": CUSTODIANS[state],
                "open": is_open(state),
            }
            for state in State
        ],
        "actions": [
            {
                "name": action,
                "label": LABELS["action"][action]._asdict(),
                "event": EVENTS[action],
                "rows": [
                    {
                        "from": sorted(row.sources),
                        "to": row.to,
                        "who": sorted(row.roles),
                        "needs": row.needs,
                        "read_by": list(row.readers),
                    }
                    for row in TABLE
                    if row.action is action
                ],
            }
            for action in Action
        ],
        **{
            f"{kind}s": [{"name": name, "label": text._asdict()} for name, text in LABELS[kind].items()]
            for kind in ("phase", "outcome", "role")
        },
        "reject_reasons": [{"name": name, "label": text._asdict()} for name, text in REJECT_REASONS.items()],
    }


@router.get(
    "/workflow.mmd",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": "stateDiagram-v2\n    BARU --> DIAGIHKAN: assign"}}}},
)
async def picture() -> Response:
    """The table as a Mermaid diagram."""
    return Response(diagram(TABLE), media_type="text/plain; charset=utf-8")


@router.get("/events", dependencies=[PortalOnly], response_class=Response, responses=LINES | refusals(404))
async def record(
    tx: Transaction,
    after: str = "",
    of: Annotated[list[str], Query(max_length=500)] = [],  # noqa: B006 - FastAPI copies it
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Response:
    """The whole record as NDJSON, reference facts first, then complaint by complaint: lines of `{"cursor", "event"}`;
    ask again after the last. With `of`, any number of `<subject>:<sequence>`: only what these subjects have said after
    that sequence. The first page says in `Total-Events` how many events of complaints there are."""
    if of:
        known = dict(_place(one) for one in of)
        lines = [*_facts(await facts.own_of(tx, known)), *_events(await store.of(tx, known, limit))]
        return _told(lines)
    lines, headers = [], {}
    if after == "":
        lines += _facts(await facts.own(tx))
        headers["Total-Events"] = str(await store.length(tx))
    place = store.BEGINNING if after in {"", FACTS} else _place(after)
    return _told([*lines, *_events(await store.page(tx, place, limit))], headers)


def _place(said: str) -> tuple[str, int]:
    """A subject and a sequence. Raises `NotFound` for what is no place of ours."""
    subject, colon, sequence = said.rpartition(":")
    if not colon or "\x00" in subject or not SEQUENCE.fullmatch(sequence):
        raise NotFound
    return subject, int(sequence)


def _facts(bodies: list[bytes]) -> Iterator[bytes]:
    for body in bodies:
        yield b'{"cursor":"%s","event":%s}\n' % (FACTS.encode(), body)


def _events(recorded: list[store.Recorded]) -> Iterator[bytes]:
    for number, sequence, body in recorded:
        yield b'{"cursor":"%s:%d","event":%s}\n' % (number.encode(), sequence, body)


def _told(lines: list[bytes], headers: dict[str, str] | None = None) -> Response:
    return Response(b"".join(lines), media_type="application/x-ndjson", headers=headers)

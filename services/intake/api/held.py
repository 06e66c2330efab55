"""Held mails for Admin: read, let through, discarded. Each look and each decision is on record."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from services.intake.api.bodies import Body
from services.intake.api.desk import AtDesk, Causing
from services.intake.api.smtp import enclosed
from services.intake.handlers import mails as handlers
from services.intake.handlers.mails import Enclosure
from services.intake.handlers.opened import opened
from services.intake.store import mails as store
from services.intake.store import submissions
from shared.auth import Caller, Staff
from shared.errors import FieldError, Invalid, Text
from shared.web import Transaction, refusals, shown
from shared.web.edge import moment

router = APIRouter(prefix="/v1/held-mails", tags=["held mails"])
LONGEST_PAGE = 200
MAIL: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "at": "2026-03-01T10:15:00+08:00",
    "status": "held",
    "reason": "stranger",
    "complaint": "HD-2026-000123-H",
    "person": "complainant",
    "sender_masked": "a***@example.test",
    "subject": "Re: Aduan tuan/puan",
    "files": [{"name": "skrin.png", "size": 48123}],
    "size": 70211,
    "may_go_on": True,
    "decided_at": None,
    "decided_by": None,
    "why": None,
}
LOOKED_AT = MAIL | {
    "sender": "aminah@example.test",
    "text": "Masih sama.",
    "looks": [{"at": "2026-03-01T11:00:00+08:00", "name": "Rohani binti Salleh"}],
}
OPEN = {"open": {"operationId": "held_mail", "parameters": {"id": "$response.body#/items/0/id"}}}


class HeldFile(BaseModel):
    """A file that came with it, not checked yet. `size` in bytes."""

    name: str
    size: int


class HeldMail(BaseModel):
    """A mail that was not passed on, and why. `person`: whose reply address it was sent to, where that is known."""

    id: UUID
    at: datetime
    status: Literal["held", "let_through", "discarded", "lapsed"]
    reason: str
    complaint: str | None
    person: Literal["complainant", "staff"] | None
    sender_masked: str
    subject: str
    files: list[HeldFile]
    size: int
    may_go_on: bool
    decided_at: datetime | None
    decided_by: str | None
    why: str | None


class Look(BaseModel):
    """Who opened it."""

    at: datetime
    name: str


class OpenedMail(HeldMail):
    """All of it. `sender` as From said."""

    sender: str | None
    text: str
    looks: list[Look]


class HeldMails(BaseModel):
    """A page of them, newest first."""

    items: list[HeldMail]
    next: str | None
    as_of: datetime


class Decision(Body):
    """Let it through as its person's message, or discard it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "discard", "why": "Balasan automatik"}]})

    decision: Literal["let_through", "discard"]
    why: Annotated[StrictStr, Field(max_length=500)] = ""


def _admin(caller: Staff) -> Caller:
    caller.needs("ADMIN")
    return caller


Admin = Annotated[Caller, Depends(_admin)]


@router.get(
    "",
    response_model=HeldMails,
    responses=shown(200, {"items": [MAIL], "next": None, "as_of": MAIL["at"]}, links=OPEN) | refusals(403),
)
async def held_mails(
    _: Admin,
    tx: Transaction,
    decided: Annotated[bool, Query(description="Those that were decided on, or forgotten.")] = False,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """What waits for a decision, or what has been decided."""
    rows = await store.page(tx, held=not decided, after=_place(after), limit=limit)
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_shown(row) for row in rows[:limit]],
        "next": f"{more['received_at'].isoformat()}~{more['id']}" if more else None,
        "as_of": await submissions.business_time(tx),
    }


@router.get("/{id}", response_model=OpenedMail, responses=shown(200, LOOKED_AT) | refusals(403, 404))
async def held_mail(caller: Admin, tx: Transaction, desk: AtDesk, id: UUID) -> dict[str, Any]:
    """All of one, its sender's address too: the look is on record."""
    row = await handlers.look(tx, id, caller, desk.room)
    return _shown(row) | {"sender": row["sender"], "text": row["text"], "looks": row["looks"]}


async def _enclosure(_: Admin, desk: AtDesk, id: UUID, body: Decision) -> Enclosure:
    """Its files, checked before the decision's transaction begins."""
    if body.decision == "discard":
        return Enclosure()
    async with desk.db.transaction() as tx:
        row = await handlers.to_go_on(tx, id)
    read = await opened(row["raw"]) if row["raw"] else None
    return await enclosed(desk.uploads, read.files) if read is not None else Enclosure()


@router.post(
    "/{id}/decision",
    response_model=HeldMail,
    responses=shown(200, MAIL | {"status": "discarded"}) | refusals(403, 404, 409),
)
async def decide(
    caller: Admin,
    enclosure: Annotated[Enclosure, Depends(_enclosure)],
    tx: Transaction,
    desk: AtDesk,
    cause: Causing,
    id: UUID,
    body: Decision,
) -> dict[str, Any]:
    """Once. What was let through has the fate of any message: workflow decides."""
    if body.decision == "discard":
        await handlers.discard(tx, id, caller, body.why)
    else:
        await handlers.let_through(tx, desk.room, id, enclosure, caller, body.why, cause.correlation)
    row = await store.one(tx, id)
    return _shown(row or {})


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    person = row["person"]
    return {
        "id": row["id"],
        "at": row["received_at"],
        "status": row["status"],
        "reason": row["reason"],
        "complaint": row["number"],
        "person": person if person in (None, store.COMPLAINANT) else "staff",
        "sender_masked": row["sender_masked"],
        "subject": row["subject"],
        "files": row["enclosed"],
        "size": row["size"],
        "may_go_on": handlers.goes_on(row),
        "decided_at": row["decided_at"],
        "decided_by": row["decided_name"],
        "why": row["why"],
    }


def _place(after: str | None) -> store.Place | None:
    if after is None:
        return None
    at, _, which = after.partition("~")
    try:
        return store.Place(moment(at), UUID(which))
    except ValueError:
        text = Text("Halaman ini tidak dikenali", "No such page")
        raise Invalid([FieldError("after", "malformed", text)]) from None

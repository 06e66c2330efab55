"""The ledger over HTTP, for staff: what was sent to whom, why, and what became of it; and back in line."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.notify import handlers
from services.notify.domain.retries import Fate, Status
from services.notify.store import copies, register
from shared.auth import Caller, Staff
from shared.db import Tx
from shared.errors import Denied, NotFound
from shared.web import Transaction, refusals, shown

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


class Attempt(BaseModel):
    """One try; `result` is null while it is under way."""

    at: str
    result: Fate | None
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


async def _may_read(tx: Tx, caller: Caller, complaint: str | None) -> None:
    if caller.roles & {"ADMIN", "MANAGEMENT"}:
        return
    if complaint is None or "PIC" not in caller.roles:
        raise Denied(needs=["ADMIN", "MANAGEMENT"])
    if set(await copies.readers(tx, complaint)).isdisjoint(caller.principals):
        raise NotFound

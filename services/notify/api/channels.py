"""How each way out is doing, for those who look after it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.notify.domain.pace import Breaker
from services.notify.domain.rules import CHANNELS
from services.notify.store import copies, traffic
from shared.auth import Staff
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1")

CHANNEL: dict[str, Any] = {
    "name": "email",
    "state": "up",
    "failures": 0,
    "detail": None,
    "waiting": 3,
    "oldest_seconds": 0.4,
    "sent": 120,
    "failed": 1,
    "unknown": 0,
    "last_sent_at": "2026-03-01T10:15:02+08:00",
}
NOTHING_SAID: dict[str, Any] = {"failures": 0, "detail": None}


class Channel(BaseModel):
    """A way out. `off`: this installation does not send this way; `down`: it does not answer, and `detail` is what it
    said last. `sent`, `failed` and `unknown` are of the past day."""

    name: str
    state: Literal["up", "down", "off"]
    failures: int
    detail: str | None
    waiting: int
    oldest_seconds: float
    sent: int
    failed: int
    unknown: int
    last_sent_at: str | None


class Channels(BaseModel):
    """All of them."""

    items: list[Channel]
    as_of: str


@router.get(
    "/channels",
    response_model=Channels,
    responses=shown(200, {"items": [CHANNEL], "as_of": "2026-03-01T10:16:00+08:00"}) | refusals(403),
)
async def channels(request: Request, caller: Staff, tx: Transaction) -> dict[str, Any]:
    """Whether each way out answers, what waits for it, and what became of the past day's messages."""
    caller.needs("ADMIN", "MANAGEMENT")
    breakers: Callable[[], Mapping[str, Breaker]] = request.app.state.breakers
    running, found = breakers(), await traffic.of_channels(tx)
    items = []
    for name in CHANNELS:
        breaker = running.get(name)
        state = "off" if breaker is None else "down" if breaker.failures else "up"
        said = {"failures": breaker.failures, "detail": breaker.detail or None} if breaker else NOTHING_SAID
        items.append({"name": name, "state": state, **said, **found.get(name, traffic.NONE)})
    return {"items": items, "as_of": (await copies.now(tx)).isoformat()}

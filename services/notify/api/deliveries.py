"""The ledger over HTTP, for staff: what happened, who was told of it, why, what became of it; and back in line."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator

from services.notify import handlers
from services.notify.api.deliveries_shapes import (
    LONGEST_PAGE,
    RETRY,
    SENT,
    TOLD,
    Alerts,
    AllAnswered,
    Chosen,
    Deliveries,
    Delivery,
)
from services.notify.api.readers import may_read
from services.notify.domain.retries import Reason, Status
from services.notify.domain.texts import ZONE
from services.notify.store import copies, register
from services.notify.store.register import Sought
from shared.auth import Staff
from shared.errors import FieldError, Invalid, NotFound, Refused, Text
from shared.web import Transaction, refusals, shown
from shared.web.edge import moment

router = APIRouter(prefix="/v1")
YEARS = range(2000, 3000)


def _a_day(value: object) -> object:
    """`2026-03-01` and nothing else: the library would take a bare number for seconds."""
    if not isinstance(value, str):
        return value
    day = date.fromisoformat(value) if len(value) == len("2026-03-01") else None
    if day is None or day.year not in YEARS:
        raise ValueError("a day is written 2026-03-01")
    return day


Day = Annotated[date | None, BeforeValidator(_a_day)]


@router.get(
    "/deliveries",
    response_model=Deliveries,
    responses=shown(200, {"items": [SENT], "next": None, "as_of": "2026-03-01T10:16:00+08:00"}, links=RETRY)
    | refusals(403, 404),
)
async def deliveries(
    request: Request,
    caller: Staff,
    tx: Transaction,
    complaint: Annotated[str | None, Query(max_length=30)] = None,
    status: Status | None = None,
    channel: Annotated[str | None, Query(max_length=20)] = None,
    reason: Reason | None = None,
    event: Annotated[str | None, Query(max_length=60)] = None,
    staff: Annotated[str | None, Query(max_length=60)] = None,
    first: Annotated[Day, Query(alias="from", description="first day, in Kelantan")] = None,
    last: Annotated[Day, Query(alias="to", description="last day, included")] = None,
    after: Annotated[str | None, Query(max_length=18, pattern=r"^\d+$")] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """What was sent to whom, why, and what became of it. A PIC may ask about a complaint they can see."""
    await may_read(tx, caller, complaint)
    since = None if first is None else _midnight(first)
    until = None if last is None else _midnight(last + timedelta(days=1))
    sought = Sought(complaint, status, channel, reason, event, staff, since, until)
    items, following = await register.page(tx, sought, before=None if after is None else int(after), limit=limit)
    return {
        "items": _titled(request, items),
        "next": None if following is None else str(following),
        "as_of": (await copies.now(tx)).isoformat(),
    }


@router.get(
    "/alerts",
    response_model=Alerts,
    responses=shown(200, {"items": [TOLD], "next": None, "as_of": "2026-03-01T10:16:00+08:00"}) | refusals(403, 404),
)
async def alerts(
    request: Request,
    caller: Staff,
    tx: Transaction,
    complaint: Annotated[str, Query(max_length=30, examples=[SENT["complaint"]])],
    after: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """What happened to a complaint, who was told of each thing, and who was not and why. A PIC may ask about one they
    can see."""
    await may_read(tx, caller, complaint)
    items, following = await register.alerts(tx, complaint, before=_place(after), limit=limit)
    for item in items:
        item["deliveries"] = _titled(request, item["deliveries"])
    return {
        "items": items,
        "next": None if following is None else f"{following[0].isoformat()}~{following[1]}",
        "as_of": (await copies.now(tx)).isoformat(),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _place(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    at, _, event = after.partition("~")
    try:
        return moment(at), event
    except ValueError:
        text = Text("Bukan penanda halaman kami", "Not one of our page marks")
        raise Invalid([FieldError("after", "cursor_invalid", text)]) from None


@router.post(
    "/deliveries/{id}/retry",
    response_model=Delivery,
    responses=shown(200, SENT | {"status": "planned"}) | refusals(403, 404, 409),
)
async def retry(request: Request, caller: Staff, tx: Transaction, id: UUID) -> dict[str, Any]:
    """Put a delivery that came to rest unsent, or in doubt, back in line."""
    caller.needs("ADMIN")
    await handlers.retry(tx, id)
    found = await register.one(tx, id)
    if found is None:
        raise NotFound
    return _titled(request, [found])[0]


def _titled(request: Request, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    titles = request.app.state.letters.titles
    return [item | {"title": titles.get(item["template"]) or _untitled(item["template"])} for item in items]


def _untitled(template: str) -> dict[str, str]:
    """A message that was sent once and is no longer among ours keeps its name."""
    return {"ms": template, "en": template}


@router.post(
    "/deliveries/retry",
    response_model=AllAnswered,
    responses=shown(200, {"items": [{"id": SENT["id"], "done": True, "code": None}]}) | refusals(403),
)
async def retry_many(caller: Staff, tx: Transaction, body: Chosen) -> dict[str, Any]:
    """Put many back in line at once, a result for each; one that is refused holds none of the others."""
    caller.needs("ADMIN")
    answers = []
    for one in dict.fromkeys(body.ids):
        code = None
        try:
            await handlers.retry(tx, one)
        except (NotFound, Refused) as error:
            code = error.code
        answers.append({"id": str(one), "done": code is None, "code": code})
    return {"items": answers}

"""Pemberitahuan: the matrix as a table to read, by a complaint's way. Admin changes it; management reads it."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass
from services.portal.desk import Visit, Visiting
from services.portal.pages import notices_told as told
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.notices_shapes import Matrix
from services.portal.session import Staff

router = APIRouter(prefix="/staf/pemberitahuan", include_in_schema=False)

PLACE = "/staf/pemberitahuan"
EDITOR, READERS = "ADMIN", frozenset({"ADMIN", "MANAGEMENT"})


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """Every event with who is told of it, and who is not and why."""
    if refused := refusal_of(visit, staff):
        return refused
    matrix, facts = await asyncio.gather(held(visit, staff), at_hand(visit, staff))
    saved = visit.request.query_params.get("simpan", "")
    return visit.page(
        "staff/notices.html",
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        edits=EDITOR in staff.staff.roles,
        saved=saved == str(matrix.version),
    )


def refusal_of(visit: Visit, staff: Pass, *, edits: bool = False) -> Response | None:
    """The page for those who may not; None for those who may."""
    may = EDITOR in staff.staff.roles if edits else not READERS.isdisjoint(staff.staff.roles)
    return None if may else wrong.page(visit, 403, key="error.denied")


async def held(visit: Visit, staff: Pass) -> Matrix:
    """The matrix that holds."""
    return reading.shaped(await visit.desk.clients.notices.matrix(staff.token), Matrix)


async def at_hand(visit: Visit, staff: Pass) -> dict[str, Any]:
    """What every page about notifications has beside its own."""
    badge, _ = await asyncio.gather(reading.badge(visit, staff), visit.desk.reference.load_labels())
    return {"place": PLACE, "badge": badge}


def words(visit: Visit, matrix: Matrix) -> dict[str, Any]:
    """The matrix's names in the page's language, for templates."""
    return {
        "event_name": partial(told.event, visit),
        "event_when": partial(told.when, visit),
        "audience_name": partial(told.audience, visit),
        "channel_name": partial(told.channel, visit),
        "message_name": partial(told.title, visit, matrix.messages),
        "condition_name": partial(told.condition, visit),
        "choices_name": partial(told.choices, visit),
        "why_nobody": partial(told.why_nobody, visit),
        "message_url": message_url,
    }


def message_url(template: str, event: str | None = None, number: str | None = None) -> str:
    """Where a message is looked at, with this complaint and of this event."""
    asked = {name: value for name, value in (("peristiwa", event), ("aduan", number)) if value}
    return f"{PLACE}/mesej/{template}" + (f"?{urlencode(asked)}" if asked else "")

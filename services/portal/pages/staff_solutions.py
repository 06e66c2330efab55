"""Penyelesaian: problems that were solved, found by words. What is published the public finds too."""

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem
from services.portal.desk import Visiting
from services.portal.pages import refusal
from services.portal.pages import staff_reading as reading
from services.portal.pages.staff_shapes import Solved
from services.portal.session import Staff

router = APIRouter(prefix="/staf/penyelesaian", include_in_schema=False)

SHOWN = 50


@router.get("")
async def search(visit: Visiting, staff: Staff) -> Response:
    """Best first by the words asked for; without words, the latest."""
    words = visit.request.query_params.get("q", "").strip()
    found: list[Solved] = []
    notice = ""
    try:
        found = await reading.solved(visit, staff, words, SHOWN)
    except Problem as problem:
        if problem.status not in (422, 429):
            raise
        _, notice = refusal.read(visit, problem, ())
    return visit.page(
        "staff/solutions.html",
        place="/staf/penyelesaian",
        badge=await reading.badge(visit, staff),
        words=words,
        solutions=found,
        many=len(found) >= SHOWN,
        notice=notice,
        opens=not {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles),
    )

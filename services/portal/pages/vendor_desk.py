"""Where the vendor's helpdesk reads its mail: for Admin to set, for heads to see."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.session import Staff

router = APIRouter(prefix="/staf/vendor", include_in_schema=False)

PLACE = "/staf/vendor"
AT = "/v1/settings/vendor"


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """The address as it is."""
    if {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    found = await visit.desk.clients.workflow.get(AT, staff.token)
    saved = visit.request.query_params.get("siap") == "1"
    return await _page(visit, staff, {"email": str(found.get("email", ""))}, saved=saved)


@router.post("")
async def save(visit: Visiting, staff: Staff) -> Response:
    """Set it, or empty it."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    if "lang" in visit.typed:
        return await _page(visit, staff, visit.typed)
    try:
        body = {"email": visit.typed.get("email", "").strip()}
        await visit.desk.clients.workflow.send("PUT", AT, body, staff.token)
    except Problem as problem:
        if problem.status != 422:
            raise
        errors, notice = refusal.read(visit, problem, ("email",))
        return await _page(visit, staff, visit.typed, errors, notice, status=422)
    return visit.redirect(f"{PLACE}?siap=1")


async def _page(
    visit: Visit,
    staff: Pass,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    saved: bool = False,
) -> Response:
    edits = "ADMIN" in staff.staff.roles
    return visit.page(
        "staff/vendor_desk.html",
        status=status,
        place="/staf/kakitangan",
        badge=await reading.badge(visit, staff),
        switch=Switch("desk", PLACE) if edits else None,
        typed=typed,
        errors=errors or {},
        notice=notice,
        saved=saved,
        edits=edits,
    )

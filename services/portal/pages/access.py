"""Admin over accounts: locks opened, sessions ended, and Audit capaian - who looked at whose contact, and what was done
to whose account."""

import asyncio
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem
from services.portal.clients.door import part
from services.portal.desk import Visit, Visiting
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)

PLACE = "/staf/kakitangan"
AUDIT = "/staf/audit-capaian"
ACTS = {"buka-kunci": ("POST", "unlock"), "tamat-sesi": ("DELETE", "sessions")}
"""Part of the page's address -> what workflow calls it."""


class Who(msgspec.Struct, frozen=True):
    """A member of staff."""

    id: str
    name: str


class Access(msgspec.Struct, frozen=True):
    """One line of the audit."""

    at: datetime
    staff: Who
    what: str
    number: str | None = None
    member: Who | None = None
    fields: list[str] = []


class Page(msgspec.Struct, frozen=True):
    """A page of it, newest first."""

    items: list[Access]
    as_of: datetime
    next: str | None = None


@router.post("/kakitangan/{member}/{act}")
async def act(member: str, act: str, visit: Visiting, staff: Staff) -> Response:
    """Open a lock, or end every session of a member."""
    if act not in ACTS:
        return wrong.page(visit, 404)
    method, name = ACTS[act]
    await visit.desk.clients.workflow.send(method, f"/v1/staff/{part(member)}/{name}", None, staff.token)
    return visit.redirect(f"{PLACE}/{member}?{urlencode({'siap': act})}")


@router.get("/audit-capaian")
async def audit(visit: Visiting, staff: Staff) -> Response:
    """The audit, by complaint or by person."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    query = visit.request.query_params
    asked = {name: query.get(name, "").strip() for name in ("number", "staff")}
    page, people, badge = await asyncio.gather(
        _page(visit, staff.token, asked), reading.members(visit, staff), reading.badge(visit, staff)
    )
    filters = {name: value for name, value in asked.items() if value}
    return visit.page(
        "staff/access.html",
        place=PLACE,
        badge=badge,
        page=page,
        people=people,
        asked=asked,
        filtered=bool(filters) or "after" in query,
        next_url=f"{AUDIT}?{urlencode({**filters, 'after': page.next})}" if page.next else "",
    )


async def _page(visit: Visit, token: str, asked: dict[str, str]) -> Page:
    """What was asked for; what cannot be a number, a person or a place in the list names nothing."""
    after = visit.request.query_params.get("after") or None
    try:
        found = await visit.desk.clients.workflow.get(
            "/v1/access-audit",
            token,
            number=asked["number"].upper() or None,
            staff=asked["staff"] or None,
            after=after,
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        return Page(items=[], as_of=datetime.now().astimezone())
    return reading.shaped(found, Page)

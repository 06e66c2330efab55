"""For those who look after the system: how it is, in the office's words, and what is stuck, with a way to free it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Visit, Visiting
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.conditions import lights
from services.portal.session import Staff, current_staff, entered, session_of

router = APIRouter(prefix="/staf", include_in_schema=False)

STUCK = "/staf/surat-tersangkut"
PATIENCE = 0.4
MOST = 200


class Letter(msgspec.Struct, frozen=True):
    """The first stuck letter about one thing in one service, and how many wait behind it."""

    subject: str
    source: str
    type: str
    reason: str
    behind: int
    at: datetime
    error: str | None = None


async def _onlooker(visit: Visiting) -> Pass:
    """Who is asking; while workflow cannot say, who it was a while ago."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await current_staff(visit, await entered(visit))
    except (Unavailable, TimeoutError):
        known = visit.desk.sessions.remembered(session_of(visit) or "")
        if known is None or known.must_change:
            raise Unavailable("workflow") from None
        visit.staff = known
        return known


@router.get("/keadaan-sistem")
async def health(visit: Visiting, staff: Annotated[Pass, Depends(_onlooker)]) -> Response:
    """How things are: a light for each, what it means and what to do."""
    if {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    conditions, badge = await asyncio.gather(visit.desk.clients.overseen.conditions(), _badge(visit, staff))
    return visit.page(
        "staff/health.html",
        badge=badge,
        lights=lights(visit.t, conditions, live=visit.desk.live.connected),
        frees="ADMIN" in staff.staff.roles,
        as_of=datetime.now().astimezone(),
    )


@router.get("/surat-tersangkut")
async def stuck(visit: Visiting, staff: Staff) -> Response:
    """What could not be handled, over all services."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    found, badge = await asyncio.gather(
        visit.desk.clients.overseen.stuck(staff.token, MOST), reading.badge(visit, staff)
    )
    letters = [
        (service, letter)
        for service, page in found.items()
        if page is not None
        for letter in reading.shaped(page["items"], list[Letter])
    ]
    return visit.page(
        "staff/stuck.html",
        badge=badge,
        letters=sorted(letters, key=lambda one: one[1].at, reverse=True),
        away=[service for service, page in found.items() if page is None],
        more=any(page and page.get("next") for page in found.values()),
        result=_result(visit),
        as_of=datetime.now().astimezone(),
    )


@router.post("/surat-tersangkut")
async def free(visit: Visiting, staff: Staff) -> Response:
    """Take one thing's letters up again, and say what came of it."""
    said = {name: visit.typed.get(name, "") for name in ("service", "source", "subject")}
    try:
        done = await visit.desk.clients.overseen.redrive(**said, token=staff.token)
    except Unavailable:
        return visit.redirect(f"{STUCK}?{urlencode({'perkara': said['subject'], 'siap': 'x'})}")
    except Problem as problem:
        return wrong.page(visit, 404 if problem.status == 422 else problem.status)
    facts = {"perkara": said["subject"], "siap": done["handled"], "baki": done["parked"]}
    if done.get("error"):
        facts["gagal"] = 1
    return visit.redirect(f"{STUCK}?{urlencode(facts)}")


def _result(visit: Visit) -> dict[str, Any] | None:
    """What the last try came to, as the address says."""
    asked = visit.request.query_params
    if "siap" not in asked:
        return None
    handled, left = (int(value) if (value := asked.get(name, "")).isdecimal() else 0 for name in ("siap", "baki"))
    away = asked["siap"] == "x"
    tone = "warn" if away or left else "good"
    key = "away" if away else "failed" if "gagal" in asked else "waits" if left else "done" if handled else "nothing"
    return {"tone": tone, "key": f"stuck.{key}", "subject": asked.get("perkara", "")[:60], "n": handled, "left": left}


async def _badge(visit: Visit, staff: Pass) -> int:
    try:
        async with asyncio.timeout(PATIENCE):
            return await reading.badge(visit, staff)
    except TimeoutError:
        return 0

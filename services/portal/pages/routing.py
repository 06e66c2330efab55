"""Who takes what, and who is away: routing of modules to PICs, absences with a deputy, a PIC's desk handed over."""

import asyncio
from datetime import date
from typing import Any, NamedTuple

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.clients.door import part
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.pages.staff_shapes import Person
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)

PEOPLE = "/staf/kakitangan"
ROUTING, ABSENCES = "/staf/agihan", "/staf/ketidakhadiran"
FIELDS = ("staff", "from", "until", "deputy", "why")
DONE = ("ditambah", "tamat")


class Absence(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """Somebody is away, and who stands in."""

    id: str
    staff: Person
    from_: date
    until: date
    state: str
    deputy: Person | None = None
    why: str = ""
    mine: bool = False


class Team(NamedTuple):
    """A module's line: who is ticked, and who takes it by their own modules anyway."""

    slug: str
    name: str
    ticked: frozenset[str]
    own: tuple[str, ...]


@router.get("/agihan")
async def routing(visit: Visiting, staff: Staff) -> Response:
    """Each module with the PICs who take it, and whether new complaints hand themselves out."""
    if {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    return await _routing(visit, staff)


@router.post("/agihan")
async def save_routing(visit: Visiting, staff: Staff) -> Response:
    """Save the teams and the switch; the form again with what is wrong."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    if {"lang", "again"} & visit.typed.keys():
        return await _routing(visit, staff)
    slugs = visit.several("module")
    workflow = visit.desk.clients.workflow
    try:
        teams = {slug: visit.several(f"team-{slug}") for slug in slugs}
        await workflow.send("PUT", "/v1/routing", {"modules": teams}, staff.token)
        settings = await workflow.get("/v1/settings", staff.token)
        if settings["automatic_assignment"] != ("automatic" in visit.typed):
            settings["automatic_assignment"] = "automatic" in visit.typed
            await workflow.send("PUT", "/v1/settings", settings, staff.token)
    except Unavailable:
        return await _routing(visit, staff, visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        _, notice = refusal.read(visit, problem, ())
        return await _routing(visit, staff, notice, status=refusal.status(problem))
    return visit.redirect(f"{ROUTING}?simpan=1")


async def _routing(visit: Visit, staff: Pass, notice: str = "", *, status: int = 200) -> Response:
    workflow = visit.desk.clients.workflow
    found, settings, people, form, badge = await asyncio.gather(
        workflow.get("/v1/routing", staff.token),
        workflow.get("/v1/settings", staff.token),
        reading.everybody(visit, staff),
        reading.choices(visit),
        reading.badge(visit, staff),
    )
    pics = [one for one in people if one.active and "PIC" in one.roles]
    posted = bool(visit.typed)
    names = {module.slug: module.label(visit.language) for module in form.modules} if form else {}
    slugs = list(names) + [slug for slug in found["modules"] if slug not in names]
    teams = [
        Team(
            slug,
            names.get(slug, slug),
            frozenset(visit.several(f"team-{slug}") if posted else found["modules"].get(slug, ())),
            tuple(one.name for one in pics if slug in one.modules),
        )
        for slug in slugs
    ]
    return visit.page(
        "staff/routing.html",
        status=status,
        place=PEOPLE,
        badge=badge,
        switch=Switch("routing", ROUTING) if posted else None,
        teams=teams,
        pics=pics,
        queue=[one for one in people if one.active and "IMPLEMENTOR" in one.queues],
        automatic="automatic" in visit.typed if posted else settings["automatic_assignment"],
        edits="ADMIN" in staff.staff.roles,
        notice=notice,
        saved=visit.request.query_params.get("simpan") == "1" and not posted,
    )


@router.get("/ketidakhadiran")
async def absences(visit: Visiting, staff: Staff) -> Response:
    """Who is away: everybody for Admin and management, for a PIC what concerns them."""
    return await _absences(visit, staff)


@router.post("/ketidakhadiran")
async def set_absence(visit: Visiting, staff: Staff) -> Response:
    """Somebody will be away; the form again with what is wrong."""
    if {"lang", "again"} & visit.typed.keys():
        return await _absences(visit, staff)
    said = {name: visit.typed[name].strip() for name in FIELDS if visit.typed.get(name, "").strip()}
    admin = "ADMIN" in staff.staff.roles
    needed = (*(("staff",) if admin else ()), "from", "until")
    errors = {name: visit.t(f"away.empty.{name}") for name in needed if name not in said}
    if errors:
        return await _absences(visit, staff, errors, status=422)
    if not admin:
        said["staff"] = staff.staff.id
    try:
        await visit.desk.clients.workflow.send("POST", "/v1/absences", said, staff.token)
    except Unavailable:
        return await _absences(visit, staff, notice=visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        errors, notice = refusal.read(visit, problem, FIELDS)
        return await _absences(visit, staff, errors, notice, status=refusal.status(problem))
    return visit.redirect(f"{ABSENCES}?siap=ditambah")


@router.post("/ketidakhadiran/{absence}/tamat")
async def end_absence(absence: str, visit: Visiting, staff: Staff) -> Response:
    """They are back, or do not go; one that is over by now is as good."""
    try:
        await visit.desk.clients.workflow.send("DELETE", f"/v1/absences/{part(absence)}", None, staff.token)
    except Problem as problem:
        if problem.status not in (404, 422):
            raise
    return visit.redirect(f"{ABSENCES}?siap=tamat")


async def _absences(
    visit: Visit, staff: Pass, errors: dict[str, str] | None = None, notice: str = "", *, status: int = 200
) -> Response:
    roles = staff.staff.roles
    if {"ADMIN", "PIC", "MANAGEMENT"}.isdisjoint(roles):
        return wrong.page(visit, 403, key="error.denied")
    admin = "ADMIN" in roles
    items: list[Absence] = []
    pics: list[Person] = []
    try:
        found = await visit.desk.clients.workflow.get("/v1/absences", staff.token)
        items, pics = reading.shaped(found["items"], list[Absence]), reading.shaped(found["pics"], list[Person])
    except Unavailable:
        if visit.request.method == "GET":
            raise
    people = await reading.members(visit, staff) if admin else []
    done = visit.request.query_params.get("siap", "")
    return visit.page(
        "staff/absences.html",
        status=status,
        place=PEOPLE if {"ADMIN", "MANAGEMENT"} & set(roles) else "/staf/akaun",
        badge=await reading.badge(visit, staff),
        switch=Switch("away", ABSENCES) if visit.typed else None,
        items=items,
        admin=admin,
        sets=admin or "PIC" in roles,
        people=[one for one in people if one.active],
        deputies=[one for one in pics if admin or one.id != staff.staff.id],
        typed=visit.typed,
        errors=errors or {},
        notice=notice,
        done=done if done in DONE and not visit.typed else "",
    )


class HandedOver(msgspec.Struct, frozen=True):
    """What became of a desk that was handed over."""

    items: list[dict[str, Any]]
    left: list[str] = []
    claims: list[str] = []
    disabled: bool = False


@router.get("/kakitangan/{member}/serah")
async def leaving(member: str, visit: Visiting, staff: Staff) -> Response:
    """The form that hands over a member's desk."""
    return await _leaving(visit, staff, member)


@router.post("/kakitangan/{member}/serah")
async def hand_over(member: str, visit: Visiting, staff: Staff) -> Response:
    """Hand over all that is open with a member: what became of each."""
    if {"lang", "again"} & visit.typed.keys():
        return await _leaving(visit, staff, member)
    reason = visit.typed.get("reason", "").strip()
    if not reason:
        return await _leaving(visit, staff, member, {"reason": visit.t("leaving.empty.reason")}, status=422)
    said = {"to": visit.typed.get("to") or None, "reason": reason, "disable": "disable" in visit.typed}
    path = f"/v1/staff/{part(member)}/hand-over"
    try:
        done = reading.shaped(await visit.desk.clients.workflow.send("POST", path, said, staff.token), HandedOver)
    except Unavailable:
        return await _leaving(visit, staff, member, notice=visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status == 404:
            return wrong.page(visit, 404)
        errors, notice = refusal.read(visit, problem, ("to", "reason"))
        return await _leaving(visit, staff, member, errors, notice, status=refusal.status(problem))
    return await _leaving(visit, staff, member, done=done)


async def _leaving(
    visit: Visit,
    staff: Pass,
    member: str,
    errors: dict[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    done: HandedOver | None = None,
) -> Response:
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    people, badge = await asyncio.gather(reading.everybody(visit, staff), reading.badge(visit, staff))
    known = next((one for one in people if one.id == member), None)
    if known is None:
        return wrong.page(visit, 404)
    return visit.page(
        "staff/leaving.html",
        status=status,
        place=PEOPLE,
        badge=badge,
        switch=Switch("leaving", f"{PEOPLE}/{member}/serah"),
        member=known,
        pics=[one for one in people if one.active and "PIC" in one.roles and one.id != member],
        typed={} if done else visit.typed,
        errors=errors or {},
        notice=notice,
        results=[reading.result_of(visit, one) for one in done.items] if done else [],
        done=done,
    )

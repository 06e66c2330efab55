"""Kakitangan: who works here, in which roles, for which modules, with how much on the desk. Admin changes it."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.clients.door import part
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.pages.access import ACTS
from services.portal.pages.staff_standing import Member
from services.portal.pages.told import Refused
from services.portal.session import Staff

router = APIRouter(prefix="/staf/kakitangan", include_in_schema=False)

ROLES = ("ADMIN", "PIC", "IMPLEMENTOR", "VENDOR", "MANAGEMENT")
CONTACT = ("ic", "email", "phone", "password")
NEW = "baharu"


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """Everybody, for Admin and management."""
    if {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    people, refused, form, badge, _ = await asyncio.gather(
        reading.everybody(visit, staff),
        _refused(visit, staff),
        reading.choices(visit),
        reading.badge(visit, staff),
        visit.desk.reference.load_labels(),
    )
    done = visit.request.query_params.get("simpan", "")
    return visit.page(
        "staff/people.html",
        place="/staf/kakitangan",
        badge=badge,
        people=sorted(people, key=lambda one: not one.active),
        module_names={module.slug: module.label(visit.language) for module in form.modules} if form else {},
        refused=refused,
        edits="ADMIN" in staff.staff.roles,
        saved=next((one.name for one in people if one.id == done), ""),
    )


@router.get("/{member}")
async def edit(member: str, visit: Visiting, staff: Staff) -> Response:
    """The form for one member, or for a new one."""
    return await _form(visit, staff, member)


@router.post("/{member}")
async def save(member: str, visit: Visiting, staff: Staff) -> Response:
    """Add or change a member; the form again with what is wrong."""
    if {"lang", "again"} & visit.typed.keys():
        return await _form(visit, staff, member)
    new = member == NEW
    workflow = visit.desk.clients.workflow
    try:
        path = "/v1/staff" if new else f"/v1/staff/{part(member)}"
        answer = await workflow.send("POST" if new else "PATCH", path, _said(visit, new=new), staff.token)
    except Unavailable:
        return await _form(visit, staff, member, notice=visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status == 404:
            return wrong.page(visit, 404)
        if problem.status in (401, 403):
            raise
        errors, notice = refusal.read(visit, problem, ("name", *CONTACT, "roles", "queues", "modules", "language"))
        return await _form(visit, staff, member, errors, notice)
    return visit.redirect(f"/staf/kakitangan?simpan={answer.get('id') or member}")


def _said(visit: Visit, *, new: bool) -> dict[str, Any]:
    """What the form says, as workflow takes it. Of a member who is there, an empty contact or password stays."""
    typed = visit.typed
    roles = visit.several("roles")
    said: dict[str, Any] = {
        "name": typed.get("name", ""),
        "roles": roles,
        # whoever is an Implementor sits in the Implementors' queue
        "queues": [role for role in roles if role == "IMPLEMENTOR"],
        "modules": visit.several("modules"),
        "language": typed.get("language", "ms"),
    }
    if new:
        return said | {name: typed.get(name, "") for name in CONTACT}
    said["active"] = "active" in typed
    return said | {name: typed[name] for name in CONTACT if name != "ic" and typed.get(name, "").strip()}


async def _form(
    visit: Visit,
    staff: Pass,
    member: str,
    errors: dict[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 422,
) -> Response:
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    form, badge, _ = await asyncio.gather(
        reading.choices(visit), reading.badge(visit, staff), visit.desk.reference.load_labels()
    )
    known = Member(id=NEW, name="")
    if member != NEW:
        found = next((one for one in await _everybody(visit, staff) if one.id == member), None)
        if found is None and not visit.typed:
            return wrong.page(visit, 404)
        known = found or known
    posted = bool(visit.typed)
    typed = (
        {name: value for name, value in visit.typed.items() if name != "password"}
        if posted
        else {"name": known.name, "language": known.language, "active": "1" if known.active else ""}
    )
    return visit.page(
        "staff/member.html",
        status=status if errors or notice else 200,
        place="/staf/kakitangan",
        badge=badge,
        switch=Switch("member", f"/staf/kakitangan/{member}"),
        member=known,
        new=member == NEW,
        action=f"/staf/kakitangan/{member}",
        typed=typed,
        roles=visit.several("roles") if posted else known.roles,
        modules=visit.several("modules") if posted else known.modules,
        all_roles=ROLES,
        all_modules=form.modules if form else [],
        errors=errors or {},
        notice=notice,
        acted=acted if (acted := visit.request.query_params.get("siap", "")) in ACTS else "",
    )


async def _refused(visit: Visit, staff: Pass) -> dict[str, Refused]:
    """Whom mail does not reach; nobody that is known of while notify is away."""
    try:
        found = await visit.desk.clients.notify.refused_staff(staff.token)
    except (Problem, Unavailable):
        return {}
    return {one.staff: one for one in reading.shaped(found["items"], list[Refused])}


async def _everybody(visit: Visit, staff: Pass) -> list[Member]:
    """All staff; nobody while workflow is away and there is a form to give back."""
    try:
        return await reading.everybody(visit, staff)
    except Unavailable:
        if visit.request.method == "GET":
            raise
        return []

"""Saluran: how each way out is doing, and what WhatsApp's messages are called at Meta."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Visit, Visiting
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.deliveries import OVERSEERS, PLACE, words
from services.portal.pages.deliveries_shapes import Channels, Templates
from services.portal.session import Staff

router = APIRouter(prefix="/staf/pemberitahuan/saluran", include_in_schema=False)


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """All ways out, and the names."""
    if OVERSEERS.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    return await _page(visit, staff)


@router.post("")
async def save(visit: Visiting, staff: Staff) -> Response:
    """The names anew. What is refused stands at its field, with everything typed."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    if {"lang", "again"} & visit.typed.keys():
        return await _page(visit, staff)
    named = await _templates(visit, staff)
    keys = [f"{one.message}-{one.language}" for one in named.items]
    items = [
        {
            "message": one.message,
            "language": one.language,
            "name": visit.typed.get(f"name-{key}", "").strip(),
            "enabled": f"on-{key}" in visit.typed,
        }
        for one, key in zip(named.items, keys, strict=True)
    ]
    version = visit.typed.get("version", "")
    try:
        seen = int(version) if version.isdecimal() else named.version
        await visit.desk.clients.notify.name_templates(items, seen, staff.token)
    except Problem as problem:
        if problem.status not in (412, 422):
            raise
        if problem.status == 412:
            return await _page(visit, staff, notice=problem.text[visit.language], status=409)
        return await _page(visit, staff, errors=_at_fields(problem.fields(visit.language), keys), status=422)
    return visit.redirect(f"{PLACE}/saluran?simpan=1#whatsapp")


def _at_fields(errors: Mapping[str, str], keys: list[str]) -> dict[str, str]:
    """`items.3.name` is the name of the fourth on the page."""
    found = {}
    for field, text in errors.items():
        _, _, rest = field.partition(".")
        place = rest.partition(".")[0]
        if place.isdecimal() and int(place) < len(keys):
            found[f"name-{keys[int(place)]}"] = text
    return found


async def _page(
    visit: Visit, staff: Pass, *, errors: Mapping[str, str] | None = None, notice: str = "", status: int = 200
) -> Response:
    channels, templates, badge = await asyncio.gather(
        visit.desk.clients.notify.channels(staff.token), _templates(visit, staff), reading.badge(visit, staff)
    )
    typed: dict[str, Any] = dict(visit.typed)
    return visit.page(
        "staff/channels.html",
        status=status,
        place=PLACE,
        badge=badge,
        found=reading.shaped(channels, Channels),
        templates=templates,
        edits="ADMIN" in staff.staff.roles,
        typed=typed,
        errors=errors or {},
        notice=notice,
        saved="simpan" in visit.request.query_params,
        **words(visit),
    )


async def _templates(visit: Visit, staff: Pass) -> Templates:
    return reading.shaped(await visit.desk.clients.notify.templates(staff.token), Templates)

"""How one is told: what comes at once, in the morning's digest or not at all, quiet hours and WhatsApp. What may be
chosen is notify's to say, as Admin's rules are; what was chosen is workflow's to keep."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal
from services.portal.pages import staff_reading as reading
from services.portal.session import Staff

router = APIRouter(prefix="/staf/akaun/makluman", include_in_schema=False)

PLACE = "/staf/akaun/makluman"
AT = "/v1/staff/current/preferences"
TELL, QUIET, WHATSAPP = "tell.", "quiet", "whatsapp"
FROM, UNTIL = "quiet_from", "quiet_until"


class Named(msgspec.Struct, frozen=True):
    """An event in a few words, in both languages."""

    event: str
    ms: str
    en: str


class Limit(Named, frozen=True):
    """An event that leaves less choice than its group."""

    choices: list[str] = []


class Group(msgspec.Struct, frozen=True):
    """What is chosen together."""

    group: str
    choices: list[str]
    default: str
    events: list[Named]
    limits: list[Limit]


class Refused(msgspec.Struct, frozen=True):
    """Mail to somebody of staff does not arrive: since when, and at which address, masked."""

    staff: str
    at: datetime
    masked: str | None = None


class Offered(msgspec.Struct, frozen=True):
    """What may be chosen, and what may not; and whether mail arrives."""

    digest: bool
    whatsapp: bool
    groups: list[Group]
    fixed: list[Named]
    refused: Refused | None = None


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """What holds now."""
    offered, kept = await _known(visit, staff)
    saved = visit.request.query_params.get("siap") == "1"
    return await _page(visit, staff, offered, _as_typed(offered, kept), saved=saved)


@router.post("")
async def save(visit: Visiting, staff: Staff) -> Response:
    """Choose; the form again with what is wrong."""
    offered, kept = await _known(visit, staff)
    typed = visit.typed
    if "lang" in typed:
        return await _page(visit, staff, offered, typed)
    if bool(typed.get(FROM)) != bool(typed.get(UNTIL)):
        missing = UNTIL if typed.get(FROM) else FROM
        return await _page(visit, staff, offered, typed, {missing: visit.t("told.quiet.both")}, status=422)
    try:
        body = {"preferences": _chosen(offered, kept, typed)}
        await visit.desk.clients.workflow.send("PUT", AT, body, staff.token)
    except Problem as problem:
        if problem.status != 422:
            raise
        errors, notice = refusal.read(visit, problem, (QUIET,))
        at = {FROM: errors[QUIET]} if errors else {}
        return await _page(visit, staff, offered, typed, at, notice, status=422)
    return visit.redirect(f"{PLACE}?siap=1")


async def _known(visit: Visit, staff: Pass) -> tuple[Offered, dict[str, str]]:
    clients = visit.desk.clients
    offered = reading.shaped(await clients.notify.choices(staff.token), Offered)
    found = await clients.workflow.get(AT, staff.token)
    return offered, reading.shaped(found["preferences"], dict[str, str])


def _as_typed(offered: Offered, kept: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, as the form has it; where it may not be chosen any more, what holds instead."""
    typed = {}
    for one in offered.groups:
        wanted = kept.get(TELL + one.group, "")
        typed[TELL + one.group] = wanted if wanted in one.choices else one.default
    typed[FROM], _, typed[UNTIL] = kept.get(QUIET, "").partition("-")
    typed[WHATSAPP] = "1" if kept.get(WHATSAPP) == "on" else ""
    return typed


def _chosen(offered: Offered, kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What is kept: what differs from Admin's default, so that a new default reaches whoever left it as it was; and
    what this page did not show."""
    shown = {TELL + one.group for one in offered.groups} | {QUIET} | ({WHATSAPP} if offered.whatsapp else set())
    wanted = {name: value for name, value in kept.items() if name not in shown}
    for one in offered.groups:
        value = typed.get(TELL + one.group, one.default)
        if value != one.default:
            wanted[TELL + one.group] = value
    if typed.get(FROM):
        wanted[QUIET] = f"{typed[FROM]}-{typed[UNTIL]}"
    if offered.whatsapp:
        wanted[WHATSAPP] = "on" if typed.get(WHATSAPP) else "off"
    return wanted


async def _page(
    visit: Visit,
    staff: Pass,
    offered: Offered,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    saved: bool = False,
) -> Response:
    return visit.page(
        "staff/told.html",
        status=status,
        place=PLACE,
        badge=await reading.badge(visit, staff),
        switch=Switch("told", PLACE),
        offered=offered,
        typed=typed,
        errors=errors or {},
        notice=notice,
        saved=saved,
    )

"""A complaint's own page: what was complained, what was said, where it stands, and what the reader may do now.

Workflow is asked first (state, version, actions), then query with that version. Everything typed on the page rides in
one form, so the page can always be shown again with all of it: in the other language, after a refusal, after a login.
"""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Form, Pass, Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import deliveries, refusal, times_told, vendor_told, wrong
from services.portal.pages import staff_offers as offers
from services.portal.pages import staff_reading as reading
from services.portal.pages.enclosing import enclosed_all
from services.portal.pages.staff_inbox import PRIORITIES, last
from services.portal.pages.staff_shapes import Deadline, Detail, deadline
from services.portal.pages.staff_standing import Advice, Clocks, Pic, Standing
from services.portal.session import Staff

router = APIRouter(prefix="/staf/aduan", include_in_schema=False)

HANDLERS = frozenset({"ADMIN", "PIC", "IMPLEMENTOR"})
CUSTODIANS = ("ADMIN", "PIC", "IMPLEMENTOR", "VENDOR", "COMPLAINANT")


class Part(NamedTuple):
    """A custodian's share of the bar: where it begins and how wide it is, of 100."""

    custodian: str
    days: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Again:
    """Why the page is shown again, with everything that was typed."""

    status: int = 200
    action: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    stale: bool = False
    refused: bool = False
    contact: Mapping[str, str] | None = None


@router.get("/{number}")
async def show(number: str, visit: Visiting, staff: Staff) -> Response:
    """The complaint's page. Another's complaint is not found."""
    return await page(visit, staff, number)


@router.get("/{number}/tindakan")
@router.get("/{number}/hubungan")
async def back(number: str, visit: Visiting, _: Staff) -> Response:
    """A GET does nothing and reveals nothing; it leads to where the buttons are."""
    return visit.redirect(f"/staf/aduan/{number}")


@router.get("/{number}/jejak")
async def audit(number: str, visit: Visiting, staff: Staff) -> Response:
    """Everything that ever happened to the complaint, as workflow recorded it."""
    try:
        found = await reading.happened(visit, staff, number)
    except Problem as problem:
        if problem.status == 404:
            return missing(visit)
        raise
    await visit.desk.reference.load_labels()
    badge = await reading.badge(visit, staff)
    return visit.page("staff/audit.html", place="/staf/peti", badge=badge, number=number, happened=found)


@router.post("/{number}/hubungan")
async def reveal(number: str, visit: Visiting, staff: Staff) -> Response:
    """IC, phone and e-mail in full, once, for those who handle the complaint. Workflow keeps who looked."""
    if {"lang", "again"} & visit.typed.keys():
        return await page(visit, staff, number)
    try:
        contact = await visit.desk.clients.workflow.contact(number, staff.token)
    except Problem as problem:
        if problem.status == 404:
            return missing(visit)
        raise
    return await page(visit, staff, number, Again(contact=contact))


def missing(visit: Visit) -> Response:
    """There is no such complaint, or it is somebody else's: the two are never told apart."""
    return wrong.page(visit, 404, key="complaint.missing")


def _out_of_sight(visit: Visit, number: str) -> Response:
    """The reader's own act has just handed the complaint on to somebody else: it is done, and no longer theirs."""
    done = visit.request.query_params.get("buat", "")
    own = (reading.seen(visit) or "").partition(":")[0] == number
    if not own or not visit.desk.words.has(f"action.{done}"):
        return missing(visit)
    return visit.page(
        "staff/message.html",
        place="/staf/peti",
        heading=visit.t("act.done", action=visit.label("action", done)),
        lines=[visit.t("act.gone", number=number)],
        ways=[(last(visit), visit.t("inbox")), ("/staf", visit.t("dashboard"))],
        reference="",
    )


async def page(visit: Visit, staff: Pass, number: str, again: Again | None = None) -> Response:
    """The page as things stand now, with whatever was typed still in it."""
    try:
        return await _page(visit, staff, number, again or Again())
    except Problem as problem:
        if problem.status == 404:
            return _out_of_sight(visit, number)
        raise
    except Unavailable as fault:
        if visit.request.method == "GET":
            raise
        return trouble(visit, fault)


def trouble(visit: Visit, fault: Unavailable) -> Response:
    """A service is away: everything that was typed, and a button that sends it again."""
    names = [name for name in visit.typed if name not in ("lang", "again")]
    labels = {name: "trouble.saved" for name in names if "-" in name}
    return refusal.trouble(visit, fault, visit.request.url.path, names, labels)


async def _page(visit: Visit, staff: Pass, number: str, again: Again) -> Response:
    if visit.sent and not visit.enclosures:
        await enclosed_all(visit, staff)
    standing = await reading.standing(visit, staff, number)
    found = await reading.detail(visit, staff, number, max(standing.version, _asked_version(visit, number)))
    outsider = "VENDOR" in staff.staff.roles and HANDLERS.isdisjoint(staff.staff.roles)
    await visit.desk.reference.load_labels()
    pics, advice, form, badge, schedule, (unreached, whatsapp) = await asyncio.gather(
        _pics(visit, staff, standing),
        _advice(visit, staff, standing),
        reading.choices(visit),
        reading.badge(visit, staff),
        reading.schedule(visit, staff, number, outsider=outsider),
        deliveries.outside(visit, staff, number),
    )
    acts = offers.of(visit, standing)
    typed = visit.typed
    since = _since(visit)
    entries = found.entries if found else []
    whys = [] if outsider else times_told.told_of(visit, entries)
    return visit.page(
        "staff/complaint.html",
        status=again.status,
        place="/staf/peti",
        badge=badge,
        switch=Switch("act", f"/staf/aduan/{number}/tindakan") if acts else None,
        number=standing.number,
        standing=standing,
        found=found,
        unreached=unreached,
        whatsapp=whatsapp,
        behind=found is None or found.version < standing.version,
        entries=entries,
        fresh=[entry for entry in entries if since is not None and entry.sequence > since],
        acts=acts,
        unversioned=" ".join(one.action for one in standing.allowed if not one.if_match),
        open_act=offers.wanted(visit, acts),
        lost=offers.lost(typed, acts),
        lost_files=offers.lost_files(visit, acts),
        filed=next((entry.attachments for entry in entries if entry.kind == "received"), []),
        typed=typed,
        written=[name for name, value in typed.items() if "-" in name and value.strip()],
        errors=again.errors,
        summary={name: f"{offers.field_label(visit, name)}: {sentence}" for name, sentence in again.errors.items()},
        notice=again.notice,
        again=again,
        was=typed.get("state", ""),
        done=visit.request.query_params.get("buat", "") if visit.request.method == "GET" else "",
        key=str(uuid.uuid4()),
        due=deadline(standing.due, found.left_days if found else None, standing.custodian, found.as_of)
        if found
        else _undated(standing),
        parts=_parts(standing.clocks),
        pics=[pic for pic in pics if standing.pic is None or pic.id != standing.pic.id],
        modules=form.modules if form else [],
        module_name=_module_name(visit, standing, found, form),
        priorities=PRIORITIES,
        advice=advice,
        reject_reasons=visit.desk.reference.names("reject_reason"),
        reveals=any(one.role in HANDLERS for one in standing.allowed),
        contact=again.contact,
        vendor_told=vendor_told.by_itself(standing, entries),
        vendor_letter=vendor_told.letter(visit, standing, found, _module_name(visit, standing, found, form)),
        back=last(visit),
        outsider=outsider,
        schedule=schedule,
        clock_name=partial(times_told.clock, visit),
        coming=times_told.next_of(visit, schedule) if schedule else [],
        whys=whys,
        why={one.sequence: one for one in whys},
        why_not=times_told.why_not(visit, schedule) if schedule else [],
    )


def _asked_version(visit: Visit, number: str) -> int:
    seen, _, version = visit.request.query_params.get("seen", "").rpartition(":")
    return int(version) if seen == number and version.isdecimal() and len(version) < 8 else 0


def _since(visit: Visit) -> int | None:
    """The version the reader had in front of them, where the page is shown again or they ask what is new."""
    version = visit.typed.get("version") or visit.request.query_params.get("sejak", "")
    return int(version) if version.isdecimal() and len(version) < 8 else None


async def _pics(visit: Visit, staff: Pass, standing: Standing) -> Sequence[Pic]:
    wanted = any("pic" in one.needs for one in standing.allowed) and "ADMIN" in staff.staff.roles
    return await reading.pics_for(visit, staff, standing.number) if wanted else []


async def _advice(visit: Visit, staff: Pass, standing: Standing) -> Advice | None:
    return await reading.advice_for(visit, staff, standing.number) if standing.may("classify") else None


def _parts(clocks: Clocks) -> list[Part]:
    whole = sum(share.seconds for share in clocks.custody.values())
    parts, start = [], 0.0
    for custodian in CUSTODIANS:
        share = clocks.custody.get(custodian)
        if share and share.seconds > 0 and whole > 0:
            width = round(100 * share.seconds / whole, 2)
            parts.append(Part(custodian, share.days, round(start, 2), width))
            start += width
    return parts


def _undated(standing: Standing) -> Deadline | None:
    return Deadline("calm", "due.later") if standing.due else None


def _module_name(visit: Visit, standing: Standing, found: Detail | None, form: Form | None) -> str:
    module = form.module(standing.module) if form else None
    if module:
        return module.label(visit.language)
    return (found.module_name[visit.language] if found else "") or standing.module

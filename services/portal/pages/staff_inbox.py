"""Peti Masuk Helpdesk: folders, filters and rows, all of it in the address; and the handing out of many at once."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.responses import Response

from services.portal.clients import Form, Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal
from services.portal.pages import staff_reading as reading
from services.portal.pages.staff import FOLDERS, STATES, home
from services.portal.pages.staff import folders as folders_of
from services.portal.pages.staff_shapes import Inbox, deadline
from services.portal.pages.staff_standing import Away, Member
from services.portal.session import Staff

router = APIRouter(prefix="/staf/peti", include_in_schema=False)

FILTERS = ("q", "state", "phase", "outcome", "module", "department", "ptj", "priority", "pic", "from", "to", "overdue")
"""What narrows the list, as query calls it."""
PRIORITIES = ("Kritikal", "Tinggi", "Sederhana", "Rendah")
ENDED = ("SELESAI", "DITUTUP")
SORTS = ("due", "submitted", "-submitted")
KEPT = "peti"
"""Cookie with the address of the list last looked at, so that a complaint's page leads back to it."""
_IC = re.compile(r"\d{6}[- ]?\d{2}[- ]?\d{4}")


class Chip(NamedTuple):
    """A filter that is on, in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: a folder, filters as (name, value), an order, and where the page before ended."""

    folder: str
    filters: tuple[tuple[str, str], ...]
    sort: str
    after: str

    @classmethod
    def of(cls, params: QueryParams, otherwise: str) -> "Asked":
        """From the address; what is empty or unknown is left out."""
        folder = params.get("folder", "")
        given = [(name, value.strip()) for name, value in params.multi_items()]
        return cls(
            folder=folder if folder in FOLDERS else otherwise,
            filters=tuple((name, value) for name, value in given if name in FILTERS and value),
            sort=params["sort"] if params.get("sort") in SORTS else "",
            after=params.get("after", ""),
        )

    def value(self, name: str) -> str:
        """The first value of a filter."""
        return next((value for one, value in self.filters if one == name), "")

    def url(self, **changes: Any) -> str:
        """The address of this list with something else in it."""
        asked = {"folder": self.folder, "filters": self.filters, "sort": self.sort, "after": "", **changes}
        pairs = [("folder", asked["folder"]), *asked["filters"]]
        pairs += [(name, asked[name]) for name in ("sort", "after") if asked[name]]
        return f"/staf/peti?{urlencode(pairs)}"

    def params(self) -> dict[str, Any]:
        """As query is asked."""
        found: dict[str, Any] = {"sort": self.sort or None, "after": self.after or None}
        for name, value in self.filters:
            found.setdefault(name, []).append(value)
        return found


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """A page of a folder."""
    return await _page(visit, staff, Asked.of(visit.request.query_params, home(staff)))


@router.post("/kp")
async def by_ic(visit: Visiting, staff: Staff) -> Response:
    """The complaints of one IC. It is posted, so that it is in no address and no log."""
    ic = visit.typed.get("ic", "").strip()
    asked = Asked("all", (), "", "")
    if not ic:
        return await _page(visit, staff, asked, errors={"by-ic": visit.t("track.empty.ic")}, status=422)
    return await _page(visit, staff, asked, ic=ic)


@router.get("/kp")
@router.get("/agih")
async def back(visit: Visiting, _: Staff) -> Response:
    """A GET hands out nothing; it leads to the list last looked at."""
    return visit.redirect(last(visit))


@router.post("/agih")
async def hand_out(visit: Visiting, staff: Staff) -> Response:
    """Hand the ticked complaints to one PIC; the list again, with a result for each."""
    asked = Asked.of(QueryParams(visit.typed.get("back", "").partition("?")[2]), home(staff))
    ticked = [item.rpartition(":") for item in visit.several("item")]
    pic = visit.typed.get("pic", "")
    if "lang" in visit.typed or "again" in visit.typed:
        return await _page(visit, staff, asked)
    errors = {} if ticked else {"list": visit.t("bulk.none")}
    if not pic:
        errors["bulk-pic"] = visit.t("bulk.no_pic")
    if errors:
        return await _page(visit, staff, asked, errors=errors, status=422)
    items = [
        {"number": number, "pic": pic, **({"version": int(version)} if version.isdecimal() else {})}
        for number, _, version in ticked
    ]
    try:
        results = await visit.desk.clients.workflow.assign(items, staff.token)
    except Problem as problem:
        if problem.status not in (409, 422, 429):
            raise
        errors, notice = refusal.read(visit, problem, ())
        return await _page(visit, staff, asked, notice=notice, status=refusal.status(problem))
    done = [one for one in results if one.get("ok")]
    upto = f"{done[-1]['number']}:{done[-1]['version']}" if done else None
    response = await _page(visit, staff, asked, results=results, upto=upto)
    if done:
        reading.remember(visit, response, done[-1]["number"], done[-1]["version"])
    return response


def last(visit: Visit) -> str:
    """The address of the list last looked at."""
    kept = visit.request.cookies.get(KEPT, "")
    return f"/staf/peti?{kept}" if kept and kept.isascii() and kept.isprintable() else "/staf/peti"


async def _page(
    visit: Visit,
    staff: Pass,
    asked: Asked,
    *,
    errors: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    results: list[dict[str, Any]] | None = None,
    upto: str | None = None,
    ic: str = "",
) -> Response:
    errors = dict(errors or {})
    (found, notice), people, away, form, _ = await asyncio.gather(
        _of_ic(visit, staff, ic) if ic else _found(visit, staff, asked, upto, notice),
        reading.members(visit, staff),
        _away(visit, staff),
        reading.choices(visit),
        visit.desk.reference.load_labels(),
    )
    pics = [one for one in people if one.active and "PIC" in one.roles]
    response = visit.page(
        "staff/inbox.html",
        status=status,
        place="/staf/peti",
        path="/staf/peti",
        hands={role for role in ("ADMIN", "VENDOR") if role in staff.staff.roles},
        asked=asked,
        here=asked.url(after=asked.after),
        found=found,
        badge=found.badge,
        folders=[(name, found.folders.get(name, 0)) for name in folders_of(staff)],
        due={row.number: deadline(row.due, row.left_days, row.custodian, found.as_of) for row in found.items},
        chips=[Chip(visit.t("by_ic.chip", last=ic[-4:]), asked.url())] if ic else _chips(visit, asked, people, form),
        ic=ic or visit.typed.get("ic", ""),
        by_ic=bool(ic),
        searches="VENDOR" not in staff.staff.roles,
        states=(*STATES, *ENDED),
        priorities=PRIORITIES,
        sorts=SORTS,
        modules=form.modules if form else [],
        departments=form.departments if form else [],
        pics=pics,
        away=away,
        bulk="ADMIN" in staff.staff.roles and any(row.open for row in found.items) and bool(pics),
        ticked=set(visit.several("item")) if errors or "again" in visit.typed else set(),
        chosen=visit.typed.get("pic", ""),
        switch=_switch(bool(ic) or "by-ic" in errors, bool(errors)),
        errors=errors,
        notice=notice,
        results=[reading.result_of(visit, one) for one in results or []],
        looks_like_ic=bool(_IC.fullmatch(asked.value("q"))),
    )
    visit.cookie(response, KEPT, asked.url(after=asked.after).partition("?")[2], path="/staf")
    return response


async def _away(visit: Visit, staff: Pass) -> dict[str, Away]:
    """For those who hand out: who would not be there to take it."""
    return await reading.away(visit, staff) if "ADMIN" in staff.staff.roles else {}


async def _found(visit: Visit, staff: Pass, asked: Asked, upto: str | None, notice: str) -> tuple[Inbox, str]:
    """The rows; where the address asks for what cannot be (an old page mark, a date that is none), the bare folder and
    the reason."""
    try:
        more = {"seen": upto} if upto else {}
        return await reading.inbox(visit, staff, folder=asked.folder, **asked.params(), **more), notice
    except Problem as problem:
        if problem.status != 422:
            raise
        _, why = refusal.read(visit, problem, ())
        return await reading.inbox(visit, staff, folder=asked.folder), notice or why


async def _of_ic(visit: Visit, staff: Pass, ic: str) -> tuple[Inbox, str]:
    """What the IC has filed, as far as the reader may see it, beside the counts of the folders."""
    found, counts = await asyncio.gather(
        visit.desk.clients.query.search(ic, staff.token, after=visit.typed.get("after") or None),
        reading.inbox(visit, staff, folder="all", limit=1),
    )
    return msgspec.structs.replace(reading.shaped(found, Inbox), folders=counts.folders, badge=counts.badge), ""


def _switch(of_ic: bool, wrong: bool) -> Switch | None:
    """The form a change of language must keep, where the address does not say it all."""
    if of_ic:
        return Switch("by-ic-form", "/staf/peti/kp")
    return Switch("bulk", "/staf/peti/agih") if wrong else None


def _chips(visit: Visit, asked: Asked, people: list[Member], form: Form | None) -> list[Chip]:
    def words(name: str, value: str) -> str:
        match name:
            case "state" | "phase" | "outcome":
                return visit.label(name, value)
            case "module":
                module = form.module(value) if form else None
                return module.label(visit.language) if module else value
            case "department":
                department = form.department(value) if form else None
                return department.name if department else value
            case "ptj":
                ptj = form.ptj(value) if form else None
                return ptj.name if ptj else value
            case "priority":
                return visit.t(f"priority.{value}") if value in PRIORITIES else value
            case "pic":
                return next((one.name for one in people if one.id == value), value)
            case "q":
                return visit.t("filter.q.chip", words=value)
            case "overdue":
                return visit.t("filter.overdue")
            case _:
                return f"{visit.t(f'filter.{name}')}: {value}"

    return [
        Chip(words(name, value), asked.url(filters=tuple(one for one in asked.filters if one != (name, value))))
        for name, value in asked.filters
    ]

"""Kalendar: the office's working days and the vendor's, as the law has them and as Admin declared them days ahead.

A day is declared or withdrawn in two steps: first which deadlines would move, then the doing. The second step answers
with what really moved.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.pages.times_shapes import CALENDARS, ByLaw, Days, Decision, Declared, Moved, in_order
from services.portal.session import Staff
from services.portal.words import OFFICE

router = APIRouter(prefix="/staf/kalendar", include_in_schema=False)

PLACE = "/staf/kalendar"
READERS = frozenset({"ADMIN", "MANAGEMENT", "PIC", "IMPLEMENTOR"})
HISTORIANS = frozenset({"ADMIN", "MANAGEMENT"})
"""Who may read what was decided; the others see what stands."""
FIELDS = ("day", "name", "why", "works")
LONGEST = {"name": 200, "why": 1000}
SHOWN = 100
"""Moved deadlines that are listed; beyond, only their number is said."""


class Line(NamedTuple):
    """A day of the list: by law, declared, or both. `kind`: law, off or works."""

    day: date
    kind: str
    law: ByLaw | None
    declared: Declared | None
    weekend: bool


class Asked(NamedTuple):
    """What is about to be done to a day."""

    calendar: str
    day: date
    name: str
    why: str
    works: bool


@router.get("")
async def first(visit: Visiting, staff: Staff) -> Response:
    """The office's own calendar."""
    return await _page(visit, staff, CALENDARS[0])


@router.get("/{calendar}")
async def show(calendar: str, visit: Visiting, staff: Staff) -> Response:
    """One calendar, one year of it."""
    return await _page(visit, staff, calendar)


@router.post("/{calendar}")
async def declare(calendar: str, visit: Visiting, staff: Staff) -> Response:
    """Declare a day: what would move first, then the doing."""
    if refused := _refused(visit, staff, calendar):
        return refused
    typed = visit.typed
    if "again" in typed or ("lang" in typed and "sure" not in typed) or "edit" in typed:
        return await _page(visit, staff, calendar)
    day = _day(typed.get("day", ""))
    errors = _missing(visit, day)
    if errors or day is None:
        return await _page(visit, staff, calendar, errors=errors, status=422)
    asked = Asked(calendar, day, typed["name"].strip(), typed["why"].strip(), bool(typed.get("works")))
    if "confirm" not in typed:
        return await _sure(visit, staff, asked, withdraws=False)
    body = {"day": day.isoformat(), "name": asked.name, "why": asked.why, "works": asked.works}
    return await _do(visit, staff, asked, "declared", "POST", f"/v1/calendar/{calendar}/holidays", body)


@router.post("/{calendar}/tarik")
async def withdraw(calendar: str, visit: Visiting, staff: Staff) -> Response:
    """Withdraw a declared day: what would move first, then the doing."""
    if refused := _refused(visit, staff, calendar):
        return refused
    day = _day(visit.typed.get("day", ""))
    known = (await _days(visit, staff, calendar)).declared_on(day) if day else None
    if known is None:
        return await _page(visit, staff, calendar, notice=visit.t("calendar.gone"), status=404, typed={})
    asked = Asked(calendar, known.day, known.name, known.why, known.works)
    if "confirm" not in visit.typed:
        return await _sure(visit, staff, asked, withdraws=True)
    path = f"/v1/calendar/{calendar}/holidays/{known.day.isoformat()}"
    return await _do(visit, staff, asked, "withdrawn", "DELETE", path, None)


@router.get("/{calendar}/tarik")
async def back(calendar: str, visit: Visiting, _: Staff) -> Response:
    """A GET withdraws nothing; it leads to the calendar."""
    return visit.redirect(f"{PLACE}/{calendar}" if calendar in CALENDARS else PLACE)


def _refused(visit: Visit, staff: Pass, calendar: str) -> Response | None:
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    return None if calendar in CALENDARS else wrong.page(visit, 404)


def _missing(visit: Visit, day: date | None) -> dict[str, str]:
    """What is wrong with the words of the form, before anybody is asked."""
    errors = {} if day else {"day": visit.t("calendar.missing.day")}
    for name, longest in LONGEST.items():
        words = visit.typed.get(name, "").strip()
        if not words:
            errors[name] = visit.t(f"calendar.missing.{name}")
        elif len(words) > longest:
            errors[name] = visit.t("calendar.long", n=longest)
    return errors


def _day(text: str) -> date | None:
    """A day as browsers send it, or as the office writes it."""
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


async def _days(visit: Visit, staff: Pass, calendar: str) -> Days:
    found = await visit.desk.clients.workflow.get(f"/v1/calendar/{calendar}/holidays", staff.token)
    return reading.shaped(found, Days)


async def _sure(visit: Visit, staff: Pass, asked: Asked, *, withdraws: bool) -> Response:
    """What would move, and the button that does it."""
    days = await _days(visit, staff, asked.calendar)
    # a withdrawn day is again what the law has it
    works = not days.of_law(asked.day) if withdraws else asked.works
    try:
        found = await visit.desk.clients.workflow.get(
            f"/v1/calendar/{asked.calendar}/preview", staff.token, day=asked.day.isoformat(), works=str(works).lower()
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        _, notice = refusal.read(visit, problem, ())
        return await _page(visit, staff, asked.calendar, errors={"day": notice}, status=422)
    moved = in_order(reading.shaped(found["moved"], list[Moved]))
    action = f"{PLACE}/{asked.calendar}" + ("/tarik" if withdraws else "")
    return visit.page(
        "staff/calendar_sure.html",
        place=PLACE,
        badge=await reading.badge(visit, staff),
        switch=Switch("sure", action),
        action=action,
        asked=asked,
        withdraws=withdraws,
        weekend=asked.day.weekday() in days.weekend,
        already=days.declared_on(asked.day),
        moved=moved[:SHOWN],
        many=len(moved),
        notice="",
    )


async def _do(
    visit: Visit, staff: Pass, asked: Asked, what: str, method: str, path: str, body: dict[str, Any] | None
) -> Response:
    """Do it, and show what moved."""
    try:
        found = await visit.desk.clients.workflow.send(method, path, body, staff.token)
    except Unavailable:
        return await _page(visit, staff, asked.calendar, notice=visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status == 404:
            return await _page(visit, staff, asked.calendar, notice=visit.t("calendar.gone"), status=404, typed={})
        errors, notice = refusal.read(visit, problem, FIELDS)
        return await _page(visit, staff, asked.calendar, errors=errors, notice=notice, status=422)
    moved = in_order(reading.shaped(found["moved"], list[Moved]))
    return await _page(visit, staff, asked.calendar, typed={}, done=what, asked=asked, moved=moved)


async def _page(
    visit: Visit,
    staff: Pass,
    calendar: str,
    *,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    done: str = "",
    asked: Asked | None = None,
    moved: Sequence[Moved] = (),
) -> Response:
    if READERS.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    if calendar not in CALENDARS:
        return wrong.page(visit, 404)
    try:
        days = await _days(visit, staff, calendar)
    except Unavailable:
        if visit.request.method == "GET":
            raise
        days = Days()
    decisions, (badge, now) = await asyncio.gather(_decisions(visit, staff, calendar), _now(visit, staff))
    years = sorted({day.year for day in (*(one.day for one in days.law), *(one.day for one in days.declared))})
    year = _year(visit, years, asked.day.year if asked else now.astimezone(OFFICE).year)
    edits = "ADMIN" in staff.staff.roles
    return visit.page(
        "staff/calendar.html",
        status=status,
        place=PLACE,
        badge=badge,
        switch=Switch("declare", f"{PLACE}/{calendar}") if edits and visit.typed else None,
        calendar=calendar,
        calendars=CALENDARS,
        years=years,
        year=year,
        today=now.astimezone(OFFICE).date(),
        lines=_lines(days, year),
        edits=edits,
        decisions=decisions,
        typed=visit.typed if typed is None else typed,
        errors=errors or {},
        notice=notice,
        done=done,
        asked=asked,
        moved=moved[:SHOWN],
        many=len(moved),
    )


def _lines(days: Days, year: int) -> list[Line]:
    law = {one.day: one for one in days.law}
    declared = {one.day: one for one in days.declared}
    return [
        Line(
            day,
            ("works" if declared[day].works else "off") if day in declared else "law",
            law.get(day),
            declared.get(day),
            day.weekday() in days.weekend,
        )
        for day in sorted({*law, *declared})
        if day.year == year
    ]


def _year(visit: Visit, years: list[int], otherwise: int) -> int:
    asked = visit.request.query_params.get("tahun", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else otherwise
    return year if year in years or not years else min(years, key=lambda one: abs(one - year))


async def _decisions(visit: Visit, staff: Pass, calendar: str) -> list[Decision] | None:
    """What was declared and withdrawn; none where the reader may not know, or while workflow is away."""
    if HISTORIANS.isdisjoint(staff.staff.roles):
        return None
    try:
        found = await visit.desk.clients.workflow.get(f"/v1/calendar/{calendar}/decisions", staff.token)
    except Unavailable:
        return None
    return reading.shaped(found["items"], list[Decision])


async def _now(visit: Visit, staff: Pass) -> tuple[int, datetime]:
    """The badge and the moment by the office's clock; while query is away, by ours."""
    try:
        found = await reading.inbox(visit, staff, folder="all", limit=1)
    except (Problem, Unavailable):
        return 0, datetime.now(UTC)
    return found.badge, found.as_of

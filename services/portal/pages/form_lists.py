"""Senarai borang: the modules, departments and responsibility centres that Borang Aduan offers, edited by Admin.

A list is sent whole, with the version of the form the editor had before them. If others have saved in between, nothing
is overwritten: the page shows what they changed and lays the editor's words over it, to be looked at and sent again.
"""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import form_rows as rows
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.form_rows import LISTS, Change, Listing, Row
from services.portal.session import Staff

router = APIRouter(prefix="/staf/borang", include_in_schema=False)

PLACE = "/staf/borang"
FIRST = "modul"
EDITOR = "ADMIN"
ADDED = 3
"""Empty rows that come when more are asked for."""


@router.get("")
async def first(visit: Visiting, staff: Staff) -> Response:
    """The first of the lists."""
    return await _fresh(visit, staff, FIRST)


@router.get("/{name}")
async def show(name: str, visit: Visiting, staff: Staff) -> Response:
    """One list as it is now."""
    return await _fresh(visit, staff, name)


@router.post("/{name}")
async def save(name: str, visit: Visiting, staff: Staff) -> Response:
    """Save the list; or the form again, with all that was typed and what is wrong."""
    if EDITOR not in staff.staff.roles or name not in LISTS:
        return await _fresh(visit, staff, name)
    listing, typed = LISTS[name], rows.typed(visit.typed)
    if {"lang", "again", "more"} & visit.typed.keys():
        more = rows.blanks(listing, typed, ADDED) if "more" in visit.typed else []
        return await _page(visit, staff, name, [*typed, *more])
    version = visit.typed.get("version", "")
    kept = rows.kept(listing, typed)
    try:
        await visit.desk.clients.form_lists.replace(
            listing.name,
            [rows.item(listing, row) for row in kept],
            int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0,
            staff.token,
        )
    except Unavailable:
        return await _page(visit, staff, name, typed, notice=visit.t("people.away"), status=503)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status == 412:
            return await _stale(visit, staff, name, typed)
        errors, notice = _read(visit, listing, kept, problem)
        return await _page(visit, staff, name, typed, errors, notice, status=422)
    return visit.redirect(f"{PLACE}/{name}?simpan=1")


async def _fresh(visit: Visit, staff: Pass, name: str) -> Response:
    if EDITOR not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    if name not in LISTS:
        return wrong.page(visit, 404)
    listing = LISTS[name]
    found = await visit.desk.clients.form_lists.read(listing.name, staff.token)
    seen = rows.seen(listing, found.items)
    saved = "simpan" in visit.request.query_params
    return await _page(
        visit, staff, name, rows.shown(listing, seen, 1), seen=seen, version=str(found.version), saved=saved
    )


async def _stale(visit: Visit, staff: Pass, name: str, typed: Sequence[Row]) -> Response:
    """Others were faster: what they changed, and the editor's words over it."""
    listing = LISTS[name]
    try:
        found = await visit.desk.clients.form_lists.read(listing.name, staff.token)
    except Unavailable:
        return await _page(visit, staff, name, typed, notice=visit.t("people.away"), status=503)
    before, now = rows.unpacked(visit.typed.get("seen", "")), rows.seen(listing, found.items)
    return await _page(
        visit,
        staff,
        name,
        rows.laid_over(listing, typed, before, now),
        notice=visit.t("lists.stale"),
        status=412,
        seen=now,
        version=str(found.version),
        changes=rows.changes(listing, before, now),
    )


def _read(visit: Visit, listing: Listing, kept: Sequence[Row], problem: Problem) -> tuple[dict[str, str], str]:
    """Intake's sentences by the fields of the page, and what is wrong with the list as a whole."""
    errors: dict[str, str] = {}
    others = []
    columns = {column.name for column in listing.columns}
    for error in problem.errors:
        _, _, where = error.field.partition("items.")
        number, _, column = where.partition(".")
        if number.isdecimal() and int(number) < len(kept) and column in columns:
            errors.setdefault(f"r{kept[int(number)].number}-{column}", error.text(visit.language))
        else:
            others.append(error.text(visit.language))
    notice = " ".join(others)
    return errors, notice or ("" if errors else problem.text[visit.language] or visit.t("error.500.text"))


async def _departments(visit: Visit, staff: Pass, listing: Listing, seen: Mapping[str, rows.Values]) -> dict[str, str]:
    """The departments a PTJ can belong to, by short name; while intake is away, those that are in the list."""
    if not any(column.kind == "choice" for column in listing.columns):
        return {}
    try:
        found = await visit.desk.clients.form_lists.read(LISTS["jabatan"].name, staff.token)
    except Unavailable:
        return {row["department"]: row["department"] for row in seen.values() if row.get("department")}
    return {str(one["slug"]): f"{one['slug']} - {one['name']}" for one in found.items}


async def _page(
    visit: Visit,
    staff: Pass,
    name: str,
    shown: Sequence[Row],
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    seen: Mapping[str, rows.Values] | None = None,
    version: str | None = None,
    changes: Sequence[Change] = (),
    saved: bool = False,
) -> Response:
    listing = LISTS[name]
    seen = rows.unpacked(visit.typed.get("seen", "")) if seen is None else seen
    departments, badge = await asyncio.gather(_departments(visit, staff, listing, seen), reading.badge(visit, staff))
    errors = errors or {}
    return visit.page(
        "staff/form_lists.html",
        status=status,
        place=PLACE,
        badge=badge,
        switch=Switch("list", f"{PLACE}/{name}"),
        name=name,
        names=list(LISTS),
        listing=listing,
        rows=shown,
        errors=errors,
        summary={field: _sentence(visit, listing, shown, field, words) for field, words in errors.items()},
        notice=notice,
        seen=rows.packed(seen),
        version=visit.typed.get("version", "0") if version is None else version,
        changes=changes,
        stale=status == 412,
        departments=departments,
        saved=saved,
    )


def _sentence(visit: Visit, listing: Listing, shown: Sequence[Row], field: str, words: str) -> str:
    """An error in the summary: which row, which column, what."""
    number, _, column = field.removeprefix("r").partition("-")
    row = next((one for one in shown if one.number == int(number)), None)
    key = (row.was or row.values.get(listing.key, "")) if row else ""
    label = visit.t(f"lists.{listing.name}.{column}")
    return f"{key or visit.t('lists.new')}, {label}: {words}"

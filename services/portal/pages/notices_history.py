"""Pemberitahuan, sejarah: who changed what, when and why, and the way back to an earlier version."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import notices_told as told
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.pages.notices import EDITOR, PLACE, at_hand, held, refusal_of, words
from services.portal.pages.notices_edit import LONGEST_WHY
from services.portal.pages.notices_shapes import Earlier, Matrix, Versions
from services.portal.session import Staff

router = APIRouter(prefix=f"{PLACE}/sejarah", include_in_schema=False)

LARGEST = 2_000_000_000


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """The versions, newest first."""
    if refused := refusal_of(visit, staff):
        return refused
    after = visit.request.query_params.get("sebelum", "")
    after = after if _number(after) else ""
    matrix, facts, found = await asyncio.gather(
        held(visit, staff),
        at_hand(visit, staff),
        visit.desk.clients.notices.versions(staff.token, after or None),
    )
    page = reading.shaped(found, Versions)
    return visit.page(
        "staff/notices_history.html",
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        versions=[(one, told.changes(visit, matrix, one.changes)) for one in page.items],
        more=page.next,
        edits=EDITOR in staff.staff.roles,
    )


@router.get("/{version}")
async def ask(version: str, visit: Visiting, staff: Staff) -> Response:
    """What going back would change, and the question why."""
    return await _back(visit, staff, version)


@router.post("/{version}")
async def go_back(version: str, visit: Visiting, staff: Staff) -> Response:
    """That version's rules, saved as the newest; the question again with what is wrong."""
    if {"lang", "again"} & visit.typed.keys():
        return await _back(visit, staff, version)
    if refused := refusal_of(visit, staff, edits=True):
        return refused
    why = visit.typed.get("why", "").strip()
    if not why or len(why) > LONGEST_WHY:
        said = visit.t("notices.long", n=LONGEST_WHY) if why else visit.t("notices.missing.why")
        return await _back(visit, staff, version, {"why": said}, status=422)
    if not _number(version):
        return wrong.page(visit, 404)
    matrix = await held(visit, staff)
    if visit.typed.get("version") != str(matrix.version):
        return await _back(visit, staff, version, notice=visit.t("notices.stale"), status=412)
    notices = visit.desk.clients.notices
    try:
        earlier = await notices.version(int(version), staff.token)
        saved = await notices.save(earlier["items"], why, matrix.version, staff.token)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status == 404:
            return wrong.page(visit, 404)
        return await _refused(visit, staff, version, problem, earlier["items"])
    return visit.redirect(f"{PLACE}?simpan={saved['version']}")


async def _refused(visit: Visit, staff: Pass, version: str, problem: Problem, items: list[dict[str, str]]) -> Response:
    """Why it cannot hold again: every fault with the event it is about."""
    if problem.status == 412:
        return await _back(visit, staff, version, notice=visit.t("notices.stale"), status=412)
    said = []
    for error in problem.errors:
        number = error.field.split(".")[1] if error.field.startswith("items.") else ""
        of = f"{told.event(visit, items[int(number)]['event'])}: " if number.isdecimal() else ""
        said.append(f"{of}{error.text(visit.language)}")
    notice = f"{visit.t('notices.history.refused')} {'; '.join(said)}" if said else refusal.read(visit, problem, ())[1]
    return await _back(visit, staff, version, notice=notice, status=422)


async def _back(
    visit: Visit,
    staff: Pass,
    version: str,
    errors: dict[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
) -> Response:
    if refused := refusal_of(visit, staff, edits=True):
        return refused
    if not _number(version):
        return wrong.page(visit, 404)
    found, matrix, facts = await asyncio.gather(
        _earlier(visit, staff, int(version)), held(visit, staff), at_hand(visit, staff)
    )
    if found is None:
        return wrong.page(visit, 404)
    return visit.page(
        "staff/notices_back.html",
        status=status,
        switch=Switch("back", f"{PLACE}/sejarah/{found.version}") if visit.typed else None,
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        found=found,
        changes=told.changes(visit, matrix, found.back),
        version=_shown_version(visit, matrix, status),
        typed=visit.typed,
        errors=errors or {},
        notice=notice,
    )


def _shown_version(visit: Visit, matrix: Matrix, status: int) -> str:
    """The version the form goes on from: the one it was opened with, unless the reader has been told of another."""
    return str(matrix.version) if status == 412 else visit.typed.get("version", str(matrix.version))


async def _earlier(visit: Visit, staff: Pass, version: int) -> Earlier | None:
    try:
        return reading.shaped(await visit.desk.clients.notices.version(version, staff.token), Earlier)
    except Problem as problem:
        if problem.status == 404:
            return None
        raise


def _number(written: str) -> bool:
    return written.isascii() and written.isdecimal() and 0 < int(written[:10]) <= LARGEST and len(written) <= 10

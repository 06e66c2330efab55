"""Doing something to a complaint. Whatever comes back, nothing that was typed is lost."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Visit, Visiting
from services.portal.pages import refusal
from services.portal.pages import staff_needs as needs
from services.portal.pages import staff_reading as reading
from services.portal.pages.enclosing import enclosed_all
from services.portal.pages.staff_complaint import Again, missing, page, trouble
from services.portal.pages.staff_standing import Allowed, Standing
from services.portal.session import Staff

router = APIRouter(prefix="/staf/aduan", include_in_schema=False)


@router.post("/{number}/tindakan")
async def act(number: str, visit: Visiting, staff: Staff) -> Response:
    """Do the action whose button was pressed, once; then the complaint's page as it is afterwards."""
    action = visit.typed.get("act", "")
    if not action or {"lang", "again"} & visit.typed.keys():
        return await page(visit, staff, number)
    await enclosed_all(visit, staff)
    if refused := visit.enclosure(action).error:
        return await page(visit, staff, number, Again(422, action, errors={f"{action}-{needs.FILES}": refused}))
    try:
        standing = reading.shaped(await _do(visit, staff, number, action), Standing)
    except Unavailable as fault:
        return trouble(visit, fault)
    except Problem as problem:
        return await _refused(visit, staff, number, action, problem)
    version, had = standing.version, _version(visit.typed.get("version", ""))
    # what others did meanwhile is pointed out
    news = f"&sejak={had}" if had is not None and version > had + 1 else ""
    response = visit.redirect(f"/staf/aduan/{number}?seen={number}:{version}&buat={action}{news}")
    reading.remember(visit, response, number, version)
    return response


async def _do(visit: Visit, staff: Pass, number: str, action: str) -> dict[str, Any]:
    """Send what was typed for this action, with the version the reader had before them."""
    typed = visit.typed
    asked = sorted(name for name in typed if name.startswith(f"{action}-"))
    # a note or a reply stands whatever others have done meanwhile
    free = action in typed.get("unversioned", "").split()
    body = needs.body(Allowed(action, needs=[name.removeprefix(f"{action}-") for name in asked]), typed)
    files = visit.enclosure(action)
    if files.files:
        body[needs.FILES] = files.ids
    return await visit.desk.clients.workflow.act(
        number,
        action,
        body,
        staff.token,
        version=None if free else _version(typed.get("version", "")),
        key=visit.key_of(action, *(f"{name}={typed[name]}" for name in asked), *files.words),
    )


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


async def _refused(visit: Visit, staff: Pass, number: str, action: str, problem: Problem) -> Response:
    """Say why, show what is so now, and keep the words."""
    if problem.status == 404:
        return missing(visit)
    if problem.status == 401:
        raise problem
    words = problem.text[visit.language] or visit.t("error.500.text")
    if problem.code in ("key_reused", "still_running"):
        return await page(visit, staff, number, Again(409, action, notice=visit.t("act.twice")))
    if problem.status in (412, 428):
        return await page(visit, staff, number, Again(412, action, notice=visit.t("act.stale"), stale=True))
    if problem.status in (403, 409):
        return await page(visit, staff, number, Again(409, action, notice=words, refused=True))
    if problem.status == 413:
        return await page(visit, staff, number, Again(413, action, notice=visit.t("error.413")))
    if problem.status == 429:
        _, notice = refusal.read(visit, problem, ())
        return await page(visit, staff, number, Again(429, action, notice=notice))
    errors = needs.errors(action, problem.errors, visit.language)
    return await page(visit, staff, number, Again(422, action, errors=errors, notice="" if errors else words))

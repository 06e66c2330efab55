"""Pemberitahuan, mesej: every message as its reader has it, with a real complaint. The mail's own HTML is shown in a
frame that can run nothing, call nothing and go nowhere."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Visit, Visiting
from services.portal.edge import policy
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.notices import PLACE, at_hand, held, refusal_of, words
from services.portal.pages.notices_shapes import NO_COMPLAINT, Preview
from services.portal.session import Staff
from services.portal.words import LANGUAGES

router = APIRouter(prefix=f"{PLACE}/mesej", include_in_schema=False)

FRAME = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
"""A mail styles itself inline, as mail clients ask of it: here that may do no more than colour it."""


@router.get("")
async def listed(visit: Visiting, staff: Staff) -> Response:
    """All messages, by reader, with when they are used."""
    if refused := refusal_of(visit, staff):
        return refused
    matrix, facts = await held(visit, staff), await at_hand(visit, staff)
    used = {name: list(dict.fromkeys(x.event for x in matrix.items if x.template == name)) for name in matrix.messages}
    order = [event for _, events in matrix.groups for event in events]
    names = sorted(matrix.messages, key=lambda name: min([order.index(one) for one in used[name]], default=len(order)))
    readers = dict.fromkeys(matrix.messages[name].reader for name in names)
    return visit.page(
        "staff/notices_messages.html",
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        groups=[(reader, [name for name in names if matrix.messages[name].reader == reader]) for reader in readers],
        used=used,
        number=_number(visit),
    )


@router.get("/{template}")
async def show(template: str, visit: Visiting, staff: Staff) -> Response:
    """One message in both languages, side by side."""
    if refused := refusal_of(visit, staff):
        return refused
    matrix, facts = await held(visit, staff), await at_hand(visit, staff)
    if template not in matrix.messages:
        return wrong.page(visit, 404)
    errors: dict[str, str] = {}
    try:
        found = await _preview(visit, staff, template)
    except Problem as problem:
        if problem.status != 422:
            raise
        errors = {"aduan": problem.fields(visit.language).get("complaint") or visit.t("error.404.text", n=0)}
        found = await _preview(visit, staff, template, sample=True)
    return visit.page(
        "staff/notices_message.html",
        status=422 if errors else 200,
        headers={"Content-Security-Policy": policy(frames=True)},
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        name=template,
        message=matrix.messages[template],
        used=list(dict.fromkeys(line.event for line in matrix.items if line.template == template)),
        found=found,
        alone=all(event.startswith(NO_COMPLAINT) for event in matrix.messages[template].events),
        languages=LANGUAGES,
        typed={"aduan": _number(visit), "peristiwa": visit.request.query_params.get("peristiwa", "")},
        errors=errors,
    )


@router.get("/{template}/html/{language}")
async def framed(template: str, language: str, visit: Visiting, staff: Staff) -> Response:
    """The mail's HTML, for the frame."""
    if refused := refusal_of(visit, staff):
        return refused
    if language not in LANGUAGES:
        return wrong.page(visit, 404)
    try:
        found = await _preview(visit, staff, template)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return wrong.page(visit, 404)
    return HTMLResponse(found.letters[language].html, headers=FRAME | {"Content-Language": language})


def _number(visit: Visit) -> str:
    return visit.request.query_params.get("aduan", "").strip().upper()


async def _preview(visit: Visit, staff: Pass, template: str, *, sample: bool = False) -> Preview:
    event = visit.request.query_params.get("peristiwa") or None
    number = None if sample else _number(visit) or None
    found = await visit.desk.clients.notices.preview(template, staff.token, complaint=number, event=event)
    return reading.shaped(found, Preview)

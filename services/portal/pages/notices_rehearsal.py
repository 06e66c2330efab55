"""Pemberitahuan, uji: who would be told if this happened to this complaint now. Notify plans it as it does when it
really happens; this page only supposes what the complaint and the table of the workflow leave open."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Visit, Visiting
from services.portal.pages import notices_told as told
from services.portal.pages import refusal
from services.portal.pages import staff_reading as reading
from services.portal.pages.notices import PLACE, at_hand, held, refusal_of, words
from services.portal.pages.notices_forms import KINDS, LEVELS
from services.portal.pages.notices_shapes import NO_COMPLAINT, Line, Matrix, Rehearsed
from services.portal.reference import Move
from services.portal.session import Staff

router = APIRouter(prefix=f"{PLACE}/uji", include_in_schema=False)

ROLES = ("COMPLAINANT", "PIC", "IMPLEMENTOR", "VENDOR", "ADMIN", "SYSTEM")
"""Who acts, the likeliest first where several may."""
SUPPOSED = ("role", "kind", "level", "pic")
NEEDS_A_PIC = ("complaint.assigned", "complaint.reassigned")


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """The question, and the answer where one was asked."""
    if refused := refusal_of(visit, staff):
        return refused
    matrix = await held(visit, staff)
    await visit.desk.reference.load_labels()
    asked = {name: value.strip() for name, value in visit.request.query_params.items() if name != "lang"}
    event, number = asked.get("peristiwa", ""), asked.get("aduan", "").upper()
    if not event or event not in matrix.events:
        return await _page(visit, staff, matrix, asked)
    if not number and not event.startswith(NO_COMPLAINT):
        return await _page(visit, staff, matrix, asked, {"aduan": visit.t("notices.try.missing")}, status=422)
    try:
        found = await rehearsed(visit, staff, await suggested(visit, staff, event, number, asked))
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        fields = problem.fields(visit.language)
        errors = {"aduan": fields["complaint"]} if "complaint" in fields else {}
        notice = "" if errors else refusal.read(visit, problem, ())[1]
        return await _page(visit, staff, matrix, asked, errors, notice, status=422)
    return await _page(visit, staff, matrix, asked, found=found)


async def rehearsed(visit: Visit, staff: Pass, asked: Mapping[str, Any]) -> Rehearsed:
    """Notify's answer. Raises `Problem` 422 where it cannot be asked so."""
    return reading.shaped(await visit.desk.clients.notices.rehearse(dict(asked), staff.token), Rehearsed)


async def suggested(visit: Visit, staff: Pass, event: str, number: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """What to ask notify: as the complaint stands, by the table's row that fits, with what was chosen over it."""
    if event.startswith(NO_COMPLAINT):
        return {"event": event}
    chosen = {name: asked.get(name) or None for name in SUPPOSED}
    level = chosen.pop("level") or ""
    body: dict[str, Any] = {"event": event, "complaint": number, **chosen}
    body["level"] = int(level) if level in LEVELS else None
    body["kind"] = chosen["kind"] if chosen["kind"] in KINDS else ("remind" if event.endswith(".reminded") else None)
    state = await _state(visit, staff, number)
    if moves := visit.desk.reference.moves(event):
        move = _fitting(moves, state)
        to = move.to or state or (move.sources[0] if move.sources else None)
        likely = next((role for role in ROLES if role in move.who), "SYSTEM")
        body["role"] = chosen["role"] if chosen["role"] in ROLES else likely
        body |= {"from_state": state, "to": to, "custodian": visit.desk.reference.custodian(to)}
    if event in NEEDS_A_PIC and body["pic"] is None:
        body["pic"] = await _likely_pic(visit, staff, number)
    return body


def _fitting(moves: Sequence[Move], state: str | None) -> Move:
    return next((move for move in moves if state in move.sources), moves[0])


async def _state(visit: Visit, staff: Pass, number: str) -> str | None:
    try:
        return (await reading.standing(visit, staff, number)).state
    except (Problem, Unavailable):
        return None  # notify says itself whether there is such a complaint


async def _likely_pic(visit: Visit, staff: Pass, number: str) -> str | None:
    try:
        found = await reading.pics_for(visit, staff, number)
    except (Problem, Unavailable):
        return None
    return found[0].id if found else None


def results(visit: Visit, found: Rehearsed, lines: Sequence[Line]) -> dict[str, Any]:
    """The answer as the page shows it: each with its words."""
    return {
        "found": found,
        "will": [(one, told.because(visit, one), told.held_back(visit, one, lines)) for one in found.will],
        "will_not": [(one, told.held_back(visit, one, lines)) for one in found.will_not],
        "silent": [(one, told.reached_nobody(visit, one, lines)) for one in found.silent],
        "nobody": next((told.why_nobody(visit, line) for line in lines if line.audience is None), ""),
        "possible": _possible(visit, found),
    }


def _possible(visit: Visit, found: Rehearsed) -> bool:
    """Whether the table lets this happen from where the complaint stands."""
    moves = visit.desk.reference.moves(found.event)
    state = found.supposed.from_state if found.supposed else None
    return not moves or state is None or any(state in move.sources for move in moves)


async def _page(
    visit: Visit,
    staff: Pass,
    matrix: Matrix,
    asked: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    found: Rehearsed | None = None,
) -> Response:
    facts = await at_hand(visit, staff)
    event = asked.get("peristiwa", "")
    moves = visit.desk.reference.moves(event)
    who = dict.fromkeys(role for role in ROLES for move in moves if role in move.who)
    people = await reading.members(visit, staff) if found is not None else []
    return visit.page(
        "staff/notices_try.html",
        status=status,
        **facts,
        **words(visit, matrix),
        matrix=matrix,
        typed=asked,
        alone=event.startswith(NO_COMPLAINT),
        errors=dict(errors or {}),
        notice=notice,
        roles=list(who),
        kinds=KINDS if event.endswith(".reminded") else (),
        levels=LEVELS if event.endswith(".escalated") else (),
        pics=[one for one in people if one.active and "PIC" in one.roles],
        tried=results(visit, found, matrix.of(event)) if found else None,
    )

"""Filing a complaint: checked for the check-answers page, or taken down under its number."""

from dataclasses import replace
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.intake.api import bodies
from services.intake.api.desk import FILED_BY_ADDRESS, HOUR, AtDesk, Desk, Reading, cause_of, desk_of
from services.intake.api.robot import checked
from services.intake.api.straight import Straight
from services.intake.domain import filing as filings
from services.intake.domain.robot import RobotCheck
from services.intake.handlers import public as handlers
from services.intake.handlers.public import Cause, Keep
from shared import logs
from shared.auth import visitor_of
from shared.errors import Invalid
from shared.limits import prefix
from shared.web import edge, refusals, shown
from shared.web.edge import Asked, Kept, KeyHeader, answered, plain

router = APIRouter(tags=["complaints"])
straight = APIRouter(tags=["complaints"], route_class=Straight)

LINKS: dict[str, Any] = {
    "message": {
        "operationId": "say",
        "parameters": {"number": "$response.body#/number"},
        "description": "The complainant's words on it go here.",
    },
    "rating": {
        "operationId": "rate",
        "parameters": {"number": "$response.body#/number"},
        "description": "Once it has ended, it can be rated here.",
    },
}


@straight.post(
    "/v1/complaints",
    summary="File a complaint",
    operation_id="file",
    status_code=201,
    response_model=bodies.Receipt,
    responses=shown(201, links=LINKS) | refusals(409, 429),
)
async def file(body: bodies.Filing, request: Request, idempotency_key: KeyHeader = None) -> Response:
    """The complaint gets its number. The same Idempotency-Key files one complaint and gets the same answer."""
    desk = desk_of(request)
    asked = await edge.asked(request, idempotency_key)

    def keep(receipt: filings.Receipt) -> Kept | None:
        return Kept(asked, 201, msgspec.json.encode(receipt)) if asked else None

    robot = checked(body.altcha, desk.robot_key)
    try:
        receipt = await _taken_down(desk, visitor_of(request), body.as_typed(), robot, cause_of(request), keep)
    except Invalid:
        before = await _answered(desk, asked)
        if before is None:
            raise
        return before
    request.app.state.poke()
    logs.about(receipt.number)
    return plain(201, msgspec.json.encode(receipt))


async def _taken_down(
    desk: Desk, visitor: str, filing: filings.Filing, robot: RobotCheck, cause: Cause, keep: Keep
) -> filings.Receipt:
    """Counted, judged and written: by two statements where there is nothing else to ask or to use up."""
    if robot.verdict != "missing" and not filing.attachments:
        spending = desk.limits.spending("filed", prefix(visitor), limit=FILED_BY_ADDRESS, seconds=HOUR)
        async with desk.db.statement() as each:
            judged = await handlers.judge_at_the_door(each, desk.known, desk.seals, filing, robot, spending)
            return await handlers.file_complaint(each, desk.seals, judged, robot.challenge, cause, keep)
    await desk.limits.spend("filed", prefix(visitor), limit=FILED_BY_ADDRESS, seconds=HOUR)
    if robot.verdict == "missing":
        # Only a complaint that would be taken down is counted: correcting a field costs nobody their turn. Its files
        # are left out: where the same key comes again, they have been used by the first.
        async with desk.db.transaction() as tx:
            await handlers.check_filing(tx, desk.known, desk.seals, replace(filing, attachments=()), robot)
        await desk.spend_unchecked(visitor)
    async with desk.db.transaction() as tx:
        judged = await handlers.judge(tx, desk.known, desk.seals, filing, robot)
        return await handlers.file_complaint(tx, desk.seals, judged, robot.challenge, cause, keep)


async def _answered(desk: Desk, asked: Asked | None) -> Response | None:
    """What came before under this key: it is answered again, whatever is wrong with it now."""
    if asked is None:
        return None
    async with desk.db.statement() as only:
        return await answered(only, asked)


@router.post(
    "/v1/complaints/check", summary="Check a complaint without filing it", operation_id="check", status_code=204
)
async def check(body: bodies.Filing, tx: Reading, desk: AtDesk) -> None:
    """The same judgement as filing, and nothing is written: the robot check stays unused."""
    await handlers.check_filing(tx, desk.known, desk.seals, body.as_typed(), checked(body.altcha, desk.robot_key))

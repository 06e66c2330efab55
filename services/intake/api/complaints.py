"""Filing a complaint: checked for the check-answers page, or taken down under its number."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.intake import handlers
from services.intake.api import bodies
from services.intake.api.desk import FILED_BY_ADDRESS, HOUR, AtDesk, Causing, Reading
from services.intake.api.robot import checked
from services.intake.domain import filing as filings
from services.intake.domain.robot import RobotCheck
from shared import logs
from shared.auth import Visitor
from shared.limits import prefix
from shared.web import Once, Transaction, refusals, shown

router = APIRouter(tags=["complaints"])

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


@dataclass(frozen=True, slots=True)
class Arrived:
    """A filled-in form that may be judged: its address has not sent too many."""

    filing: filings.Filing
    robot: RobotCheck


async def _arrived(body: bodies.Filing, desk: AtDesk, visitor: Visitor) -> Arrived:
    filing, robot = body.as_typed(), checked(body.altcha, desk.robot_key)
    await desk.limits.spend("filed", prefix(visitor), limit=FILED_BY_ADDRESS, seconds=HOUR)
    if robot.verdict == "missing":
        # Only a complaint that would be taken down is counted: correcting a field costs nobody their turn. Its files
        # are left out: where the same key comes again, they have been used by the first.
        async with desk.db.transaction() as tx:
            await handlers.check_filing(tx, desk.known, desk.seals, replace(filing, attachments=()), robot)
        await desk.spend_unchecked(visitor)
    return Arrived(filing, robot)


@router.post(
    "/v1/complaints",
    summary="File a complaint",
    operation_id="file",
    status_code=201,
    response_model=bodies.Receipt,
    responses=shown(201, links=LINKS) | refusals(409, 429),
)
async def file(
    arrived: Annotated[Arrived, Depends(_arrived)], once: Once, tx: Transaction, desk: AtDesk, cause: Causing
) -> Response:
    """The complaint gets its number. The same Idempotency-Key files one complaint and gets the same answer."""

    async def effect() -> filings.Receipt:
        receipt = await handlers.file_complaint(tx, desk.known, desk.seals, arrived.filing, arrived.robot, cause)
        logs.about(receipt.number)
        return receipt

    return await once.answer(201, effect)


@router.post(
    "/v1/complaints/check", summary="Check a complaint without filing it", operation_id="check", status_code=204
)
async def check(body: bodies.Filing, tx: Reading, desk: AtDesk) -> None:
    """The same judgement as filing, and nothing is written: the robot check stays unused."""
    await handlers.check_filing(tx, desk.known, desk.seals, body.as_typed(), checked(body.altcha, desk.robot_key))

"""Solved problems, for everybody; those not yet published for staff only."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.query.api import examples
from services.query.api.asked import MaybeStaff, Model, Word, answer
from services.query.domain import views
from services.query.handlers import solutions
from shared.auth import Visitor
from shared.limits import Limits, prefix
from shared.web import refusals, shown

router = APIRouter(prefix="/v1", tags=["public"])
AN_ADDRESS_A_MINUTE = 120


@router.get("/solutions", responses=shown(200, examples.SOLUTIONS, model=views.Solutions) | refusals(401, 429))
async def search_solutions(
    request: Request,
    visitor: Visitor,
    caller: MaybeStaff,
    db: Model,
    q: Word = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """Solved problems by words, best first. Without a staff token only the published ones."""
    if caller is None:
        limits: Limits = request.app.state.limits
        await limits.spend("solutions.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    async with db.transaction() as tx:
        return answer(await solutions.show_solutions(tx, caller, q, limit))

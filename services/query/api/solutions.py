"""Solved problems, for everybody; those not yet published for staff only."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.query.api.asked import Model, Word, answer
from services.query.domain import views
from services.query.handlers import solutions
from shared.auth import StaffTokens, Visitor
from shared.limits import Limits, prefix
from shared.principals import Caller

router = APIRouter(prefix="/v1", tags=["public"])
AN_ADDRESS_A_MINUTE = 120


@router.get("/solutions", responses={200: {"model": views.Solutions}})
async def search_solutions(
    request: Request,
    visitor: Visitor,
    db: Model,
    q: Word = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """Solved problems by words, best first. Without a staff token only the published ones."""
    caller = _caller(request)
    if caller is None:
        limits: Limits = request.app.state.limits
        await limits.spend("solutions.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    async with db.transaction() as tx:
        return answer(await solutions.show_solutions(tx, caller, q, limit))


def _caller(request: Request) -> Caller | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    tokens: StaffTokens = request.app.state.staff_tokens
    return tokens.check(token)

"""A complaint's page, for staff."""

from fastapi import APIRouter, Response

from services.query.api import examples
from services.query.api.asked import Model, answer, wait_for
from services.query.api.progress import Catching
from services.query.domain import typed, views
from services.query.handlers import detail
from shared.auth import Staff
from shared.web import refusals, shown

router = APIRouter(prefix="/v1", tags=["staff"])


@router.get(
    "/complaints/{number}",
    responses=shown(200, examples.DETAIL, model=views.Detail, links=examples.FETCH_FILE) | refusals(404),
)
async def show_complaint(
    number: str, caller: Staff, db: Model, progress: Catching, seen: str | None = None
) -> Response:
    """Row, thread and ties. Another's complaint is not found."""
    await wait_for(db, progress, seen)
    async with db.transaction() as tx:
        return answer(await detail.show_complaint(tx, caller, typed.number(number)))

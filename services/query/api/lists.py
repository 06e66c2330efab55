"""Inbox, badge and lists, for staff."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from services.query.api import examples
from services.query.api.asked import Model, Narrowed, Narrowing, Shelving, answer, wait_for
from services.query.api.progress import Catching
from services.query.domain import typed, views
from services.query.handlers import inbox
from shared.auth import Staff
from shared.privacy import blind_index
from shared.web import shown

router = APIRouter(prefix="/v1", tags=["staff"])

PAGE = shown(200, examples.PAGE, model=views.Page, links=examples.OPEN_ONE)


@router.get("/inbox", responses=shown(200, examples.INBOX, model=views.Inbox, links=examples.OPEN_ONE))
async def show_inbox(asked: Shelving, caller: Staff, db: Model, progress: Catching) -> Response:
    """A folder with the counts of all: mine, unassigned, waiting, overdue, all, closed; and the badge. Least time left
    first; what is closed, latest first."""
    await wait_for(db, progress, asked.seen)
    async with db.transaction() as tx:
        return answer(
            await inbox.show_inbox(
                tx,
                caller,
                folder=asked.folder,
                filters=asked.filters(),
                sort=asked.sort,
                after=asked.after,
                limit=asked.limit,
            )
        )


@router.get("/badge", responses=shown(200, examples.BADGE, model=views.Badge))
async def show_badge(caller: Staff, db: Model, progress: Catching, seen: str | None = None) -> Response:
    """How many complaints wait for the caller's first act."""
    await wait_for(db, progress, seen)
    async with db.transaction() as tx:
        return answer(await inbox.show_badge(tx, caller))


@router.get("/complaints", responses=PAGE)
async def list_complaints(asked: Narrowing, caller: Staff, db: Model, progress: Catching) -> Response:
    """The complaints the caller may see, narrowed."""
    return await _page(asked, None, caller, db, progress)


class ByIc(Narrowed):
    """Filters, and the IC: in a body, so that it is in no address and no log."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ic": "800101990001", "limit": 50}]})

    ic: Annotated[str, Field(max_length=60)]


@router.post("/complaints/search", responses=PAGE)
async def search_by_ic(asked: ByIc, request: Request, caller: Staff, db: Model, progress: Catching) -> Response:
    """The complaints of one IC that the caller may see, found by its blind index."""
    index = blind_index(request.app.state.index_key, "ic", typed.ic(asked.ic))
    return await _page(asked, index, caller, db, progress)


async def _page(asked: Narrowed, ic_index: str | None, caller: Staff, db: Model, progress: Catching) -> Response:
    await wait_for(db, progress, asked.seen)
    async with db.transaction() as tx:
        return answer(
            await inbox.show_page(
                tx,
                caller,
                filters=asked.filters(ic_index),
                sort=asked.sort,
                after=asked.after,
                limit=asked.limit,
            )
        )

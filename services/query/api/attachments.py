"""Files: the entry they hang on decides who may read them. Nobody else can tell them from files there never were."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from services.query.api.asked import MaybeStaff, Model, linked
from services.query.api.tracking import Tracked, spend_on_pair
from services.query.domain import typed
from services.query.handlers import attachments
from services.query.handlers.attachments import Kept
from shared.auth import Visitor
from shared.errors import NotFound
from shared.limits import Limits, prefix
from shared.privacy import blind_index
from shared.web import refusals
from shared.web.files import FILE, PICTURE, pictured, saved

router = APIRouter(prefix="/v1", tags=["files"])

AN_ADDRESS_A_MINUTE = 300
"""A long thread shows many previews at once."""


async def _readable(
    id: str,
    request: Request,
    visitor: Visitor,
    caller: MaybeStaff,
    db: Model,
    x_tracking_token: Annotated[str | None, Header()] = None,
) -> Kept:
    if caller is None:
        limits: Limits = request.app.state.limits
        await limits.spend("attachments.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    file, token = typed.file(id), linked(request, x_tracking_token)
    if file is None or (caller is None and token is None):
        raise NotFound
    async with db.transaction() as tx:
        if caller is not None:
            return await attachments.for_staff(tx, caller, file)
        return await attachments.by_link(tx, token[0] if token else "", file)


Readable = Annotated[Kept, Depends(_readable)]
"""The file, for a member of staff or a tracking link that may have it."""


@router.get("/attachments/{id}", response_class=Response, responses=FILE | refusals(401, 404, 429))
async def fetch(request: Request, kept: Readable) -> Response:
    """The file, to be saved. For staff who read the entry it hangs on, and for the complaint's tracking link."""
    return await saved(request, *kept)


@router.get("/attachments/{id}/preview", response_class=Response, responses=PICTURE | refusals(401, 404, 429))
async def preview(request: Request, kept: Readable) -> Response:
    """A picture of the file, safe to show: drawn by us. For the same readers."""
    return await pictured(request, kept.id)


@router.post("/attachments/{id}", response_class=Response, responses=FILE | refusals(404, 429))
async def fetch_by_pair(id: str, asked: Tracked, request: Request, visitor: Visitor, db: Model) -> Response:
    """The file, for who gives the IC and the number of its complaint; they count as tries at tracking."""
    index = blind_index(request.app.state.index_key, "ic", typed.ic(asked.ic))
    await spend_on_pair(request.app.state.limits, visitor, index)
    file, number = typed.file(id), typed.number(asked.number)
    if file is None:
        raise NotFound
    async with db.transaction() as tx:
        kept = await attachments.by_ic_and_number(tx, number, index, file)
    return await saved(request, *kept)

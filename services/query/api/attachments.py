"""Files: the entry they hang on decides who may read them. Nobody else can tell them from files there never were."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Request, Response

from services.query.api.asked import MaybeStaff, Model, linked
from services.query.api.tracking import Tracked, spend_on_pair
from services.query.domain import typed
from services.query.handlers import attachments
from services.query.handlers.attachments import Kept
from shared import logs
from shared.auth import Visitor
from shared.blobs.store import Blobs, Part
from shared.errors import NotFound
from shared.limits import Limits, prefix
from shared.privacy import blind_index
from shared.web import refusals

router = APIRouter(prefix="/v1", tags=["files"])

AN_ADDRESS_A_MINUTE = 300
"""A long thread shows many previews at once."""
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Whatever the bytes are, a browser shall do nothing with them but save them, or show the picture."""
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": dict.fromkeys(("application/pdf", "image/jpeg", "image/png"), BINARY),
    }
}
PREVIEW: dict[int | str, dict[str, Any]] = {
    200: {"description": "A picture of it, at most 1,000 pixels.", "content": {"image/png": BINARY}}
}


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


@router.get("/attachments/{id}", response_class=Response, responses=CONTENT | refusals(401, 404, 429))
async def fetch(request: Request, kept: Readable) -> Response:
    """The file, to be saved. For staff who read the entry it hangs on, and for the complaint's tracking link."""
    return await _saved(request, kept)


@router.get("/attachments/{id}/preview", response_class=Response, responses=PREVIEW | refusals(401, 404, 429))
async def preview(request: Request, kept: Readable) -> Response:
    """A picture of the file, safe to show: drawn by us. For the same readers."""
    content = await _bytes(request, kept, "preview")
    return Response(content, media_type="image/png", headers=HARMLESS | {"Content-Disposition": "inline"})


@router.post("/attachments/{id}", response_class=Response, responses=CONTENT | refusals(404, 429))
async def fetch_by_pair(id: str, asked: Tracked, request: Request, visitor: Visitor, db: Model) -> Response:
    """The file, for who gives the IC and the number of its complaint; they count as tries at tracking."""
    index = blind_index(request.app.state.index_key, "ic", typed.ic(asked.ic))
    await spend_on_pair(request.app.state.limits, visitor, index)
    file, number = typed.file(id), typed.number(asked.number)
    if file is None:
        raise NotFound
    async with db.transaction() as tx:
        kept = await attachments.by_ic_and_number(tx, number, index, file)
    return await _saved(request, kept)


async def _saved(request: Request, kept: Kept) -> Response:
    content = await _bytes(request, kept, "content")
    named = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    return Response(content, media_type=kept.type, headers=HARMLESS | {"Content-Disposition": named})


async def _bytes(request: Request, kept: Kept, part: Part) -> bytes:
    blobs: Blobs = request.app.state.blobs
    try:
        return await blobs.get(kept.id, part)
    except FileNotFoundError:
        logs.get("attachments").error("attachment.lost", attachment=str(kept.id), part=part)
        raise NotFound from None

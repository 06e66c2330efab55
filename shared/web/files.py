"""Attachments over HTTP, the same wherever they come in and go out. Whatever the bytes are, a browser shall do nothing
with them but save them, or show the picture that we drew of them."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict

from shared import logs
from shared.blobs.file import File
from shared.blobs.store import Blobs, Part
from shared.errors import NotFound
from shared.web.described import Responses

HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILE: Responses = {
    200: {"description": "The file.", "content": dict.fromkeys(("application/pdf", "image/jpeg", "image/png"), BINARY)}
}
PICTURE: Responses = {200: {"description": "A picture of it, at most 1,000 pixels.", "content": {"image/png": BINARY}}}
"""For the `responses` of a route that answers with `saved`, and of one that answers with `pictured`."""


class Uploaded(BaseModel):
    """A checked file, to be named in `attachments` within a day. `size` in bytes, as it is kept; `scan`: `clean`, or
    `not_scanned`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
                    "name": "skrin.png",
                    "type": "image/png",
                    "size": 48123,
                    "scan": "clean",
                }
            ]
        }
    )

    id: str
    name: str
    type: str
    size: int
    scan: str


def uploaded(file: File) -> Uploaded:
    """The file, as its sender is told of it."""
    return Uploaded(**msgspec.structs.asdict(file))


async def saved(request: Request, id: UUID, name: str, type: str) -> Response:
    """The file as a download, under the name it came with. Raises `NotFound`, and says so in the log, where its bytes
    are lost."""
    content = await _bytes(request, id, "content")
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=type, headers=HARMLESS | {"Content-Disposition": named})


async def pictured(request: Request, id: UUID) -> Response:
    """The picture of the file. Raises `NotFound` as `saved` does."""
    content = await _bytes(request, id, "preview")
    return Response(content, media_type="image/png", headers=HARMLESS | {"Content-Disposition": "inline"})


async def _bytes(request: Request, id: UUID, part: Part) -> bytes:
    blobs: Blobs = request.app.state.blobs
    try:
        return await blobs.get(id, part)
    except FileNotFoundError:
        logs.get("attachments").error("attachment.lost", attachment=str(id), part=part)
        raise NotFound from None

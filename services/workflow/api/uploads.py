"""Files that staff are about to hang on a reply, a note or a vendor's log."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, File, Request, UploadFile
from pydantic import BaseModel, ConfigDict

from services.workflow.api.edge import Present
from shared.blobs.uploads import Uploads
from shared.web import refusals

router = APIRouter(prefix="/v1", tags=["uploads"])


class Uploaded(BaseModel):
    """A checked file, to be named in `attachments` within a day. `scan`: `clean` or `not_scanned`."""

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


@router.post("/uploads", status_code=201, responses=refusals(403))
async def upload(request: Request, caller: Present, file: Annotated[UploadFile, File()]) -> Uploaded:
    """A JPG, PNG or PDF of at most 10 MB; anything else, and anything hidden in one, is refused with why."""
    uploads: Uploads = request.app.state.uploads
    taken = await uploads.take(file.filename or "", await file.read(), f"staff:{caller.id}")
    return Uploaded(**msgspec.structs.asdict(taken))

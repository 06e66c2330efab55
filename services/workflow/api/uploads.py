"""Files that staff are about to hang on a reply, a note or a vendor's log."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile

from services.workflow.api.edge import Present
from shared.blobs.uploads import Uploads
from shared.web import refusals
from shared.web.files import Uploaded, uploaded

router = APIRouter(prefix="/v1", tags=["uploads"])


@router.post("/uploads", status_code=201, responses=refusals(403))
async def upload(request: Request, caller: Present, file: Annotated[UploadFile, File()]) -> Uploaded:
    """A JPG, PNG or PDF of at most 10 MB; anything else, and anything hidden in one, is refused with why."""
    uploads: Uploads = request.app.state.uploads
    taken = await uploads.take(file.filename or "", await file.read(), f"staff:{caller.id}")
    return uploaded(taken)

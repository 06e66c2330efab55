"""Files on their way to a complaint or a message: checked at the door, forgotten after a day if nothing uses them."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile

from services.intake.api.desk import HOUR, UPLOADED_BYTES_WAITING, UPLOADS_BY_ADDRESS, UPLOADS_WAITING, AtDesk
from shared.auth import Visitor
from shared.blobs import uploads
from shared.errors import Text, TooMany
from shared.limits import prefix
from shared.web import refusals
from shared.web.files import Uploaded, uploaded

router = APIRouter(tags=["files"])

FULL = Text(
    "Terlalu banyak fail sedang menunggu. Sila cuba sebentar lagi, atau hantar tanpa lampiran.",
    "Too many files are waiting. Please try again later, or send it without attachments.",
)


async def _room(desk: AtDesk, visitor: Visitor) -> None:
    """Raises `TooMany` where this address, or everybody together, has brought more than was used."""
    await desk.limits.spend("uploads", prefix(visitor), limit=UPLOADS_BY_ADDRESS, seconds=HOUR)
    async with desk.db.transaction() as tx:
        files, size = await uploads.waiting(tx, uploads.PUBLIC)
    if files >= UPLOADS_WAITING or size >= UPLOADED_BYTES_WAITING:
        raise TooMany(HOUR, "uploads_full", FULL)


@router.post(
    "/v1/uploads",
    summary="Bring a file",
    operation_id="upload",
    status_code=201,
    response_model=Uploaded,
    responses=refusals(429),
    dependencies=[Depends(_room)],
)
async def upload(desk: AtDesk, file: Annotated[UploadFile, File()]) -> Uploaded:
    """A JPG, PNG or PDF of at most 10 MB; anything else, and anything hidden in one, is refused with why."""
    taken = await desk.uploads.take(file.filename or "", await file.read(), uploads.PUBLIC)
    return uploaded(taken)

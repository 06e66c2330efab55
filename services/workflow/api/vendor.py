"""The vendor's leg by its signed link: for a helpdesk without an account. A link that opens nothing (forged, of another
leg, of one that is over) is not found, whatever the reason. Reading changes nothing: mail scanners follow links."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response, UploadFile
from fastapi import File as Sent
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.complaint_shapes import VendorLog
from services.workflow.api.edge import Correlation
from services.workflow.api.shapes import Label, example
from services.workflow.domain import clocks
from services.workflow.domain.given import Given
from services.workflow.handlers import vendor
from services.workflow.handlers.vendor import Leg, Link
from services.workflow.machine import Action
from shared.auth import VendorTokens, Visitor
from shared.blobs.file import File
from shared.blobs.uploads import Uploads
from shared.db import Database
from shared.errors import NotFound, Unknown
from shared.limits import Limits, prefix
from shared.web import Once, Transaction, refusals, shown
from shared.web.files import FILE, PICTURE, Uploaded, pictured, saved, uploaded

router = APIRouter(prefix="/v1/vendor-leg", tags=["vendor"])

AN_ADDRESS_A_MINUTE = 120
A_LEG_AN_HOUR = 30
"""Files brought, and acts done, by one link."""
ACTIONS = {"update": Action.UPDATE_VENDOR, "answer": Action.VENDOR_ANSWERED}


class LegActor(BaseModel):
    """Who said it: a member of our staff by name, or the vendor's helpdesk, by account or by link."""

    role: str
    name: str | None
    by_link: bool


class LegEntry(BaseModel):
    """Something said on the leg."""

    sequence: int
    at: datetime
    kind: Literal["vendor_logged", "vendor_updated"]
    actor: LegActor
    text: str | None
    vendor_reference: str | None
    attachments: list[Uploaded]


class LegView(BaseModel):
    """The vendor's leg and nothing else of the complaint: nothing of who complained but the department. Days are
    working days of the vendor's calendar."""

    model_config = example(
        number="HD-2026-000123-C",
        title="Baucar tidak dapat diluluskan",
        module={"ms": "Lejar Am", "en": "General Ledger"},
        department="Jabatan Kerja Raya",
        ptj=None,
        since="2026-03-02T09:00:00+08:00",
        due="2026-03-23T17:00:00+08:00",
        days=15,
        used=1,
        left=14,
        logs=[{"number": "BKP-2026-0077", "at": "2026-03-02T09:00:00+08:00"}],
        entries=[
            {
                "sequence": 4,
                "at": "2026-03-02T09:00:00+08:00",
                "kind": "vendor_logged",
                "actor": {"role": "PIC", "name": "Azman bin Yusof", "by_link": False},
                "text": "Ralat GL-102 semasa meluluskan baucar.",
                "vendor_reference": "BKP-2026-0077",
                "attachments": [],
            }
        ],
    )

    number: str
    title: str
    module: Label
    department: str
    ptj: str | None
    since: datetime
    due: datetime | None
    days: int
    used: int
    left: int | None
    logs: list[VendorLog]
    entries: list[LegEntry]


class LegBody(BaseModel):
    """What the vendor says. An update needs a log number or a text, an answer its text."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"vendor_reference": "BKP-2026-0077", "text": "Sedang disemak."}]},
    )
    text: str | None = None
    vendor_reference: str | None = None
    attachments: list[str] = Field(default=[], max_length=5)


class Done(BaseModel):
    """The complaint's number, and its version by this act."""

    model_config = example(number="HD-2026-000123-C", version=5)

    number: str
    version: int


async def _link(
    request: Request,
    visitor: Visitor,
    x_vendor_token: Annotated[str, Header(description="From the signed link.")] = "",
) -> Link:
    limits: Limits = request.app.state.limits
    await limits.spend("vendor-leg.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    tokens: VendorTokens = request.app.state.vendor_tokens
    try:
        return Link(*tokens.check(x_vendor_token))
    except Unknown:
        raise NotFound from None


Linked = Annotated[Link, Depends(_link)]
"""A link whose signature is good; 404 otherwise."""


@router.get("", response_model=LegView, responses=shown(200) | refusals(404, 429))
async def show_leg(link: Linked, tx: Transaction) -> dict[str, Any]:
    """The leg that the link opens, while it is open."""
    return _view(await vendor.look(tx, link))


@router.post("/uploads", status_code=201, response_model=Uploaded, responses=refusals(404, 429))
async def upload_to_leg(request: Request, link: Linked, file: Annotated[UploadFile, Sent()]) -> Uploaded:
    """A JPG, PNG or PDF of at most 10 MB, to be named in `attachments` within a day, by the same link."""
    db: Database = request.app.state.db
    async with db.transaction() as tx:
        await vendor.check(tx, link)
    await _spend(request, "vendor-leg.files", link)
    uploads: Uploads = request.app.state.uploads
    taken = await uploads.take(file.filename or "", await file.read(), link.owner)
    return uploaded(taken)


@router.post("/{what}", response_model=Done, responses=shown(200) | refusals(404, 409, 429))
async def act_on_leg(
    what: Literal["update", "answer"],
    request: Request,
    body: LegBody,
    link: Linked,
    tx: Transaction,
    once: Once,
    correlation: Correlation,
) -> Response:
    """Say how it goes, or answer; the answer ends the leg, and the link with it."""
    await _spend(request, "vendor-leg.acts", link)
    words = Given(text=body.text, vendor_reference=body.vendor_reference, attachments=tuple(body.attachments))

    async def effect() -> dict[str, Any]:
        version = await vendor.act(tx, link, ACTIONS[what], words, correlation=correlation)
        return {"number": link.number, "version": version}

    return await once.answer(200, effect, by=link.owner)


@router.get(
    "/files/{id}",
    response_class=Response,
    responses=FILE | refusals(404, 429),
)
async def fetch_of_leg(id: str, request: Request, link: Linked) -> Response:
    """A file of the leg, to be saved."""
    found = await _file(request, link, id)
    return await saved(request, UUID(found.id), found.name, found.type)


@router.get(
    "/files/{id}/preview",
    response_class=Response,
    responses=PICTURE | refusals(404, 429),
)
async def preview_of_leg(id: str, request: Request, link: Linked) -> Response:
    """A picture of that file, safe to show: drawn by us."""
    found = await _file(request, link, id)
    return await pictured(request, UUID(found.id))


async def _file(request: Request, link: Link, id: str) -> File:
    """Asked in a transaction that is over before the bytes are: the store of files may be slow."""
    db: Database = request.app.state.db
    async with db.transaction() as tx:
        return await vendor.file(tx, link, id)


async def _spend(request: Request, bucket: str, link: Link) -> None:
    limits: Limits = request.app.state.limits
    await limits.spend(bucket, link.owner, limit=A_LEG_AN_HOUR, seconds=3600)


def _view(leg: Leg) -> dict[str, Any]:
    complaint, filed = leg.loaded.complaint, leg.filed
    clock = clocks.vendor_leg(complaint, leg.loaded.known.rules, leg.loaded.now)
    if clock is None:
        raise NotFound
    return {
        "number": complaint.number,
        "title": complaint.title,
        "module": dict(zip(("ms", "en"), leg.module, strict=True)),
        "department": filed.department_name,
        "ptj": filed.ptj_name,
        **{name: getattr(clock, name) for name in ("since", "due", "days", "used", "left")},
        "logs": [{"number": log.number, "at": log.at} for log in complaint.vendor_logs],
        "entries": [
            {
                "sequence": sequence,
                "at": event.at,
                "kind": event.wire.removeprefix("complaint."),
                "actor": {"role": event.actor.role, "name": event.actor.name, "by_link": event.actor.by_link},
                "text": event.text,
                "vendor_reference": getattr(event, "vendor_reference", None),
                "attachments": [msgspec.structs.asdict(file) for file in event.files],
            }
            for sequence, event in leg.said
        ],
    }

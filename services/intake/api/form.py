"""What the public form offers, and the lists behind it for ADMIN."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from services.intake.api import lists
from services.intake.api.desk import AtDesk, Causing, Reading
from services.intake.domain.form import Form
from services.intake.domain.texts import TEXT_LIMIT, TITLE_LIMIT
from services.intake.handlers import public as handlers
from services.intake.store import form as form_store
from shared.auth import Staff
from shared.blobs.check import MAX_BYTES
from shared.blobs.file import AT_MOST
from shared.web import ETAG, IfMatch, Transaction, refusals, shown

router = APIRouter(tags=["form"])

EDITOR = "ADMIN"
KEPT = shown(200, headers=ETAG) | refusals(403)
SAVED = shown(200, headers=ETAG) | refusals(403, 409, 412, 428)
LIMITS = lists.FormLimits(title=TITLE_LIMIT, text=TEXT_LIMIT, attachments=AT_MOST, attachment_bytes=MAX_BYTES)


@router.get(
    "/v1/form", summary="What the form offers", response_model=lists.OfferedForm, responses=shown(200, headers=ETAG)
)
async def offered(tx: Reading, desk: AtDesk, response: Response) -> lists.OfferedForm:
    """Active departments with their PTJ, modules by position with the codes that are confirmed, and limits."""
    form = (await desk.known.office(tx)).form
    response.headers["ETag"] = f'"v{form.version}"'
    return lists.OfferedForm(
        version=form.version,
        departments=[
            lists.OfferedDepartment(
                slug=department.slug,
                name=department.name,
                ptj=[lists.OfferedPtj(code=ptj.code, name=ptj.name) for ptj in form.ptj_of(department.slug)],
            )
            for department in form.departments
            if department.active
        ],
        modules=[
            lists.OfferedModule(
                slug=module.slug, code=module.shown_code, name_ms=module.name_ms, name_en=module.name_en
            )
            for module in form.modules
        ],
        limits=LIMITS,
    )


@router.get("/v1/form/modules", summary="The list of modules", response_model=lists.SavedModules, responses=KEPT)
async def modules(caller: Staff, tx: Reading, response: Response) -> dict[str, Any]:
    """Whole, as it is kept. ADMIN."""
    caller.needs(EDITOR)
    form = await form_store.load(tx)
    return _saved(response, form, form.modules)


@router.put(
    "/v1/form/modules", summary="Replace the list of modules", response_model=lists.SavedModules, responses=SAVED
)
async def put_modules(
    body: lists.Modules, caller: Staff, seen: IfMatch, tx: Transaction, cause: Causing, response: Response
) -> dict[str, Any]:
    """The whole list. ADMIN."""
    caller.needs(EDITOR)
    form = await handlers.save_modules(tx, [row.value() for row in body.items], seen, cause)
    return _saved(response, form, form.modules)


@router.get(
    "/v1/form/departments", summary="The list of departments", response_model=lists.SavedDepartments, responses=KEPT
)
async def departments(caller: Staff, tx: Reading, response: Response) -> dict[str, Any]:
    """Whole, as it is kept, those that are not offered included. ADMIN."""
    caller.needs(EDITOR)
    form = await form_store.load(tx)
    return _saved(response, form, form.departments)


@router.put(
    "/v1/form/departments",
    summary="Replace the list of departments",
    response_model=lists.SavedDepartments,
    responses=SAVED,
)
async def put_departments(
    body: lists.Departments, caller: Staff, seen: IfMatch, tx: Transaction, cause: Causing, response: Response
) -> dict[str, Any]:
    """The whole list; a department that still has PTJ cannot be left out, only made inactive. ADMIN."""
    caller.needs(EDITOR)
    form = await handlers.save_departments(tx, [row.value() for row in body.items], seen, cause)
    return _saved(response, form, form.departments)


@router.get("/v1/form/ptj", summary="The list of responsibility centres", response_model=lists.SavedPtj, responses=KEPT)
async def ptj(caller: Staff, tx: Reading, response: Response) -> dict[str, Any]:
    """Whole, as it is kept. ADMIN."""
    caller.needs(EDITOR)
    form = await form_store.load(tx)
    return _saved(response, form, form.ptj)


@router.put(
    "/v1/form/ptj",
    summary="Replace the list of responsibility centres",
    response_model=lists.SavedPtj,
    responses=SAVED,
)
async def put_ptj(
    body: lists.PtjList, caller: Staff, seen: IfMatch, tx: Transaction, cause: Causing, response: Response
) -> dict[str, Any]:
    """The whole list; each belongs to a department that is there. ADMIN."""
    caller.needs(EDITOR)
    form = await handlers.save_ptj(tx, [row.value() for row in body.items], seen, cause)
    return _saved(response, form, form.ptj)


def _saved(response: Response, form: Form, items: Sequence[Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"v{form.version}"'
    return {"version": form.version, "items": [asdict(item) for item in items]}

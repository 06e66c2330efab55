"""Borang Aduan: the form, the check of the answers, the sending, the receipt. No server keeps anything in between.

What is typed travels in the pages themselves. The key of the rendered form goes along, and becomes the Idempotency-Key
together with what was typed: the same form with the same words files one complaint, however often it is sent, and a
form that was gone back to and changed files another.
"""

import contextlib
import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Filing, Problem, Receipt, Unavailable
from services.portal.clients.files import File
from services.portal.clients.query import Solved
from services.portal.desk import Switch, Visit, Visiting
from services.portal.enclosure import Enclosure, shortened
from services.portal.pages import refusal
from services.portal.pages.enclosing import enclosed
from services.portal.pages.tracking_shown import UNLINKED, not_opened

router = APIRouter(include_in_schema=False)

NAMES = (
    "key",
    "linked_to",
    "ic",
    "name",
    "department",
    "ptj",
    "phone",
    "email",
    "whatsapp_consent",
    "module",
    "title",
    "description",
    "confirmed",
    "altcha",
)
"""What the form sends, in its order; all of it rides along from page to page."""
LABELS = {
    "ic": "ic",
    "name": "name",
    "phone": "mobile",
    "email": "email",
    "title": "subject",
    "description": "details",
}
ON_PAGE = (*NAMES[1:-2], "attachments", *NAMES[-2:])
"""What may be wrong, in the page's order."""
RECEIPT_KEPT = 24 * 3600
"""Seconds the browser holds a receipt."""
ALIKE, ALIKE_CHARACTERS = 3, 200
"""Solved problems offered at most, and how much of a title is compared."""
NUMBER = re.compile(r"HD-\d{4}-\d{6,9}-[0-9A-Z]")
OPEN = {"Cache-Control": "private, no-cache"}
"""For the form itself: a browser may keep it, so that going back finds what was typed."""


class Kept(NamedTuple):
    """A receipt as the browser holds it, with the names of the files that went along."""

    receipt: Receipt
    files: list[File]


@router.get("/")
async def blank(visit: Visiting) -> Response:
    """The empty form, with a key of its own."""
    return await _form(visit, {"key": str(uuid.uuid4())}, {})


@router.post("/")
async def again(visit: Visiting) -> Response:
    """The form with everything still in it: from Ubah, without a file that was dropped, or in the other language."""
    files = await _enclosed(visit)
    return await _form(visit, visit.typed, _refused_files(files), status=422 if files.refused else 200)


@router.post("/semak")
async def check(visit: Visiting) -> Response:
    """Check what was typed; show it whole for a last look, or the form with what is wrong."""
    files = await _enclosed(visit)
    if visit.typed.get("website"):
        return await _form(visit, visit.typed, {"website": visit.t("form.trap.error")}, status=422)
    try:
        try:
            await visit.desk.clients.intake.check(filing(visit))
        except Problem as problem:
            return await _refused(visit, problem)
        if files.refused:
            return await _form(visit, visit.typed, _refused_files(files), status=422)
        return await _answers(visit, {})
    except Unavailable as fault:
        return _trouble(visit, fault, "/semak")


@router.post("/hantar")
async def send(visit: Visiting) -> Response:
    """File the complaint and lead on to its receipt."""
    files = await _enclosed(visit)
    # the robot check is left out: made again, it is still the same complaint
    words = [f"{name}={visit.typed.get(name, '')}" for name in NAMES if name != "altcha"]
    key = visit.key_of(*words, *files.words)
    try:
        try:
            receipt = await visit.desk.clients.intake.file(filing(visit), key)
        except Problem as problem:
            if problem.code in ("key_reused", "still_running"):
                return _filed_before(visit, key)
            return await _refused(visit, problem)
    except Unavailable as fault:
        return _trouble(visit, fault, "/hantar")
    response = visit.redirect(f"/terima/{receipt.number}")
    named = [File(file.id, shortened(file.name), file.type, file.size, file.scan) for file in files.files]
    kept = _packed(Kept(receipt, named))
    visit.cookie(response, "resit", kept, max_age=RECEIPT_KEPT, path=f"/terima/{receipt.number}")
    visit.cookie(response, "dihantar", f"{key}.{receipt.number}", max_age=RECEIPT_KEPT, path="/hantar")
    return response


@router.post("/serupa")
async def alike(visit: Visiting) -> Response:
    """Solved problems that look like the title being typed, as a piece of the page; nothing where there are none.

    A POST though it only reads: what people type belongs in no address. It is an offer, so no fault of it is shown.
    """
    found: list[Solved] = []
    if title := visit.typed.get("title", "").strip()[:ALIKE_CHARACTERS]:
        with contextlib.suppress(Problem, Unavailable):
            found = await visit.desk.clients.query.solved(title, ALIKE)
    return visit.page("parts/alike.html", found=found)


@router.get("/a/{token}/baharu")
async def carry_on(token: str, visit: Visiting) -> Response:
    """The form for a complaint that carries on an ended one: what the two have in common is filled in. One that can
    still be reopened, or has not ended, leads to its own page instead."""
    try:
        ended = await visit.desk.clients.query.track(token=token)
    except Problem as problem:
        return not_opened(visit, token, problem)
    if ended.phase != "SELESAI" or "reopen" in ended.can:
        return visit.redirect(f"/a/{token}")
    known = {"linked_to": token, "department": ended.department, "ptj": ended.ptj or "", "module": ended.module}
    return await _form(visit, known, {}, headers=UNLINKED)


@router.get("/terima/{number}")
async def show_receipt(number: str, visit: Visiting) -> Response:
    """The receipt, which the browser holds: it can be read again and printed, and nobody else can open it."""
    kept = _unpacked(visit.request.cookies.get("resit", ""))
    if kept is None or kept.receipt.number != number:
        return visit.page(
            "pages/message.html",
            status=404,
            heading=visit.t("receipt.gone"),
            lines=[visit.t("receipt.gone.text", number=number)],
            ways=[("/semakan", visit.t("nav.search")), ("/", visit.t("nav.new"))],
            reference="",
        )
    link = urlsplit(kept.receipt.tracking_url).path
    return visit.page("pages/receipt.html", receipt=kept.receipt, sent_files=kept.files, link=link)


def filing(visit: Visit) -> Filing:
    """What was typed, as intake takes it. Nothing is judged or mended here."""
    typed = visit.typed
    return Filing(
        ic=typed.get("ic", ""),
        name=typed.get("name", ""),
        department=typed.get("department", ""),
        ptj=typed.get("ptj") or None,
        phone=typed.get("phone", ""),
        email=typed.get("email", ""),
        whatsapp_consent=bool(typed.get("whatsapp_consent")),
        language=visit.language,
        module=typed.get("module", ""),
        title=typed.get("title", ""),
        description=typed.get("description", ""),
        confirmed=bool(typed.get("confirmed")),
        altcha=typed.get("altcha") or None,
        attachments=visit.enclosure().ids,
        linked_to=typed.get("linked_to") or None,
    )


async def _enclosed(visit: Visit) -> Enclosure:
    return await enclosed(visit, visit.desk.clients.intake.take)


def _refused_files(files: Enclosure) -> dict[str, str]:
    return {"attachments": files.error} if files.refused else {}


def _trouble(visit: Visit, fault: Unavailable, action: str) -> Response:
    return refusal.trouble(visit, fault, action, NAMES, LABELS)


async def _refused(visit: Visit, problem: Problem) -> Response:
    errors, notice = refusal.read(visit, problem, ON_PAGE)
    if files := _refused_files(visit.enclosure()):
        errors = {name: (errors | files)[name] for name in ON_PAGE if name in errors | files}
    if set(errors) == {"altcha"} or (notice and not errors):
        # nothing typed is wrong, so the answers stay in sight; the robot check is asked for afresh
        without = {name: value for name, value in visit.typed.items() if name != "altcha"}
        return await _answers(visit, errors, without, notice, refusal.status(problem))
    return await _form(visit, visit.typed, errors, notice, refusal.status(problem))


async def _form(
    visit: Visit,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    notice: str = "",
    status: int = 200,
    *,
    headers: Mapping[str, str] = OPEN,
) -> Response:
    try:
        form = await visit.desk.reference.form()
    except Unavailable as fault:
        if visit.request.method == "POST":
            return _trouble(visit, fault, "/semak")
        raise
    typed = {**typed, "key": typed.get("key") or str(uuid.uuid4())}
    return visit.page(
        "pages/form.html",
        status=status,
        headers=headers,
        switch=Switch("complaint", "/"),
        linked_number=_number_of(typed.get("linked_to", "")),
        form=form,
        typed=typed,
        key=typed["key"],
        errors=errors,
        notice=notice,
    )


async def _answers(
    visit: Visit,
    errors: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    typed = dict.fromkeys(ON_PAGE, "") | dict(visit.typed if typed is None else typed)
    form = await visit.desk.reference.form()
    department = form.department(typed["department"])
    module = form.module(typed["module"])
    ptj = form.ptj(typed["ptj"])
    return visit.page(
        "pages/check.html",
        status=status,
        headers=OPEN,
        switch=Switch("answers", "/semak"),
        typed=typed,
        linked_number=_number_of(typed["linked_to"]),
        names=NAMES,
        errors=errors,
        notice=notice,
        department=department.name if department else typed["department"],
        ptj=ptj.name if ptj else typed["ptj"],
        module=module.label(visit.language) if module else typed["module"],
    )


def _filed_before(visit: Visit, key: str) -> Response:
    """This very complaint was filed a moment ago, with another robot check: lead to its receipt, or say so."""
    sent, _, number = visit.request.cookies.get("dihantar", "").partition(".")
    if sent == key and number:
        return visit.redirect(f"/terima/{number}")
    return visit.page(
        "pages/message.html",
        heading=visit.t("receipt.twice"),
        lines=[visit.t("receipt.twice.text")],
        ways=[("/semakan", visit.t("nav.search")), ("/", visit.t("receipt.another"))],
        reference="",
    )


def _number_of(token: str) -> str:
    """The number that a tracking link says; whether it is a true one, intake judges."""
    said = token.split(".")
    return said[1] if len(said) == 4 and NUMBER.fullmatch(said[1]) else ""


def _packed(kept: Kept) -> str:
    """A receipt as a cookie can carry it."""
    return urlsafe_b64encode(msgspec.json.encode(kept)).decode()


def _unpacked(cookie: str) -> Kept | None:
    try:
        return msgspec.json.decode(urlsafe_b64decode(cookie), type=Kept)
    except (ValueError, msgspec.DecodeError):
        return None

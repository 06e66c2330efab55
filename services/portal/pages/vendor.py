"""The vendor's leg, opened by the signed link that the vendor's helpdesk gets by mail: the report, what followed, and a
form for an update or the answer.

No login: the address carries the right, and opens nothing but this leg, as long as it is open. It is read by GET, which
changes nothing (mail scanners follow links), and answered by POST. A link that opens nothing is a page not found.
"""

import uuid
from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, wrong
from services.portal.pages.enclosing import enclosed
from services.portal.pages.files import drawn, passed, taken
from services.portal.pages.tracking_shown import UNLINKED

router = APIRouter(prefix="/vendor", include_in_schema=False)

SAID = ("vendor_reference", "text", "attachments")
"""What the form sends, in its order."""
KEPT = ("key", "what", "vendor_reference", "text")
WHAT = {"kemas-kini": "update", "jawapan": "answer"}
"""The two buttons -> what workflow calls them."""


@router.get("/{token}")
async def leg(token: str, visit: Visiting) -> Response:
    """The leg. Changes nothing."""
    return await _show(visit, token, done=visit.request.query_params.get("siap", "") == "kemas-kini")


@router.post("/{token}")
async def leg_again(token: str, visit: Visiting) -> Response:
    """The leg again, with what was typed: in the other language, or without a file."""
    return await _show(visit, token)


@router.get("/{token}/hantar")
async def back(token: str, visit: Visiting) -> Response:
    """A GET sends nothing; it leads to the form."""
    return visit.redirect(f"/vendor/{token}")


@router.post("/{token}/hantar")
async def say(token: str, visit: Visiting) -> Response:
    """Send the update or the answer, once."""
    typed = visit.typed
    files = await enclosed(visit, partial(visit.desk.clients.vendor_leg.take, link=token))
    what = WHAT.get(typed.get("what", ""))
    if what is None or files.refused:
        return await _show(visit, token)
    body: dict[str, object] = {
        name: typed[name] for name in ("vendor_reference", "text") if typed.get(name, "").strip()
    }
    if files.ids:
        body["attachments"] = files.ids
    key = visit.key_of(what, *(typed.get(name, "") for name in ("vendor_reference", "text")), *files.words)
    try:
        await visit.desk.clients.vendor_leg.say(token, what, body, key)
    except Unavailable as fault:
        return refusal.trouble(visit, fault, visit.request.url.path, KEPT, {"text": "vendor.text"})
    except Problem as problem:
        if problem.status in (401, 404):
            return _nothing(visit)
        if problem.code not in ("key_reused", "still_running"):
            errors, notice = refusal.read(visit, problem, SAID)
            return await _show(visit, token, errors, notice, refusal.status(problem))
    return visit.redirect(f"/vendor/{token}?siap=kemas-kini") if what == "update" else _thanks(visit)


@router.post("/{token}/lampiran")
async def bring_one(token: str, visit: Visiting) -> Response:
    """Take one file of the form, as a script brings it."""
    return await taken(visit, partial(visit.desk.clients.vendor_leg.take, link=token))


@router.get("/{token}/lampiran/{id}")
async def fetch(token: str, id: str, visit: Visiting) -> Response:
    """A file of the leg, to be saved."""
    try:
        return passed(await visit.desk.clients.vendor_leg.file(token, id))
    except Problem as problem:
        if problem.status in (401, 404):
            return _nothing(visit)
        raise


@router.get("/{token}/lampiran/{id}/pratonton")
async def picture(token: str, id: str, visit: Visiting) -> Response:
    """The picture of that file."""
    return await drawn(visit.desk.clients.vendor_leg.file(token, id, preview=True))


async def _show(
    visit: Visit,
    token: str,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    *,
    done: bool = False,
) -> Response:
    try:
        if visit.request.method == "POST" and not visit.enclosures:
            await enclosed(visit, partial(visit.desk.clients.vendor_leg.take, link=token))
        found = await visit.desk.clients.vendor_leg.open(token)
        await visit.desk.reference.load_labels()
    except Unavailable as fault:
        if visit.request.method == "POST":
            return refusal.trouble(visit, fault, f"/vendor/{token}", KEPT, {"text": "vendor.text"})
        raise
    except Problem as problem:
        # 401: what stands in the address could not even be a token
        if problem.status in (401, 404):
            return _nothing(visit)
        raise
    errors = dict(errors or {})
    if visit.enclosure().refused:
        errors.setdefault("attachments", visit.enclosure().error)
    return visit.page(
        "pages/vendor.html",
        status=422 if errors and status == 200 else status,
        headers=UNLINKED,
        switch=Switch("answer", f"/vendor/{token}"),
        leg=found,
        path=f"/vendor/{token}",
        typed=visit.typed,
        errors=errors,
        notice=notice,
        done=done,
        key=visit.typed.get("key") or str(uuid.uuid4()),
        limit=32000,
    )


def _thanks(visit: Visit) -> Response:
    """The answer has ended the leg: its address opens nothing any more."""
    return visit.page(
        "pages/message.html",
        headers=UNLINKED,
        heading=visit.t("vendor.answered"),
        lines=[visit.t("vendor.answered.text")],
        ways=[],
        reference="",
    )


def _nothing(visit: Visit) -> Response:
    answered = wrong.page(visit, 404)
    answered.headers.update(UNLINKED)
    return answered

"""Semakan Aduan, and the thread that a signed link opens.

The link's address carries its right, so that page is read by GET and answered by POST and redirect. A search carries an
IC, which belongs in no address: its pages answer the POST itself, and what they change they change once, by the key of
the rendered form. What may be shown is query's to decide; a miss and a mismatch are one page.
"""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem, Proof, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.enclosure import Enclosure
from services.portal.pages import refusal
from services.portal.pages.enclosing import enclosed
from services.portal.pages.tracking_shown import known_form, not_opened, search_page, thread_page

router = APIRouter(include_in_schema=False)

SAID = ("text", "attachments", "close", "score", "comment", "ic", "name", "altcha")
"""What the reply form sends, in its order."""
KEPT = ("key", "number", "opened_with", "act", *SAID)
MESSAGE = re.compile(r"[A-Za-z0-9-]{1,64}")
"""The shape of a message's id; anything else in an address was not put there by us."""
SCORES = ("1", "2", "3", "4", "5")
Say = Callable[[Proof, str], Awaitable[str]]


@router.get("/semakan")
async def search(visit: Visiting) -> Response:
    """The empty search."""
    return search_page(visit)


@router.post("/semakan/borang")
async def search_again(visit: Visiting) -> Response:
    """The search with what was typed, in the other language."""
    return search_page(visit)


@router.post("/semakan")
async def find(visit: Visiting) -> Response:
    """Show what these numbers may show."""
    number, ic = (visit.typed.get(name, "").strip() for name in ("number", "ic"))
    if not number and not ic:
        return search_page(visit, {"ic": visit.t("track.empty")}, status=422)
    try:
        tracking = await visit.desk.clients.query.track(number=number.upper(), ic=ic)
        if tracking.kind == "sent":
            await visit.desk.clients.intake.send_links(ic, visit.language, visit.key_of("links", ic))
        await visit.desk.reference.load_labels()
    except Problem as problem:
        return not_opened(visit, "", problem)
    except Unavailable:
        return search_page(visit, notice=visit.t("error.503.text"), status=503)
    form = await known_form(visit)
    if tracking.kind == "status":
        return visit.page(
            "pages/status.html",
            switch=Switch("search", "/semakan"),
            tracking=tracking,
            typed={},
            errors={},
            key=str(uuid.uuid4()),
        )
    if tracking.kind == "thread":
        return thread_page(visit, tracking, "", {}, {}, form=form)
    return search_page(visit, outcome=tracking.kind, tracking=tracking, form=form)


@router.post("/semakan/lihat")
async def look_again(visit: Visiting) -> Response:
    """The thread of a search again, with what was typed, in the other language."""
    return await _show(visit, "")


@router.post("/semakan/balas")
async def reply_by_search(visit: Visiting) -> Response:
    """A reply from whoever knows the number, the IC and the name."""
    return await _reply(visit, "")


@router.post("/semakan/nilai")
async def rate_by_search(visit: Visiting) -> Response:
    """A rating from whoever knows the number, the IC and the name."""
    return await _rate(visit, "")


@router.get("/a/{token}")
async def thread(token: str, visit: Visiting) -> Response:
    """The whole public thread. Changes nothing: mail scanners open links too."""
    asked = visit.request.query_params
    after = asked.get("after", "")
    return await _show(visit, token, after=after if MESSAGE.fullmatch(after) else "", did=asked.get("did", ""))


@router.post("/a/{token}")
async def thread_again(token: str, visit: Visiting) -> Response:
    """The thread again, with what was typed, in the other language."""
    return await _show(visit, token)


@router.post("/a/{token}/balas")
async def reply(token: str, visit: Visiting) -> Response:
    """A reply, a closing, a refusal to close, a reopening."""
    return await _reply(visit, token)


@router.post("/a/{token}/nilai")
async def rate(token: str, visit: Visiting) -> Response:
    """The rating after a closing."""
    return await _rate(visit, token)


async def _reply(visit: Visit, token: str) -> Response:
    typed = visit.typed
    files = await _enclosed(visit)
    closing, pressed = bool(typed.get("close")), typed.get("act", "")
    if typed.get("website"):
        return await _show(visit, token, {"website": visit.t("form.trap.error")})
    if pressed == "not_solved" and closing:
        return await _show(visit, token, {"close": visit.t("say.both")})
    action = "close" if closing else pressed if pressed in ("not_solved", "reopen") else "answer"
    if action != "close" and not typed.get("text", "").strip():
        wanted = {"not_solved": "say.empty.not_solved", "reopen": "say.empty.reopen"}.get(action, "say.empty")
        return await _show(visit, token, {"text": visit.t(wanted)})
    if files.refused:
        return await _show(visit, token)

    async def say(proof: Proof, key: str) -> str:
        return await visit.desk.clients.intake.say(
            typed.get("number", ""),
            action,
            typed.get("text", ""),
            key,
            token=token or None,
            proof=proof,
            attachments=files.ids,
        )

    return await _act(visit, token, action, say)


async def _rate(visit: Visit, token: str) -> Response:
    typed = visit.typed
    if typed.get("score") not in SCORES:
        return await _show(visit, token, {"score": visit.t("rate.empty")})

    async def say(proof: Proof, key: str) -> str:
        return await visit.desk.clients.intake.rate(
            typed.get("number", ""),
            int(typed["score"]),
            typed.get("comment", ""),
            key,
            token=token or None,
            proof=proof,
        )

    return await _act(visit, token, "rate", say)


async def _act(visit: Visit, token: str, action: str, say: Say) -> Response:
    """Send it once, then show what became of it; by redirect where the address may carry the way back."""
    typed = visit.typed
    altcha = typed.get("altcha") or None
    proof = Proof(altcha=altcha) if token else Proof(typed.get("ic", ""), typed.get("name", ""), altcha)
    said = (typed.get(name, "") for name in ("number", "text", "comment", "score"))
    try:
        message = await say(proof, visit.key_of(action, *said, *visit.enclosure().words))
    except Unavailable as fault:
        return _trouble(visit, fault)
    except Problem as problem:
        if problem.status == 404 and not token:
            # a wrong IC, a wrong name and no such complaint are one answer
            return await _show(visit, token, {"name": visit.t("say.mismatch")})
        if problem.status in (401, 404):
            return not_opened(visit, token, problem)
        if problem.code not in ("key_reused", "still_running"):
            errors, notice = refusal.read(visit, problem, SAID)
            return await _show(visit, token, errors, notice, refusal.status(problem))
        # sent a moment ago with another robot check: it is on the thread, or will be
        message = ""
    if token:
        asked = urlencode({"after": message, "did": action} if message else {})
        return visit.redirect(f"/a/{token}?{asked}" if asked else f"/a/{token}")
    return await _show(visit, token, after=message, did=action)


async def _show(
    visit: Visit,
    token: str,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    *,
    after: str = "",
    did: str = "",
) -> Response:
    """The thread, however it was opened, with what is wrong on top and everything typed still in its place."""
    typed = visit.typed
    if did:
        # what was just sent is on the thread now; the form is empty for the next word
        visit.enclosures.clear()
    elif visit.request.method == "POST" and not visit.enclosures:
        await _enclosed(visit)
    track = visit.desk.clients.query.track
    try:
        if token:
            tracking = await track(token=token, after=after)
        else:
            tracking = await track(number=typed.get("number", ""), ic=typed.get("opened_with", ""), after=after)
        await visit.desk.reference.load_labels()
        form = await known_form(visit)
    except Unavailable as fault:
        if visit.request.method == "POST":
            return _trouble(visit, fault)
        raise
    except Problem as problem:
        return not_opened(visit, token, problem)
    errors = dict(errors or {})
    if not did and visit.enclosure().refused:
        errors.setdefault("attachments", visit.enclosure().error)
    status = 422 if errors and status == 200 else status
    kept = {} if did else dict(typed)
    return thread_page(visit, tracking, token, kept, errors, notice, status, did=did, form=form, after=after)


async def _enclosed(visit: Visit) -> Enclosure:
    return await enclosed(visit, visit.desk.clients.intake.take)


def _trouble(visit: Visit, fault: Unavailable) -> Response:
    return refusal.trouble(visit, fault, visit.request.url.path, KEPT, {"text": "say.text", "comment": "rate.comment"})

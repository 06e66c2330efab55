"""One's own account: the password, the sessions, the language. And the page that comes before all others where somebody
else knows the password too."""

import contextlib
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.clients.door import part
from services.portal.desk import YEAR, Switch, Visit, Visiting
from services.portal.enclosure import is_kept
from services.portal.pages import refusal, wrong
from services.portal.pages import staff_reading as reading
from services.portal.session import Entered, Staff, kept_of, login_needed, onward, session_of
from services.portal.words import LANGUAGES

router = APIRouter(prefix="/staf", include_in_schema=False)

PLACE = "/staf/akaun"
FIRST = "/staf/kata-laluan"
FIELDS = ("current", "new", "repeat")
DONE = ("kata-laluan", "sesi", "bahasa")
WORTH_READING = 40
"""Characters from which on a kept field is a text somebody wrote, and shown."""


class OwnSession(msgspec.Struct, frozen=True):
    """A place where one is logged in."""

    id: str
    begun_at: datetime
    seen_at: datetime
    address: str = ""
    browser: str = ""
    current: bool = False


def go_on(visit: Visit, found: Pass) -> Response:
    """After a login: first a password of one's own where that is due, then what had been typed, then where it led."""
    if found.must_change:
        return change_first(visit)
    kept = kept_of(visit)
    if kept is None:
        return visit.redirect(onward(visit.typed.get("next", "")))
    visit.staff = found
    words = [value for name, value in kept.sent if len(value) > WORTH_READING and not is_kept(name)]
    return visit.page("staff/kept.html", kept=kept, words=words)


def change_first(
    visit: Visit, errors: dict[str, str] | None = None, notice: str = "", *, status: int = 200
) -> Response:
    """The form for a password of one's own; it carries along what a login carries."""
    return visit.page(
        "pages/password_first.html",
        status=status,
        switch=Switch("password", FIRST),
        typed={name: visit.typed.get(name, "") for name in ("next", "kept")},
        then=onward(visit.typed.get("next") or visit.request.query_params.get("next", "")),
        errors=errors or {},
        notice=notice,
    )


@router.get("/kata-laluan")
async def first(visit: Visiting, entered: Entered) -> Response:
    """A password of one's own, before anything else."""
    return change_first(visit) if entered.must_change else visit.redirect(PLACE)


@router.post("/kata-laluan")
async def set_first(visit: Visiting, entered: Entered) -> Response:
    """Change it and go on to where the login led."""
    if "lang" in visit.typed:
        return change_first(visit)
    if not entered.must_change:
        return go_on(visit, entered)
    errors, notice, status = await _change(visit)
    if status:
        return change_first(visit, errors, notice, status=status)
    return go_on(visit, await visit.desk.sessions.current(session_of(visit) or ""))


@router.get("/akaun")
async def show(visit: Visiting, staff: Staff) -> Response:
    """Akaun saya."""
    return await _page(visit, staff)


@router.post("/akaun/kata-laluan")
async def change(visit: Visiting, staff: Staff) -> Response:
    """Change one's password; the form again with what is wrong."""
    if "lang" in visit.typed:
        return await _page(visit, staff)
    errors, notice, status = await _change(visit)
    if status:
        return await _page(visit, staff, errors, notice, status=status)
    return _done("kata-laluan", visit)


@router.post("/akaun/sesi/{session}")
async def end(session: str, visit: Visiting, staff: Staff) -> Response:
    """End one of one's sessions; one that has ended meanwhile is as good."""
    try:
        await visit.desk.clients.workflow.send("DELETE", f"/v1/sessions/{part(session)}", None, staff.token)
    except Problem as problem:
        if problem.status not in (404, 422):
            raise
    return _done("sesi", visit)


@router.post("/akaun/bahasa")
async def speak(visit: Visiting, staff: Staff) -> Response:
    """In which language pages and mails speak from now on."""
    language = visit.typed.get("language", "")
    if language not in LANGUAGES:
        return wrong.page(visit, 404)
    await visit.desk.clients.workflow.send("PUT", "/v1/sessions/language", {"language": language}, staff.token)
    visit.desk.sessions.forget(session_of(visit) or "")
    response = _done("bahasa", visit)
    visit.cookie(response, "lang", language, max_age=YEAR)
    return response


def _done(what: str, visit: Visit) -> Response:
    return visit.redirect(f"{PLACE}?{urlencode({'simpan': what})}")


async def _change(visit: Visit) -> tuple[dict[str, str], str, int]:
    """What is wrong with the fields, with the rest, and the page's status; 0 once it is done."""
    typed = visit.typed
    errors = {name: visit.t(f"password.empty.{name}") for name in FIELDS if not typed.get(name)}
    if not errors and typed["new"] != typed["repeat"]:
        errors["repeat"] = visit.t("password.differ")
    if errors:
        return errors, "", 422
    try:
        await visit.desk.sessions.change_password(session_of(visit) or "", typed["current"], typed["new"])
    except Unavailable:
        return {}, visit.t("error.503.text"), 503
    except Problem as problem:
        if problem.status == 401:
            raise login_needed(visit) from problem
        errors, notice = refusal.read(visit, problem, FIELDS)
        return errors, notice, refusal.status(problem)
    return {}, "", 0


async def _page(
    visit: Visit, staff: Pass, errors: dict[str, str] | None = None, notice: str = "", *, status: int = 200
) -> Response:
    sessions: list[OwnSession] = []
    with contextlib.suppress(Unavailable):
        found = await visit.desk.clients.workflow.get("/v1/sessions", staff.token)
        sessions = reading.shaped(found["items"], list[OwnSession])
    done = visit.request.query_params.get("simpan", "")
    return visit.page(
        "staff/account.html",
        status=status,
        place=PLACE,
        badge=await reading.badge(visit, staff),
        switch=Switch("password", "/staf/akaun/kata-laluan") if visit.typed else None,
        sessions=sorted(sessions, key=lambda one: not one.current),
        languages=LANGUAGES,
        errors=errors or {},
        notice=notice,
        done=done if done in DONE else "",
    )

"""Log in, log out. The password goes to workflow and is forgotten here."""

import contextlib

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import account, refusal
from services.portal.session import drop_session, onward, session_of, set_session

router = APIRouter(include_in_schema=False)


@router.get("/log-masuk")
async def login(visit: Visiting) -> Response:
    """The login form; `next` is where it leads."""
    return _form(visit, {}, out="keluar" in visit.request.query_params)


@router.post("/log-masuk")
async def log_in(visit: Visiting) -> Response:
    """Begin a session. A wrong IC and a wrong password are one sentence."""
    if "lang" in visit.typed:
        return _form(visit, {})
    errors = {
        name: visit.t(f"login.empty.{name}") for name in ("ic", "password") if not visit.typed.get(name, "").strip()
    }
    if errors:
        return _form(visit, errors, status=422)
    try:
        browser = visit.request.headers.get("user-agent", "")
        found = await visit.desk.sessions.log_in(visit.typed["ic"].strip(), visit.typed["password"], browser)
    except Problem as problem:
        if problem.status == 429:
            return _form(visit, {}, visit.t("login.locked", n=refusal.minutes(problem.retry_after)), status=429)
        return _form(visit, {"ic": visit.t("login.failed")}, status=422)
    except Unavailable:
        return _form(visit, {}, visit.t("error.503.text"), status=503)
    response = account.go_on(visit, found)
    set_session(visit, response, found.session)
    return response


def ask_again(visit: Visit, kept: str) -> Response:
    """The session ended while somebody was typing: the login form, which carries `kept` along."""
    return _form(visit, {}, visit.t("login.again"), status=401, kept=kept)


@router.get("/log-keluar")
async def leaving(visit: Visiting) -> Response:
    """A GET ends nothing; it leads to where the button is."""
    return visit.redirect("/staf")


@router.post("/log-keluar")
async def log_out(visit: Visiting) -> Response:
    """End the session, here and at workflow; the browser forgets it even while workflow is away."""
    if session := session_of(visit):
        with contextlib.suppress(Problem, Unavailable):
            await visit.desk.sessions.log_out(session)
    response = visit.redirect("/log-masuk?keluar=1")
    drop_session(visit, response)
    return response


def _form(
    visit: Visit,
    errors: dict[str, str],
    notice: str = "",
    *,
    status: int = 200,
    out: bool = False,
    kept: str = "",
) -> Response:
    then = onward(visit.typed.get("next") or visit.request.query_params.get("next", ""))
    return visit.page(
        "pages/login.html",
        status=status,
        switch=Switch("login", "/log-masuk"),
        typed={"ic": "" if kept else visit.typed.get("ic", ""), "kept": kept or visit.typed.get("kept", "")},
        errors=errors,
        notice=notice,
        then=then,
        out=out,
        changed="tukar" in visit.request.query_params,
    )

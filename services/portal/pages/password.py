"""A forgotten password: a link is asked for, and the mailed link opens a form. Opening it changes nothing, and neither
page tells whether there is such an account. The link is a right: it is in no log, and no other page learns it."""

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal
from services.portal.pages.tracking_shown import UNLINKED

router = APIRouter(include_in_schema=False)

FORGOTTEN = "/lupa-kata-laluan"
FIELDS = ("password", "repeat")


@router.get("/lupa-kata-laluan")
async def forgotten(visit: Visiting) -> Response:
    """Whose password is it?"""
    return _ask(visit, sent="hantar" in visit.request.query_params)


@router.post("/lupa-kata-laluan")
async def ask(visit: Visiting) -> Response:
    """Have a link mailed, if there is somebody to mail it to: the answer is the same."""
    if "lang" in visit.typed:
        return _ask(visit)
    ic = visit.typed.get("ic", "").strip()
    if not ic:
        return _ask(visit, {"ic": visit.t("login.empty.ic")}, status=422)
    try:
        await visit.desk.clients.workflow.ask_reset(ic)
    except Unavailable:
        return _ask(visit, {}, visit.t("error.503.text"), status=503)
    except Problem as problem:
        errors, notice = refusal.read(visit, problem, ("ic",))
        return _ask(visit, errors, notice, status=refusal.status(problem))
    return visit.redirect(f"{FORGOTTEN}?hantar=1")


@router.get("/kata-laluan/{token}")
async def choose(token: str, visit: Visiting) -> Response:
    """The form for a new password. Whether the link still opens, only sending it tells: mail scanners open links."""
    return _form(visit, token)


@router.post("/kata-laluan/{token}")
async def reset(token: str, visit: Visiting) -> Response:
    """Set the password, once."""
    if "lang" in visit.typed:
        return _form(visit, token)
    typed = visit.typed
    errors = {name: visit.t(f"password.empty.{name}") for name in FIELDS if not typed.get(name)}
    if not errors and typed["password"] != typed["repeat"]:
        errors["repeat"] = visit.t("password.differ")
    if errors:
        return _form(visit, token, errors, status=422)
    try:
        await visit.desk.clients.workflow.reset_password(token, typed["password"])
    except Unavailable:
        return _form(visit, token, {}, visit.t("error.503.text"), status=503)
    except Problem as problem:
        errors, notice = refusal.read(visit, problem, FIELDS)
        if problem.status == 404 or not (errors or problem.status == 429):
            # nothing in such a form can be put right
            return _over(visit)
        return _form(visit, token, errors, notice, status=refusal.status(problem))
    return visit.redirect("/log-masuk?tukar=1")


def _ask(
    visit: Visit, errors: dict[str, str] | None = None, notice: str = "", *, status: int = 200, sent: bool = False
) -> Response:
    return visit.page(
        "pages/password_forgotten.html",
        status=status,
        switch=Switch("forgotten", FORGOTTEN),
        typed={"ic": visit.typed.get("ic", "")},
        errors=errors or {},
        notice=notice,
        sent=sent,
    )


def _form(
    visit: Visit, token: str, errors: dict[str, str] | None = None, notice: str = "", *, status: int = 200
) -> Response:
    action = f"/kata-laluan/{token}"
    return visit.page(
        "pages/password_reset.html",
        status=status,
        headers=UNLINKED,
        switch=Switch("reset", action),
        action=action,
        errors=errors or {},
        notice=notice,
    )


def _over(visit: Visit) -> Response:
    return visit.page(
        "pages/message.html",
        status=404,
        headers=UNLINKED,
        heading=visit.t("password.over"),
        lines=[visit.t("password.over.text")],
        ways=[(FORGOTTEN, visit.t("password.ask")), ("/log-masuk", visit.t("login"))],
        reference="",
    )

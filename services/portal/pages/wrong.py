"""The pages for what went wrong: in the visitor's language, with a way on, and never a word of the inside."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Scope

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Desk, Visit
from services.portal.pages import refusal
from services.portal.pages.login import ask_again
from services.portal.session import ChangeFirst, LoginNeeded, drop_session, login_needed

TOLD = (403, 404, 405, 413, 429, 500, 503)


def page(visit: Visit, status: int, *, retry_after: int = 0, key: str = "") -> HTMLResponse:
    """The page for that status. `key` names other words than the status's own."""
    key = key or f"error.{status if status in TOLD else 500 if status >= 500 else 404}"
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    staff = visit.staff is not None
    if staff:
        ways = [("/staf", visit.t("dashboard")), ("/staf/peti", visit.t("inbox"))]
    else:
        ways = [("/", visit.t("nav.new")), ("/semakan", visit.t("nav.search"))]
    return visit.page(
        "staff/message.html" if staff else "pages/message.html",
        status=status,
        headers=headers,
        heading=visit.t(key),
        lines=[visit.t(f"{key}.text", n=refusal.minutes(retry_after)), visit.t("trouble.call")]
        if status in (500, 503)
        else [visit.t(f"{key}.text", n=refusal.minutes(retry_after))],
        ways=ways,
        reference=visit.request.scope.get("request_id", "") if status == 500 else "",
    )


def install(app: FastAPI, desk: Desk) -> Callable[[Scope, int], Awaitable[ASGIApp]]:
    """Answer every error with a page. Gives back what renders the page for errors outside any route."""

    def visiting(request: Request) -> Visit:
        # a visit that a route has begun knows the staff member and the form; otherwise there is only the address
        begun = getattr(request.state, "visit", None)
        return begun if isinstance(begun, Visit) else Visit(request, desk, {})

    async def unavailable(request: Request, error: Exception) -> Response:
        return page(visiting(request), 503, retry_after=getattr(error, "retry_after", 30))

    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - the handler is registered for this class only
        visit = visiting(request)
        if error.status == 401 and visit.staff is not None:
            # logged out, or disabled, since the token at hand was made
            return await login(request, login_needed(visit))
        if error.status == 403:
            return page(visit, 403, key="error.denied")
        known = error.status in (404, 429)
        return page(visit, error.status if known else 500, retry_after=error.retry_after)

    async def http(request: Request, error: Exception) -> Response:
        return page(visiting(request), getattr(error, "status_code", 500))

    async def login(request: Request, error: Exception) -> Response:
        assert isinstance(error, LoginNeeded)  # noqa: S101 - the handler is registered for this class only
        visit = visiting(request)
        response: Response
        if request.headers.get("hx-request"):
            # a fragment cannot show a login page: the whole page goes there
            response = Response(status_code=204, headers={"HX-Redirect": error.url})
        elif error.kept:
            response = ask_again(visit, error.kept)
        else:
            response = visit.redirect(error.url)
        drop_session(visit, response)
        return response

    async def change_first(request: Request, error: Exception) -> Response:
        assert isinstance(error, ChangeFirst)  # noqa: S101 - the handler is registered for this class only
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": error.url})
        return visiting(request).redirect(error.url)

    app.add_exception_handler(Unavailable, unavailable)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(LoginNeeded, login)
    app.add_exception_handler(ChangeFirst, change_first)

    async def fault(scope: Scope, status: int) -> ASGIApp:
        return page(visiting(Request(scope)), status)

    return fault

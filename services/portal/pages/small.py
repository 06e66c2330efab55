"""Small answers: the robot check's challenge, what crawlers may read, the icon that browsers ask for unasked."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from services.portal.clients import Problem, Unavailable
from services.portal.desk import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/robot")
async def robot(visit: Visiting) -> Response:
    """A fresh challenge from intake, for the widget. It reads the status alone, so no page is made of a refusal."""
    try:
        challenge = await visit.desk.clients.intake.challenge()
    except Problem as problem:
        return Response(status_code=problem.status)
    except Unavailable:
        return Response(status_code=503)
    return Response(challenge, media_type="application/json")


@router.get("/robots.txt")
async def robots() -> Response:
    """Crawlers may read what is public; threads, receipts and staff pages are nobody's to index."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /a/\nDisallow: /terima/\nDisallow: /staf\nDisallow: /log-masuk\n"
        "Disallow: /kata-laluan/\n"
    )


@router.get("/favicon.ico")
async def favicon(visit: Visiting) -> Response:
    """Where the icon is."""
    return RedirectResponse(visit.desk.assets.url("picture/mark.svg"), status_code=302)

"""What an open staff page hears by itself: the live channel and the badge."""

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from services.portal.clients import Pass
from services.portal.desk import Visiting
from services.portal.session import Staff, session_of

router = APIRouter(prefix="/staf", include_in_schema=False)


@router.get("/langsung")
async def live(visit: Visiting, _: Staff) -> Response:
    """Server-sent events: `projected` {number, version} for complaints the reader may see, `ended` at a logout."""
    session = session_of(visit) or ""
    sessions = visit.desk.sessions

    async def current() -> Pass:
        return await sessions.current(session)

    return StreamingResponse(
        visit.desk.live.stream(current),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/lencana")
async def badge(visit: Visiting, staff: Staff) -> Response:
    """How many complaints wait for the reader's first act, as the piece of the menu that shows it."""
    return visit.page("parts/badge.html", badge=await visit.desk.clients.query.badge(staff.token))

"""The staff's pages. Papan Pemuka is where a login leads."""

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.desk import Visiting
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)


@router.get("")
async def dashboard(visit: Visiting, staff: Staff) -> Response:
    """Who is logged in, and how many complaints wait for their first act."""
    badge = await visit.desk.clients.query.badge(staff.token)
    return visit.page("staff/dashboard.html", badge=badge, place="/staf")

"""Pages that only tell: the guides, privacy, security, disclaimer, sitemap. One text a language, written as prose."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.desk import Visit, Visiting
from services.portal.pages import staff_reading as reading
from services.portal.session import Staff

router = APIRouter(include_in_schema=False)

PAGES = {
    "panduan": "nav.guide",
    "privasi": "foot.privacy",
    "keselamatan": "foot.security",
    "penafian": "foot.disclaimer",
    "peta-laman": "foot.sitemap",
}
"""Address to the key of its title; the text is `templates/about/<address>.<language>.html`."""


def _telling(name: str, key: str) -> Callable[[Visit], Awaitable[Response]]:
    async def tell(visit: Visiting) -> Response:
        title = visit.t(key)
        return visit.page(
            "pages/about.html",
            headers={"Cache-Control": "private, no-cache"},
            heading=title,
            prose=f"about/{name}.{visit.language}.html",
            crumbs=[("", title)],
            section=f"/{name}",
        )

    return tell


@router.get("/staf/panduan")
async def guide(visit: Visiting, staff: Staff) -> Response:
    """The guide for staff: the parts of the reader's own roles."""
    return visit.page("staff/guide.html", place="", badge=await reading.badge(visit, staff))


for _name, _key in PAGES.items():
    router.add_api_route(f"/{_name}", _telling(_name, _key), methods=["GET"], name=_name)

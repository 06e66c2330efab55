"""Files by themselves: one that a script brings while the form is still being filled in, and one that is fetched.

What is fetched is query's to allow. It is never shown as a page of ours: a download, or a picture made of it.
"""

import re
from collections.abc import AsyncIterator, Awaitable
from functools import partial

import httpx2
from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from services.portal.clients import Problem, Unavailable
from services.portal.clients.files import KINDS, File
from services.portal.desk import Visit, Visiting
from services.portal.pages.enclosing import Take, bring
from services.portal.session import Staff

router = APIRouter(include_in_schema=False)

FORMS = re.compile(
    r"/(semak|lampiran)?|/a/[^/]+(/balas|/nilai)?|/semakan/(lihat|balas|nilai)"
    r"|/vendor/[^/]+(/hantar|/lampiran)?"
    r"|/staf/lampiran|/staf/aduan/[^/]+/(tindakan|hubungan)"
)
"""The paths that a form with files is sent to, in whole or file by file."""
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}
PASSED = ("content-length", "content-disposition", "cache-control", "etag")


@router.post("/lampiran")
async def bring_one(visit: Visiting) -> Response:
    """Take one file of a visitor's form; the piece of the page that carries it, or why not."""
    return await taken(visit, visit.desk.clients.intake.take)


@router.post("/staf/lampiran")
async def bring_one_of_staff(visit: Visiting, staff: Staff) -> Response:
    """Take one file of a member of staff's form."""
    return await taken(visit, partial(visit.desk.clients.workflow.take, token=staff.token))


@router.get("/a/{token}/lampiran/{id}")
async def fetch(token: str, id: str, visit: Visiting) -> Response:
    """A file of the thread that the link opens."""
    return passed(await visit.desk.clients.query.file(id, link=token))


@router.get("/a/{token}/lampiran/{id}/pratonton")
async def picture(token: str, id: str, visit: Visiting) -> Response:
    """The picture of that file, for the thread."""
    return await drawn(visit.desk.clients.query.file(id, preview=True, link=token))


@router.post("/semakan/lampiran/{id}")
async def fetch_by_search(id: str, visit: Visiting) -> Response:
    """A file of the thread that number and IC opened: posted, so that the IC is in no address."""
    number, ic = (visit.typed.get(name, "") for name in ("number", "opened_with"))
    return passed(await visit.desk.clients.query.file_of(id, number, ic))


@router.get("/semakan/lampiran/{id}")
async def back_to_search(visit: Visiting) -> Response:
    """Nothing is fetched without the numbers; they are asked for there."""
    return visit.redirect("/semakan")


@router.get("/staf/lampiran/{id}")
async def fetch_as_staff(id: str, visit: Visiting, staff: Staff) -> Response:
    """A file of a complaint that the reader may read."""
    return passed(await visit.desk.clients.query.file(id, token=staff.token))


@router.get("/staf/lampiran/{id}/pratonton")
async def picture_as_staff(id: str, visit: Visiting, staff: Staff) -> Response:
    """The picture of that file."""
    return await drawn(visit.desk.clients.query.file(id, preview=True, token=staff.token))


async def drawn(asked: Awaitable[httpx2.Response]) -> Response:
    """The picture, or an empty answer: a page would not be seen in a picture's place."""
    try:
        return passed(await asked)
    except Problem as problem:
        return Response(status_code=problem.status)
    except Unavailable:
        return Response(status_code=503)


def passed(found: httpx2.Response) -> Response:
    """The file as it comes, under headers that let a browser do nothing with it but keep it, or draw a picture."""

    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in found.aiter_bytes():
                yield piece
        finally:
            await found.aclose()

    headers = {"content-disposition": "attachment"} | {
        name: found.headers[name] for name in PASSED if name in found.headers
    }
    kind = found.headers.get("content-type", "")
    return StreamingResponse(
        pieces(),
        media_type=kind if kind in KINDS else "application/octet-stream",
        headers={**headers, **SAFE},
    )


async def taken(visit: Visit, take: Take) -> Response:
    """The piece of the page that carries the one file of this form, or why it was not taken."""
    if not visit.chosen:
        return PlainTextResponse(visit.t("file.none"), 422)
    one = await bring(visit, take, visit.chosen[0])
    if not isinstance(one, File):
        return PlainTextResponse(one.why, 422)
    scope = visit.chosen[0].field.partition(".")[2]
    return visit.page("parts/file_taken.html", status=201, file=one, scope=scope)

"""Mel Tertahan: answers by mail that were not passed on, for Admin to read, let through or discard."""

import asyncio
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Problem
from services.portal.desk import Visiting
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)

PLACE = "/staf/mel-tertahan"
DECISIONS = {"teruskan": "let_through", "buang": "discard"}
"""What the page's buttons say -> what intake calls it."""
LONGEST_WHY = 500


class File(msgspec.Struct, frozen=True):
    """A file that came with a mail, not checked yet."""

    name: str
    size: int


class Look(msgspec.Struct, frozen=True):
    """Who opened it."""

    at: datetime
    name: str


class Mail(msgspec.Struct, frozen=True):
    """A held mail; its text, sender and looks only where it was opened."""

    id: str
    at: datetime
    status: str
    reason: str
    sender_masked: str
    subject: str
    may_go_on: bool
    complaint: str | None = None
    person: str | None = None
    files: list[File] = []
    decided_at: datetime | None = None
    decided_by: str | None = None
    why: str | None = None
    sender: str | None = None
    text: str = ""
    looks: list[Look] = []


class Mails(msgspec.Struct, frozen=True):
    """A page of them, newest first."""

    items: list[Mail]
    as_of: datetime
    next: str | None = None


@router.get("/mel-tertahan")
async def held_mails(visit: Visiting, staff: Staff) -> Response:
    """What waits for a decision, or what has been decided."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    asked = visit.request.query_params
    decided = asked.get("senarai") == "diputuskan"
    page, badge = await asyncio.gather(
        _page(visit, staff.token, decided=decided, after=asked.get("after") or None), reading.badge(visit, staff)
    )
    more = {**({"senarai": "diputuskan"} if decided else {}), "after": page.next or ""}
    done = asked.get("siap", "")
    return visit.page(
        "staff/held_mails.html",
        place=PLACE,
        badge=badge,
        page=page,
        decided=decided,
        done=done if done in DECISIONS else None,
        next_url=f"{PLACE}?{urlencode(more)}" if page.next else None,
    )


@router.get("/mel-tertahan/{mail}")
async def held_mail(mail: str, visit: Visiting, staff: Staff) -> Response:
    """One of them, its sender's address too: the look is on record."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    return await _shown(mail, visit, staff, error=None)


@router.post("/mel-tertahan/{mail}")
async def decide(mail: str, visit: Visiting, staff: Staff) -> Response:
    """Let it through, or discard it: once."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    said = visit.typed.get("keputusan", "")
    if said not in DECISIONS:
        return wrong.page(visit, 404)
    why = visit.typed.get("sebab", "").strip()[:LONGEST_WHY]
    try:
        await visit.desk.clients.held_mails.decide(mail, DECISIONS[said], why, staff.token)
    except Problem as problem:
        if problem.status != 409:
            raise
        return await _shown(mail, visit, staff, error=problem.text[visit.language])
    return visit.redirect(f"{PLACE}?{urlencode({'siap': said})}")


async def _page(visit: Visiting, token: str, *, decided: bool, after: str | None) -> Mails:
    """From there on; a place that is none is the beginning."""
    try:
        found = await visit.desk.clients.held_mails.page(token, decided=decided, after=after)
    except Problem as problem:
        if problem.status != 422 or after is None:
            raise
        return await _page(visit, token, decided=decided, after=None)
    return reading.shaped(found, Mails)


async def _shown(mail: str, visit: Visiting, staff: Staff, *, error: str | None) -> Response:
    found, badge = await asyncio.gather(
        visit.desk.clients.held_mails.one(mail, staff.token), reading.badge(visit, staff)
    )
    return visit.page(
        "staff/held_mail.html",
        status=409 if error else 200,
        place=PLACE,
        badge=badge,
        mail=reading.shaped(found, Mail),
        error=error,
    )

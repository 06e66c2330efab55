"""Asking query and workflow on behalf of a member of staff, and remembering how far the reader has seen.

After an act a short-lived cookie holds `<number>:<version>`; lists are asked to have come that far, so that nobody is
shown a list from before their own act.
"""

from typing import Any, TypeVar

import msgspec
from starlette.responses import Response

from services.portal.clients import Form, Pass, Problem, Text, Unavailable
from services.portal.clients.door import part
from services.portal.desk import Visit
from services.portal.pages.staff_shapes import Detail, Inbox, Solved
from services.portal.pages.staff_standing import Advice, Away, Happened, Member, Pic, Result, Standing
from services.portal.pages.times_shapes import Schedule

T = TypeVar("T")

SEEN = "seen"
SEEN_SECONDS = 30


def shaped(answer: Any, shape: type[T]) -> T:
    """The answer in that shape. One that does not fit is as good as none."""
    try:
        return msgspec.convert(answer, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Unavailable("query") from error


def remember(visit: Visit, response: Response, number: str, version: int) -> None:
    """The reader has just moved this complaint to this version."""
    visit.cookie(response, SEEN, f"{number}:{version}", max_age=SEEN_SECONDS, path="/staf")


def seen(visit: Visit) -> str | None:
    """How far the reader has seen, if they acted a moment ago."""
    return visit.request.cookies.get(SEEN) or None


async def inbox(visit: Visit, staff: Pass, **asked: object) -> Inbox:
    """A folder with the counts of all."""
    asked.setdefault("seen", seen(visit))
    return shaped(await visit.desk.clients.query.get("/v1/inbox", staff.token, **asked), Inbox)


async def listed(visit: Visit, staff: Pass, **asked: object) -> Inbox:
    """A list over all folders."""
    asked.setdefault("seen", seen(visit))
    return shaped(await visit.desk.clients.query.get("/v1/complaints", staff.token, **asked), Inbox)


async def badge(visit: Visit, staff: Pass) -> int:
    """How many complaints wait for the reader's first act; a page about something else does without."""
    try:
        found = await visit.desk.clients.query.get("/v1/badge", staff.token, seen=seen(visit))
    except (Problem, Unavailable):
        return 0
    return int(found.get("badge", 0))


async def standing(visit: Visit, staff: Pass, number: str) -> Standing:
    """The complaint as workflow has it. Raises `Problem` 404 where it is not the reader's."""
    return shaped(await visit.desk.clients.workflow.complaint(number, staff.token), Standing)


async def detail(visit: Visit, staff: Pass, number: str, version: int) -> Detail | None:
    """The complaint as query has it, at that version if it comes in time; none where query has not heard of it."""
    path = f"/v1/complaints/{part(number)}"
    try:
        found = await visit.desk.clients.query.get(path, staff.token, seen=f"{number}:{version}")
    except Problem as problem:
        if problem.status == 404:
            return None
        raise
    return shaped(found, Detail)


async def pics_for(visit: Visit, staff: Pass, number: str) -> list[Pic]:
    """To whom Admin may hand the complaint, the suggested first."""
    found = await visit.desk.clients.workflow.get(f"/v1/complaints/{part(number)}/suggested-pics", staff.token)
    return shaped(found["items"], list[Pic])


async def advice_for(visit: Visit, staff: Pass, number: str) -> Advice | None:
    """Which priority the complaint suggests; the page does without while workflow does not say."""
    try:
        found = await visit.desk.clients.workflow.get(f"/v1/complaints/{part(number)}/suggested-priority", staff.token)
        return shaped(found, Advice)
    except (Problem, Unavailable):
        return None


async def everybody(visit: Visit, staff: Pass) -> list[Member]:
    """All staff."""
    return shaped((await visit.desk.clients.workflow.get("/v1/staff", staff.token))["items"], list[Member])


async def members(visit: Visit, staff: Pass) -> list[Member]:
    """All staff, for those who may know; nobody for the others, or while workflow is away."""
    if {"ADMIN", "MANAGEMENT"}.isdisjoint(staff.staff.roles):
        return []
    try:
        return await everybody(visit, staff)
    except Unavailable:
        return []


async def away(visit: Visit, staff: Pass) -> dict[str, Away]:
    """Who is away today, by their id. A list can do without."""
    try:
        found = await visit.desk.clients.workflow.get("/v1/absences", staff.token)
    except (Problem, Unavailable):
        return {}
    return {one.staff.id: one for one in shaped(found["items"], list[Away]) if one.state == "now"}


async def happened(visit: Visit, staff: Pass, number: str) -> list[Happened]:
    """The audit trail."""
    found = await visit.desk.clients.workflow.get(f"/v1/complaints/{part(number)}/events", staff.token)
    return shaped(found["items"], list[Happened])


async def schedule(visit: Visit, staff: Pass, number: str, *, outsider: bool) -> Schedule | None:
    """The complaint's clocks and rules; a page does without where the reader may not know, or workflow is away."""
    if outsider:
        return None
    try:
        found = await visit.desk.clients.workflow.get(f"/v1/complaints/{part(number)}/schedule", staff.token)
    except (Problem, Unavailable):
        return None
    return shaped(found, Schedule)


async def solved(visit: Visit, staff: Pass, words: str, limit: int) -> list[Solved]:
    """Solved problems by words, best first."""
    found = await visit.desk.clients.query.get("/v1/solutions", staff.token, q=words, limit=limit)
    return shaped(found["items"], list[Solved])


async def choices(visit: Visit) -> Form | None:
    """Modules and departments; a staff page can do without while intake is away."""
    try:
        return await visit.desk.reference.form()
    except Unavailable:
        return None


def result_of(visit: Visit, result: dict[str, Any]) -> Result:
    """One of many in the page's language: the fields' sentences where there are any, otherwise the problem's own."""
    problem = result.get("problem") or {}
    errors = [Text(ms=str(one.get("ms", "")), en=str(one.get("en", ""))) for one in problem.get("errors") or []]
    messages = problem.get("messages") or {}
    own = Text(ms=str(messages.get("ms", "")), en=str(messages.get("en", "")))
    why = " ".join(one[visit.language] for one in errors) or own[visit.language]
    pic = result.get("pic") or {}
    return Result(str(result.get("number", "")), bool(result.get("ok")), why, str(pic.get("name", "")))

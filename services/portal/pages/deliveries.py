"""Penghantaran: what was sent to whom, why, and what became of it; of one complaint, and of all."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.desk import Visit, Visiting
from services.portal.pages import notices_told as told
from services.portal.pages import staff_reading as reading
from services.portal.pages import wrong
from services.portal.pages.deliveries_shapes import Delivery, Ledger, Told, Written
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)

PLACE = "/staf/pemberitahuan"
ALL = f"{PLACE}/penghantaran"
OVERSEERS = frozenset({"ADMIN", "MANAGEMENT"})
MOST = 50
FILTERS = {
    "aduan": "complaint",
    "status": "status",
    "sebab": "reason",
    "saluran": "channel",
    "peristiwa": "event",
    "staf": "staff",
    "dari": "from",
    "hingga": "to",
}
"""Part of the page's address -> what notify calls it."""
STATUSES = ("planned", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped")
REASONS = (
    *("bounced", "channel_down", "no_address", "no_consent", "own_act", "duplicate_person", "absent"),
    *("switched_off", "chosen_off", "quiet", "in_digest", "sending_off"),
)
CHANNELS = ("email", "whatsapp")
REACHED = frozenset({"sent", "delivered", "read"})
SETTLED = REACHED | {"failed"}
PATIENCE = 0.4


@router.get("/pemberitahuan/penghantaran")
async def show(visit: Visiting, staff: Staff) -> Response:
    """All deliveries, by any of their marks."""
    if OVERSEERS.isdisjoint(staff.staff.roles):
        return wrong.page(visit, 403, key="error.denied")
    query = visit.request.query_params
    asked = {name: query.get(name, "").strip() for name in FILTERS}
    asked["aduan"] = asked["aduan"].upper()
    (found, fault), people, badge, _ = await asyncio.gather(
        _ledger(visit, staff, asked, query.get("after", "")),
        reading.members(visit, staff),
        reading.badge(visit, staff),
        visit.desk.reference.load_labels(),
    )
    filters = {name: value for name, value in asked.items() if value}
    return visit.page(
        "staff/deliveries.html",
        status=422 if fault else 200,
        place=PLACE,
        badge=badge,
        found=found,
        fault=fault,
        asked=asked,
        filtered=bool(filters),
        people=people,
        choices={"status": STATUSES, "sebab": REASONS, "saluran": CHANNELS},
        events=_events(visit),
        retries="ADMIN" in staff.staff.roles,
        back=f"{ALL}?{urlencode(filters)}",
        older=f"{ALL}?{urlencode({**filters, 'after': found.next})}" if found and found.next else "",
        result=_result(visit),
        **words(visit),
    )


@router.post("/pemberitahuan/penghantaran")
async def retry(visit: Visiting, staff: Staff) -> Response:
    """Put the ticked ones back in line, then the list again with what came of it."""
    if "ADMIN" not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    ids = visit.several("id")
    back = visit.typed.get("back", "")
    way = back if back == ALL or back.startswith((f"{ALL}?", "/staf/aduan/")) else ALL
    done, of = 0, len(ids)
    if ids:
        try:
            answer = await visit.desk.clients.notify.retry(ids, staff.token)
        except Problem as problem:
            if problem.status != 422:
                raise
            return wrong.page(visit, 404)
        done = sum(one["done"] for one in answer["items"])
    return visit.redirect(f"{way}{'&' if '?' in way else '?'}{urlencode({'siap': done, 'daripada': of})}")


@router.get("/aduan/{number}/pemberitahuan")
async def of_complaint(number: str, visit: Visiting, staff: Staff) -> Response:
    """What happened to a complaint, who was told of each thing, and who was not and why."""
    after = visit.request.query_params.get("after") or None
    try:
        answer, badge, _ = await asyncio.gather(
            visit.desk.clients.notify.alerts(number, staff.token, after=after, limit=MOST),
            reading.badge(visit, staff),
            visit.desk.reference.load_labels(),
        )
    except Problem as problem:
        if problem.status == 403:
            return wrong.page(visit, 403, key="error.denied")
        if problem.status not in (404, 422):
            raise
        return wrong.page(visit, 404, key="complaint.missing")
    found, wrote = reading.shaped(answer, Told), await written(visit, staff, number)
    here = f"/staf/aduan/{number}/pemberitahuan"
    return visit.page(
        "staff/deliveries_of.html",
        place="/staf/peti",
        badge=badge,
        number=number,
        found=found,
        wrote=wrote,
        retries="ADMIN" in staff.staff.roles,
        oversees=not OVERSEERS.isdisjoint(staff.staff.roles),
        back=here,
        older=f"{here}?{urlencode({'after': found.next})}" if found.next else "",
        result=_result(visit),
        **words(visit),
    )


async def unreached(visit: Visit, staff: Pass, number: str) -> Delivery | None:
    """The complainant's last mail, where it did not reach them. A page does without while notify does not say."""
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await visit.desk.clients.notify.deliveries(
                staff.token, complaint=number, channel="email", limit=MOST
            )
    except (Problem, Unavailable, TimeoutError):
        return None
    mails = (
        one
        for one in reading.shaped(answer, Ledger).items
        if one.recipient.kind == "complainant" and one.status in SETTLED
    )
    last = next(mails, None)
    return last if last is not None and last.status not in REACHED else None


async def written(visit: Visit, staff: Pass, number: str) -> list[Written]:
    """What was written on WhatsApp about the complaint. A page does without while notify does not say."""
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await visit.desk.clients.notify.written(number, staff.token)
    except (Problem, Unavailable, TimeoutError):
        return []
    return reading.shaped(answer["items"], list[Written])


async def outside(visit: Visit, staff: Pass, number: str) -> tuple[Delivery | None, list[Written]]:
    """What the complaint's own page should say of the ways out: `unreached` and `written`."""
    return await asyncio.gather(unreached(visit, staff, number), written(visit, staff, number))


def words(visit: Visit) -> dict[str, Any]:
    """The ledger's names in the page's language, for templates."""
    return {
        "event_name": partial(told.event, visit),
        "audience_name": partial(told.audience, visit),
        "channel_name": partial(told.channel, visit),
        "nobody_why": partial(told.nobody, visit),
    }


async def _ledger(
    visit: Visit, staff: Pass, asked: dict[str, str], after: str
) -> tuple[Ledger | None, dict[str, str] | None]:
    """What was asked for; what cannot be a filter is said, and nothing typed is lost."""
    filters = {FILTERS[name]: value for name, value in asked.items() if value}
    try:
        found = await visit.desk.clients.notify.deliveries(staff.token, **filters, after=after or None, limit=MOST)
    except Problem as problem:
        if problem.status != 422:
            raise
        said = problem.fields(visit.language)
        fault = {name: said[theirs] for name, theirs in FILTERS.items() if theirs in said}
        return None, fault or {"": problem.text[visit.language]}
    return reading.shaped(found, Ledger), None


def _events(visit: Visit) -> list[tuple[str, str]]:
    """Every event the pages have a name for, by name."""
    prefix = "notices.event."
    names = (key.removeprefix(prefix) for key in visit.desk.words.keys(visit.language) if key.startswith(prefix))
    return sorted(((name, told.event(visit, name)) for name in names), key=lambda one: one[1])


def _result(visit: Visit) -> dict[str, int] | None:
    """What putting back came to, as the address says."""
    query = visit.request.query_params
    if not all(query.get(name, "").isdecimal() for name in ("siap", "daripada")):
        return None
    return {"n": int(query["siap"][:6]), "of": int(query["daripada"][:6])}

"""The part of the walk that opens the pages about notifications, in every state they can be in."""

from typing import Any

from services.notify.domain.retries import Reason
from services.notify.domain.rules import AUDIENCES, CHANNELS
from tests.unit.portal.outside import NUMBER, answer, problem
from tests.unit.portal.pages.noticing import (
    EARLIER,
    EVENTS,
    ITEMS,
    MATRIX,
    PREVIEW,
    REHEARSED,
    SUPPOSED,
    TOLD_TO,
    VERSIONS,
    noticed,
)
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, NOW, enter, staffed
from tests.unit.portal.walker import Walker

PLACE = "/staf/pemberitahuan"
FORMS = (
    "complaint.assigned",
    "complaint.replied",
    "complaint.noted",
    "complaint.referred",
    "complaint.closed",
    "complaint.reminded",
    "complaint.escalated",
    "tracking_link.requested",
    "password.changed",
    "digest.due",
)
CONDITION: dict[str, Any] = {
    "actor_is_not_recipient": True,
    "in_state": ["BARU", "SELESAI"],
    "from_state": ["BARU"],
    "custodian": ["PIC"],
    "kind": ["warn", "remind", "notice"],
    "level": [1],
    "has_pic": True,
    "has_claimant": False,
}


async def notices(w: Walker) -> None:
    """All of it, as Admin and as management."""
    staffed(w.outside, ADMIN)
    await noticed(w.outside)
    await enter(w.client)
    await _table(w)
    await _lines(w)
    await _dry_runs(w)
    await _messages(w)
    await _history(w)
    staffed(w.outside, MANAGEMENT)
    await noticed(w.outside)
    await enter(w.client)
    await w.get(PLACE)


async def _table(w: Walker) -> None:
    await w.get(f"{PLACE}?simpan=3")
    every = [{**ITEMS[0], "enabled": False, "urgent": True, "condition": CONDITION}]
    every += [{**ITEMS[0], "condition": {"has_pic": False, "has_claimant": True}}]
    every += [{**ITEMS[0], "audience": one, "channel": channel} for one in AUDIENCES for channel in CHANNELS]
    events = [*EVENTS, "delivery.bounced", "moon.risen"]
    bounced = {**ITEMS[0], "event": "delivery.bounced"}
    w.outside.on("GET", "/v1/rules", answer({**MATRIX, "items": [*every, *ITEMS, bounced], "events": events}))
    await w.get(PLACE)
    await w.get(f"{PLACE}/peristiwa/complaint.received")
    w.outside.on("GET", "/v1/rules", answer(MATRIX))


async def _lines(w: Walker) -> None:
    on = w.outside.on
    for event in FORMS:
        page = await w.get(f"{PLACE}/peristiwa/{event}")
        form = page.form("lines")
        fields: dict[str, Any] = {**form.fields, **form.ticked}
        await w.post(f"{PLACE}/peristiwa/{event}", {**fields, "again": "add"})
        await w.post(f"{PLACE}/peristiwa/{event}", {**fields, "told": "nobody", "none-why": ""})
    address = f"{PLACE}/peristiwa/complaint.assigned"
    page = await w.get(address)
    fields = {**page.form("lines").fields, "why": "Xyz"}
    await w.post(address, {**fields, "l0-audience": "", "l0-template": "", "why": "x" * 1001})
    await w.post(address, {**fields, "l0-out": "1", "l1-out": "1"})
    await w.post(address, {**fields, "version": "1"})
    await w.post(address, {**fields, "try": "1"})
    await w.post(address, {**fields, "try": "1", "number": NUMBER})
    on("POST", "/v1/rules/rehearsals", answer({**REHEARSED, "version": None}))
    await w.post(address, {**fields, "try": "1", "number": NUMBER})
    errors = [("items.0.template", "(ms)", "(en)"), ("items.99.template", "(ms)", "(en)")]
    on("PUT", "/v1/rules", problem(422, "invalid", errors=errors))
    await w.post(address, fields)


async def _dry_runs(w: Walker) -> None:
    on, address = w.outside.on, f"{PLACE}/uji"
    await w.get(address)
    await w.get(f"{address}?peristiwa=complaint.assigned")
    skipped = [{**TOLD_TO, "status": "skipped", "reason": one} for one in Reason]
    items = [
        {**TOLD_TO, "urgent": True, "batched": True, "stands_in_for": "Kamal"},
        {**TOLD_TO, "reason": "quiet"},
        {**TOLD_TO, "reason": "quiet", "held_until": NOW},
        *({**TOLD_TO, "audience": one} for one in AUDIENCES),
        *skipped,
        {**skipped[2], "told_as": 1},
    ]
    silent = [{**REHEARSED["silent"][0], "audience": one} for one in AUDIENCES]
    shapes: list[dict[str, Any]] = [
        {"items": items, "silent": silent},
        {"items": [], "silent": [], "nobody": "Xyz", "supposed": {**SUPPOSED, "known": False, "from_state": "DITUTUP"}},
        {"supposed": {**SUPPOSED, "to": "BARU", "pic": None, "actor": None}},
    ]
    for shape in shapes:
        on("POST", "/v1/rules/rehearsals", answer({**REHEARSED, **shape}))
        await w.get(f"{address}?peristiwa=complaint.assigned&aduan={NUMBER}")
    conditions = [{**line, "condition": CONDITION} for line in ITEMS if line["event"] == "complaint.escalated"]
    on("GET", "/v1/rules", answer({**MATRIX, "items": [*conditions, *ITEMS]}))
    unmet = [{**REHEARSED["silent"][0], "unmet": list(CONDITION)}]
    for event, kind in (("complaint.escalated", None), ("complaint.reminded", "warn"), ("complaint.noted", None)):
        found = {**REHEARSED, "event": event, "silent": unmet, "supposed": {**SUPPOSED, "kind": kind}}
        on("POST", "/v1/rules/rehearsals", answer(found if event != "complaint.noted" else {**found, "items": []}))
        await w.get(f"{address}?peristiwa={event}&aduan={NUMBER}&role=PIC")
    on("GET", "/v1/rules", answer(MATRIX))
    on("POST", "/v1/rules/rehearsals", answer({**REHEARSED, "event": "password.changed", "supposed": None}))
    await w.get(f"{address}?peristiwa=password.changed")


async def _messages(w: Walker) -> None:
    on, address = w.outside.on, f"{PLACE}/mesej"
    used = [{**line, "template": "agihan_pic" if line["template"] else None} for line in ITEMS]
    on("GET", "/v1/rules", answer({**MATRIX, "items": used}))
    await w.get(address)
    await w.get(f"{address}/eskalasi")
    on("GET", "/v1/rules", answer(MATRIX))
    await w.get(address)
    letters = {language: {**letter, "whatsapp": "Xyz"} for language, letter in PREVIEW["letters"].items()}
    shapes: list[dict[str, Any]] = [{}, {"happened_at": None}, {"complaint": None, "happened_at": None}]
    for shape in (*shapes, {"letters": letters}):
        on("GET", "/v1/previews", answer({**PREVIEW, **shape}))
        await w.get(f"{address}/agihan_pic?aduan={NUMBER}&peristiwa=complaint.assigned")
        await w.get(f"{address}/balasan_pengadu?aduan={NUMBER}")


async def _history(w: Walker) -> None:
    on, address = w.outside.on, f"{PLACE}/sejarah"
    line = ITEMS[0]
    other = {
        "enabled": False,
        "urgent": True,
        "batched": True,
        "template": "balasan_pic",
        "channel": "whatsapp",
        "audience": "pic",
        "condition": CONDITION,
        "choices": ["at_once", "digest", "off"],
        "why": "Xyz",
    }
    none = next(one for one in ITEMS if one["audience"] is None)
    fields = list(other)
    changes = [
        {"event": line["event"], "what": "changed", "fields": fields, "before": line, "after": line | other},
        {"event": line["event"], "what": "changed", "fields": fields, "before": line | other, "after": line},
        {"event": line["event"], "what": "moved", "fields": [], "before": line, "after": line},
        {"event": none["event"], "what": "removed", "fields": [], "before": none, "after": None},
        {"event": line["event"], "what": "added", "fields": [], "before": None, "after": line},
    ]
    newest = {**VERSIONS["items"][0], "version": 4, "changes": changes}
    many = [{**changes[2], "event": event} for event in EVENTS]
    items = [
        newest,
        {**newest, "version": 3, "saved_by": None, "why": None, "changes": many},
        {**newest, "version": 2, "changes": []},
        VERSIONS["items"][1],
    ]
    on("GET", "/v1/rules/versions", answer({"items": items, "next": "1", "as_of": NOW}))
    await w.get(address)
    await w.get(f"{address}?sebelum=2")
    on("GET", "/v1/rules/versions/1", answer({**EARLIER, "back": []}))
    await w.get(f"{address}/1")
    on("GET", "/v1/rules/versions/1", answer({**EARLIER, "back": changes}))
    fields_typed = (await w.get(f"{address}/1")).form("back").fields
    await w.post(f"{address}/1", fields_typed)
    await w.post(f"{address}/1", {**fields_typed, "version": "1", "why": "Xyz"})
    await w.post(f"{address}/1", {**fields_typed, "why": "x" * 1001})
    on("PUT", "/v1/rules", problem(422, "invalid", errors=[("items.0.template", "(ms)", "(en)")]))
    await w.post(f"{address}/1", {**fields_typed, "why": "Xyz"})

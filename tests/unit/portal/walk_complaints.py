"""The part of the walk that opens a complaint's page as every role, the vendor's pages, and what each role may not."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from services.workflow.api import record
from services.workflow.machine import CUSTODIANS, EVENTS, PHASES, TABLE, Action, Outcome, State
from tests.unit.portal.outside import AISYAH, NUMBER, Asked, answer, problem
from tests.unit.portal.pages.sending import WRITTEN, delivery, ledger, written
from tests.unit.portal.pages.staffing import (
    ADMIN,
    IMPLEMENTOR,
    MANAGEMENT,
    NOW,
    OTHER,
    STANDING,
    VENDOR,
    detail,
    enter,
    entry,
    page_of,
    row,
    staffed,
    stands,
)
from tests.unit.portal.pages.test_vendor import LEG, LINK, OURS, REPORTED
from tests.unit.portal.walk_admin import rows_of_each_kind
from tests.unit.portal.walk_public import FILE, HELD, UNSCANNED
from tests.unit.portal.walker import Walker

_TABLE: dict[str, Any] = {}


async def complaints(w: Walker) -> None:
    """A complaint's page for every role, in every state."""
    _TABLE.update(await record.workflow())
    for staff in (ADMIN, AISYAH, IMPLEMENTOR, VENDOR, MANAGEMENT):
        staffed(w.outside, staff)
        w.outside.on("GET", "/v1/workflow", answer(_TABLE))
        await w.client.post("/log-keluar")
        w.client.cookies.set("lang", w.walk.language)
        await enter(w.client)
        await _complaint(w, str(staff["roles"][0]))


async def _complaint(w: Walker, role: str) -> None:
    on = w.outside.on
    ledger(w.outside, delivery(status="failed", reason="bounced"))
    written(w.outside, WRITTEN)
    address = f"/staf/aduan/{NUMBER}"
    kinds = [*sorted(one.removeprefix("complaint.") for one in set(EVENTS.values())), "unheard_of"]
    shapes: list[dict[str, Any]] = [
        {"text": "Xyz", "audience": ["P"], "held": HELD},
        {"text": "Xyz", "audience": ["S", "V"], "vendor_reference": "T-1", "detail": {"public_text": "Xyz"}},
        {"solution": {"cause": "Xyz", "steps": "Xyz"}, "pic": {"id": "s1", "name": None}, "text": "A" * 2000},
        {
            "detail": {
                "priority": "Tinggi",
                "complex": True,
                "score": 4,
                "level": 1,
                "duplicate_of": OTHER,
                "reason_ms": "(ms)",
                "reason_en": "(en)",
            },
            "text": None,
        },
    ]
    entries = [
        entry(
            n * len(shapes) + m,
            kind,
            ("COMPLAINANT", "PIC", "SYSTEM", "")[m],
            **{"at": NOW, "from": "BARU", "to": "INPROGRESS", "attachments": [FILE, UNSCANNED], **shape},
        )
        for n, kind in enumerate(kinds)
        for m, shape in enumerate(shapes)
    ]
    for number, state in enumerate(State if role == "ADMIN" else (State.BARU, State.DITUTUP)):
        ended = PHASES[state] == "SELESAI"
        links: list[dict[str, Any]] = [
            {"number": OTHER, "kind": kind} for kind in ("duplicate_of", "duplicate", "linked_to", "continued_as")
        ]
        links[0]["seen"] = number % 2 == 0
        clocks = {**STANDING["clocks"], "first_answered_at": NOW if number % 2 else None}
        clocks["custody"] = {one: {"seconds": 60.0, "days": 1} for one in STANDING["clocks"]["custody"]}
        changes = {
            "state": state,
            "phase": PHASES[state],
            "custodian": CUSTODIANS[state],
            "outcome": list(Outcome)[number % 5] if ended else None,
            "vendor_reference": "T-1",
            "claimant": {"id": "s5", "name": "Zubaidah"},
            "due": None if ended or CUSTODIANS[state] == "COMPLAINANT" else STANDING["due"],
            "complex": bool(number % 2),
        }
        more = {"reply_by": NOW, "reopen_until": NOW, "links": links, "level": 2, "priority": "Kritikal"}
        found = detail(version=4, entries=entries if state == "BARU" else entries[:4], **changes, **more)
        allowed = _allowed(role) if role != "MANAGEMENT" else []
        stands(w.outside, found, **changes, clocks=clocks, allowed=allowed)
        await w.get(f"{address}?sejak=1&buat=reply")
    await w.post(f"{address}/hubungan", {"x": "1"})
    on("GET", f"/v1/complaints/{NUMBER}/events", answer({"items": list(_happened(kinds))}))
    await w.get(f"{address}/jejak")
    if role != "ADMIN":
        return
    refusals: list[httpx2.Response] = [
        problem(412, "stale", version=9),
        problem(409, "refused", "(ms)", "(en)"),
        problem(409, "key_reused"),
        problem(413, "too_large"),
        problem(429, "rate_limited", retry_after=60),
        problem(422, "invalid", "(ms)", "(en)"),
        problem(422, "invalid", errors=[(name, "(ms)", "(en)") for name in ("text", "reason", "pic", "attachments")]),
    ]
    for refusal in refusals:
        for action in ("request_close", "assign", "reject"):
            on("POST", f"/v1/complaints/{NUMBER}/actions/{action}", refusal)
            await w.post(
                f"{address}/tindakan", {"act": action, "version": "2", f"{action}-text": "x", "gone-text": "xy"}
            )
    stands(w.outside, detail(version=2, entries=[]), version=6)
    await w.get(address)
    on("GET", f"/v1/complaints/{NUMBER}", problem(404, "not_found"))
    await w.get(address)
    w.client.cookies.set("seen", f"{NUMBER}:5", path="/staf")
    await w.get(f"{address}?buat=return")
    w.outside.down.add("workflow")
    await w.post(f"{address}/tindakan", {"act": "reply", "reply-text": "x"})
    await w.get(address)
    w.outside.down.clear()
    w.client.cookies.delete("sesi")
    long = "Baris yang ditaip sebelum sesi tamat, cukup panjang."
    asked = await w.post(f"{address}/tindakan", {"act": "reply", "reply-text": long})
    await w.post("/log-masuk", {**asked.form("login").fields, "ic": "1", "password": "x"})


def _allowed(role: str) -> list[dict[str, Any]]:
    """Every action of the table, as if this role had them all."""
    labels = {one["name"]: one["label"] for one in _TABLE["actions"]}
    rows = {row.action: row for row in TABLE}
    return [
        {"action": action, "label": labels[action], "role": role, "needs": list(rows[action].needs), "if_match": True}
        for action in Action
        if action not in (Action.RECEIVE,)
    ]


def _happened(kinds: list[str]) -> Iterator[dict[str, Any]]:
    for n, kind in enumerate(kinds):
        data = {"actor": {"role": "PIC", "name": "Zubaidah"}, "from": "BARU", "to": "DIAGIHKAN"}
        yield {"id": f"e{n}", "sequence": n, "time": NOW, "type": f"complaint.{kind}", "data": data}


async def vendors(w: Walker) -> None:
    """The vendor's page by link, and the vendor's part of a complaint."""
    on = w.outside.on
    address = f"/vendor/{LINK}"
    told: list[list[Any]] = [LEG["logs"], []]
    for logs in told:
        on("GET", "/v1/vendor-leg", answer({**LEG, "logs": logs}))
        await w.get(address)
    await w.get(f"{address}?siap=kemas-kini")
    on("POST", "/v1/vendor-leg/answer", problem(422, "invalid", errors=[("text", "(ms)", "(en)")]))
    await w.post(f"{address}/hantar", {"what": "jawapan", "vendor_reference": "T-1"})
    on("POST", "/v1/vendor-leg/answer", answer({"number": NUMBER, "version": 6}))
    await w.post(f"{address}/hantar", {"what": "jawapan", "text": "Xyz"})
    w.outside.down.add("workflow")
    await w.post(f"{address}/hantar", {"what": "jawapan", "text": "Xyz"})
    w.outside.down.clear()
    on("GET", "/v1/vendor-leg", problem(404, "not_found"))
    await w.get(address)
    for staff, email in ((ADMIN, "a@b.example"), (MANAGEMENT, "a@b.example"), (MANAGEMENT, "")):
        staffed(w.outside, staff)
        on("GET", "/v1/settings/vendor", answer({"email": email}))
        await w.client.post("/log-keluar")
        w.client.cookies.set("lang", w.walk.language)
        await enter(w.client)
        await w.get("/staf/vendor?siap=1")
    staffed(w.outside, ADMIN)
    await w.client.post("/log-keluar")
    w.client.cookies.set("lang", w.walk.language)
    await enter(w.client)
    on("PUT", "/v1/settings/vendor", problem(422, "invalid", errors=[("email", "(ms)", "(en)")]))
    await w.post("/staf/vendor", {"email": "x"})
    may: list[dict[str, Any]] = [
        {"action": name, "label": {}, "role": "PIC", "needs": ["text"], "if_match": True}
        for name in ("update_vendor", "vendor_answered")
    ]
    itself = {"detail": {"rule": "vendor.escalate1", "level": 1, "by_link": True}, "at": OURS["due"]}
    seen = detail(
        entries=[REPORTED, entry(5, "escalated", "SYSTEM", **itself), entry(6, "reminded", "SYSTEM", **itself)]
    )
    for changes in ({}, {"left": -2}, {"until": OURS["due"], "due": None, "left": None, "logs": []}):
        stands(w.outside, seen, state="TINDAKAN_VENDOR", custodian="VENDOR", vendor={**OURS, **changes}, allowed=may)
        await w.get(f"/staf/aduan/{NUMBER}")
    staffed(w.outside, VENDOR)
    await w.client.post("/log-keluar")
    w.client.cookies.set("lang", w.walk.language)
    await enter(w.client)
    stands(w.outside, seen, state="TINDAKAN_VENDOR", custodian="VENDOR", vendor=OURS, allowed=may)
    await w.get(f"/staf/aduan/{NUMBER}")
    on("GET", "/v1/inbox", page_of([row(vendor_logs=["T-1"])]))
    await w.get("/staf/peti")


async def others(w: Walker) -> None:
    """The pages whose look depends on who reads them, and the doors that stay shut."""
    for staff in (AISYAH, IMPLEMENTOR, VENDOR, MANAGEMENT):
        staffed(w.outside, staff)
        w.outside.on("GET", "/v1/workflow", answer({}))
        w.outside.on("GET", "/v1/inbox", page_of(list(rows_of_each_kind()), next="x"))
        await w.client.post("/log-keluar")
        w.client.cookies.set("lang", w.walk.language)
        await enter(w.client)
        for path in (
            "/staf",
            "/staf/peti",
            "/staf/kakitangan",
            "/staf/borang",
            "/staf/audit-capaian",
            "/staf/panduan",
            "/staf/tiada",
        ):
            await w.get(path)
        entries = [entry(n, "noted", role, "Xyz") for n, role in enumerate(("COMPLAINANT", "SYSTEM"))]
        for one in entries:
            one["actor"]["name"] = None
        stands(w.outside, detail(entries=entries))
        for action in Action if staff is AISYAH else ():
            await w.get(f"/staf/aduan/{NUMBER}?buat={action}")
        w.outside.on("GET", "/v1/inbox", page_of([], folders={}, badge=0))
        await w.get("/staf")
    w.outside.on("GET", "/v1/inbox", _broken)
    await w.get("/staf/peti")
    w.outside.down.add("query")
    await w.get("/staf/peti")


_broken: Callable[[Asked], httpx2.Response] = lambda _: answer("broken", 429)  # noqa: E731

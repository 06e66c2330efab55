"""The part of the walk that opens what Admin works with: lists, people, routing, the condition of the system."""

from collections.abc import Iterator
from typing import Any

from services.portal.pages.form_rows import LISTS
from services.portal.pages.staff import FOLDERS
from services.workflow.api import record
from services.workflow.machine import CUSTODIANS, PHASES, Outcome, State
from tests.unit.portal import overseen
from tests.unit.portal.outside import LOGIN, NUMBER, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MEMBERS, NOW, OTHER, enter, page_of, row, staffed
from tests.unit.portal.pages.test_form_lists import KEPT
from tests.unit.portal.walker import Walker

SOLVED = {
    "id": NUMBER,
    "number": NUMBER,
    "module": "gl",
    "module_name": {"ms": "Lejar Am", "en": "General Ledger"},
    "symptom": "Xyz",
    "cause": "Xyz",
    "steps": "Xyz",
    "published": True,
}


async def admin(w: Walker) -> None:
    """Dashboard, lists, solutions and the lists of the form."""
    on = w.outside.on
    staffed(w.outside, ADMIN)
    on("GET", "/v1/workflow", answer(await record.workflow()))
    await enter(w.client)
    rows = list(rows_of_each_kind())
    on("GET", "/v1/inbox", page_of(rows, next="x"))
    on("GET", "/v1/complaints", page_of(rows))
    await w.get("/staf")
    filters = (
        "q=x&state=BARU&phase=BARU&outcome=solved&module=gl&department=PKN&ptj=101-001&priority=Tinggi&pic=s1"
        "&from=2026-01-01&to=2026-12-31&overdue=1"
    )
    for folder in FOLDERS:
        on("GET", "/v1/inbox", page_of(rows, next="x"))
        on("GET", "/v1/complaints", page_of(rows, next="x"))
        await w.get(f"/staf/peti?folder={folder}")
        await w.get(f"/staf/peti?folder={folder}&{filters}&after=x&sort=-submitted")
        on("GET", "/v1/inbox", page_of([]))
        on("GET", "/v1/complaints", page_of([]))
        await w.get(f"/staf/peti?folder={folder}")
        await w.get(f"/staf/peti?folder={folder}&q=800101-99-0001")
    await w.get("/staf")
    on("GET", "/v1/inbox", page_of(rows))
    on("POST", "/v1/complaints/search", page_of(rows, next="x"))
    await w.post("/staf/peti/kp")
    await w.post("/staf/peti/kp", {"ic": "800101990001"})
    await w.post("/staf/peti/agih")
    results = [{"number": NUMBER, "ok": True, "version": 5}, {"number": OTHER, "ok": False, "problem": {}}]
    on("POST", "/v1/assignments", answer({"items": results}))
    await w.post("/staf/peti/agih", {"item": [f"{NUMBER}:4", f"{OTHER}:4"], "pic": "s1"})
    on("GET", "/v1/solutions", answer({"items": [SOLVED, {**SOLVED, "published": False}]}))
    await w.get("/staf/penyelesaian?q=x")
    on("GET", "/v1/solutions", answer({"items": []}))
    await w.get("/staf/penyelesaian?q=x")
    await w.get("/staf/penyelesaian")
    for listing in LISTS.values():
        on("GET", f"/v1/form/{listing.name}", answer({"version": 7, "items": KEPT[listing.name]}))
    for path, listing in LISTS.items():
        typed = (await w.get(f"/staf/borang/{path}?simpan=1")).form("list").fields
        first = f"items.0.{listing.columns[1].name}"
        on("PUT", f"/v1/form/{listing.name}", problem(422, "invalid", errors=[(first, "(ms)", "(en)")]))
        await w.post(f"/staf/borang/{path}", typed)
        on("PUT", f"/v1/form/{listing.name}", problem(412, "stale", version=9))
        await w.post(f"/staf/borang/{path}", typed)
        changed = [{**one, listing.called: "Lain", **_flipped(one)} for one in KEPT[listing.name][1:]]
        added = {**KEPT[listing.name][0], listing.key: "zz"}
        on("GET", f"/v1/form/{listing.name}", answer({"version": 9, "items": [*changed, added]}))
        await w.post(f"/staf/borang/{path}", {**typed, f"r1-{listing.called}": "Saya"})
    w.outside.down.add("intake")
    await w.post("/staf/borang/modul", {"version": "7"})


def _flipped(item: dict[str, Any]) -> dict[str, bool]:
    return {name: not value for name, value in item.items() if isinstance(value, bool)}


def rows_of_each_kind() -> Iterator[dict[str, Any]]:
    """A row of each kind a list can hold."""
    due = {"late": ("2026-11-20T17:00:00+08:00", -2), "near": ("2026-11-24T17:00:00+08:00", 0)}
    due |= {"tomorrow": ("2026-11-25T17:00:00+08:00", 1), "calm": ("2026-12-24T17:00:00+08:00", 20)}
    for n, state in enumerate(State):
        when, left = list(due.values())[n % len(due)]
        yield row(
            f"HD-2026-0002{n:02d}-C",
            state=state,
            phase=PHASES[state],
            custodian=CUSTODIANS[state],
            outcome=list(Outcome)[n % 5] if PHASES[state] == "SELESAI" else None,
            priority=("Kritikal", "Tinggi", "Sederhana", "Rendah")[n % 4],
            complex=bool(n % 2),
            level=n % 3,
            due=None if CUSTODIANS[state] in (None, "COMPLAINANT") else when,
            left_days=None if CUSTODIANS[state] in (None, "COMPLAINANT") else left,
            pic=None if state == "BARU" else {"id": "s1", "name": "Zubaidah"},
            mine=bool(n % 2),
            first_act=state in ("BARU", "DIAGIHKAN"),
        )


async def routing(w: Walker) -> None:
    """Module routing, absences, a desk that is handed over."""
    on = w.outside.on
    staffed(w.outside, ADMIN)
    await enter(w.client)
    w.client.cookies.set("lang", w.walk.language)
    for teams, automatic in (({"gl": ["s1"], "lain": ["s1"]}, True), ({}, False)):
        on("GET", "/v1/routing", answer({"modules": teams}))
        on("GET", "/v1/settings", answer({"automatic_assignment": automatic}))
        on("PUT", "/v1/routing", answer(status=204))
        on("PUT", "/v1/settings", answer({"moved": []}))
        await w.get("/staf/agihan?simpan=1")
    await w.post("/staf/agihan", {"module": "gl", "lang": w.walk.language})
    on("GET", "/v1/staff", answer({"items": []}))
    await w.get("/staf/agihan")
    on("GET", "/v1/staff", answer({"items": MEMBERS}))
    away = {"staff": {"id": "s1", "name": "Aisyah"}, "from": "2026-11-24", "why": "Kursus", "mine": True}
    deputy = {"id": "s2", "name": "Siti Hajar"}
    spans = [("now", "2026-11-25", deputy), ("coming", "2026-11-24", None), ("over", "2026-11-26", None)]
    items = [{**away, "id": state, "state": state, "until": until, "deputy": who} for state, until, who in spans]
    on("GET", "/v1/absences", answer({"items": items, "pics": [deputy]}))
    for done in ("", "ditambah", "tamat"):
        await w.get(f"/staf/ketidakhadiran?siap={done}")
    await w.post("/staf/ketidakhadiran", {"why": "x"})
    on("GET", "/v1/absences", answer({"items": [], "pics": []}))
    await w.get("/staf/ketidakhadiran")
    await w.get("/staf/kakitangan/s1/serah")
    await w.post("/staf/kakitangan/s1/serah", {"to": "s2"})
    moved: dict[str, Any] = {"number": NUMBER, "ok": True, "version": 5, "pic": deputy}
    failed: dict[str, Any] = {
        "number": NUMBER,
        "ok": False,
        "problem": {"code": "x", "messages": {"ms": "(ms)", "en": "(en)"}},
    }
    for results, left in (([moved], []), ([moved, failed], [NUMBER])):
        body = {"items": results, "left": left, "claims": [NUMBER], "disabled": not left}
        on("POST", "/v1/staff/s1/hand-over", answer(body))
        await w.post("/staf/kakitangan/s1/serah", {"reason": "x"})
    staffed(w.outside)
    await enter(w.client)
    on("GET", "/v1/absences", answer({"items": [], "pics": [deputy]}))
    w.client.cookies.set("lang", w.walk.language)
    await w.get("/staf/ketidakhadiran")
    on("GET", "/v1/sessions", answer({"items": []}))
    await w.get("/staf/akaun")


async def people(w: Walker) -> None:
    """Members of staff, the audit of access, an own account."""
    on = w.outside.on
    staffed(w.outside, ADMIN)
    await enter(w.client)
    many = {"modules": ["gl", "ac", "lain", "a", "b"], "locked_until": "2026-11-24T12:00:00+08:00"}
    on("GET", "/v1/staff", answer({"items": [*MEMBERS, {**MEMBERS[0], "id": "s3", **many}]}))
    for path in ("", "?simpan=s1", "/baharu", "/s1", "/s3", "/s1?siap=buka-kunci", "/s1?siap=tamat-sesi", "/tiada"):
        await w.get(f"/staf/kakitangan{path}")
    await w.post("/staf/kakitangan/baharu", {"name": "", "lang": w.walk.language})
    w.client.cookies.set("lang", w.walk.language)
    audit = "/v1/access-audit"
    asked = [key.removeprefix("access.did.") for key in w.sentences if key.startswith("access.did.")]
    fields = [key.removeprefix("access.field.") for key in w.sentences if key.startswith("access.field.")]
    one = {"at": NOW, "staff": {"id": "s0", "name": "Zubaidah"}, "fields": fields, "number": NUMBER}
    on("GET", audit, answer({"items": [{**one, "what": what} for what in asked], "as_of": NOW, "next": "x"}))
    await w.get("/staf/audit-capaian")
    on("GET", audit, answer({"items": [], "as_of": NOW, "next": None}))
    await w.get("/staf/audit-capaian")
    await w.get("/staf/audit-capaian?number=x")
    await w.get("/staf/panduan")
    session = {"id": "1", "begun_at": NOW, "seen_at": NOW, "address": "10.0.0.1", "browser": "Firefox"}
    on("GET", "/v1/sessions", answer({"items": [{**session, "current": True}, {**session, "id": "2", "browser": ""}]}))
    for done in ("", "kata-laluan", "sesi", "bahasa"):
        await w.get(f"/staf/akaun?simpan={done}")
    on("GET", "/v1/sessions", answer({"items": []}))
    await w.post("/staf/akaun/kata-laluan", {})
    await w.post("/staf/akaun/kata-laluan", {"current": "a", "new": "b", "repeat": "c"})
    on("PATCH", "/v1/staff/s1", problem(422, "invalid", errors=[("name", "(ms)", "(en)")]))
    await w.post("/staf/kakitangan/s1", {"name": "x"})
    w.outside.down.add("workflow")
    await w.post("/staf/kakitangan/s1", {"name": "x"})
    w.outside.down.clear()
    first = {**LOGIN, "must_change": True, "staff": ADMIN}
    on("POST", "/v1/sessions", answer(first))
    on("POST", "/v1/sessions/current", answer(first))
    w.client.cookies.delete("sesi")
    await w.post("/log-masuk", {"ic": "1", "password": "x"})
    await w.post("/staf/kata-laluan", {})


async def oversight(w: Walker) -> None:
    """The system's condition and what is stuck."""
    staffed(w.outside, ADMIN)
    await enter(w.client)
    late: dict[str, tuple[int | None, float]] = {name: (2, 40.0) for names in overseen.NAMES.values() for name in names}
    waitings: tuple[dict[str, tuple[int | None, float]], ...] = (
        {},
        late | {"timers": (3, 4000.0)},
        dict.fromkeys(late, (1, 100.0)),
        dict.fromkeys(late, (2, 9000.0)),
        dict.fromkeys(late, (2, 200_000.0)),
        dict.fromkeys(late, (None, 0.0)),
    )
    for waiting in waitings:
        overseen.conditions(w.outside, waiting)
        await w.get("/staf/keadaan-sistem")
    letters = [{**overseen.LETTER, "reason": reason} for reason in ("poison", "unreadable", "early", "behind")]
    for service in overseen.NAMES:
        overseen.stuck(w.outside, service, *letters)
        await w.get("/staf/surat-tersangkut")
    overseen.stuck(w.outside, "query", *letters, next="x")
    for came in ("x", "3", "1&baki=2&gagal=1", "1&baki=1", "0"):
        await w.get(f"/staf/surat-tersangkut?perkara={NUMBER}&siap={came}")
    overseen.stuck(w.outside, "none")
    await w.get("/staf/surat-tersangkut")
    w.outside.down |= {"intake", "notify", "query"}
    for page in ("surat-tersangkut", "keadaan-sistem"):
        await w.get(f"/staf/{page}")
    w.outside.down.clear()
    overseen.conditions(w.outside, ready=False)
    await w.get("/staf/keadaan-sistem")

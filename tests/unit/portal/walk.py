"""Every page of the portal in every state it can be in, in one language, and what was said on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from fastapi import FastAPI

from services.portal.pages.about import PAGES
from services.portal.pages.form_rows import LISTS
from services.portal.pages.staff_inbox import FOLDERS
from services.workflow.api import record
from services.workflow.machine import CUSTODIANS, EVENTS, PHASES, TABLE, Action, Outcome, State
from tests.unit.portal import overseen
from tests.unit.portal.outside import (
    AISYAH,
    LOGIN,
    NUMBER,
    RECEIPT,
    THREAD,
    TOKEN,
    Asked,
    Outside,
    answer,
    browser,
    portal,
    problem,
)
from tests.unit.portal.pages.sending import WRITTEN, delivery, ledger, written
from tests.unit.portal.pages.staffing import (
    ADMIN,
    IMPLEMENTOR,
    MANAGEMENT,
    MEMBERS,
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
from tests.unit.portal.pages.test_form_lists import KEPT
from tests.unit.portal.pages.test_vendor import LEG, LINK, OURS, REPORTED
from tests.unit.portal.reading import Page
from tests.unit.portal.walk_deliveries import deliveries
from tests.unit.portal.walk_mails import mails
from tests.unit.portal.walk_notices import notices
from tests.unit.portal.walk_times import times
from tests.unit.portal.walk_told import told

TYPED = {
    "ic": "800101990001",
    "name": "Zubaidah",
    "department": "PKN",
    "ptj": "101-001",
    "phone": "0123456789",
    "email": "z@k.example",
    "whatsapp_consent": "1",
    "module": "gl",
    "title": "T" * 90,
    "description": "D" * 7000,
    "confirmed": "1",
}
FILE = {"id": "f1", "name": "ralat.pdf", "type": "application/pdf", "size": 2048}
UNSCANNED = {**FILE, "id": "f2", "name": "skrin.png", "type": "image/png", "scan": "not_scanned"}
HELD = {"why": {"ms": "(sebab)", "en": "(reason)"}}
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


@dataclass
class Shown(HTMLParser):
    """A page as it was shown: what is said on it, leaf by leaf, without what people wrote."""

    path: str
    status: int
    html: str
    header: str
    lang: str = ""
    says: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    strange: list[tuple[str, str]] = field(default_factory=list)

    VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "path", "rect"})
    SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label", "data-none", "data-left", "data-over", "label")

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = at.get("lang", "")
        other = "lang" in at and at["lang"] != self.lang
        typed = "typed" in at.get("class", "").split() or tag in ("bdi", "script", "style", "textarea", "code")
        muted = other or typed or (bool(self._open) and self._open[-1][1])
        if other:
            self.strange.append((at["lang"], self.rawdata[: self.getpos()[1]][-1:]))
        if not muted:
            self.says += [at[name] for name in self.SPOKEN if at.get(name)]
        if tag not in self.VOID:
            self._open.append((tag, muted))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or (self._open and self._open[-1][1]):
            return
        self.says.append(words)
        if self._open and self._open[-1][0] == "time":
            self.times.append(words)


@dataclass
class Walk:
    """One walk: the pages, the keys asked for, the templates loaded."""

    language: str
    pages: list[Shown] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)


class Walker:
    """A visitor who opens everything."""

    def __init__(self, walk: Walk, outside: Outside, client: httpx2.AsyncClient) -> None:
        self.walk = walk
        self.outside = outside
        self.client = client
        self.sentences: frozenset[str] = frozenset()
        """The keys there are."""

    async def get(self, path: str) -> Page:
        return self.shown(path, await self.client.get(path))

    async def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Page:
        return self.shown(path, await self.client.post(path, data=data or {}, headers=headers))

    def shown(self, path: str, answered: httpx2.Response) -> Page:
        if answered.text and "html" in answered.headers.get("content-type", ""):
            language = answered.headers.get("content-language", "")
            self.walk.pages.append(Shown(path, answered.status_code, answered.text, language))
        return Page(answered)


async def walked(language: str) -> Walk:
    """The whole walk, in that language."""
    walk = Walk(language)
    for part in (
        _public,
        _threads,
        _faults,
        _admin,
        _people,
        _routing,
        _oversight,
        _complaints,
        _vendors,
        times,
        told,
        mails,
        deliveries,
        notices,
        _others,
    ):
        outside = Outside()
        staffed(outside)
        # without workflow's own labels the portal's serve
        labels = answer({}) if part in (_threads, _others) else answer(await record.workflow())
        outside.on("GET", "/v1/workflow", labels)
        outside.on("GET", "/v1/solutions", answer({"items": [SOLVED]}))
        app = portal(outside)
        _listen(app, walk)
        async with browser(app) as client:
            client.cookies.set("lang", language)
            walker = Walker(walk, outside, client)
            walker.sentences = app.state.desk.words.keys(language)
            await part(walker)
        walk.templates |= {name for _, name in app.state.desk.templates.cache}
    return walk


def _listen(app: FastAPI, walk: Walk) -> None:
    """Keep every key that is asked for, and those that are not there."""
    words = app.state.desk.words
    said, there = words.text, words.has

    def text(language: str, key: str, /, **values: object) -> str:
        walk.keys.add(key)
        if not there(key):
            walk.missing.add(key)
        return str(said(language, key, **values))

    words.text = text

    def has(key: str) -> bool:
        if there(key):
            walk.keys.add(key)
        return bool(there(key))

    words.has = has


async def _public(w: Walker) -> None:
    on = w.outside.on
    for path in ("/", "/semakan", "/log-masuk", "/log-masuk?keluar=1", "/tiada", "/lupa-kata-laluan"):
        await w.get(path)
    for name in PAGES:
        await w.get(f"/{name}")
    for path in ("/lupa-kata-laluan?hantar=1", f"/kata-laluan/{'A' * 43}"):
        await w.get(path)
    await w.post("/lupa-kata-laluan")
    await w.post(f"/kata-laluan/{'A' * 43}")
    await w.post(f"/kata-laluan/{'A' * 43}", {"password": "abc", "repeat": "abd"})
    await w.post("/semak", {"website": "x"})
    await w.post("/semak", TYPED)
    await w.post("/hantar", {**TYPED, "key": "k"})
    w.client.cookies.set("lang", w.walk.language)
    await w.get(f"/terima/{NUMBER}")
    await w.get("/terima/HD-2026-000999-X")
    on("POST", "/v1/complaints", problem(409, "key_reused"))
    await w.post("/hantar", {**TYPED, "key": "other"})
    on("POST", "/v1/complaints", answer({**RECEIPT, "answer_by": None}, 201))
    await w.post("/hantar", {**TYPED, "key": "k3"})
    await w.get(f"/terima/{NUMBER}")
    fields = ["ic", "name", "department", "ptj", "phone", "email", "module", "title", "description", "confirmed"]
    errors = [{"field": one, "code": "required", "ms": "(ms)", "en": "(en)"} for one in (*fields, "altcha")]
    on("POST", "/v1/complaints/check", answer({"code": "invalid", "errors": errors}, 422))
    await w.post("/semak", {})
    on("POST", "/v1/complaints/check", answer({"code": "invalid", "errors": errors[-1:]}, 422))
    await w.post("/semak", TYPED)
    on("POST", "/v1/complaints/check", problem(429, "rate_limited", retry_after=90))
    await w.post("/semak", TYPED)
    await w.post("/serupa", {"title": "Baucar"})
    for found in ({"kind": "sent"}, {"kind": "list", "items": []}):
        on("POST", "/v1/tracking", answer(found))
        await w.post("/semakan", {"ic": TYPED["ic"]})
    listed = {"submitted_at": THREAD["submitted_at"], "module": "gl", "phase": "BARU"}
    on("POST", "/v1/tracking", answer({"kind": "list", "items": [listed]}))
    await w.post("/semakan", {"ic": TYPED["ic"]})
    await w.post("/semakan")
    on("POST", "/v1/tracking", problem(404, "not_found"))
    await w.post("/semakan", {"number": NUMBER})
    on("POST", "/v1/tracking", problem(429, "rate_limited", retry_after=90))
    await w.post("/semakan", {"number": NUMBER})
    for state in State:
        status = {name: THREAD[name] for name in ("number", "submitted_at", "changed_at")}
        on("POST", "/v1/tracking", answer({"kind": "status", **status, "state": state, "phase": PHASES[state]}))
        await w.post("/semakan", {"number": NUMBER})
    on("POST", "/v1/sessions", problem(401, "login_failed"))
    await w.post("/log-masuk")
    await w.post("/log-masuk", {"ic": "1", "password": "x"})
    on("POST", "/v1/sessions", problem(429, "locked", retry_after=90))
    await w.post("/log-masuk", {"ic": "1", "password": "x"})
    w.outside.on("POST", "/v1/uploads", answer(UNSCANNED, 201))
    files = {"file": ("skrin.png", b"\x89PNG", "image/png")}
    w.shown("/lampiran", await w.client.post("/lampiran", files=files))


def _public_thread(state: State | None, **changes: Any) -> dict[str, Any]:
    entries = [
        {
            **THREAD["entries"][0],
            "sequence": sequence,
            "kind": kind,
            "actor": {"role": role, "name": "Zubaidah" if sequence % 2 else None},
            "text": "Xyz",
            "held": HELD if kind == "message_held" else None,
            "reason": {"ms": "(ms)", "en": "(en)"} if kind == "rejected" else None,
            "attachments": [FILE, UNSCANNED],
        }
        for sequence, (kind, role) in enumerate(
            (one, role)
            for one in [*sorted(one.removeprefix("complaint.") for one in set(EVENTS.values())), "unheard_of"]
            for role in ("COMPLAINANT", "ADMIN", "PIC", "IMPLEMENTOR", "VENDOR", "SYSTEM", "")
        )
    ]
    ended = {"SELESAI": "no_answer", "DITUTUP": "solved"}
    return {
        **THREAD,
        "state": state,
        "phase": PHASES[state] if state else "BARU",
        "custodian": CUSTODIANS[state] if state else None,
        "outcome": ended.get(state or ""),
        "entries": entries,
        "can": ["reopen", "rate"] if state in ended else ["answer", "not_solved", "close"],
        "reopen_until": "2026-12-10T17:00:00+08:00" if state in ended else None,
        **changes,
    }


async def _threads(w: Walker) -> None:
    on = w.outside.on
    address = f"/a/{TOKEN}"
    for state in (None, *State):
        on("POST", "/v1/tracking", answer(_public_thread(state)))
        await w.get(address)
        await w.post("/semakan", {"number": NUMBER, "ic": TYPED["ic"]})
    shown: list[dict[str, Any]] = [
        {"pic_name": None},
        {"due": None, "answer_by": None, "ptj": None},
        {"entries": []},
        {"can": []},
        {"can": ["close", "rate"]},
    ]
    for changes in shown:
        on("POST", "/v1/tracking", answer(_public_thread(State.INPROGRESS, **changes)))
        await w.get(address)
    for changes in ({"can": [], "rated": True}, {"reopen_until": None, "can": []}, {"can": ["close", "reopen"]}):
        on("POST", "/v1/tracking", answer(_public_thread(State.DITUTUP, **changes)))
        await w.get(address)
    original = {
        **dict.fromkeys(("submitted_at", "changed_at", "ended_at"), NOW),
        "state": "SELESAI",
        "phase": "SELESAI",
    }
    ties = {"duplicate_of": original, "linked_to": OTHER, "continued_as": [OTHER, NUMBER]}
    message = {"id": "m1", "fate": "held", **HELD}
    on("POST", "/v1/tracking", answer(_public_thread(State.DITUTUP, can=["rate"], message=message, **ties)))
    await w.get(f"{address}?after=m1&did=reopen")
    await w.post("/semakan", {"number": NUMBER, "ic": TYPED["ic"]})
    carried = await w.get(f"{address}/baharu")
    await w.post("/semak", {**carried.form("complaint").fields, **TYPED})
    required = [{"field": "linked_to", "code": "link", "ms": "(ms)", "en": "(en)"}]
    on("POST", "/v1/complaints/check", answer({"code": "invalid", "errors": required}, 422))
    await w.post("/semak", {**TYPED, "linked_to": "x"})
    on("POST", "/v1/complaints/check", answer(None, 204))
    for outcome in Outcome:
        on("POST", "/v1/tracking", answer(_public_thread(State.DITUTUP, outcome=outcome)))
        await w.get(address)
    fates: list[dict[str, Any]] = [
        {"fate": "accepted"},
        {"fate": "pending"},
        {"fate": "held", **HELD},
        {"fate": "held"},
    ]
    for fate in fates:
        can = ["answer", "not_solved", "close", "reopen", "rate"]
        on("POST", "/v1/tracking", answer(_public_thread(State.DITUTUP, can=can, message={"id": "m1", **fate})))
        for did in ("answer", "close", "rate", "reopen"):
            await w.get(f"{address}?after=m1&did={did}")
    on("POST", "/v1/tracking", answer(_public_thread(State.INPROGRESS)))
    for typed in ({}, {"act": "not_solved"}, {"act": "reopen"}, {"act": "not_solved", "close": "1"}, {"website": "x"}):
        await w.post(f"{address}/balas", {"number": NUMBER, **typed})
    await w.post(f"{address}/nilai", {"number": NUMBER})
    required = [{"field": one, "code": "required", "ms": "(ms)", "en": "(en)"} for one in ("text", "score", "ic")]
    on("POST", f"/v1/complaints/{NUMBER}/messages", answer({"code": "invalid", "errors": required}, 422))
    await w.post(f"{address}/balas", {"number": NUMBER, "text": "x"})
    on("POST", f"/v1/complaints/{NUMBER}/messages", problem(404, "not_found"))
    await w.post("/semakan/balas", {"number": NUMBER, "text": "x", "opened_with": TYPED["ic"]})
    on("POST", "/v1/tracking", problem(404, "not_found"))
    await w.get(address)


async def _faults(w: Walker) -> None:
    w.outside.down |= {"query", "intake"}
    await w.get("/")
    await w.get(f"/a/{TOKEN}")
    await w.post("/semak", TYPED)
    await w.post("/semakan", {"number": NUMBER})
    await w.post(f"/a/{TOKEN}/balas", {"number": NUMBER, "text": "x", "close": "1"})
    await w.post(f"/a/{TOKEN}/nilai", {"number": NUMBER, "score": "5", "comment": "x"})
    await w.post("/semak", TYPED, **{"Sec-Fetch-Site": "cross-site"})
    await w.post("/semak", {"description": "x" * 3_000_000})
    await w.get("/hantar")
    w.outside.down.clear()
    w.outside.on("POST", "/v1/tracking", lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    await w.get(f"/a/{TOKEN}")
    w.outside.down.add("workflow")
    await w.post("/log-masuk", {"ic": "1", "password": "x"})
    await w.post("/lupa-kata-laluan", {"ic": "1"})


async def _admin(w: Walker) -> None:
    on = w.outside.on
    staffed(w.outside, ADMIN)
    on("GET", "/v1/workflow", answer(await record.workflow()))
    await enter(w.client)
    rows = list(_rows())
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


def _rows() -> Iterator[dict[str, Any]]:
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


async def _routing(w: Walker) -> None:
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


async def _people(w: Walker) -> None:
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


async def _oversight(w: Walker) -> None:
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


def _allowed(role: str) -> list[dict[str, Any]]:
    """Every action of the table, as if this role had them all."""
    labels = {one["name"]: one["label"] for one in _TABLE["actions"]}
    rows = {row.action: row for row in TABLE}
    return [
        {"action": action, "label": labels[action], "role": role, "needs": list(rows[action].needs), "if_match": True}
        for action in Action
        if action not in (Action.RECEIVE,)
    ]


_TABLE: dict[str, Any] = {}


async def _vendors(w: Walker) -> None:
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


async def _complaints(w: Walker) -> None:
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


def _happened(kinds: list[str]) -> Iterator[dict[str, Any]]:
    for n, kind in enumerate(kinds):
        data = {"actor": {"role": "PIC", "name": "Zubaidah"}, "from": "BARU", "to": "DIAGIHKAN"}
        yield {"id": f"e{n}", "sequence": n, "time": NOW, "type": f"complaint.{kind}", "data": data}


async def _others(w: Walker) -> None:
    """The pages whose look depends on who reads them, and the doors that stay shut."""
    for staff in (AISYAH, IMPLEMENTOR, VENDOR, MANAGEMENT):
        staffed(w.outside, staff)
        w.outside.on("GET", "/v1/workflow", answer({}))
        w.outside.on("GET", "/v1/inbox", page_of(list(_rows()), next="x"))
        await w.client.post("/log-keluar")
        w.client.cookies.set("lang", w.walk.language)
        await enter(w.client)
        for path in ("/staf", "/staf/peti", "/staf/kakitangan", "/staf/borang", "/staf/audit-capaian", "/staf/tiada"):
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

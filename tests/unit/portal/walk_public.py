"""The part of the walk that opens what everybody may: the form, tracking, the thread, the login."""

from typing import Any

from services.portal.pages.about import PAGES
from services.workflow.machine import CUSTODIANS, EVENTS, PHASES, Outcome, State
from tests.unit.portal.outside import NUMBER, RECEIPT, THREAD, TOKEN, answer, problem
from tests.unit.portal.pages.staffing import NOW, OTHER
from tests.unit.portal.walker import Walker

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


async def public(w: Walker) -> None:
    """The form, the tracking page, the login and the pages about the office."""
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
        "entries": entries if state is None else entries[::8],  # once by everybody, then each kind by the next role
        "can": ["reopen", "rate"] if state in ended else ["answer", "not_solved", "close"],
        "reopen_until": "2026-12-10T17:00:00+08:00" if state in ended else None,
        **changes,
    }


async def threads(w: Walker) -> None:
    """The public thread in every state, with every fate of a message."""
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


async def faults(w: Walker) -> None:
    """What is shown while services are away, or are sent what cannot be."""
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

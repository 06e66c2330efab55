"""What query and workflow answer the staff pages with, in the shapes they really have; and somebody logged in."""

from collections.abc import Sequence
from typing import Any

import httpx2

from tests.unit.portal.outside import AISYAH, LOGIN, NUMBER, Outside, answer

NOW = "2026-11-24T10:00:00+08:00"
ADMIN = {"id": "s0", "name": "Rohani", "roles": ["ADMIN"], "queues": [], "language": "ms"}
MANAGEMENT = {"id": "s7", "name": "Dato' Zainal", "roles": ["MANAGEMENT"], "queues": [], "language": "ms"}
IMPLEMENTOR = {"id": "s5", "name": "Kamal", "roles": ["IMPLEMENTOR"], "queues": ["IMPLEMENTOR"], "language": "ms"}
VENDOR = {"id": "s6", "name": "Helpdesk TTSB", "roles": ["VENDOR"], "queues": [], "language": "ms"}
OTHER = "HD-2026-000124-A"
FOLDERS = {"mine": 2, "unassigned": 3, "waiting": 4, "overdue": 5, "all": 20, "closed": 6}

ROW: dict[str, Any] = {
    "number": NUMBER,
    "version": 4,
    "ic_masked": "******-**-0001",
    "name": "Aminah binti Ismail",
    "department": "PKN",
    "department_name": "Perbendaharaan Negeri Kelantan",
    "ptj": "101-001",
    "ptj_name": "Unit Teknologi Maklumat",
    "title": "Baucar bayaran tidak dapat disahkan",
    "submitted_at": "2026-11-22T09:05:00+08:00",
    "module": "gl",
    "module_name": {"ms": "Lejar Am", "en": "General Ledger"},
    "state": "DIAGIHKAN",
    "phase": "BARU",
    "custodian": "PIC",
    "outcome": None,
    "priority": "Sederhana",
    "complex": False,
    "level": 0,
    "pic": {"id": "s1", "name": "Aisyah"},
    "claimant": None,
    "age_days": 2,
    "age_calendar_days": 2,
    "due": "2026-12-01T17:00:00+08:00",
    "left_days": 6,
    "mine": True,
    "first_act": True,
}
ALLOWED: dict[str, dict[str, Any]] = {
    name: {"action": name, "label": {"ms": ms, "en": en}, "role": role, "needs": needs.split(), "if_match": versioned}
    for name, ms, en, role, needs, versioned in (
        ("start", "Ambil tindakan", "Take action", "PIC", "", True),
        ("reply", "Balas pengadu", "Reply", "PIC", "text attachments?", False),
        ("note", "Catatan dalaman", "Internal note", "PIC", "text attachments?", False),
        ("refer", "Rujuk kepada Implementor", "Refer to Implementor", "PIC", "tried attachments?", True),
        (
            "log_vendor",
            "Log kepada Helpdesk BKP/TTSB",
            "Log with BKP/TTSB",
            "PIC",
            "text vendor_reference? public_text? attachments?",
            True,
        ),
        ("request_close", "Mohon pengadu tutup aduan", "Ask to close", "PIC", "text cause steps attachments?", True),
        ("assign", "Agihkan kepada PIC", "Assign to PIC", "ADMIN", "pic", True),
        ("classify", "Kelaskan", "Classify", "ADMIN", "priority? module? complex? reason", True),
        ("correct_contact", "Betulkan maklumat hubungan", "Correct contact", "ADMIN", "email? phone? reason", True),
    )
}
STANDING: dict[str, Any] = {
    "number": NUMBER,
    "state": "DIAGIHKAN",
    "phase": "BARU",
    "version": 4,
    "custodian": "PIC",
    "outcome": None,
    "priority": "Sederhana",
    "module": "gl",
    "complex": False,
    "level": 0,
    "pic": {"id": "s1", "name": "Aisyah"},
    "claimant": None,
    "due": "2026-12-01T17:00:00+08:00",
    "role": "PIC",
    "vendor_reference": None,
    "duplicate_of": None,
    "clocks": {
        "age_days": 2,
        "age_calendar_days": 3,
        "complaint_days": 2,
        "custodian_days": 1,
        "custody": {
            "ADMIN": {"seconds": 3600.0, "days": 1},
            "PIC": {"seconds": 10800.0, "days": 1},
            "IMPLEMENTOR": {"seconds": 0.0, "days": 0},
            "VENDOR": {"seconds": 0.0, "days": 0},
            "COMPLAINANT": {"seconds": 0.0, "days": 0},
        },
        "answer_by": "2026-11-25T17:00:00+08:00",
        "first_answered_at": None,
        "solve_by": "2026-12-01T17:00:00+08:00",
    },
    "allowed": [ALLOWED[name] for name in ("start", "reply", "note", "refer", "log_vendor", "request_close")],
}
TABLE: dict[str, Any] = {
    "states": [
        {"name": "DIAGIHKAN", "label": {"ms": "Diagihkan kepada PIC", "en": "Assigned to PIC"}},
        {"name": "INPROGRESS", "label": {"ms": "Dalam Tindakan PIC", "en": "With the PIC"}},
    ],
    "phases": [],
    "outcomes": [],
    "roles": [{"name": "COMPLAINANT", "label": {"ms": "Pengadu", "en": "Complainant"}}],
    "actions": [
        {
            "name": name,
            "label": {},
            "rows": [{"from": ["DIAGIHKAN"], "to": to, "who": [role], "read_by": list(readers)}],
        }
        for name, to, role, readers in (
            ("start", "INPROGRESS", "PIC", "S"),
            ("reply", "INPROGRESS", "PIC", "P"),
            ("note", None, "PIC", "S"),
            ("refer", "RUJUKAN_IMPLEMENTOR", "PIC", "S"),
            ("log_vendor", "TINDAKAN_VENDOR", "PIC", "SV"),
            ("request_close", "MOHON_TUTUP", "PIC", "P"),
        )
    ],
}


def row(number: str = NUMBER, **changes: Any) -> dict[str, Any]:
    """A row of a list."""
    return {**ROW, "number": number, **changes}


def page_of(rows: Sequence[dict[str, Any]], **more: Any) -> httpx2.Response:
    """A list, with the counts of all folders."""
    return answer({"items": list(rows), "next": None, "as_of": NOW, "folders": FOLDERS, "badge": 3, **more})


def entry(sequence: int, kind: str, role: str, text: str | None = None, **changes: Any) -> dict[str, Any]:
    """A line of the thread as staff read it."""
    names = {"ADMIN": "Rohani", "PIC": "Aisyah", "COMPLAINANT": "Aminah binti Ismail", "VENDOR": "Helpdesk TTSB"}
    return {
        "sequence": sequence,
        "at": f"2026-11-22T10:{sequence:02d}:00+08:00",
        "kind": kind,
        "action": None,
        "actor": {"id": None, "role": role, "name": names.get(role)},
        "audience": ["S"],
        "from": "DIAGIHKAN",
        "to": "DIAGIHKAN",
        "text": text,
        "held": None,
        "attachments": [],
        "pic": None,
        "solution": None,
        "vendor_reference": None,
        "detail": {},
        **changes,
    }


ENTRIES = [
    entry(1, "received", "COMPLAINANT", "Mesej ralat GL-0042 dipaparkan.", audience=["P"]),
    entry(2, "assigned", "ADMIN", pic={"id": "s1", "name": "Aisyah"}),
    entry(3, "replied", "PIC", "Kami sedang menyemak.", audience=["P"]),
    entry(4, "noted", "PIC", "Mungkin isu cache."),
]


def detail(version: int = 4, entries: Sequence[dict[str, Any]] = ENTRIES, **changes: Any) -> httpx2.Response:
    """What query says of a complaint."""
    return answer(
        {
            **ROW,
            "version": version,
            "description": "Mesej ralat GL-0042 dipaparkan.",
            "phone_masked": "+60 *** *789",
            "email_masked": "a***@kelantan.example",
            "whatsapp_consent": False,
            "language": "ms",
            "answer_by": "2026-11-25T17:00:00+08:00",
            "reply_by": None,
            "reopen_until": None,
            "rated": False,
            "closing": 0,
            "vendor_reference": None,
            "entries": list(entries),
            "links": [],
            "as_of": NOW,
            **changes,
        }
    )


def staffed(outside: Outside, staff: dict[str, Any] = AISYAH) -> Outside:
    """The outside of an office at work; `staff` is who logs in."""
    login = {**LOGIN, "staff": staff}
    outside.on("POST", "/v1/sessions", answer(login))
    outside.on("POST", "/v1/sessions/current", answer(login))
    outside.on("GET", "/v1/workflow", answer(TABLE))
    outside.on("GET", "/v1/inbox", page_of([ROW]))
    outside.on("GET", "/v1/complaints", page_of([]))
    outside.on("GET", "/v1/staff", answer({"items": MEMBERS}))
    outside.on("GET", "/v1/solutions", answer({"items": []}))
    complaint = f"/v1/complaints/{NUMBER}"
    outside.on("GET", complaint, lambda asked: answer(STANDING) if asked.service == "workflow" else detail())
    outside.on("GET", f"{complaint}/suggested-pics", answer({"items": PICS}))
    outside.on("POST", f"{complaint}/contact", answer(CONTACT))
    return outside


def stands(outside: Outside, seen: httpx2.Response | None = None, **changes: Any) -> None:
    """From now on workflow says this of the complaint; and query, if `seen` is given, that."""
    outside.on(
        "GET",
        f"/v1/complaints/{NUMBER}",
        lambda asked: answer({**STANDING, **changes}) if asked.service == "workflow" else seen or detail(),
    )


async def enter(visitor: httpx2.AsyncClient) -> None:
    """Log in."""
    await visitor.post("/log-masuk", data={"ic": "800101990001", "password": "rahsia"})


CONTACT = {"ic": "800101990001", "phone": "+60123456789", "email": "aminah@kelantan.example"}
PICS = [
    {"id": "s1", "name": "Aisyah", "load": 3, "modules": ["gl"], "of_module": True, "absent": False},
    {"id": "s2", "name": "Siti Hajar", "load": 1, "modules": [], "of_module": False, "absent": False},
]
MEMBERS: list[dict[str, Any]] = [
    {
        "id": "s1",
        "name": "Aisyah",
        "ic_masked": "******-**-0001",
        "email_masked": "a***@pkn.example",
        "phone_masked": "+60 *** *002",
        "roles": ["PIC"],
        "queues": [],
        "modules": ["gl"],
        "active": True,
        "language": "ms",
        "load": 3,
    },
    {
        "id": "s9",
        "name": "Bekas Pegawai",
        "ic_masked": "******-**-0009",
        "email_masked": "b***@pkn.example",
        "phone_masked": "+60 *** *009",
        "roles": ["PIC"],
        "queues": [],
        "modules": [],
        "active": False,
        "language": "ms",
        "load": 0,
    },
]

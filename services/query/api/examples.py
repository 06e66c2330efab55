"""An example of each of query's answers, for its document."""

from typing import Any

NUMBER = "HD-2026-000123-C"
AS_OF = "2026-03-03T10:15:00+08:00"
PIC = {"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "name": "Azman bin Yusof"}
FILE = {
    "id": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
    "name": "skrin.png",
    "type": "image/png",
    "size": 48123,
    "scan": "clean",
}
PLACE = {
    "department": "PKN",
    "department_name": "Perbendaharaan Negeri Kelantan",
    "ptj": "101-001",
    "ptj_name": "Unit Teknologi Maklumat",
    "title": "Baki lejar tidak sama",
    "module": "gl",
    "module_name": {"ms": "Lejar Am", "en": "General Ledger"},
}
STANDING: dict[str, Any] = {
    "number": NUMBER,
    "submitted_at": "2026-03-01T10:15:00+08:00",
    "state": "INPROGRESS",
    "phase": "INPROGRESS",
    "custodian": "PIC",
    "outcome": None,
    "due": "2026-03-10T17:00:00+08:00",
}
ROW: dict[str, Any] = {
    **PLACE,
    **STANDING,
    "version": 4,
    "ic_masked": "******-**-0001",
    "name": "Aminah binti Ismail",
    "priority": "Sederhana",
    "complex": False,
    "level": 0,
    "pic": PIC,
    "claimant": None,
    "age_days": 2,
    "age_calendar_days": 2,
    "left_days": 5,
    "mine": True,
    "first_act": False,
    "vendor_logs": ["BKP-2026-0077"],
}
PAGE: dict[str, Any] = {"items": [ROW], "next": None, "as_of": AS_OF}
INBOX: dict[str, Any] = {
    **PAGE,
    "folders": {"mine": 1, "unassigned": 0, "waiting": 0, "overdue": 0, "all": 1, "closed": 0},
    "badge": 0,
}
BADGE = {"badge": 3}
DETAIL: dict[str, Any] = {
    **ROW,
    "description": "Baki akaun di lejar am tidak sama dengan penyata bank.",
    "phone_masked": "+60 *** *789",
    "email_masked": "a***@example.my",
    "whatsapp_consent": False,
    "language": "ms",
    "answer_by": "2026-03-04T17:00:00+08:00",
    "reply_by": None,
    "reopen_until": None,
    "rated": False,
    "closing": 0,
    "vendor_reference": None,
    "entries": [
        {
            "sequence": 4,
            "at": "2026-03-02T09:00:00+08:00",
            "kind": "replied",
            "action": None,
            "actor": {**PIC, "role": "PIC"},
            "audience": ["P"],
            "from": "INPROGRESS",
            "to": "INPROGRESS",
            "text": "Kami sedang menyemak.",
            "held": None,
            "attachments": [FILE],
            "pic": PIC,
            "solution": None,
            "vendor_reference": None,
            "detail": {},
        }
    ],
    "links": [],
    "as_of": AS_OF,
}
THREAD: dict[str, Any] = {
    "kind": "thread",
    **PLACE,
    **STANDING,
    "changed_at": "2026-03-02T09:00:00+08:00",
    "description": "Baki akaun di lejar am tidak sama dengan penyata bank.",
    "pic_name": "Azman bin Yusof",
    "closing": 0,
    "rated": False,
    "reopen_until": None,
    "can": ["answer", "close"],
    "answer_by": "2026-03-04T17:00:00+08:00",
    "duplicate_of": None,
    "linked_to": None,
    "continued_as": [],
    "entries": [
        {
            "sequence": 4,
            "at": "2026-03-02T09:00:00+08:00",
            "kind": "replied",
            "actor": {"role": "PIC", "name": "Azman bin Yusof"},
            "text": "Kami sedang menyemak.",
            "held": None,
            "reason": None,
            "attachments": [FILE],
        }
    ],
}
SOLUTIONS: dict[str, Any] = {
    "items": [
        {
            "id": None,
            "number": None,
            "module": "gl",
            "module_name": {"ms": "Lejar Am", "en": "General Ledger"},
            "symptom": "Baucar tidak dapat diluluskan",
            "cause": "Tempoh perakaunan ditutup",
            "steps": "Buka semula tempoh, kemudian luluskan baucar",
            "published": True,
        }
    ],
    "next": None,
    "as_of": AS_OF,
}
OPEN_ONE = {
    "complaint": {
        "operationId": "show_complaint",
        "parameters": {"number": "$response.body#/items/0/number"},
        "description": "Everything on a complaint's page.",
    }
}
FETCH_FILE = {
    "file": {
        "operationId": "fetch",
        "parameters": {"id": "$response.body#/entries/0/attachments/0/id"},
        "description": "A file of an entry, for those who read the entry.",
    }
}

"""What notify answers about its matrix, in the shapes it really has: the first matrix and the real messages."""

from typing import Any

import msgspec

from services.notify.api.rules import _matrix
from services.notify.domain.rules import TOLD
from services.notify.senders.letters import Letters
from services.workflow.api import record
from tests.unit.notify.matrix import RULES
from tests.unit.portal.outside import NUMBER, Outside, answer
from tests.unit.portal.pages.staffing import NOW, STANDING

MATRIX: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_matrix(3, RULES, None, Letters())))
ITEMS: list[dict[str, Any]] = MATRIX["items"]


def of(event: str) -> list[dict[str, Any]]:
    """The lines of this event."""
    return [line for line in ITEMS if line["event"] == event]


SUPPOSED: dict[str, Any] = {
    "known": True,
    "from_state": "BARU",
    "to": "DIAGIHKAN",
    "custodian": "PIC",
    "role": "ADMIN",
    "actor": "Rohani",
    "pic": "Aisyah",
    "claimant": None,
    "kind": None,
    "level": 0,
}
TOLD_TO: dict[str, Any] = {
    "line": 0,
    "audience": "pic",
    "channel": "email",
    "template": "agihan_pic",
    "batched": False,
    "urgent": False,
    "recipient": {"kind": "staff", "id": "s1", "name": "Aisyah", "masked": "a***@k.example"},
    "status": "planned",
    "reason": None,
    "stands_in_for": None,
    "told_as": None,
}
REHEARSED: dict[str, Any] = {
    "complaint": NUMBER,
    "event": "complaint.assigned",
    "version": 3,
    "supposed": SUPPOSED,
    "items": [
        TOLD_TO,
        TOLD_TO
        | {
            "line": 1,
            "audience": "complainant",
            "template": "makluman_agihan_pengadu",
            "recipient": {"kind": "complainant", "id": None, "name": "Zubaidah", "masked": "z***@k.example"},
            "status": "skipped",
            "reason": "own_act",
        },
    ],
    "silent": [{"line": 0, "audience": "pic", "channel": "email", "template": "agihan_pic", "unmet": []}],
    "nobody": None,
}
PREVIEW: dict[str, Any] = {
    "template": "agihan_pic",
    "reader": "staff",
    "batched": False,
    "complaint": NUMBER,
    "event": "complaint.assigned",
    "happened_at": NOW,
    "letters": {
        "ms": {"subject": f"[{NUMBER}] Xyz ms", "text": "Xyz\n> <b>ms</b>", "html": "<!doctype html><p>Xyz ms</p>"},
        "en": {"subject": f"[{NUMBER}] Xyz en", "text": "Xyz\n> <b>en</b>", "html": "<!doctype html><p>Xyz en</p>"},
    },
}
VERSIONS: dict[str, Any] = {
    "items": [
        {
            "version": 3,
            "at": NOW,
            "saved_by": {"id": "s0", "name": "Rohani"},
            "why": "Xyz",
            "changes": [
                {
                    "event": "complaint.received",
                    "what": "changed",
                    "fields": ["enabled"],
                    "before": ITEMS[0],
                    "after": ITEMS[0] | {"enabled": False},
                }
            ],
        },
        {"version": 1, "at": NOW, "saved_by": None, "why": None, "changes": []},
    ],
    "next": None,
    "as_of": NOW,
}
EARLIER: dict[str, Any] = VERSIONS["items"][1] | {"items": ITEMS, "back": VERSIONS["items"][0]["changes"]}


async def noticed(outside: Outside) -> None:
    """Notify answers with all this, and workflow with its table and a complaint."""
    on = outside.on
    on("GET", "/v1/workflow", answer(await record.workflow()))
    on("GET", "/v1/rules", answer(MATRIX))
    on("PUT", "/v1/rules", answer({**MATRIX, "version": 4}))
    on("GET", "/v1/rules/versions", answer(VERSIONS))
    on("GET", "/v1/rules/versions/1", answer(EARLIER))
    on("POST", "/v1/rules/rehearsals", answer(REHEARSED))
    on("GET", "/v1/previews", answer(PREVIEW))
    on("GET", f"/v1/complaints/{NUMBER}", answer({**STANDING, "state": "BARU"}))


EVENTS = sorted(TOLD)

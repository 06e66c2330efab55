"""What the services say of themselves, well and unwell."""

from collections.abc import Mapping
from typing import Any

import httpx2

from tests.unit.portal.outside import NUMBER, Asked, Outside, answer

NAMES: Mapping[str, tuple[str, ...]] = {
    "intake": ("outbox", "mails:held", "stream:WORKFLOW", "parked", "early"),
    "workflow": ("outbox", "timers", "stream:INTAKE", "parked", "early"),
    "notify": (
        *("deliveries", "deliveries:failed", "deliveries:unknown", "templates:refused"),
        *("stream:WORKFLOW", "stream:INTAKE", "parked", "early"),
    ),
    "query": ("stream:WORKFLOW", "stream:INTAKE", "parked", "early"),
}
LETTER: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "source": "workflow",
    "subject": NUMBER,
    "sequence": 4,
    "type": "complaint.replied",
    "reason": "poison",
    "error": "KeyError at services/query/handlers/project.py:41 in move_complaint",
    "behind": 2,
    "at": "2026-11-24T09:00:00+08:00",
}


def conditions(outside: Outside, waiting: Mapping[str, tuple[int | None, float]] | None = None, **changes: Any) -> None:
    """From now on all services say that so much waits, by its name or by `<service> <name>`; otherwise nothing."""
    found = waiting or {}

    def said(asked: Asked) -> httpx2.Response:
        backlogs = []
        for name in NAMES[asked.service]:
            count, seconds = found.get(f"{asked.service} {name}", found.get(name, (0, 0.0)))
            backlogs.append({"of": name, "count": count, "oldest_seconds": None if count is None else seconds})
        return answer({"ready": True, "why": [], "backlogs": backlogs, **changes})

    outside.on("GET", "/v1/health", said)


def stuck(outside: Outside, service: str, *letters: dict[str, Any], **more: Any) -> None:
    """From now on this is stuck in that service, and nothing in the others."""
    outside.on(
        "GET",
        "/v1/dead-letters",
        lambda asked: answer({"items": letters if asked.service == service else [], "next": None, **more}),
    )

"""What workflow answers about time, in the shapes it really has."""

from typing import Any

import msgspec

from services.workflow.domain.times import CLOCKS, DEFAULT
from tests.unit.portal.outside import NUMBER, Outside, answer
from tests.unit.portal.pages.staffing import NOW, OTHER

DAY = "2026-12-01"
HOLIDAYS: dict[str, Any] = {
    "declared": [
        {
            "day": "2026-12-03",
            "name": "Cuti Peristiwa",
            "works": False,
            "declared_by": "s0",
            "declared_by_name": "Rohani",
            "declared_at": NOW,
            "why": "Pekeliling SUK",
        },
        {
            "day": "2026-08-31",
            "name": "Hari Kerja Ganti",
            "works": True,
            "declared_by": "s0",
            "declared_by_name": None,
            "declared_at": NOW,
            "why": "Arahan bendahari",
        },
    ],
    "holidays": ["2026-12-03", "2026-12-25"],
    "law": [
        {"day": "2026-08-31", "name": {"ms": "Hari Kebangsaan", "en": "National Day"}},
        {"day": "2026-12-25", "name": {"ms": "Hari Krismas", "en": "Christmas Day"}},
        {"day": "2027-08-31", "name": {"ms": "Hari Kebangsaan", "en": "National Day"}},
    ],
    "weekend": [4, 5],
}
MOVED = {
    "moved": [
        {"number": NUMBER, "before": "2026-12-01T17:00:00+08:00", "after": "2026-12-02T17:00:00+08:00", "days": 1},
        {"number": OTHER, "before": "2026-12-10T17:00:00+08:00", "after": "2026-12-08T17:00:00+08:00", "days": -2},
    ]
}
SETTINGS: dict[str, Any] = {
    "assign_days": 1,
    "first_answer_days": 3,
    "solve_days": {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15},
    "implementor_days": 3,
    "vendor_escalate_days": 15,
    "close_lapse_days": 7,
    "answer_lapse_days": 14,
    "reopen_days": 14,
    "automatic_assignment": False,
    "complex_days": 30,
    "timers_per_minute": 3000,
}
RULES: list[dict[str, Any]] = [msgspec.to_builtins(rule) for rule in DEFAULT]
TIME_RULES: dict[str, Any] = {
    "revision": 4,
    "clocks": [
        {"clock": clock, "label": {"ms": clock, "en": clock}, "states": sorted(states), "days": 7}
        for clock, states in CLOCKS.items()
    ],
    "rules": RULES,
}
CAUSE: dict[str, Any] = {
    "rule": "first_answer.escalate1",
    "revision": 1,
    "clock": "first_answer",
    "started_at": "2026-03-01T09:00:00+08:00",
    "due": "2026-03-04T17:00:00+08:00",
    "days": 3,
    "paused_days": 0,
    "at": "2026-03-04T17:00:00+08:00",
    "nth": 1,
    "also": [],
    "tells": "ADMIN",
}


def standing(rule: str, standing: str, at: str | None = None) -> dict[str, Any]:
    """A rule on the complaint, as it was delivered."""
    found = next(one for one in RULES if one["id"] == rule)
    kept = {name: found[name] for name in ("clock", "action", "kind", "level", "tells", "of", "days", "every")}
    return {"rule": rule, **kept, "standing": standing, "at": at}


SCHEDULE: dict[str, Any] = {
    "revision": 4,
    "clocks": [
        {
            "clock": "solve",
            "label": {"ms": "", "en": ""},
            "start": "2026-11-22T09:05:00+08:00",
            "end": "2026-12-01T17:00:00+08:00",
            "days": 7,
            "paused": 2,
            "used": 2,
            "left": 6,
        }
    ],
    "rules": [
        standing("solve.warn", "waits", "2026-11-30T17:00:00+08:00"),
        standing("solve.escalate1", "waits", "2026-12-01T17:00:00+08:00"),
        standing("solve.escalate2", "off"),
        standing("first_answer.warn", "clock_stopped"),
        standing("vendor.remind", "clock_not_running"),
        standing("vendor.warn", "clock_not_running"),
    ],
}


def timed(outside: Outside) -> None:
    """Workflow answers about time."""
    for calendar in ("kelantan", "vendor"):
        on = f"/v1/calendar/{calendar}"
        outside.on("GET", f"{on}/holidays", answer(HOLIDAYS))
        outside.on("GET", f"{on}/preview", answer(MOVED))
        outside.on("GET", f"{on}/decisions", answer({"items": list(_decided())}))
        outside.on("POST", f"{on}/holidays", answer({"day": DAY, **MOVED}, 201))
        outside.on("DELETE", f"{on}/holidays/2026-12-03", answer(MOVED))
    outside.on("GET", "/v1/settings", answer(SETTINGS))
    outside.on("GET", "/v1/time-rules", answer(TIME_RULES))
    outside.on("GET", "/v1/settings/decisions", answer({"items": [], "delivered": {**SETTINGS, "rules": RULES}}))
    outside.on("PUT", "/v1/settings", answer(MOVED))
    outside.on("PUT", "/v1/time-rules", answer(MOVED))
    outside.on("GET", f"/v1/complaints/{NUMBER}/schedule", answer(SCHEDULE))


def _decided() -> list[dict[str, Any]]:
    declared = {"day": DAY, "name": "Cuti", "declared": True}
    bodies = [{"day": DAY, "declared": False}, {**declared, "works": True}, {**declared, "works": False}]
    return [{"at": NOW, "staff": "s0", "name": "Rohani", "why": "Pekeliling", "body": body} for body in bodies]

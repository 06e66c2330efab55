"""The part of the walk that opens the pages about time, in every state they can be in."""

from typing import Any

from tests.unit.portal.outside import NUMBER, answer, problem
from tests.unit.portal.pages.staffing import (
    ADMIN,
    NOW,
    OTHER,
    STANDING,
    detail,
    enter,
    entry,
    staffed,
    stands,
)
from tests.unit.portal.pages.timing import (
    CAUSE,
    DAY,
    HOLIDAYS,
    MOVED,
    RULES,
    SCHEDULE,
    SETTINGS,
    TIME_RULES,
    timed,
)
from tests.unit.portal.walker import Walker

DAY_TYPED = {"day": DAY, "name": "Cuti", "why": "Xyz"}


async def times(w: Walker) -> None:
    """All of it, as Admin."""
    staffed(w.outside, ADMIN)
    timed(w.outside)
    await enter(w.client)
    await _calendars(w)
    await _rules(w)
    await _complaint(w)


async def _calendars(w: Walker) -> None:
    on, address = w.outside.on, "/staf/kalendar/kelantan"
    for path in ("/staf/kalendar", f"{address}?tahun=2027", "/staf/kalendar/vendor", "/staf/kalendar/tiada"):
        await w.get(path)
    await w.post(address)
    await w.post(address, {**DAY_TYPED, "name": "x" * 300})
    for works in ({}, {"works": "1"}):
        await w.post(address, {**DAY_TYPED, **works})
    await w.post(address, {**DAY_TYPED, "day": "2026-12-03"})
    await w.post(address, {**DAY_TYPED, "day": "2026-12-04"})
    await w.post(address, {**DAY_TYPED, "edit": "1"})
    await w.post(f"{address}/tarik", {"day": "2026-12-03"})
    await w.post(f"{address}/tarik", {"day": "2026-12-09"})
    await w.post(f"{address}/tarik", {"day": "2026-12-03", "confirm": "1"})
    many = [{**MOVED["moved"][0], "number": f"HD-2026-{n:06d}-C"} for n in range(102)]
    on("POST", "/v1/calendar/kelantan/holidays", answer({"day": DAY, "moved": many}, 201))
    await w.post(address, {**DAY_TYPED, "confirm": "1"})
    on("POST", "/v1/calendar/kelantan/holidays", answer({"day": DAY, "moved": many[:101]}, 201))
    await w.post(address, {**DAY_TYPED, "confirm": "1"})
    for path in ("preview", "decisions"):
        on("GET", f"/v1/calendar/kelantan/{path}", answer({"moved": [], "items": []}))
    on("POST", "/v1/calendar/kelantan/holidays", answer({"day": DAY, "moved": []}, 201))
    await w.post(address, DAY_TYPED)
    same = {**MOVED["moved"][0], "after": "2026-12-01T16:00:00+08:00", "days": 0}
    on("GET", "/v1/calendar/kelantan/preview", answer({"moved": [same]}))
    await w.post(address, DAY_TYPED)
    await w.post(address, {**DAY_TYPED, "confirm": "1"})
    on("GET", "/v1/calendar/kelantan/holidays", answer({**HOLIDAYS, "declared": [], "law": []}))
    await w.get(address)
    on("POST", "/v1/calendar/kelantan/holidays", problem(422, "invalid", errors=[("name", "(ms)", "(en)")]))
    await w.post(address, {**DAY_TYPED, "confirm": "1"})


async def _rules(w: Walker) -> None:
    on, address = w.outside.on, "/staf/peraturan-masa"
    typed = (await w.get(address)).form("rules").fields
    numbers = (await w.get(address)).form("numbers").fields
    await w.post(f"{address}/jadual", typed)
    await w.post(f"{address}/jadual", {**typed, "rules-why": "x" * 1001})
    await w.post(f"{address}/jadual", {**typed, "rules-why": "Xyz"})
    await w.post(f"{address}/nombor", {**numbers, "assign_days": "0", "timers_per_minute": "x"})
    await w.post(f"{address}/nombor", {**numbers, "numbers-why": "Xyz", "revision": "1"})
    flaws = [
        {"field": "solve.escalate2", "code": "nobody_holds_it", "ms": "(ms)", "en": "(en)"},
        {"field": "vendor", "code": "no_timer", "ms": "(ms)", "en": "(en)"},
        {"field": "close.notice", "code": "after_the_end", "ms": "(ms)", "en": "(en)"},
        {"field": "answer.lapse", "code": "not_at_the_end", "ms": "(ms)", "en": "(en)"},
        {"field": "close.remind9", "code": "after_the_end", "ms": "(ms)", "en": "(en)"},
    ]
    on("PUT", "/v1/time-rules", answer({"code": "invalid", "errors": flaws}, 422))
    new = {"new-clock": "close", "new-kind": "remind", "new-n": "2", "new-when": "after_start"}
    await w.post(f"{address}/jadual", {**typed, **new, "rules-why": "Xyz"})
    shapes = {"end": (-2, 0, 2), "start": (2,)}
    forms: list[dict[str, Any]] = [{"of": of, "days": days} for of, all_days in shapes.items() for days in all_days]
    forms += [{"of": of, "days": 2, "every": True} for of in shapes]
    bodies = [{**SETTINGS, "revision": 3 + n, "rules": _changed(form)} for n, form in enumerate(forms)]
    bodies += [{**SETTINGS, "revision": 2, "assign_days": 2, "rules": []}, {**SETTINGS, "revision": 2, "rules": []}]
    items = [{"at": NOW, "staff": None, "name": None, "why": "Xyz", "body": body} for body in bodies]
    on("GET", "/v1/settings/decisions", answer({"items": items, "delivered": {**SETTINGS, "rules": RULES}}))
    await w.get(address)


def _changed(form: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules with one counted in another way, one switched off, one taken out and one that tells another."""
    kept = [one for one in RULES if one["id"] != "close.remind1"]
    changes = {"solve.warn": form, "solve.escalate2": {"tells": "ADMIN"}, "vendor.remind": {"on": False}}
    return [{**one, **changes.get(one["id"], {})} for one in kept]


async def _complaint(w: Walker) -> None:
    """Every sentence about what happened by itself, what will, and what did not."""
    address = f"/staf/aduan/{NUMBER}"
    whys = [("reminded", kind) for kind in ("warn", "remind", "notice")]
    entries = []
    for n, (kind, detail_kind) in enumerate([*whys, ("escalated", ""), ("lapsed", ""), ("sealed", "")]):
        more = {"nth": 1 + n % 2, "paused_days": n % 3, "also": ["close.remind1", "close.notice", "x.y"] if n else []}
        cause = {**CAUSE, **more, "days": 1 + n, "tells": None if kind == "sealed" else "MANAGEMENT"}
        told = {"cause": cause, "rule": cause["rule"], "kind": detail_kind, "level": 1}
        entries.append(entry(n, kind, "SYSTEM", detail=told))
    moved = {"due_before": "2026-12-01T17:00:00+08:00", "due": "2026-12-02T17:00:00+08:00"}
    entries.append(entry(8, "rescheduled", "SYSTEM", "Xyz", detail=moved))
    entries += [entry(9 + n, "reminded", "SYSTEM", detail={"rule": one["id"]}) for n, one in enumerate(RULES)]
    found = detail(entries=[{**one, "at": NOW} for one in entries])
    custody = {one: {"seconds": 9.0, "days": 1} for one in STANDING["clocks"]["custody"]}
    stands(w.outside, found, clocks={**STANDING["clocks"], "custody": custody})
    await w.get(address)
    schedule = f"/v1/complaints/{NUMBER}/schedule"
    rules: list[dict[str, Any]] = [
        {**rule, "rule": rule["id"], "at": "2026-12-05T17:00:00+08:00"} for rule in [*RULES, *_extra()]
    ]
    standings = ("off", "level_reached", "too_late_to_warn", "clock_stopped", "clock_not_running")
    for n, one in enumerate(TIME_RULES["clocks"]):
        run = {**SCHEDULE["clocks"][0], "clock": one["clock"], "left": -2 if one["clock"] == "vendor" else 3}
        became = [
            {**rule, "standing": "waits" if rule["clock"] == one["clock"] else standings[n % 5]} for rule in rules
        ]
        w.outside.on("GET", schedule, answer({"revision": 4, "clocks": [run], "rules": became}))
        await w.get(address)
    w.outside.on("GET", schedule, answer({"revision": 4, "clocks": [], "rules": []}))
    stands(w.outside, detail(), duplicate_of=OTHER)
    await w.get(address)


def _extra() -> list[dict[str, Any]]:
    """Rules that count as none of the delivered ones does."""
    found = next(one for one in RULES if one["id"] == "vendor.remind")
    return [{**found, "id": "vendor.remind2", "of": "end"}, {**found, "id": "vendor.remind3", "clock": "reopen"}]

"""What the office decides about itself: days, numbers, who takes what, what was learnt. Said to all, kept, refused."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx2

from services.workflow.handlers import office as house
from services.workflow.handlers import times
from services.workflow.store import facts
from shared.events.reference import SettingsSaved
from tests.integration.workflow.office import NUMBER, SOLUTION, Office

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


async def put(office: Office, path: str, body: Any, who: str = "admin") -> httpx2.Response:
    return await office.client.put(path, json=body, headers=office.as_(who))


async def said(office: Office, subject: str) -> list[dict[str, Any]]:
    """The newest of a fact, as the record tells it."""
    rows = await office.rows("select sequence, type from fact where subject = $1", subject)
    return [dict(row) for row in rows]


async def test_the_defaults_are_the_offices(office: Office) -> None:
    assert (await office.get("admin", "/v1/settings")).json() == SETTINGS


async def test_new_numbers_count_from_the_next_act_on(office: Office) -> None:
    assert (await put(office, "/v1/settings", SETTINGS | {"close_lapse_days": 30})).status_code == 200
    await office.bring(NUMBER, "INPROGRESS")
    await office.do("pic", "request_close", text="Cuba.", solution=SOLUTION)
    event = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"][-1]["data"]
    given = datetime.fromisoformat(event["answer_by"]) - datetime.fromisoformat(event["at"])
    assert given > timedelta(days=30), "thirty working days, not seven"
    assert await said(office, "settings") == [{"sequence": 2, "type": "settings.saved"}]


async def test_numbers_that_make_no_sense_are_refused(office: Office) -> None:
    for wrong in (
        {"close_lapse_days": 0},
        {"reopen_days": 366},
        {"solve_days": {"Kritikal": 1}},
        {"solve_days": {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": -1}},
        {"assign_days": "soon"},
    ):
        assert (await put(office, "/v1/settings", SETTINGS | wrong)).status_code == 422, wrong
    assert (await put(office, "/v1/settings", SETTINGS, who="pic")).status_code == 403
    assert await said(office, "settings") == [{"sequence": 1, "type": "settings.saved"}]


async def settings_said(office: Office) -> dict[str, Any]:
    (row,) = await office.rows("select body from fact where subject = 'settings'")
    said: dict[str, Any] = json.loads(row["body"])["data"]
    return said


async def test_hearers_are_told_what_the_vendors_rule_comes_to_and_nobody_sets_it(office: Office) -> None:
    assert (await put(office, "/v1/settings", SETTINGS | {"vendor_remind_days": 9})).status_code == 422
    found = (await office.get("admin", "/v1/time-rules")).json()["rules"]
    rules = [one | ({"days": 3} if one["id"] == "vendor.remind" else {}) for one in found]
    assert (await put(office, "/v1/time-rules", {"rules": rules, "why": "Lebih kerap"})).status_code == 200
    assert (await settings_said(office))["vendor_remind_days"] == 3


async def test_settings_of_before_the_rule_are_said_as_they_are_now(office: Office) -> None:
    of_before = SettingsSaved(solve_days=times.SOLVE_DAYS, vendor_remind_days=8, reopen_days=9)
    async with office.app.state.db.transaction() as tx:
        await facts.save(tx, facts.SETTINGS, of_before, correlation="test")
        await house.found(tx, correlation="test")
        await house.found(tx, correlation="test")
    now = await settings_said(office)
    assert (now["vendor_remind_days"], now["reopen_days"]) == (5, 9)
    assert await said(office, "settings") == [{"sequence": 3, "type": "settings.saved"}], "once"


async def test_the_calendar_knows_kelantans_holidays_and_its_week(office: Office) -> None:
    found = (await office.get("pic", "/v1/calendar/kelantan/holidays")).json()
    year = found["holidays"][-1][:4]
    assert f"{year}-08-31" in found["holidays"], "Merdeka"
    assert found["declared"] == []
    assert (await office.get("pic", "/v1/calendar/perak/holidays")).status_code == 404


async def declare(office: Office, day: str, **body: Any) -> httpx2.Response:
    told = {"day": day, "name": "Cuti peristiwa", "why": "Piala Malaysia"} | body
    return await office.post("admin", "/v1/calendar/kelantan/holidays", told)


async def test_a_declared_day_counts_until_it_is_withdrawn(office: Office) -> None:
    assert (await declare(office, "2026-12-01")).status_code == 201
    found = (await office.get("admin", "/v1/calendar/kelantan/holidays")).json()
    assert "2026-12-01" in found["holidays"]
    (declared,) = found["declared"]
    assert (declared["day"], declared["why"], declared["declared_by"]) == (
        "2026-12-01",
        "Piala Malaysia",
        office.ids["admin"],
    )
    gone = "/v1/calendar/kelantan/holidays/2026-12-01"
    assert (await office.client.delete(gone, headers=office.as_("admin"))).status_code == 200
    assert (await office.client.delete(gone, headers=office.as_("admin"))).status_code == 404
    assert "2026-12-01" not in (await office.get("admin", "/v1/calendar/kelantan/holidays")).json()["holidays"]
    assert await said(office, "kelantan") == [{"sequence": 3, "type": "calendar.saved"}]


async def test_a_holiday_of_the_law_can_be_declared_a_working_day(office: Office) -> None:
    before = (await office.get("admin", "/v1/calendar/kelantan/holidays")).json()["holidays"]
    await declare(office, before[-1], works=True)
    after = (await office.get("admin", "/v1/calendar/kelantan/holidays")).json()["holidays"]
    assert after == before[:-1]


async def test_days_declared_at_the_same_time_all_count(office: Office) -> None:
    days = [f"2026-12-{day:02d}" for day in (1, 2, 7, 8, 9)]
    answers = await asyncio.gather(*(declare(office, day) for day in days))
    assert {answer.status_code for answer in answers} == {201}
    assert set(days) <= set((await office.get("admin", "/v1/calendar/kelantan/holidays")).json()["holidays"])


async def test_only_admin_declares(office: Office) -> None:
    told = {"day": "2026-12-01", "name": "x", "why": "x"}
    assert (await office.post("pic", "/v1/calendar/kelantan/holidays", told)).status_code == 403
    assert (await office.post("admin", "/v1/calendar/perak/holidays", told)).status_code == 404


async def test_routing_names_active_pics_only(office: Office) -> None:
    assert (await put(office, "/v1/routing", {"modules": {"gl": [office.ids["pic"]]}})).status_code == 204
    assert (await office.get("admin", "/v1/routing")).json() == {"modules": {"gl": [office.ids["pic"]]}}
    for stranger in (office.ids["management"], "nobody"):
        answer = await put(office, "/v1/routing", {"modules": {"gl": [stranger]}})
        assert answer.json()["errors"][0]["code"] == "not_a_pic"


async def test_each_solved_complaint_leaves_what_it_taught(office: Office) -> None:
    await office.bring(NUMBER, "MOHON_TUTUP")
    (found,) = (await office.get("implementor", "/v1/solutions")).json()["items"]
    assert (found["number"], found["symptom"], found["cause"], found["published"]) == (
        NUMBER,
        "Baucar tidak dapat diluluskan",
        SOLUTION["cause"],
        False,
    )
    told = {"symptom": "Baucar", "cause": "Pepijat", "steps": "Kemas kini", "published": True}
    assert (await put(office, f"/v1/solutions/{NUMBER}", told, who="pic")).status_code == 204
    (found,) = (await office.get("pic", "/v1/solutions")).json()["items"]
    assert (found["steps"], found["published"], found["author"]) == ("Kemas kini", True, "Azman bin Yusof")
    await office.do("pic", "take_back", reason="Tersilap")
    await office.do("pic", "request_close", text="Cuba.", solution=SOLUTION)
    (found,) = (await office.get("pic", "/v1/solutions")).json()["items"]
    assert (found["cause"], found["published"]) == (SOLUTION["cause"], False), "asked to close again, it is worded anew"


async def test_a_solution_that_is_none_cannot_be_worded(office: Office) -> None:
    told = {"symptom": "Baucar", "cause": "Pepijat", "steps": "Kemas kini", "published": True}
    for number in (NUMBER, "x", "%00"):
        assert (await put(office, f"/v1/solutions/{number}", told)).status_code == 404
    assert (await put(office, f"/v1/solutions/{NUMBER}", told, who="management")).status_code == 403


async def test_words_that_no_follower_could_store_are_refused(office: Office) -> None:
    """They travel in events: a NUL that passed here would be poison at query."""
    await office.bring(NUMBER, "MOHON_TUTUP")
    told = {"symptom": "Baucar", "cause": "Pepijat", "steps": "Kemas kini", "published": True}
    for field in ("symptom", "cause", "steps"):
        answer = await put(office, f"/v1/solutions/{NUMBER}", told | {field: "a\x00b"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await put(office, "/v1/routing", {"modules": {"g\x00l": []}})).status_code == 422
    for field in ("name", "why"):
        assert (await declare(office, "2026-12-01", **{field: "a\x00b"})).status_code == 422

"""New complaints hand themselves out where the office lets them, and say why; a priority is suggested, with why."""

from typing import Any

from tests.integration.workflow.office import NUMBER, Office, a_number
from tests.integration.workflow.test_absences import set_away
from tests.integration.workflow.test_leaving import route


async def switch(office: Office, on: bool) -> None:
    settings = (await office.get("admin", "/v1/settings")).json() | {"automatic_assignment": on}
    saved = await office.client.put("/v1/settings", json=settings, headers=office.as_("admin"))
    assert saved.status_code == 200, saved.text


async def history(office: Office, number: str = NUMBER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.get("admin", f"/v1/complaints/{number}/events")).json()["items"]
    return found


async def test_nothing_hands_itself_out_until_admin_lets_it(office: Office) -> None:
    await route(office, gl=[office.ids["pic"]])
    await office.file()
    assert (await office.look("admin"))["state"] == "BARU"


async def test_a_new_complaint_goes_to_the_one_of_its_team_with_least_on_the_desk_and_says_why(office: Office) -> None:
    await route(office, gl=[office.ids["pic"], office.ids["other_pic"]])
    await office.bring(a_number(1), "INPROGRESS")
    await switch(office, on=True)
    await office.file(a_number(2))
    seen = await office.look("other_pic", a_number(2))
    assert (seen["state"], seen["version"], seen["pic"]["id"]) == ("DIAGIHKAN", 2, office.ids["other_pic"])
    received, assigned = await history(office, a_number(2))
    assert (assigned["data"]["actor"]["role"], assigned["causationid"]) == ("SYSTEM", received["id"])
    assert assigned["data"]["routed"] == {
        "rule": "routing",
        "module": "gl",
        "team": 2,
        "load": 0,
        "absent": [],
        "stands_in_for": None,
    }
    await switch(office, on=False)
    await office.file(a_number(3))
    assert (await office.look("admin", a_number(3)))["state"] == "BARU"


async def test_an_absent_member_is_passed_over_and_named(office: Office) -> None:
    await route(office, gl=[office.ids["pic"]])
    await switch(office, on=True)
    absence = await set_away(office)
    await office.file(a_number(1))
    routed = (await history(office, a_number(1)))[-1]["data"]["routed"]
    assert [one["id"] for one in routed["absent"]] == [office.ids["pic"]]
    assert routed["stands_in_for"]["id"] == office.ids["pic"]
    assert (await office.look("admin", a_number(1)))["pic"]["id"] == office.ids["other_pic"]
    await office.client.delete(f"/v1/absences/{absence}", headers=office.as_("admin"))
    await set_away(office, deputy=None)
    await office.file(a_number(2))
    assert (await office.look("admin", a_number(2)))["state"] == "BARU", "nobody of the team is there"


async def test_a_module_without_a_team_waits_for_admin(office: Office) -> None:
    await switch(office, on=True)
    await office.file(NUMBER, module="bc")
    assert (await office.look("admin"))["state"] == "BARU"


async def test_what_handed_itself_out_can_be_worked_on(office: Office) -> None:
    """An assignee must be able to act in the state they are given."""
    await switch(office, on=True)
    await office.file()
    assert {"start", "reply", "hand_back"} <= {one["action"] for one in (await office.look("pic"))["allowed"]}


async def suggested(office: Office, who: str, number: str = NUMBER) -> dict[str, Any]:
    answer = await office.get(who, f"/v1/complaints/{number}/suggested-priority")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_words_and_module_suggest_a_priority_and_are_named(office: Office) -> None:
    await office.file(title="Tidak boleh log masuk", description="Sistem tergendala sejak pagi.")
    assert await suggested(office, "admin") == {
        "priority": "Kritikal",
        "words": ["sistem tergendala"],
        "module": None,
    }
    await office.file(a_number(2))
    assert (await suggested(office, "admin", a_number(2)))["priority"] == "Sederhana"
    await office.assign("pic", a_number(2))
    await office.do("pic", "classify", a_number(2), module="py", reason="Tentang gaji")
    assert await suggested(office, "pic", a_number(2)) == {"priority": "Tinggi", "words": [], "module": "py"}


async def test_who_decides_the_priority_is_told_and_nobody_else(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    path = f"/v1/complaints/{NUMBER}/suggested-priority"
    answers = {who: (await office.get(who, path)).status_code for who in office.ids}
    assert answers == {
        "admin": 200,
        "pic": 200,
        "other_pic": 404,
        "implementor": 404,
        "vendor": 404,
        "management": 403,
    }

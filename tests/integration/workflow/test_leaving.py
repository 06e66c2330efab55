"""A PIC who leaves hands over everything in one act; nobody stops being a PIC with complaints in their hands."""

from typing import Any

import httpx2

from tests.integration.workflow.office import Office, a_number
from tests.integration.workflow.test_absences import set_away

STATES = ("DIAGIHKAN", "INPROGRESS", "RUJUKAN_IMPLEMENTOR", "TINDAKAN_VENDOR", "MOHON_MAKLUMBALAS", "MOHON_TUTUP")


async def hand_over(office: Office, who: str = "admin", of: str = "pic", **body: Any) -> httpx2.Response:
    return await office.post(who, f"/v1/staff/{office.ids[of]}/hand-over", {"reason": "Bertukar pejabat"} | body)


async def handed_over(office: Office, **body: Any) -> dict[str, Any]:
    answer = await hand_over(office, **body)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def route(office: Office, **teams: list[str]) -> None:
    saved = await office.client.put("/v1/routing", json={"modules": teams}, headers=office.as_("admin"))
    assert saved.status_code == 204, saved.text


async def test_all_that_is_open_goes_to_another_and_the_leaver_is_out(office: Office) -> None:
    for position, state in enumerate(STATES, 1):
        await office.bring(a_number(position), state)
    await office.bring(a_number(9), "DITUTUP")
    done = await handed_over(office, to=office.ids["other_pic"], disable=True)
    assert [(one["number"], one["ok"]) for one in done["items"]] == [(a_number(n), True) for n in range(1, 7)]
    assert {one["pic"]["id"] for one in done["items"]} == {office.ids["other_pic"]}
    assert (done["left"], done["claims"], done["disabled"]) == ([], [], True)
    for position, state in enumerate(STATES, 1):
        seen = await office.look("other_pic", a_number(position))
        assert (seen["state"], seen["pic"]["id"]) == (state, office.ids["other_pic"])
        assert seen["allowed"], "whoever gets it can act in the state it is in"
    assert (await office.get("pic", f"/v1/complaints/{a_number(1)}")).status_code == 401, "out at once"
    assert (await office.look("admin", a_number(9)))["pic"]["id"] == office.ids["pic"], "what is over stays theirs"


async def test_a_pic_with_open_complaints_stays_one(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    await office.bring(a_number(2), "MOHON_TUTUP")
    path = f"/v1/staff/{office.ids['pic']}"
    for change in ({"active": False}, {"roles": ["MANAGEMENT"]}):
        refused = await office.client.patch(path, json=change, headers=office.as_("admin"))
        assert (refused.status_code, refused.json()["code"], refused.json()["complaints"]) == (
            409,
            "still_has_complaints",
            2,
        )
    assert (await office.look("pic", a_number(1)))["allowed"], "and nothing of it happened"
    await handed_over(office, to=office.ids["other_pic"])
    for change in ({"roles": ["MANAGEMENT"]}, {"active": False}):
        assert (await office.client.patch(path, json=change, headers=office.as_("admin"))).status_code == 204


async def test_by_routing_each_goes_to_its_modules_team_and_what_has_none_is_named(office: Office) -> None:
    await route(office, gl=[office.ids["other_pic"]], py=[office.ids["pic"]])
    await office.bring(a_number(1), "INPROGRESS")
    await office.bring(a_number(2), "INPROGRESS")
    await office.do("pic", "classify", a_number(2), module="py", reason="Tentang gaji")
    done = await handed_over(office, to=None, disable=True)
    assert [(one["ok"], one.get("problem", {}).get("code")) for one in done["items"]] == [
        (True, None),
        (False, "nobody_of_module"),
    ]
    assert (done["left"], done["disabled"]) == ([a_number(2)], False), "not while anything is left"
    assert (await office.look("pic", a_number(2)))["pic"]["id"] == office.ids["pic"]
    assert (await handed_over(office, to=office.ids["other_pic"], disable=True))["disabled"]
    routing = (await office.get("admin", "/v1/routing")).json()["modules"]
    assert routing == {"gl": [office.ids["other_pic"]], "py": []}, "no team counts on who is out"


async def test_one_that_cannot_be_moved_undoes_no_other(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    done = await handed_over(office, to=office.ids["management"], disable=True)
    (one,) = done["items"]
    assert (one["ok"], one["problem"]["errors"][0]["code"]) == (False, "not_a_pic")
    assert (done["left"], done["disabled"]) == ([a_number(1)], False)


async def test_the_event_says_from_whom_to_whom_and_why(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    await handed_over(office, to=office.ids["other_pic"])
    event = (await office.get("admin", f"/v1/complaints/{a_number(1)}/events")).json()["items"][-1]
    assert (event["type"], event["data"]["text"]) == ("complaint.reassigned", "Bertukar pejabat")
    assert (event["data"]["before"]["id"], event["data"]["pic"]["id"]) == (office.ids["pic"], office.ids["other_pic"])


async def test_what_the_leaver_has_claimed_in_the_queue_is_named(office: Office) -> None:
    await office.bring(a_number(1), "RUJUKAN_IMPLEMENTOR")
    await office.do("implementor", "claim", a_number(1))
    done = await handed_over(office, of="implementor", to=None)
    assert (done["items"], done["claims"]) == ([], [a_number(1)])


async def test_only_admin_hands_over(office: Office) -> None:
    for who in ("pic", "management", "implementor", "vendor"):
        assert (await hand_over(office, who, to=office.ids["other_pic"])).status_code == 403
    nobody = "/v1/staff/00000000-0000-0000-0000-000000000000/hand-over"
    assert (await office.post("admin", nobody, {"reason": "x"})).status_code == 404
    assert (await hand_over(office, reason="")).status_code == 422


async def test_an_absent_one_of_the_team_is_passed_over_for_the_deputy(office: Office) -> None:
    await route(office, gl=[office.ids["pic"]])
    await office.bring(a_number(1), "INPROGRESS")
    await set_away(office)
    done = await handed_over(office, to=None)
    assert done["items"][0]["pic"]["id"] == office.ids["other_pic"]

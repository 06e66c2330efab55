"""Many complaints handed out at once: a result for each, and one that fails undoes no other."""

from typing import Any

from tests.integration.workflow.office import Office, a_number


async def test_each_item_gets_its_own_result(office: Office) -> None:
    await office.file(a_number(1))
    await office.bring(a_number(2), "INPROGRESS")
    await office.bring(a_number(3), "DITUTUP")
    await office.file(a_number(4))
    await office.file(a_number(5))
    other = office.ids["other_pic"]
    items: list[dict[str, Any]] = [
        {"number": a_number(1), "pic": other},
        {"number": a_number(2), "pic": other},
        {"number": a_number(3), "pic": other},
        {"number": a_number(999), "pic": other},
        {"number": a_number(4), "pic": office.ids["management"]},
        {"number": a_number(5), "pic": other, "version": 1},
        {"number": "\x00", "pic": other},
    ]
    results = (await office.post("admin", "/v1/assignments", {"items": items})).json()["items"]
    assert [(one["ok"], one.get("version") or one["problem"]["code"]) for one in results] == [
        (True, 2),
        (True, 4),
        (False, "action_not_allowed"),
        (False, "not_found"),
        (False, "invalid"),
        (True, 2),
        (False, "not_found"),
    ]
    assert results[2]["problem"]["state"] == "DITUTUP"
    assert results[4]["problem"]["errors"][0]["field"] == "pic"
    assert all(one["problem"]["messages"]["ms"] for one in results if not one["ok"])
    states = [(await office.look("admin", a_number(number)))["state"] for number in range(1, 6)]
    assert states == ["DIAGIHKAN", "INPROGRESS", "DITUTUP", "BARU", "DIAGIHKAN"]
    assert [one["number"] for one in results] == [item["number"] for item in items]


async def test_a_version_that_was_given_is_held_to(office: Office) -> None:
    await office.file(a_number(1))
    await office.complainant("answer", a_number(1), text="Lagi satu.")
    items = [{"number": a_number(1), "pic": office.ids["pic"], "version": 1}]
    results = (await office.post("admin", "/v1/assignments", {"items": items})).json()["items"]
    assert (results[0]["ok"], results[0]["problem"]["code"], results[0]["problem"]["version"]) == (False, "stale", 2)


async def test_only_admin_hands_out(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    items = [{"number": a_number(1), "pic": office.ids["other_pic"]}]
    for who in ("pic", "management", "implementor", "vendor"):
        answer = await office.post(who, "/v1/assignments", {"items": items})
        assert (answer.status_code, answer.json()["needs"]) == (403, ["ADMIN"])


async def test_none_and_too_many_are_refused(office: Office) -> None:
    for items in ([], [{"number": a_number(1), "pic": "x"}] * 201):
        assert (await office.post("admin", "/v1/assignments", {"items": items})).status_code == 422


async def test_those_of_the_module_and_with_least_on_their_desk_are_suggested_first(office: Office) -> None:
    await office.file(a_number(1))
    path = f"/v1/complaints/{a_number(1)}/suggested-pics"
    found = (await office.get("admin", path)).json()["items"]
    assert [(one["id"], one["load"]) for one in found] == [(office.ids["pic"], 0), (office.ids["other_pic"], 0)]
    await office.client.put(
        "/v1/routing", json={"modules": {"gl": [office.ids["other_pic"]]}}, headers=office.as_("admin")
    )
    await office.bring(a_number(2), "INPROGRESS")
    found = (await office.get("admin", path)).json()["items"]
    assert [(one["id"], one["load"]) for one in found] == [(office.ids["other_pic"], 0), (office.ids["pic"], 1)]
    assert (await office.get("pic", f"/v1/complaints/{a_number(2)}/suggested-pics")).status_code == 403


async def test_a_number_that_is_no_text_is_a_field_message(office: Office) -> None:
    body = b'{"items": [{"number": "\\ud800", "pic": "' + office.ids["pic"].encode() + b'"}]}'
    headers = office.as_("admin") | {"Content-Type": "application/json"}
    answer = await office.client.post("/v1/assignments", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "items.0.number")

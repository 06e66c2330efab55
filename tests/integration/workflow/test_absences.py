"""Who is away, and who stands in: the deputy sees and acts on what is theirs for exactly as long."""

import json
from datetime import date, timedelta
from typing import Any

import httpx2

from tests.integration.workflow.office import NUMBER, PASSWORD, Office, a_number


async def today(office: Office) -> date:
    (row,) = await office.rows("select (helpdesk.now() at time zone 'Asia/Kuala_Lumpur')::date as day")
    day: date = row["day"]
    return day


async def away(office: Office, who: str, **changes: Any) -> httpx2.Response:
    """The PIC is away from today on for five days; the other PIC stands in."""
    day = await today(office)
    days = {"from": changes.pop("from_", 0), "until": changes.pop("until", 4)}
    body: dict[str, Any] = {name: (day + timedelta(days=after)).isoformat() for name, after in days.items()}
    body |= {"staff": office.ids["pic"], "deputy": office.ids["other_pic"], "why": "Cuti rehat"} | changes
    return await office.post(who, "/v1/absences", {name: value for name, value in body.items() if value is not None})


async def set_away(office: Office, who: str = "admin", **changes: Any) -> str:
    answer = await away(office, who, **changes)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def wrong(office: Office, who: str = "admin", **changes: Any) -> tuple[str, str]:
    answer = await away(office, who, **changes)
    assert answer.status_code == 422, answer.text
    return answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]


async def test_a_deputy_sees_and_acts_while_the_absence_lasts_and_not_a_moment_longer(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    path = f"/v1/complaints/{NUMBER}"
    assert (await office.get("other_pic", path)).status_code == 404
    absence = await set_away(office)
    seen = await office.look("other_pic")
    assert {"start", "reply", "request_close", "hand_back"} <= {one["action"] for one in seen["allowed"]}
    assert seen["role"] == "PIC"
    await office.do("other_pic", "start")
    said = (await office.get("admin", f"{path}/events")).json()["items"][-1]["data"]
    assert (said["actor"]["id"], said["actor"]["role"]) == (office.ids["other_pic"], "PIC"), "who did it did it"
    assert said["pic"]["id"] == office.ids["pic"], "it stays with whom it is"
    await office.do("pic", "note", text="Masih sempat melihat.")
    gone = await office.client.delete(f"/v1/absences/{absence}", headers=office.as_("admin"))
    assert gone.status_code == 204
    assert (await office.get("other_pic", path)).status_code == 404, "the same token, and it is over at once"


async def test_an_absence_to_come_opens_nothing_until_its_day_and_closes_by_itself(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    await set_away(office, from_=2, until=3)
    path = f"/v1/complaints/{NUMBER}"
    found = []
    for _day in range(5):
        found.append((await office.get("other_pic", path)).status_code)
        await office.advance(1)
    assert found == [404, 404, 200, 200, 404]


async def test_the_token_says_for_whom_its_holder_stands_in(office: Office) -> None:
    """Followers read it there: nobody asks workflow."""
    tokens = office.app.state.staff_tokens
    fresh = (await office.log_in("other_pic", PASSWORD)).json()
    assert tokens.check(fresh["token"]).stands_in == frozenset()
    await set_away(office)
    renewed = await office.client.post("/v1/sessions/current", headers={"X-Session": fresh["session"]})
    caller = tokens.check(renewed.json()["token"])
    assert caller.stands_in == {office.ids["pic"]}
    assert f"staff:{office.ids['pic']}" in caller.principals


async def test_a_pic_says_it_of_themselves_and_of_nobody_else(office: Office) -> None:
    own = await set_away(office, "pic", staff=None)
    mine = (await office.get("pic", "/v1/absences")).json()["items"]
    assert [(one["id"], one["state"], one["mine"], one["deputy"]["id"]) for one in mine] == [
        (own, "now", True, office.ids["other_pic"])
    ]
    standing_in = (await office.get("other_pic", "/v1/absences")).json()["items"]
    assert [(one["id"], one["mine"]) for one in standing_in] == [(own, False)]
    assert (await away(office, "other_pic", deputy=None)).status_code == 403
    for who, answer in (("other_pic", 404), ("implementor", 403), ("management", 403), ("pic", 204)):
        done = await office.client.delete(f"/v1/absences/{own}", headers=office.as_(who))
        assert done.status_code == answer, who
    assert (await away(office, "management")).status_code == 403
    assert (await office.get("vendor", "/v1/absences")).status_code == 403
    assert (await office.get("management", "/v1/absences")).json()["items"] == []


async def test_what_cannot_be_is_refused_and_says_why(office: Office) -> None:
    assert await wrong(office, until=-1, from_=0) == ("until", "before_start")
    assert await wrong(office, from_=-3, until=-1) == ("until", "over")
    assert await wrong(office, until=400) == ("until", "too_long")
    assert await wrong(office, deputy=office.ids["management"]) == ("deputy", "not_a_pic")
    assert await wrong(office, deputy=office.ids["pic"]) == ("deputy", "not_a_pic")
    assert await wrong(office, deputy="00000000-0000-0000-0000-000000000000") == ("deputy", "not_a_pic")
    assert await wrong(office, staff="00000000-0000-0000-0000-000000000000") == ("staff", "not_staff")
    assert await wrong(office, staff=office.ids["implementor"]) == ("deputy", "nothing_to_stand_in_for")
    await set_away(office, from_=10, until=14)
    assert await wrong(office, from_=14, until=20, deputy=None) == ("from", "overlaps")
    assert await wrong(office, from_=8, until=10, deputy=None) == ("from", "overlaps")
    other = {"staff": office.ids["other_pic"], "deputy": office.ids["pic"]}
    assert await wrong(office, from_=12, until=12, **other) == ("from", "is_deputy"), "who stands in is there"
    await set_away(office, from_=20, until=24, staff=office.ids["other_pic"], deputy=None)
    assert await wrong(office, from_=15, until=20) == ("deputy", "absent"), "no chains"
    await set_away(office, from_=15, until=19)


async def test_an_absence_that_has_begun_ends_and_stays_on_record(office: Office) -> None:
    absence = await set_away(office)
    await office.advance(2)
    await office.client.delete(f"/v1/absences/{absence}", headers=office.as_("pic"))
    (kept,) = (await office.get("admin", "/v1/absences")).json()["items"]
    assert (kept["state"], date.fromisoformat(kept["until"])) == ("over", await today(office) - timedelta(days=1))
    again = await office.client.delete(f"/v1/absences/{absence}", headers=office.as_("admin"))
    assert again.status_code == 404
    rows = (await office.get("admin", "/v1/access-audit", staff=office.ids["pic"])).json()["items"]
    assert [one["what"] for one in rows if one["what"].startswith("absence")] == ["absence_ended", "absence_set"]


async def test_everybody_who_follows_hears_of_it(office: Office) -> None:
    await set_away(office)
    said = await newest(office, "pic")
    day = await today(office)
    assert said["away"] == [
        {
            "from": day.isoformat(),
            "until": (day + timedelta(days=4)).isoformat(),
            "deputy": office.ids["other_pic"],
        }
    ]


async def newest(office: Office, who: str) -> dict[str, Any]:
    """The last word on a member of staff."""
    (row,) = await office.rows("select body from fact where subject = $1", office.ids[who])
    said: dict[str, Any] = json.loads(row["body"])["data"]
    return said


async def test_whoever_is_absent_is_suggested_after_the_deputy(office: Office) -> None:
    await office.file(a_number(1))
    await set_away(office)
    found = (await office.get("admin", f"/v1/complaints/{a_number(1)}/suggested-pics")).json()["items"]
    assert [(one["id"], one["absent"]) for one in found] == [
        (office.ids["other_pic"], False),
        (office.ids["pic"], True),
    ]
    assert found[0]["stands_in_for"]["id"] == office.ids["pic"]
    assert found[1]["deputy"]["id"] == office.ids["other_pic"]
    assert date.fromisoformat(found[1]["until"]) == await today(office) + timedelta(days=4)


async def test_a_deputy_who_leaves_stands_in_for_nobody(office: Office) -> None:
    await set_away(office)
    gone = await office.client.patch(
        f"/v1/staff/{office.ids['other_pic']}", json={"roles": ["MANAGEMENT"]}, headers=office.as_("admin")
    )
    assert gone.status_code == 204
    (kept,) = (await office.get("admin", "/v1/absences")).json()["items"]
    assert kept["deputy"] is None
    assert (await newest(office, "pic"))["away"][0].get("deputy") is None

"""How a member of staff wants to be told: their own choice, checked, on record, and said to whoever tells them."""

from typing import Any

import httpx2
import msgspec
import pytest

from tests.integration.workflow.office import Office

PATH = "/v1/staff/current/preferences"
CHOSEN = {"tell.closings": "digest", "tell.summary": "off", "quiet": "22:00-07:00", "whatsapp": "on"}


async def choose(office: Office, who: str, wanted: dict[str, Any]) -> httpx2.Response:
    return await office.client.put(PATH, json={"preferences": wanted}, headers=office.as_(who))


async def said_of(office: Office, who: str) -> dict[str, Any]:
    """What workflow last said of this member."""
    (row,) = await office.rows("select body from fact where subject = $1", office.ids[who])
    said: dict[str, Any] = msgspec.json.decode(row["body"])
    return said


async def test_one_chooses_for_oneself_and_the_fact_of_who_one_is_says_so(office: Office) -> None:
    assert (await office.get("pic", PATH)).json() == {"preferences": {}}
    assert (await choose(office, "pic", CHOSEN)).status_code == 204
    assert (await office.get("pic", PATH)).json() == {"preferences": CHOSEN}
    assert (await office.get("admin", PATH)).json() == {"preferences": {}}, "nobody else's"
    envelope = await said_of(office, "pic")
    assert envelope["type"] == "staff.saved"
    assert envelope["data"]["preferences"] == CHOSEN


async def test_what_is_left_out_is_as_admin_has_it_again(office: Office) -> None:
    await choose(office, "pic", CHOSEN)
    await choose(office, "pic", {"quiet": "22:00-07:00"})
    assert (await office.get("pic", PATH)).json() == {"preferences": {"quiet": "22:00-07:00"}}


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("tell.closings", "sometimes", "tell.closings"),
        ("tell.weather", "off", "preferences"),
        ("quiet", "22:00", "quiet"),
        ("quiet", "24:00-07:00", "quiet"),
        ("quiet", "07:00-07:00", "quiet"),
        ("whatsapp", "maybe", "whatsapp"),
        ("colour", "blue", "preferences"),
    ],
)
async def test_what_nobody_could_heed_is_refused_by_name(office: Office, name: str, value: str, field: str) -> None:
    answer = await choose(office, "pic", {"tell.work": "digest", name: value})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await office.get("pic", PATH)).json() == {"preferences": {}}, "nothing of it is kept"


async def test_a_choice_is_on_record_once_and_the_same_choice_again_is_none(office: Office) -> None:
    for _ in range(2):
        await choose(office, "pic", CHOSEN)
    items = (await office.get("admin", "/v1/access-audit")).json()["items"]
    assert [(item["what"], item["fields"]) for item in items] == [("preferences_chosen", ["quiet", "tell", "whatsapp"])]
    assert items[0]["staff"]["id"] == items[0]["member"]["id"] == office.ids["pic"]


async def test_a_change_of_a_member_leaves_their_choice_alone(office: Office) -> None:
    await choose(office, "pic", CHOSEN)
    path = f"/v1/staff/{office.ids['pic']}"
    answer = await office.client.patch(path, json={"name": "Azman bin Yusof Ali"}, headers=office.as_("admin"))
    assert answer.status_code == 204
    assert (await said_of(office, "pic"))["data"]["preferences"] == CHOSEN

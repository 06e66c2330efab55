"""Who acts says what they had read: nobody decides on what somebody else has changed since, and nobody is stopped by
their own act or by a timer's."""

import asyncio

from tests.integration.workflow.office import NUMBER, Office, a_number


async def version(office: Office) -> int:
    found: int = (await office.look("admin"))["version"]
    return found


async def test_without_if_match_an_act_is_not_done(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    answer = await office.act("pic", "start", version=None)
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_required")
    assert (await office.look("pic"))["state"] == "DIAGIHKAN"


async def test_a_note_and_a_reply_need_no_version(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    for action in ("note", "reply"):
        assert (await office.act("pic", action, version=None, text="Ya.")).status_code == 200


async def test_what_another_person_changed_since_makes_it_stale(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    read = await version(office)
    await office.do("admin", "classify", priority="Tinggi", reason="Mendesak")
    answer = await office.act("pic", "start", version=read)
    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (412, "stale", read + 1)
    assert (await office.act("pic", "start", version=read + 1)).status_code == 200


async def test_the_complainant_is_another_person(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    read = await version(office)
    await office.complainant("answer", text="Sudah pulih.")
    assert (await office.act("pic", "refer", version=read, text="Dicuba")).status_code == 412


async def test_what_the_caller_did_since_does_not(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    read = await version(office)
    await office.do("pic", "note", text="Satu")
    await office.do("pic", "reply", text="Dua")
    assert (await office.act("pic", "refer", version=read, text="Dicuba")).status_code == 200


async def test_what_a_timer_did_since_does_not(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    read = await version(office)
    await office.system("remind")
    await office.system("escalate")
    assert (await office.act("pic", "refer", version=read, text="Dicuba")).status_code == 200


async def test_a_version_that_never_was_is_stale(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    for said in ('"v99"', '"7"', "v1", "*", '"v-1"', '"v1", "v2"', "", '"v99999999999999999999"'):
        answer = await office.post("pic", f"/v1/complaints/{NUMBER}/actions/start", {}, **{"If-Match": said})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale"), said


async def test_the_etag_is_the_version_and_a_weak_one_will_do(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    seen = await office.get("pic", f"/v1/complaints/{NUMBER}")
    assert seen.headers["ETag"] == f'"v{seen.json()["version"]}"'
    path = f"/v1/complaints/{NUMBER}/actions/start"
    answer = await office.post("pic", path, {}, **{"If-Match": f"W/{seen.headers['ETag']}"})
    assert (answer.status_code, answer.headers["ETag"]) == (200, f'"v{seen.json()["version"] + 1}"')


async def test_of_two_who_decide_on_the_same_version_exactly_one_wins(office: Office) -> None:
    for position in range(1, 6):
        number = a_number(position)
        await office.bring(number, "DIAGIHKAN")
        answers = await asyncio.gather(
            office.act("pic", "refer", number, version=2, text="Dicuba"),
            office.act("admin", "reject", number, version=2, reason_code="not_ispeks"),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        history = (await office.get("admin", f"/v1/complaints/{number}/events")).json()["items"]
        assert [one["sequence"] for one in history] == [1, 2, 3]


async def test_ten_pics_of_one_minds_start_it_once(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    read = await version(office)
    answers = await asyncio.gather(*(office.act("pic", "start", version=read) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


async def test_two_replies_at_once_are_both_kept(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    read = await version(office)
    acts = [office.act(who, "reply", version=None, text=f"Dari {who}") for who in ("pic", "admin")]
    assert [answer.status_code for answer in await asyncio.gather(*acts)] == [200, 200]
    history = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"]
    assert {one["data"]["text"] for one in history[read:]} == {"Dari pic", "Dari admin"}

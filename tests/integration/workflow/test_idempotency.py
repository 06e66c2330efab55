"""A double click acts once; a key is its owner's alone, and stands for one content."""

import asyncio

from tests.integration.workflow.office import NUMBER, Office, a_number

KEY = "01890a5d-ac96-774b-bcce-b302099a8057"


async def versions(office: Office, number: str = NUMBER) -> int:
    found: int = (await office.look("admin", number))["version"]
    return found


async def test_the_same_key_again_acts_once_and_gets_the_same_answer(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    before = await versions(office)
    answers = [await office.act("pic", "reply", key=KEY, version=None, text="Terima kasih.") for _ in range(3)]
    assert await versions(office) == before + 1
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["ETag"] for answer in answers} == {f'"v{before + 1}"'}


async def test_twins_at_the_same_time_act_once(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    before = await versions(office)
    acts = [office.act("pic", "reply", key=KEY, version=None, text="Terima kasih.") for _ in range(6)]
    answers = await asyncio.gather(*acts)
    assert await versions(office) == before + 1
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


async def test_a_repeat_gets_the_first_answer_though_the_world_has_moved_on(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    first = await office.act("pic", "start", key=KEY, version=2)
    await office.do("admin", "classify", priority="Tinggi", reason="Mendesak")
    again = await office.act("pic", "start", key=KEY, version=2)
    assert (again.status_code, again.content) == (200, first.content)


async def test_the_key_for_another_content_is_refused(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    await office.act("pic", "reply", key=KEY, version=None, text="Satu")
    answer = await office.act("pic", "reply", key=KEY, version=None, text="Dua")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_the_same_key_elsewhere_is_another(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    await office.bring(a_number(2), "INPROGRESS")
    for number in (a_number(1), a_number(2)):
        for action in ("reply", "note"):
            assert (await office.act("pic", action, number, key=KEY, version=None, text="Ya.")).status_code == 200
    assert [await versions(office, number) for number in (a_number(1), a_number(2))] == [5, 5]


async def test_a_strangers_use_of_a_key_opens_nothing(office: Office) -> None:
    """Whoever learns a key must not get its owner's answer with it."""
    await office.bring(NUMBER, "INPROGRESS")
    await office.act("pic", "reply", key=KEY, version=None, text="Terima kasih.")
    stranger = await office.act("other_pic", "reply", key=KEY, version=None, text="Terima kasih.")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")


async def test_a_refusal_is_not_remembered(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    early = await office.act("pic", "take_back", key=KEY, version=2, reason="Silap")
    assert early.status_code == 409
    await office.do("pic", "refer", text="Dicuba")
    later = await office.act("pic", "take_back", key=KEY, reason="Silap")
    assert later.status_code == 200


async def test_a_key_must_be_worth_its_name(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    for key in ("short", "x" * 129, "with space in it", "semi;colon;key"):
        answer = await office.act("pic", "reply", key=key, version=None, text="Ya.")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "key_malformed"), key

"""The complainant's messages: done, or kept on the thread with the reason. Never lost, never silent."""

from typing import Any

from tests.integration.workflow.office import NUMBER, SOLUTION, Office


async def last(office: Office) -> dict[str, Any]:
    items = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"]
    newest: dict[str, Any] = items[-1]
    return newest


async def held(office: Office, action: str, **more: Any) -> dict[str, Any]:
    """The message was kept: nothing moved, the words are there, and so is the reason in both languages."""
    before = await office.look("admin")
    message = await office.complainant(action, text="Masih ralat.", **more)
    after, event = await office.look("admin"), await last(office)
    assert (after["state"], after["outcome"]) == (before["state"], before["outcome"])
    assert after["version"] == before["version"] + 1
    data: dict[str, Any] = event["data"]
    assert event["type"] == "complaint.message_held"
    assert (data["text"], data["message"], data["action"]) == ("Masih ralat.", message, action)
    assert data["audience"] == ["P"]
    assert data["why_ms"] != data["why_en"]
    return data


async def test_a_message_moves_the_complaint_and_is_named_in_the_event(office: Office) -> None:
    await office.bring(NUMBER, "MOHON_MAKLUMBALAS")
    message = await office.complainant("answer", text="Ralat GL-102.")
    event = await last(office)
    assert (event["type"], event["data"]["text"], event["data"]["message"]) == (
        "complaint.answered",
        "Ralat GL-102.",
        message,
    )
    assert event["data"]["actor"] == {"role": "COMPLAINANT", "id": None, "name": "Aminah binti Ali", "by_link": False}
    assert (await office.look("pic"))["state"] == "INPROGRESS"


async def test_an_answer_after_the_end_is_held_and_says_to_reopen(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    said = await held(office, "answer")
    assert "buka semula" in said["why_ms"]
    assert "reopen" in said["can"]


async def test_a_second_close_is_held(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    assert (await held(office, "close"))["why_en"] == "This complaint is already closed."


async def test_not_solved_while_it_is_worked_on_is_held_for_the_officer(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    assert "officer" in (await held(office, "not_solved"))["why_en"]


async def test_a_rating_is_taken_once_and_a_second_is_held(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.complainant("rate", score=5, text="Bagus")
    event = await last(office)
    assert (event["type"], event["data"]["score"], event["data"]["audience"]) == ("complaint.rated", 5, ["S"])
    assert "once" in (await held(office, "rate", score=1))["why_en"]


async def test_a_rating_before_the_end_is_held(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    await held(office, "rate", score=5)


async def test_a_reopening_after_the_window_is_held_and_says_to_file_anew(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.advance(40)
    said = await held(office, "reopen")
    assert "aduan baharu berkaitan" in said["why_ms"]
    assert "reopen" not in said["can"]


async def test_an_answer_after_the_window_is_held_and_says_to_carry_it_on(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.advance(40)
    said = await held(office, "answer")
    assert "aduan baharu berkaitan" in said["why_ms"]
    assert "carries this one on" in said["why_en"]


async def test_within_the_window_it_is_reopened_to_its_pic(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.advance(10)
    await office.complainant("reopen", text="Berulang lagi.")
    seen = await office.look("pic")
    assert (seen["state"], seen["outcome"], seen["pic"]["id"]) == ("INPROGRESS", None, office.ids["pic"])


async def test_it_is_reopened_to_admin_when_its_pic_is_gone(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.client.patch(f"/v1/staff/{office.ids['pic']}", json={"active": False}, headers=office.as_("admin"))
    await office.complainant("reopen", text="Berulang lagi.")
    seen = await office.look("admin")
    assert (seen["state"], seen["pic"], seen["custodian"]) == ("BARU", None, "ADMIN")
    assert "assign" in {one["action"] for one in seen["allowed"]}


async def test_it_is_reopened_to_admin_when_its_pic_is_a_pic_no_longer(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    await office.client.patch(
        f"/v1/staff/{office.ids['pic']}", json={"roles": ["MANAGEMENT"]}, headers=office.as_("admin")
    )
    assert (await office.do("admin", "reopen", text="Semak semula"))["state"] == "BARU"


async def test_a_reject_is_contested_once(office: Office) -> None:
    await office.file()
    await office.do("admin", "reject", reason_code="not_ispeks")
    await office.complainant("reopen", text="Ini memang iSPEKS.")
    assert (await office.look("admin"))["state"] == "BARU"
    await office.do("admin", "reject", reason_code="other", reason="Sudah disemak")
    assert "sekali selepas ditolak" in (await held(office, "reopen"))["why_ms"]
    assert (await office.do("admin", "reopen", text="Disemak semula"))["state"] == "BARU"


async def test_closing_says_in_how_many_working_days(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    await office.advance(7)  # one week is five working days, holidays left out
    await office.do("pic", "request_close", text="Cuba.", solution=SOLUTION)
    await office.complainant("close")
    event, seen = await last(office), await office.look("admin")
    assert event["data"]["days"] == seen["clocks"]["age_days"]
    assert 3 <= event["data"]["days"] <= 5
    assert (seen["state"], seen["outcome"]) == ("DITUTUP", "solved")

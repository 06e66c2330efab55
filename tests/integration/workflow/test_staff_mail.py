"""A member of staff's mail: a note or a reply as that person where they may do it now, and nothing else, ever."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.workflow.handlers.mails import take_staff_mail
from services.workflow.machine import Action
from shared.blobs.file import File
from shared.envelope import decode
from shared.events.intake import StaffMailed
from shared.events.mails import StaffMailRefused
from tests.integration.workflow.office import NUMBER, Office, from_intake

FILE = File(id=str(uuid7()), name="skrin.png", type="image/png", size=5, scan="clean")


async def mail(office: Office, who: str, action: str = "note", **changes: Any) -> StaffMailRefused | None:
    """Answers how it was refused, or None where it was done."""
    given = {"text": "Sudah disemak.", "staff": office.ids.get(who, who), "number": NUMBER, "action": action}
    said = StaffMailed(message=str(uuid7()), **(given | changes))
    async with office.app.state.db.transaction() as tx:
        await take_staff_mail(tx, said, from_intake(said, said.number, 2))
        bodies = await tx.fetch("select body from outbox where subject like '%staff_mail%'")
    refused = [decode(row["body"]).open_as(StaffMailRefused) for row in bodies]
    return next((one for one in refused if one.message == said.message), None)


async def last(office: Office) -> dict[str, Any]:
    newest: dict[str, Any] = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"][-1]
    return newest


@pytest.mark.parametrize(("action", "event", "audience"), [("note", "noted", ["S"]), ("reply", "replied", ["P"])])
async def test_the_pic_s_mail_is_theirs_with_its_files(
    action: str, event: str, audience: list[str], office: Office
) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    assert await mail(office, "pic", action, attachments=(FILE.id,), files=(FILE,)) is None
    said = await last(office)
    assert said["type"] == f"complaint.{event}"
    assert (said["data"]["text"], said["data"]["audience"]) == ("Sudah disemak.", audience)
    assert (said["data"]["actor"]["id"], said["data"]["actor"]["role"]) == (office.ids["pic"], "PIC")
    assert [one["name"] for one in said["data"]["files"]] == ["skrin.png"]
    assert (await office.look("admin"))["state"] == "INPROGRESS"


@pytest.mark.parametrize(
    "who", ["other_pic", "implementor", "vendor", "management", "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"]
)
async def test_who_could_not_do_it_on_the_page_cannot_do_it_by_mail(who: str, office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    before = await office.look("admin")
    refused = await mail(office, who)
    assert refused is not None
    assert (refused.code, refused.number) == ("action_not_allowed" if who == "management" else "not_found", NUMBER)
    assert refused.why_ms != refused.why_en
    assert (await office.look("admin"))["version"] == before["version"]


async def test_a_member_who_was_disabled_meanwhile_is_refused(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    spare = {"ic": "900101990009", "name": "Hasnah binti Daud", "email": "hasnah@example.my", "phone": "09-748 1957"}
    added = await office.post("admin", "/v1/staff", spare | {"roles": ["ADMIN"], "password": "kata-laluan-ujian-2"})
    member = added.json()["id"]
    assert await mail(office, member) is None
    off = await office.client.patch(f"/v1/staff/{member}", json={"active": False}, headers=office.as_("admin"))
    assert off.is_success, off.text
    refused = await mail(office, member)
    assert refused is not None
    assert refused.code == "not_found"


async def test_a_reply_on_what_has_ended_is_refused_and_a_note_is_not(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    refused = await mail(office, "pic", "reply")
    assert refused is not None
    assert refused.code == "action_not_allowed"
    assert await mail(office, "pic", "note") is None


@pytest.mark.parametrize("action", [*sorted(set(Action) - {Action.NOTE, Action.REPLY}), "destroy"])
async def test_nothing_but_a_note_or_a_reply_is_ever_done_by_mail(action: str, office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    before = await office.look("admin")
    for who in ("pic", "admin"):
        assert await mail(office, who, action) is not None
    assert (await office.look("admin"))["version"] == before["version"]


async def test_a_mail_that_is_heard_twice_is_one_note(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    before = (await office.look("admin"))["version"]
    said = StaffMailed(message=str(uuid7()), text="Sekali.", staff=office.ids["pic"], number=NUMBER, action="note")
    letter = from_intake(said, NUMBER, 1)
    await office.hear(letter)
    await office.hear(letter)
    assert (await office.look("admin"))["version"] == before + 1

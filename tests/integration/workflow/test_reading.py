"""Who sees a complaint, who keeps reading it, and whose look at the plain contact is on record."""

import json

from tests.integration.workflow.office import EMAIL, IC, NUMBER, PHONE, SOLUTION, Office


async def status(office: Office, who: str, path: str = "") -> int:
    return (await office.get(who, f"/v1/complaints/{NUMBER}{path}")).status_code


async def readers(office: Office) -> set[str]:
    return {who for who in office.ids if await status(office, who) == 200}


async def test_a_complaint_is_seen_by_those_who_have_had_it_and_nobody_else(office: Office) -> None:
    await office.file()
    assert await readers(office) == {"admin", "management"}
    await office.assign("pic")
    assert await readers(office) == {"admin", "management", "pic"}
    await office.do("pic", "refer", text="Dicuba")
    assert await readers(office) == {"admin", "management", "pic", "implementor"}
    await office.do("implementor", "return", text="Bukan kami")
    assert await readers(office) == {"admin", "management", "pic"}, "a queue that never claimed it sees it no longer"
    await office.do("pic", "log_vendor", text="GL-102")
    assert await readers(office) == {"admin", "management", "pic", "vendor"}


async def test_a_claimant_keeps_reading(office: Office) -> None:
    await office.bring(NUMBER, "RUJUKAN_IMPLEMENTOR")
    await office.do("implementor", "claim")
    await office.do("implementor", "return", text="Sudah dibaiki")
    seen = await office.look("implementor")
    assert (seen["state"], seen["allowed"], seen["role"], seen["claimant"]) == ("INPROGRESS", [], None, None)


async def test_a_former_pic_keeps_reading_and_cannot_act(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    after = await office.do("admin", "reassign", pic=office.ids["other_pic"], reason="Cuti sakit")
    assert after["pic"]["id"] == office.ids["other_pic"]
    seen = await office.look("pic")
    assert (seen["allowed"], seen["role"]) == ([], None)
    answer = await office.act("pic", "reply", text="Saya lagi.")
    assert (answer.status_code, answer.json()["allowed"]) == (409, [])
    assert (await office.do("other_pic", "reply", text="Saya ambil alih."))["state"] == "INPROGRESS"


async def test_who_hands_it_back_keeps_reading_and_it_waits_for_admin(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    after = await office.do("pic", "hand_back", reason="Bukan modul saya")
    assert (after["state"], after["pic"], after["custodian"], after["allowed"]) == ("BARU", None, "ADMIN", [])
    assert await status(office, "pic") == 200
    event = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"][-1]["data"]
    assert (event["before"]["id"], event["first_act"]) == (office.ids["pic"], True)
    await office.assign("other_pic")
    assert (await office.look("other_pic"))["state"] == "DIAGIHKAN"


async def test_whatever_the_response_to_an_act_is_also_what_a_look_shows(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    answered = await office.do("pic", "request_close", text="Cuba.", solution=SOLUTION)
    looked = await office.look("pic")
    for view in (answered, looked):
        view["clocks"]["custody"] = None  # seconds go on
    assert answered == looked


async def test_the_vendor_acts_on_its_leg_and_never_reads_the_whole_record(office: Office) -> None:
    await office.bring(NUMBER, "TINDAKAN_VENDOR")
    assert await status(office, "vendor", "/events") == 403
    assert (await office.post("vendor", f"/v1/complaints/{NUMBER}/contact")).status_code == 404
    assert (await office.do("vendor", "update_vendor", vendor_reference="TTSB-9"))["vendor_reference"] == "TTSB-9"
    await office.do("vendor", "vendor_answered", text="Dibaiki dalam versi 3.2")
    seen = await office.look("vendor")
    assert (seen["state"], seen["allowed"]) == ("INPROGRESS", [])


async def test_the_plain_contact_is_for_those_who_handle_it_and_every_look_is_on_record(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    path = f"/v1/complaints/{NUMBER}/contact"
    for who in ("pic", "admin", "pic"):
        answer = await office.post(who, path)
        assert answer.json() == {"ic": IC, "phone": PHONE, "email": EMAIL}
    for who in ("management", "other_pic", "implementor"):
        assert (await office.post(who, path)).status_code == 404, who
    audit = await office.rows("select staff::text, number, what from access_audit order by id")
    assert [(row["staff"], row["number"], row["what"]) for row in audit] == [
        (office.ids[who], NUMBER, "contact") for who in ("pic", "admin", "pic")
    ]


async def test_a_former_pic_no_longer_sees_the_contact(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    await office.do("admin", "reassign", pic=office.ids["other_pic"], reason="Cuti")
    assert (await office.post("pic", f"/v1/complaints/{NUMBER}/contact")).status_code == 404


async def test_without_that_call_nothing_shows_the_plain_contact(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    shown = json.dumps(await office.look("admin"))
    shown += (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).text
    shown += (await office.get("admin", "/v1/staff")).text
    shown += (await office.client.get("/metrics")).text
    stored = str(await office.rows("select value from complaint"))
    for plain in (IC, PHONE, PHONE.removeprefix("+60"), EMAIL):
        assert plain not in shown
        assert plain not in stored


async def test_somebody_with_two_roles_acts_as_pic_on_their_own_and_as_admin_on_the_rest(office: Office) -> None:
    await office.client.patch(
        f"/v1/staff/{office.ids['pic']}", json={"roles": ["PIC", "ADMIN"]}, headers=office.as_("admin")
    )
    await office.bring(NUMBER, "DIAGIHKAN")
    assert (await office.do("pic", "reply", text="Sedang disemak."))["state"] == "INPROGRESS", "a PIC's reply starts it"
    roles = {one["action"]: one["role"] for one in (await office.look("pic"))["allowed"]}
    assert (roles["reply"], roles["reassign"], roles["classify"]) == ("PIC", "ADMIN", "PIC")

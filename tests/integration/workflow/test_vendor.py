"""The vendor's leg: keyed in by a PIC, said by an account, or by the signed link of a helpdesk without one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from shared.auth import TrackingTokens, VendorTokens
from tests.integration.workflow.office import NUMBER, Office
from tests.integration.workflow.test_uploads import upload
from tests.support import keys
from tests.unit.shared.blobs import files

TOKENS = VendorTokens(keys.VENDOR_LINK_KEYS)
REPORT = "Ralat GL-102 semasa meluluskan baucar."


async def logged(office: Office, **body: Any) -> str:
    """A complaint with the vendor; its link's token."""
    await office.file()
    await office.assign()
    await office.do("pic", "reply", text="Kami sedang menyemak, Puan Aminah.")
    await office.do("pic", "note", text="Catatan dalaman sahaja.")
    await office.do("pic", "log_vendor", **({"text": REPORT} | body))
    return await token(office)


async def token(office: Office) -> str:
    since = datetime.fromisoformat((await office.look("pic"))["vendor"]["since"])
    return TOKENS.make(NUMBER, since)


async def open_leg(office: Office, link: str) -> httpx2.Response:
    return await office.client.get("/v1/vendor-leg", headers={"X-Vendor-Token": link})


async def say(office: Office, link: str, what: str, key: str = "", **body: Any) -> httpx2.Response:
    headers = {"X-Vendor-Token": link, "Idempotency-Key": key or uuid4().hex}
    return await office.client.post(f"/v1/vendor-leg/{what}", json=body, headers=headers)


async def test_log_numbers_add_up_each_with_the_day_it_was_told(office: Office) -> None:
    await logged(office, vendor_reference="BKP-1")
    await office.advance(1)
    await office.do("pic", "update_vendor", text="Log kedua.", vendor_reference="TTSB-2")
    await office.do("pic", "update_vendor", text="Yang pertama sekali lagi.", vendor_reference="BKP-1")
    await office.do("pic", "vendor_answered", text="Selesai.", vendor_reference="TTSB-3")
    seen = await office.look("pic")
    assert [log["number"] for log in seen["vendor"]["logs"]] == ["BKP-1", "TTSB-2", "TTSB-3"]
    first, second, _ = (datetime.fromisoformat(log["at"]) for log in seen["vendor"]["logs"])
    assert second - first >= timedelta(days=1)
    assert seen["vendor_reference"] == "TTSB-3"
    assert (seen["vendor"]["left"], seen["vendor"]["due"]) == (None, None)
    assert seen["vendor"]["until"] is not None


async def test_the_link_shows_the_leg_and_nothing_of_who_complained(office: Office) -> None:
    link = await logged(office, vendor_reference="BKP-1")
    answer = await open_leg(office, link)
    assert answer.status_code == 200, answer.text
    leg = answer.json()
    assert [(one["kind"], one["text"]) for one in leg["entries"]] == [("vendor_logged", REPORT)]
    assert (leg["number"], leg["days"], leg["module"]["ms"]) == (NUMBER, 15, "Lejar Am")
    assert leg["left"] in {15, 16}, "today counts until 17:00"
    for hidden in ("Aminah", "800101", "example.my", "60123456789", "Catatan dalaman", "Butang Lulus", "menyemak"):
        assert hidden not in answer.text, hidden


async def test_a_helpdesk_without_an_account_updates_and_answers_once(office: Office) -> None:
    link = await logged(office)
    updated = await say(office, link, "update", vendor_reference="TTSB-9", text="Sedang disemak.")
    assert updated.status_code == 200, updated.text
    key = uuid4().hex
    answered = await say(office, link, "answer", key, text="Telah dibaiki dalam versi 4.2.")
    again = await say(office, link, "answer", key, text="Telah dibaiki dalam versi 4.2.")
    assert (answered.status_code, again.status_code) == (200, 200), again.text
    assert answered.json() == again.json()
    seen = await office.look("pic")
    assert (seen["state"], seen["vendor_reference"]) == ("INPROGRESS", "TTSB-9")
    said = [one["data"] for one in (await office.get("pic", f"/v1/complaints/{NUMBER}/events")).json()["items"]]
    by_link = [(one["to"], one["text"]) for one in said if one["actor"]["by_link"]]
    assert by_link == [("TINDAKAN_VENDOR", "Sedang disemak."), ("INPROGRESS", "Telah dibaiki dalam versi 4.2.")]
    actor = said[-1]["actor"]
    assert (actor["role"], actor["id"], actor["name"]) == ("VENDOR", None, "Helpdesk BKP/TTSB")


async def test_what_the_link_lacks_is_told_field_by_field(office: Office) -> None:
    link = await logged(office)
    assert (await say(office, link, "update")).json()["errors"][0]["code"] == "one_of"
    assert (await say(office, link, "answer", vendor_reference="TTSB-1")).json()["errors"][0]["field"] == "text"


@pytest.mark.parametrize("bad", ["forged", "tracking", "of another time", "of another complaint", "none"])
async def test_any_other_link_opens_nothing_and_does_nothing(office: Office, bad: str) -> None:
    link = await logged(office)
    since = datetime.fromisoformat((await office.look("pic"))["vendor"]["since"])
    wrong = {
        "forged": link[:-1] + ("A" if link[-1] != "A" else "B"),
        "tracking": TrackingTokens(keys.VENDOR_LINK_KEYS).make(NUMBER, since),
        "of another time": TOKENS.make(NUMBER, since - timedelta(days=1)),
        "of another complaint": TOKENS.make("HD-2026-000099-A", since),
        "none": "",
    }[bad]
    answers = [await open_leg(office, wrong), await say(office, wrong, "answer", text="x")]
    sent = {"file": ("a.png", files.a_png(), "image/png")}
    answers.append(await office.client.post("/v1/vendor-leg/uploads", files=sent, headers={"X-Vendor-Token": wrong}))
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "not_found")}
    assert (await office.look("pic"))["state"] == "TINDAKAN_VENDOR"


async def test_a_link_is_over_with_its_leg_and_does_not_open_the_next(office: Office) -> None:
    first = await logged(office)
    await office.do("pic", "take_back", reason="Cuba dahulu.")
    assert (await open_leg(office, first)).status_code == 404
    await office.advance(1)
    await office.do("pic", "log_vendor", text="Masih sama.")
    assert (await open_leg(office, first)).status_code == 404
    second = await open_leg(office, await token(office))
    assert [one["text"] for one in second.json()["entries"]] == ["Masih sama."], "only this leg"


async def test_files_go_both_ways_by_the_link_and_only_those_of_the_leg(office: Office) -> None:
    await office.file()
    await office.assign()
    private = (await upload(office, "pic", "dalaman.png")).json()["id"]
    await office.do("pic", "note", text="Dalaman.", attachments=[private])
    ours = (await upload(office, "pic", "log.png")).json()["id"]
    await office.do("pic", "log_vendor", text=REPORT, attachments=[ours])
    link = {"X-Vendor-Token": await token(office)}
    fetched = await office.client.get(f"/v1/vendor-leg/files/{ours}", headers=link)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
    assert "log.png" in fetched.headers["content-disposition"]
    assert (await office.client.get(f"/v1/vendor-leg/files/{ours}/preview", headers=link)).status_code == 200
    for other in (private, str(uuid4()), "x"):
        assert (await office.client.get(f"/v1/vendor-leg/files/{other}", headers=link)).status_code == 404
    sent = {"file": ("jawapan.png", files.a_png(), "image/png")}
    theirs = await office.client.post("/v1/vendor-leg/uploads", files=sent, headers=link)
    assert theirs.status_code == 201, theirs.text
    stolen = await office.act("pic", "update_vendor", text="x", attachments=[theirs.json()["id"]])
    assert stolen.status_code == 422, "staff may not use what came by the link"
    done = await say(office, link["X-Vendor-Token"], "update", text="Lihat.", attachments=[theirs.json()["id"]])
    assert done.status_code == 200, done.text


async def test_the_vendors_address_is_admins_and_stays_when_numbers_change(office: Office) -> None:
    body = {"email": "helpdesk@ttsb.example"}
    put = await office.client.put("/v1/settings/vendor", json=body, headers=office.as_("admin"))
    assert put.status_code == 204, put.text
    numbers = (await office.get("admin", "/v1/settings")).json()
    assert (await office.client.put("/v1/settings", json=numbers, headers=office.as_("admin"))).status_code == 200
    assert (await office.get("management", "/v1/settings/vendor")).json() == body
    refused = await office.client.put("/v1/settings/vendor", json={"email": "x"}, headers=office.as_("admin"))
    assert refused.json()["errors"][0]["code"] == "not_email"
    for who in ("pic", "vendor", "management"):
        assert (await office.client.put("/v1/settings/vendor", json=body, headers=office.as_(who))).status_code == 403

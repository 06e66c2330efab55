"""The webhook's door, and what people answer on WhatsApp: kept, thanked within their window, and never lost."""

from pathlib import Path
from typing import Any

import pytest

from shared.auth import TrackingTokens
from shared.events import workflow
from shared.privacy import Keyring
from tests.integration.notify.conftest import ADMIN, Desk, serving, staff
from tests.integration.notify.on_whatsapp import HOOK, Line, on_whatsapp, payload, statuses
from tests.integration.notify.reading import settled
from tests.integration.notify.test_api import admin, token
from tests.integration.notify.test_sending import ADMIN_ACTS
from tests.integration.notify.test_whatsapp import TO, a_complaint, link
from tests.support import keys
from tests.support.complaints import NUMBER, PHONE, RASHID, Course, a_contact, a_received, sealed
from tests.support.eventually import eventually
from tests.support.telephone import VERIFY_TOKEN

SECOND = "HD-2026-000124-A"


@pytest.fixture
async def desk(whole_desk: Desk) -> Desk:
    """With WhatsApp in its matrix."""
    return whole_desk


async def thanked(line: Line, *expected: str) -> list[dict[str, Any]]:
    """What was written, in order, from when it stands like this."""

    async def there() -> list[dict[str, Any]]:
        rows = await line.desk.rows("select * from whatsapp_said order by heard_at, wamid")
        assert [row["answered"] for row in rows] == list(expected)
        return [dict(row) for row in rows]

    found: list[dict[str, Any]] = await eventually(there, within=60)
    return found


async def last_words(line: Line) -> str:
    """The text of the newest message to the person."""
    return str((await line.telephone.messages(TO))[-1]["text"])


async def test_the_address_is_subscribed_only_with_the_token_that_was_agreed_on(desk: Desk, tmp_path: Path) -> None:
    good = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "12345"}
    async with on_whatsapp(desk, tmp_path) as line:
        answer = await line.client.get(HOOK, params=good)
        assert (answer.status_code, answer.text) == (200, "12345")
        assert answer.headers["content-type"].startswith("text/plain")
        for wrong in ({"hub.verify_token": "x"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
            assert (await line.client.get(HOOK, params=good | wrong)).status_code == 403
        assert (await line.client.get(HOOK)).status_code == 403


async def test_only_what_is_signed_over_the_very_bytes_is_heard(desk: Desk, tmp_path: Path) -> None:
    told = statuses("wamid.x", "read")
    async with on_whatsapp(desk, tmp_path) as line:
        for signature in ("", "sha256=", "sha256=" + "0" * 64, "sha1=abc"):
            assert await line.post(told, signature=signature) == 401
        assert await line.post(told, secret="another") == 401
        assert await desk.rows("select from receipt") == []
        assert await line.post(b'{ "object" : "page" }') == 200
        assert await line.post(b"not json") == 200
        assert await line.post(told) == 200
        assert len(await desk.rows("select from receipt")) == 1


async def test_where_whatsapp_is_switched_off_there_is_no_door(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        assert (await client.get(HOOK, params={"hub.mode": "subscribe"})).status_code == 404
        assert (await client.post(HOOK, content=b"{}")).status_code == 404


async def test_a_status_that_comes_a_hundred_times_in_disorder_is_one_and_the_furthest_holds(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered")
        (message,) = await line.telephone.messages()
        for status in ("read", "sent", "delivered", "failed") * 5:
            assert await line.post(statuses(message["wamid"], *[status] * 5)) == 200
        await line.came_to("read")
        rows = await desk.rows("select status, count(*) as n from receipt where heeded group by 1")
    assert {row["n"] for row in rows} == {1}


async def test_a_receipt_of_a_message_that_is_not_ours_waits_and_harms_nobody(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.post(statuses("wamid.of-somebody-else", "failed"))
        await line.post(statuses("wamid.x", "failed", biz_opaque_callback_data="019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"))
        await line.came_to("delivered")
    assert len(await desk.rows("select from receipt where not heeded")) == 2


async def test_an_answer_is_kept_sealed_and_thanked_with_the_link_to_its_complaint(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered")
        (message,) = await line.telephone.messages()
        await line.telephone.answer(message, "Sudah boleh, terima kasih.")
        (row,) = await thanked(line, "sent")
        words = await last_words(line)
        mine = await line.client.get("/v1/whatsapp/messages", headers=admin())
        his = await line.client.get(
            "/v1/whatsapp/messages", params={"complaint": NUMBER}, headers=token(RASHID.id, "PIC")
        )
    assert (row["complaint"], row["recipient"], row["masked"]) == (NUMBER, f"complainant:{NUMBER}", "+60 *** *789")
    assert "Sudah boleh" not in str(row)
    assert "60123456789" not in str(row)
    assert words.startswith(f"Terima kasih. Mesej anda bagi aduan {NUMBER} telah kami simpan.")
    assert words.endswith(link())
    (item,) = mine.json()["items"]
    assert (item["text"], item["complaint"], item["by"], item["acknowledged"]) == (
        "Sudah boleh, terima kasih.",
        NUMBER,
        "complainant",
        "sent",
    )
    assert his.status_code in (200, 404)


async def test_without_a_quoted_message_the_one_whose_answer_is_awaited_is_meant(desk: Desk, tmp_path: Path) -> None:
    asked = Course(SECOND, contact=a_contact(SECOND)).say(workflow.FeedbackAsked, "MOHON_MAKLUMBALAS")
    await desk.hear(a_complaint(), *asked.envelopes())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered", "delivered", "delivered")
        await line.telephone.say(TO, "Ini jawapan saya.")
        (row,) = await thanked(line, "sent")
        assert (await last_words(line)).endswith(link(SECOND))
    assert row["complaint"] == SECOND


async def test_where_two_could_be_meant_nobody_guesses(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint(), a_complaint(SECOND))
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered", "delivered")
        await line.telephone.say(TO, "Yang mana satu?")
        (row,) = await thanked(line, "sent")
        assert (await last_words(line)).endswith("http://127.0.0.1:8000/semakan")
    assert row["complaint"] is None


async def test_a_stranger_is_thanked_and_shown_the_way_and_learns_nothing(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered")
        (message,) = await line.telephone.messages()
        quoted = {"from": "60198887777", "id": "wamid.stranger", "timestamp": "1772326800", "type": "text",
                  "text": {"body": "?"}, "context": {"id": message["wamid"]}}  # fmt: skip
        await line.telephone.say("60198887777", "Salam")
        await thanked(line, "sent")
        assert await line.post(payload({"messages": [quoted]})) == 200
        await thanked(line, "sent", "spared")
        said = await line.telephone.messages("60198887777")
    assert [NUMBER in str(one["text"]) for one in said] == [False]
    assert {row["complaint"] for row in await desk.rows("select complaint from whatsapp_said")} == {None}


async def test_who_writes_three_lines_is_thanked_once_and_all_of_it_is_kept(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("delivered")
        for words in ("Satu", "Dua", "Tiga"):
            await line.telephone.say(TO, words)
        rows = await thanked(line, *["sent", "spared", "spared"])
        assert len(await line.telephone.messages(TO)) == 2
    assert len(rows) == 3


async def test_the_same_webhook_twice_is_one_message_and_one_thank_you(desk: Desk, tmp_path: Path) -> None:
    said = {"from": TO, "id": "wamid.twice", "timestamp": "1772326800", "type": "text", "text": {"body": "Sekali"}}
    async with on_whatsapp(desk, tmp_path) as line:
        await line.telephone.say(TO, "Salam")
        await thanked(line, "sent")
        for _ in range(3):
            assert await line.post(payload({"messages": [said, said]})) == 200
        await thanked(line, "sent", "spared")


async def test_a_thank_you_that_is_refused_for_now_comes_again_and_one_without_a_window_does_not(
    desk: Desk, tmp_path: Path
) -> None:
    said = {"from": TO, "id": "wamid.old", "timestamp": "1772326800", "type": "text", "text": {"body": "Lama"}}
    async with on_whatsapp(desk, tmp_path) as line:
        assert await line.post(payload({"messages": [said]})) == 200
        (row,) = await thanked(line, "failed")
        assert row["detail"] == "message: 131047 (HTTP 400)"
        await desk.run("delete from whatsapp_said")
        await line.telephone.say("60123450002", "Salam")

        async def waits() -> bool:
            return bool(await desk.rows("select from whatsapp_said where answered = 'due' and tries = 1"))

        _: bool = await eventually(waits, within=60)
        await desk.run("update whatsapp_said set next_at = clock_timestamp()")
        await thanked(line, "sent")


async def test_admin_names_the_templates_and_others_may_not(desk: Desk, tmp_path: Path) -> None:
    async with on_whatsapp(desk, tmp_path) as line:
        first = await line.client.get("/v1/whatsapp/templates", headers=admin())
        assert (first.headers["etag"], first.json()["on"]) == ('"v0"', True)
        names = {item["name"] for item in first.json()["items"]}
        assert "helpdesk_akuan_terima" in names
        change = [{"message": "akuan_terima", "language": "ms", "name": "aduan_diterima_v2", "enabled": True}]
        for headers, status in (
            ({}, 428),
            ({"If-Match": '"v7"'}, 412),
            (token(RASHID.id, "PIC"), 403),
        ):
            put = await line.client.put("/v1/whatsapp/templates", json={"items": change}, headers=admin() | headers)
            assert put.status_code == status
        saved = await line.client.put(
            "/v1/whatsapp/templates", json={"items": change}, headers=admin() | {"If-Match": '"v0"'}
        )
        assert (saved.status_code, saved.json()["version"], saved.json()["saved_by"]) == (200, 1, ADMIN.id)
        await desk.hear(a_complaint())
        await line.came_to("failed")
        again = await line.client.get("/v1/whatsapp/templates", headers=admin())
        (refused,) = [item for item in again.json()["items"] if item["refused"]]
        assert (refused["name"], refused["refused"]) == ("aduan_diterima_v2", 132001)


@pytest.mark.parametrize(
    "item",
    [
        {"message": "tiada", "language": "ms", "name": "x"},
        {"message": "agihan_dialih", "language": "ms", "name": "x"},
        {"message": "akuan_terima", "language": "ms", "name": "Huruf Besar"},
        {"message": "akuan_terima", "language": "ms", "name": ""},
        {"message": "akuan_terima", "language": "jv", "name": "x"},
    ],
)
async def test_a_map_with_a_fault_is_not_saved(desk: Desk, item: dict[str, Any]) -> None:
    async with serving(desk.app()) as client:
        put = await client.put("/v1/whatsapp/templates", json={"items": [item]}, headers=admin() | {"If-Match": '"v0"'})
        assert put.status_code == 422
        twice = [{"message": "akuan_terima", "language": "ms", "name": "x"}] * 2
        put = await client.put("/v1/whatsapp/templates", json={"items": twice}, headers=admin() | {"If-Match": '"v0"'})
        assert put.status_code == 422
    assert await desk.rows("select from whatsapp_map") == []


async def test_a_message_that_is_not_used_goes_by_mail_and_another_language_falls_back_to_malay(
    desk: Desk, tmp_path: Path
) -> None:
    off = [{"message": "akuan_terima", "language": "en", "name": "x", "enabled": False}]
    async with on_whatsapp(desk, tmp_path) as line:
        assert (
            await line.client.put("/v1/whatsapp/templates", json={"items": off}, headers=admin() | {"If-Match": '"v0"'})
        ).status_code == 200
        await desk.hear(a_complaint(language="en"))
        await line.came_to("delivered")
        assert (await last_words(line)).startswith("Aduan iSPEKS anda telah diterima.")


async def test_staff_who_answer_are_shown_to_the_system(desk: Desk, tmp_path: Path) -> None:
    phone = Keyring(keys.SEALING_KEYS).seal(PHONE, about=RASHID.id, field="phone")
    await desk.hear(sealed(staff(RASHID, "PIC", phone_sealed=phone, preferences={"whatsapp": "on"}), 2))
    contact = a_contact(whatsapp_consent=False)
    course = Course(contact=contact).say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, actor=ADMIN_ACTS)
    await desk.hear(*course.envelopes())
    async with on_whatsapp(desk, tmp_path) as line:
        await settled(desk)

        async def there() -> bool:
            return bool(await line.telephone.messages(TO))

        _: bool = await eventually(there, within=60)
        (message,) = await line.telephone.messages(TO)
        await line.telephone.answer(message, "OK")
        (row,) = await thanked(line, "sent")
        assert (await last_words(line)).endswith(f"http://127.0.0.1:8000/staf/aduan/{NUMBER}")
    assert row["recipient"] == f"staff:{RASHID.id}"
    assert TrackingTokens(keys.TRACKING_KEYS).make(NUMBER, a_received().submitted_at) not in str(row)

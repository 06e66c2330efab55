"""The ledger as staff read it: by complaint with why and why not, sought by many marks, put back in line; and how each
channel is doing."""

from pathlib import Path
from typing import Any

import httpx2

from shared.events import workflow
from tests.integration.notify.conftest import Desk, serving
from tests.integration.notify.on_whatsapp import on_whatsapp
from tests.integration.notify.reading import settled
from tests.integration.notify.test_api import admin, head, listed, token
from tests.integration.notify.test_whatsapp import a_complaint
from tests.support.complaints import EMAIL, NUMBER, RASHID, SITI, Course, a_contact, a_received, sealed
from tests.support.eventually import eventually


async def told(client: httpx2.AsyncClient, headers: dict[str, str], **asked: object) -> Any:
    params = {"complaint": NUMBER} | {name: str(value) for name, value in asked.items()}
    answer = await client.get("/v1/alerts", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_complaint_shows_what_happened_who_was_told_and_why_nobody_was(desk: Desk) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID).say(workflow.Started, "INPROGRESS", pic=RASHID)
    await desk.hear(*course.envelopes())
    async with serving(desk.app()) as client:
        await settled(desk)
        page = await told(client, head())
        rules = (await client.get("/v1/rules", headers=head())).json()["items"]
    happened = {one["event"]: one for one in page["items"]}
    assert list(happened) == ["complaint.started", "complaint.assigned", "complaint.received"], "newest first"
    none = next(one for one in rules if one["event"] == "complaint.started" and one["audience"] is None)
    assert (happened["complaint.started"]["nobody"], happened["complaint.started"]["deliveries"]) == (none["why"], [])
    assert happened["complaint.received"]["nobody"] is None
    mail = next(one for one in happened["complaint.received"]["deliveries"] if one["audience"] == "complainant")
    spoke = rules[mail["rule"] - 1]
    assert (spoke["event"], spoke["audience"], spoke["template"]) == (
        "complaint.received",
        "complainant",
        "akuan_terima",
    )
    assert [attempt["result"] for attempt in mail["attempts"]] == ["sent"]
    assert page["next"] is None


async def test_what_happened_pages_without_gaps_or_repeats(desk: Desk) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID)
    for _ in range(5):
        course = course.say(workflow.Noted, "DIAGIHKAN", pic=RASHID)
    await desk.hear(*course.envelopes())
    async with serving(desk.app()) as client:
        whole = [one["id"] for one in (await told(client, admin()))["items"]]
        found: list[str] = []
        after: dict[str, object] = {}
        while True:
            page = await told(client, admin(), limit=2, **after)
            found += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        for none in ("yesterday", "0001-01-01T00:00:00+14:00~x"):
            wrong = await client.get("/v1/alerts", headers=admin(), params={"complaint": NUMBER, "after": none})
            assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "after")
        wrong = await client.get("/v1/deliveries", headers=admin(), params={"after": "9" * 20})
    assert len(whole) == 7
    assert found == whole
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "after")


async def test_what_happened_is_for_those_who_can_see_the_complaint(desk: Desk) -> None:
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID).envelopes())
    async with serving(desk.app()) as client:
        assert (await told(client, token(RASHID.id, "PIC")))["items"]
        answers = [
            await client.get("/v1/alerts", headers=headers, params={"complaint": NUMBER})
            for headers in (token(SITI.id, "PIC"), token("s-vendor", "VENDOR"), {})
        ]
    assert [answer.status_code for answer in answers] == [404, 403, 401]


async def test_the_ledger_is_sought_by_every_mark_it_bears(desk: Desk) -> None:
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID).envelopes())
    async with serving(desk.app()) as client:
        await settled(desk)
        whole = (await listed(client, admin()))["items"]
        for filters, keeps in (
            ({"channel": "email"}, lambda one: one["channel"] == "email"),
            ({"event": "complaint.assigned"}, lambda one: one["event"] == "complaint.assigned"),
            ({"staff": RASHID.id}, lambda one: one["recipient"]["id"] == RASHID.id),
            ({"status": "skipped", "reason": "own_act"}, lambda one: one["reason"] == "own_act"),
            ({"from": "2999-01-01"}, lambda _: False),
            ({"to": "2999-01-01"}, lambda _: True),
        ):
            found = (await listed(client, admin(), **filters))["items"]
            assert found == [one for one in whole if keeps(one)], filters
        assert {one["event"] for one in whole} == {"complaint.received", "complaint.assigned"}
        answers = [
            await client.get("/v1/deliveries", headers=admin(), params=wrong)
            for wrong in ({"reason": "mood"}, {"from": "yesterday"}, {"from": "0"}, {"to": "9999-12-31"})
        ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422]


async def test_many_are_put_back_at_once_and_one_that_is_refused_holds_none_of_the_others(desk: Desk) -> None:
    numbers = [f"HD-2026-00060{n}-A" for n in range(3)]
    for number in numbers:
        await desk.hear(sealed(a_received(number, contact=a_contact(number))))
    desk.post.on_rcpt = lambda address: "550 no such user" if address == EMAIL else "250 ok"
    async with serving(desk.app()) as client:
        await settled(desk)
        failed = (await listed(client, admin(), status="failed"))["items"]
        sent = (await listed(client, admin(), status="sent"))["items"][0]
        assert [one["retryable"] for one in (*failed, sent)] == [True, True, True, False]
        desk.post.on_rcpt = lambda _address: "250 ok"
        unknown = "00000000-0000-7000-8000-000000000000"
        ids = [failed[0]["id"], sent["id"], unknown, failed[1]["id"], failed[2]["id"], failed[0]["id"]]
        refused = await client.post("/v1/deliveries/retry", headers=head(), json={"ids": ids})
        answer = await client.post("/v1/deliveries/retry", headers=admin(), json={"ids": ids})
        assert (refused.status_code, answer.status_code) == (403, 200), answer.text
        await settled(desk)
    assert [(one["done"], one["code"]) for one in answer.json()["items"]] == [
        (True, None),
        (False, "not_retryable"),
        (False, "not_found"),
        (True, None),
        (True, None),
    ]
    assert len(desk.post.to(EMAIL)) == 3


async def channel(client: httpx2.AsyncClient, name: str) -> Any:
    answer = await client.get("/v1/channels", headers=head())
    return next(one for one in answer.json()["items"] if one["name"] == name)


async def test_a_channel_says_what_it_has_done_and_what_it_has_to_do(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        before = await channel(client, "email")
        await desk.hear(sealed(a_received()))
        await settled(desk)
        after = await channel(client, "email")
        refused = await client.get("/v1/channels", headers=token(RASHID.id, "PIC"))
    assert (before["state"], before["sent"], before["last_sent_at"]) == ("up", 0, None)
    assert (after["state"], after["sent"], after["waiting"]) == ("up", len(desk.post.mails), 0)
    assert after["sent"] > 0
    assert after["last_sent_at"]
    assert refused.status_code == 403


async def test_a_channel_that_does_not_answer_is_said_to_be_down_and_up_again_when_it_does(desk: Desk) -> None:
    desk.post.on_rcpt = lambda _address: "421 closing"
    async with serving(desk.app()) as client:
        await desk.hear(sealed(a_received()))

        async def stands(state: str) -> Any:
            found = await channel(client, "email")
            assert found["state"] == state, found
            return found

        down = await eventually(lambda: stands("down"))
        assert down["failures"] >= 1
        assert "421" in down["detail"]
        desk.post.on_rcpt = lambda _address: "250 ok"

        async def asked_again() -> Any:
            # each time: the breaker opens before the first try is settled and its next one has an hour
            await desk.run("update delivery set next_at = clock_timestamp() where next_at is not null")
            return await stands("up")

        up = await eventually(asked_again)
    assert up["detail"] is None


async def test_a_channel_nothing_is_sent_by_is_off(desk: Desk) -> None:
    async with serving(desk.app(sending="off")) as client:
        assert (await channel(client, "email"))["state"] == "off"


async def test_a_whatsapp_shows_the_number_it_went_to_and_what_was_said_of_it_later(
    whole_desk: Desk, tmp_path: Path
) -> None:
    await whole_desk.hear(a_complaint())
    async with on_whatsapp(whole_desk, tmp_path) as line:
        await line.came_to("delivered")
        answer = await line.client.get("/v1/deliveries", headers=head(), params={"channel": "whatsapp"})
    mine = next(one for one in answer.json()["items"] if one["recipient"]["kind"] == "complainant")
    assert mine["status"] == "delivered"
    assert [one["status"] for one in mine["receipts"]] == ["sent", "delivered"]
    assert mine["recipient"]["masked"].startswith("+60")

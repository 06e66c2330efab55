"""Held mails: Admin reads them on record, lets through what is whose it says, discards the rest, and decides once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from deploy.local.processes import free_port
from services.intake.handlers import public
from shared.events.intake import ComplainantActed, StaffMailed
from shared.events.mails import StaffMailRefused
from tests.integration.intake.desk import EMAIL, running, staff
from tests.integration.intake.post import STAFF, a_mail, address_for, hand_over
from tests.integration.intake.stream import letter, say_as_workflow
from tests.integration.intake.test_mails import HER_OWN, Post
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database
from tests.support.keys import MAILBOX
from tests.unit.shared.blobs import files

STRANGER = "orang.lain@example.test"


@pytest.fixture
async def post(database: Database, broker: Broker) -> AsyncIterator[Post]:
    port = free_port()
    async with running(database, broker, inbound_port=port) as intake:

        async def listens() -> bool:
            try:
                return (await hand_over(port, a_mail("x@elsewhere.example")))[0] == 550
            except OSError:
                return False

        assert await eventually(listens)
        yield Post(intake, broker, port, (await intake.filed())["number"])


async def listed(post: Post, **asked: Any) -> list[dict[str, Any]]:
    answer = await post.intake.client.get("/v1/held-mails", params=asked, headers=staff("ADMIN"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decide(post: Post, mail: dict[str, Any], decision: str, why: str = "") -> httpx2.Response:
    body = {"decision": decision, "why": why}
    return await post.intake.client.post(f"/v1/held-mails/{mail['id']}/decision", json=body, headers=staff("ADMIN"))


async def test_a_stranger_s_mail_is_let_through_as_the_complainant_s_with_its_files(post: Post) -> None:
    mail = a_mail(address_for(post.number), "Dari akaun peribadi.", sender=STRANGER)
    mail.add_attachment(files.a_png(), maintype="image", subtype="png", filename="skrin.png")
    await post.send(mail)
    (held,) = await listed(post)
    assert (held["reason"], held["sender_masked"], held["may_go_on"]) == ("stranger", "o***@example.test", True)
    assert [one["name"] for one in held["files"]] == ["skrin.png"]
    done = await decide(post, held, "let_through", "Disahkan melalui telefon")
    assert (done.status_code, done.json()["status"], done.json()["decided_by"]) == (200, "let_through", "Rohani")
    (said,) = await post.passed_on()
    acted = said.open_as(ComplainantActed)
    assert (acted.text, acted.proof) == ("Dari akaun peribadi.", "mail")
    assert [file.name for file in acted.files] == ["skrin.png"]
    assert await listed(post) == []
    (decided,) = await listed(post, decided=True)
    assert (decided["status"], decided["why"]) == ("let_through", "Disahkan melalui telefon")


async def test_nobody_s_words_are_put_into_a_colleague_s_mouth(post: Post) -> None:
    await post.send(a_mail(address_for(post.number, STAFF, HER_OWN), "Tutup sahaja.", sender=STRANGER))
    (held,) = await listed(post)
    assert (held["person"], held["may_go_on"]) == ("staff", False)
    refused = await decide(post, held, "let_through")
    assert (refused.status_code, refused.json()["code"]) == (409, "mail_may_not_go_on")
    assert await post.passed_on() == []


async def test_a_discarded_mail_stays_discarded_and_its_content_is_gone(post: Post) -> None:
    await post.send(a_mail(MAILBOX, "Iklan."))
    (held,) = await listed(post)
    assert (await decide(post, held, "discard", "Iklan")).status_code == 200
    for again in ("discard", "let_through"):
        refused = await decide(post, held, again)
        assert (refused.status_code, refused.json()["code"]) == (409, "mail_decided")
    (row,) = await post.intake.rows("select status, raw from mail")
    assert (row["status"], row["raw"]) == ("discarded", None)
    assert await post.passed_on() == []


async def test_each_look_is_on_record_and_only_it_shows_the_sender(post: Post) -> None:
    await post.send(a_mail(address_for(post.number), "Salam.", sender=STRANGER))
    (held,) = await listed(post)
    assert STRANGER not in str(held)
    for _ in range(2):
        opened = (await post.intake.client.get(f"/v1/held-mails/{held['id']}", headers=staff("ADMIN"))).json()
    assert (opened["sender"], opened["text"]) == (STRANGER, "Salam.")
    assert [one["name"] for one in opened["looks"]] == ["Rohani", "Rohani"]


async def test_only_admin_has_them(post: Post) -> None:
    await post.send(a_mail(MAILBOX, "x"))
    (held,) = await listed(post)
    for headers, status in (({}, 401), (staff("MANAGEMENT"), 403), (staff("PIC"), 403)):
        for path in ("", f"/{held['id']}"):
            assert (await post.intake.client.get(f"/v1/held-mails{path}", headers=headers)).status_code == status
        url = f"/v1/held-mails/{held['id']}/decision"
        body = {"decision": "discard"}
        assert (await post.intake.client.post(url, json=body, headers=headers)).status_code == status
    assert len(await listed(post)) == 1


async def test_what_workflow_refused_of_staff_is_held_and_may_be_tried_again(post: Post) -> None:
    mail = a_mail(address_for(post.number, STAFF, HER_OWN), "Sudah disemak.", sender=HER_OWN)
    mail.add_attachment(files.a_png(), maintype="image", subtype="png", filename="skrin.png")
    await post.send(mail)
    (first,) = await post.passed_on()
    mailed = first.open_as(StaffMailed)
    refused = StaffMailRefused(
        message=mailed.message,
        number=mailed.number,
        staff=STAFF,
        at=first.time,
        code="not_found",
        why_ms="Rekod tidak dijumpai.",
        why_en="No such record.",
    )
    await say_as_workflow(post.broker, letter(refused, mailed.message))
    (held,) = await eventually(lambda: listed(post))
    assert (held["reason"], held["why"], held["may_go_on"]) == ("not_allowed", "Rekod tidak dijumpai.", True)
    assert [one["name"] for one in held["files"]] == ["skrin.png"]
    assert (await decide(post, held, "let_through")).status_code == 200
    _, second = await post.passed_on()
    again = second.open_as(StaffMailed)
    assert (again.text, again.files, again.staff) == (mailed.text, mailed.files, STAFF)
    assert again.message != mailed.message


async def test_two_who_decide_at_once_say_it_once(post: Post) -> None:
    await post.send(a_mail(address_for(post.number), "Sekali sahaja.", sender=STRANGER))
    (held,) = await listed(post)
    codes = [one.status_code for one in await asyncio.gather(*(decide(post, held, "let_through") for _ in range(4)))]
    assert sorted(codes) == [200, 409, 409, 409]
    assert len(await post.passed_on()) == 1


async def test_a_page_ends_where_the_next_begins(post: Post) -> None:
    for text in ("satu", "dua", "tiga"):
        await post.send(a_mail(MAILBOX, text))
    get = post.intake.client.get
    first = (await get("/v1/held-mails", params={"limit": 2}, headers=staff("ADMIN"))).json()
    rest = (await get("/v1/held-mails", params={"limit": 2, "after": first["next"]}, headers=staff("ADMIN"))).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 3
    for none in ("x", f"0001-01-01T00:00:00+14:00~{UUID(int=1)}", f"2026-03-01T10:00:00~{UUID(int=1)}"):
        assert (await get("/v1/held-mails", params={"after": none}, headers=staff("ADMIN"))).status_code == 422


async def test_what_nobody_decides_on_is_forgotten_after_thirty_days_and_says_so(post: Post) -> None:
    await post.send(a_mail(MAILBOX, "Lama.", sender=EMAIL))
    await post.send(a_mail(address_for(post.number)))

    async def later(days: int) -> None:
        connection = await asyncpg.connect(post.intake.admin_url)
        await connection.execute("update helpdesk.clock set shift = shift + make_interval(days => $1)", days)
        await connection.close()
        async with post.intake.app.state.db.transaction() as tx:
            await public.sweep(tx)

    await later(29)
    assert len(await listed(post)) == 1
    await later(2)
    assert await listed(post) == []
    (lapsed,) = await listed(post, decided=True)
    assert lapsed["status"] == "lapsed"
    await later(91)
    (row,) = await post.intake.rows("select status, text, subject, raw, sender_sealed from mail")
    assert tuple(row) == ("lapsed", "", "", None, None), "and what was only passed on is not kept at all"

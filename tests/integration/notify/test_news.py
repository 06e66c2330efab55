"""What staff must see to: a way out that is down and back, a refused template, a held mail, a message on WhatsApp. Each
is told once for each matter, to whom it is for, and without the words of anybody."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.domain.retries import Fate, Outcome
from services.notify.domain.webhook import Heard, Said
from services.notify.handlers import news
from services.notify.handlers.whatsapp import Secrets, take_in
from shared.events import workflow
from shared.events.complaint import Actor
from shared.events.intake import MailHeld
from shared.privacy import Keyring
from tests.integration.notify.conftest import ADMIN, OTHER_ADMIN, Desk, address_of, serving, staff
from tests.integration.notify.on_whatsapp import on_whatsapp
from tests.integration.notify.reading import part, settled
from tests.integration.notify.test_api import admin, token
from tests.integration.notify.test_sending import ADMIN_ACTS
from tests.integration.notify.test_whatsapp import TO, a_complaint
from tests.support import keys
from tests.support.complaints import NUMBER, PHONE, RASHID, SITI, SUNDAY, Course, a_contact, a_received, sealed
from tests.support.eventually import eventually

SILENT = Outcome(Fate.CHANNEL_DOWN, "ConnectError")
SAID = Outcome(Fate.SENT, "")
ADMINS = [f"staff:{ADMIN.id}"]
PATIENCE = 600.0
HERSELF = Actor(role="COMPLAINANT", name="Aminah binti Ali")


async def told(desk: Desk, event: str) -> list[tuple[str, str, str | None]]:
    """Recipient, status and reason of what was planned about such things, in order."""
    rows = await desk.rows(
        "select d.recipient, d.status, d.reason from delivery d join alert a using (event_id)"
        " where a.event = $1 order by d.seq",
        event,
    )
    return [(row["recipient"], row["status"], row["reason"]) for row in rows]


async def heeded(desk: Desk, outcome: Outcome, channel: str = "whatsapp") -> None:
    async with desk.db.transaction() as tx:
        await news.heed(tx, channel, outcome, patience=PATIENCE)


async def eleven_minutes_later(desk: Desk) -> None:
    await desk.run("update outage set since = since - interval '11 minutes'")


async def test_a_channel_that_is_down_for_long_is_told_once_and_so_is_that_it_is_back(desk: Desk) -> None:
    await heeded(desk, SILENT)
    assert await told(desk, "channel.down") == [], "not yet: most outages end by themselves"
    await eleven_minutes_later(desk)
    for _ in range(3):
        await heeded(desk, SILENT)
    assert await told(desk, "channel.down") == [(ADMINS[0], "planned", None)]
    for _ in range(2):
        await heeded(desk, SAID)
    assert await told(desk, "channel.back") == [(ADMINS[0], "planned", None)]
    async with serving(desk.app()):
        await settled(desk)
    down, back = desk.post.to(address_of(ADMIN))
    assert str(down["Subject"]).startswith("Saluran WhatsApp terputus sejak ")
    assert str(back["Subject"]) == "Saluran WhatsApp telah pulih"
    assert "ConnectError" in part(down, "plain")
    assert "/staf/pemberitahuan/saluran" in part(back, "html")


@pytest.mark.parametrize("answer", [SAID, Outcome(Fate.PERMANENT, "550"), Outcome(Fate.TEMPORARY, "451")])
async def test_a_short_outage_is_told_to_nobody(answer: Outcome, desk: Desk) -> None:
    await heeded(desk, SILENT)
    await heeded(desk, answer)
    await eleven_minutes_later(desk)
    await heeded(desk, SILENT)
    await heeded(desk, answer)
    assert await told(desk, "channel.down") == await told(desk, "channel.back") == []


async def test_what_fails_in_our_own_house_ends_no_outage(desk: Desk) -> None:
    await heeded(desk, SILENT)
    await eleven_minutes_later(desk)
    await heeded(desk, Outcome(Fate.UNWRITTEN, "no template"))
    await heeded(desk, SILENT)
    assert await told(desk, "channel.down") == [(ADMINS[0], "planned", None)]


async def test_that_mail_is_down_does_not_go_by_mail_and_that_it_is_back_does(desk: Desk) -> None:
    desk.post.on_rcpt = lambda _address: "421 closing"
    async with serving(desk.app(channel_down_seconds=0.0)):
        await desk.hear(sealed(a_received()))

        async def known() -> None:
            assert await told(desk, "channel.down") == [(ADMINS[0], "skipped", "channel_down")]

        await eventually(known)
        desk.post.on_rcpt = lambda _address: "250 ok"

        async def back() -> None:
            await desk.run("update delivery set next_at = clock_timestamp() where next_at is not null")
            assert [row[1] for row in await told(desk, "channel.back")] == ["sent"]

        await eventually(back)
        await settled(desk)
    subjects = [str(mail["Subject"]) for mail in desk.post.to(address_of(ADMIN))]
    assert subjects.count("Saluran E-mel telah pulih") == 1
    assert not any("terputus" in subject for subject in subjects)


async def test_a_refused_template_is_told_once_until_somebody_has_looked(whole_desk: Desk, tmp_path: Path) -> None:
    async with on_whatsapp(whole_desk, tmp_path) as line:
        await line.telephone.judge("helpdesk_akuan_terima", "ms", "PAUSED")
        for number in (NUMBER, "HD-2026-000124-A"):
            await whole_desk.hear(a_complaint(number))
        await settled(whole_desk)
    assert await told(whole_desk, "template.refused") == [(ADMINS[0], "sent", None)]
    (mail,) = [one for one in whole_desk.post.to(address_of(ADMIN)) if "helpdesk_akuan_terima" in str(one["Subject"])]
    assert "132015" in part(mail, "plain")


async def test_held_mails_are_told_of_once_a_day_for_each_complaint(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    arrivals = [
        (NUMBER, SUNDAY),
        (NUMBER, SUNDAY + timedelta(hours=1)),
        (None, SUNDAY),
        ("HD-2026-999999-Z", SUNDAY),
        (NUMBER, SUNDAY + timedelta(days=1)),
    ]
    for place, (number, at) in enumerate(arrivals):
        event = MailHeld(reason="stranger", number=number, at=at)
        await desk.hear(sealed(event, subject=f"held-{place}", source="intake"))
    rows = await desk.rows("select number, at from alert where event = 'mail.held' order by at, number nulls first")
    assert [(row["number"], row["at"]) for row in rows] == [
        (None, SUNDAY),
        (NUMBER, SUNDAY),
        (NUMBER, SUNDAY + timedelta(days=1)),
    ]
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = [one for one in desk.post.to(address_of(ADMIN)) if "ditahan" in str(one["Subject"])]
    assert str(mail["Subject"]) == "Mel masuk ditahan untuk semakan: 3 perkara"
    for body in (part(mail, "plain"), part(mail, "html")):
        assert body.count("/staf/mel-tertahan") >= 4
        assert "stranger" not in body


WORDS = "Rahsia saya 800101-99-0001, hubungi 019-888 7777"


@pytest.mark.parametrize("has_pic", [True, False])
async def test_a_message_on_whatsapp_is_told_to_the_pic_or_to_admin_without_its_words(
    has_pic: bool, whole_desk: Desk, tmp_path: Path
) -> None:
    course = Course(contact=a_contact(NUMBER))
    if has_pic:
        course = course.say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, actor=ADMIN_ACTS)
    async with on_whatsapp(whole_desk, tmp_path) as line:
        await whole_desk.hear(sealed(staff(OTHER_ADMIN, "MANAGEMENT")), *course.envelopes())
        await settled(whole_desk)
        message = (await line.telephone.messages(TO))[-1]
        await line.telephone.answer(message, WORDS)

        async def told_of() -> list[tuple[str, str, str | None]]:
            found = await told(whole_desk, "whatsapp.said")
            assert [one[1] for one in found] == ["sent"]
            return found

        ((recipient, _, _),) = await eventually(told_of)
    reader = RASHID if has_pic else ADMIN
    assert recipient == f"staff:{reader.id}"
    mail = whole_desk.post.to(address_of(reader))[-1]
    assert str(mail["Subject"]) == f"[{NUMBER}] Mesej WhatsApp baharu"
    whole = mail.as_string() + part(mail, "plain") + part(mail, "html")
    assert f"/staf/aduan/{NUMBER}" in whole
    for secret in ("Rahsia", "800101", "888 7777", PHONE, TO):
        assert secret not in whole
    (kept,) = await whole_desk.rows("select facts from alert where event = 'whatsapp.said'")
    assert "Rahsia" not in str(kept["facts"])


async def test_a_webhook_that_comes_twice_tells_once(whole_desk: Desk) -> None:
    await whole_desk.hear(sealed(a_received()))
    for _ in range(2):
        async with whole_desk.db.transaction() as tx:
            await news.written(tx, "wamid.1", NUMBER, f"complainant:{NUMBER}")
    assert len(await told(whole_desk, "whatsapp.said")) == 1


async def test_who_wrote_it_is_not_told_of_it(whole_desk: Desk) -> None:
    course: Any = Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, actor=ADMIN_ACTS)
    await whole_desk.hear(*course.envelopes())
    async with whole_desk.db.transaction() as tx:
        await news.written(tx, "wamid.1", NUMBER, f"staff:{RASHID.id}")
    assert await told(whole_desk, "whatsapp.said") == [(f"staff:{RASHID.id}", "skipped", "own_act")]


async def test_a_member_of_staff_whom_mail_does_not_reach_is_shown_until_one_arrives(desk: Desk) -> None:
    desk.post.on_rcpt = lambda address: "550 no such user" if address == address_of(RASHID) else "250 ok"
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, actor=ADMIN_ACTS)
    async with serving(desk.app()) as client:
        await desk.hear(*course.envelopes())
        await settled(desk)
        mine = (await client.get("/v1/choices", headers=token(RASHID.id, "PIC"))).json()["refused"]
        assert (mine["staff"], mine["masked"]) == (RASHID.id, "s***@perbendaharaan.example")
        assert (await client.get("/v1/choices", headers=token(SITI.id, "PIC"))).json()["refused"] is None
        everybody = (await client.get("/v1/refused-staff", headers=admin())).json()["items"]
        assert [one["staff"] for one in everybody] == [RASHID.id]
        assert (await client.get("/v1/refused-staff", headers=token(RASHID.id, "PIC"))).status_code == 403
        desk.post.on_rcpt = lambda _address: "250 ok"
        await desk.hear(course.say(workflow.Answered, "DIAGIHKAN", actor=HERSELF).envelopes()[-1])
        await settled(desk)
        assert (await client.get("/v1/refused-staff", headers=admin())).json()["items"] == []


async def test_lines_that_come_together_are_thanked_for_once(whole_desk: Desk) -> None:
    secrets = Secrets(Keyring(keys.SEALING_KEYS), b"k" * 32)
    both_begun = asyncio.Barrier(2)

    async def webhook(wamid: str) -> None:
        line = Said(wamid, TO, "text", "Salam", SUNDAY, None)
        async with whole_desk.db.transaction() as tx:
            await tx.fetchval("select 1")
            await both_begun.wait()
            await take_in(tx, Heard((), (line,)), secrets)

    await asyncio.gather(webhook("wamid.1"), webhook("wamid.2"))
    rows = await whole_desk.rows("select answered from whatsapp_said order by answered")
    assert [row["answered"] for row in rows] == ["due", "spared"]

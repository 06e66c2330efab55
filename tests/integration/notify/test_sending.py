"""From an event to a mail that lies in a mailbox."""

from datetime import timedelta

import msgspec
import pytest

from shared.auth import TrackingTokens
from shared.events import intake, workflow
from shared.events.complaint import Actor, Person
from tests.integration.notify.conftest import ADMIN, Desk, address_of, serving, staff
from tests.integration.notify.reading import hurry, part, settled, topic
from tests.support import keys
from tests.support.complaints import (
    EMAIL,
    IMAN,
    NUMBER,
    RASHID,
    SITI,
    Course,
    a_contact,
    a_received,
    a_whole_course,
    sealed,
)

ADMIN_ACTS = Actor(role="ADMIN", id=ADMIN.id, name=ADMIN.name)


async def test_the_acknowledgement_arrives_once_with_the_copy_and_the_link(desk: Desk) -> None:
    received = a_received(text="Baris pertama\nBaris kedua <b>tebal</b>")
    await desk.hear(sealed(received))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(EMAIL)
    link = f"http://127.0.0.1:8000/a/{TrackingTokens(keys.TRACKING_KEYS).make(NUMBER, received.submitted_at)}"
    assert mail["Subject"] == f"[{NUMBER}] Akuan penerimaan aduan iSPEKS"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<aduan.helpdesk.example>"
    assert mail["References"] == f"<{NUMBER}@helpdesk.example>"
    assert [address.addr_spec for address in mail["To"].addresses] == [EMAIL]
    assert link in part(mail, "plain")
    assert link in part(mail, "html")
    assert "> Baris kedua <b>tebal</b>" in part(mail, "plain")
    assert "Baris kedua &lt;b&gt;tebal&lt;/b&gt;" in part(mail, "html")
    assert "04-03-2026 09:00" in part(mail, "plain")
    (row,) = await desk.rows("select * from delivery where recipient like 'complainant%'")
    assert (row["status"], row["tries"], row["masked"]) == ("sent", 1, "a***@kelantan.gov.my")
    assert mail["Message-ID"] == f"<{row['id']}@helpdesk.example>"


async def test_staff_get_the_page_for_staff_and_everybody_their_own_language(desk: Desk) -> None:
    await desk.hear(sealed(staff(SITI, "PIC", language="en"), 2))
    course = Course(contact=a_contact(language="en")).say(workflow.Assigned, "DIAGIHKAN", pic=SITI, actor=ADMIN_ACTS)
    await desk.hear(*course.envelopes())
    async with serving(desk.app()):
        await settled(desk)
    received, assigned = desk.post.to(EMAIL)
    assert topic(received) == "We have received your iSPEKS complaint"
    assert "Siti binti Hassan" in part(assigned, "plain")
    (mail,) = desk.post.to(address_of(SITI))
    assert topic(mail) == "A complaint was assigned to you"
    assert f"http://127.0.0.1:8000/staf/aduan/{NUMBER}" in part(mail, "plain")
    assert "/a/" not in part(mail, "plain")


async def test_a_whole_complaint_reaches_exactly_those_it_concerns_in_its_order(desk: Desk) -> None:
    course = a_whole_course()
    await desk.hear(*course.envelopes())
    async with serving(desk.app(batch_seconds=0.0)):
        await settled(desk)
    statuses = await desk.statuses()
    assert set(statuses) <= {"sent", "skipped"}
    sent = await desk.rows("select * from delivery where status = 'sent' order by seq")
    for who in {row["recipient"] for row in sent}:
        in_order = [f"<{row['id']}@helpdesk.example>" for row in sent if row["recipient"] == who and not row["batched"]]
        arrived = [mail["Message-ID"] for mail in desk.post.mails if mail["Message-ID"] in in_order]
        assert arrived == in_order
    assert len({(row["event_id"], row["recipient"]) for row in sent}) == len(sent)
    ids = [mail["Message-ID"] for mail in desk.post.mails]
    assert len(ids) == len(set(ids))
    assert {to for [to] in desk.post.recipients} == {
        "aminah.ali@kelantan.gov.my",
        *(address_of(one) for one in (ADMIN, RASHID, SITI, IMAN)),
    }, "the contact that holds when mails leave; the head only from level 2 on; no vendor until switched on"


async def test_the_address_is_the_one_on_record_when_the_mail_leaves(desk: Desk) -> None:
    course = Course().say(workflow.ContactCorrected, actor=ADMIN_ACTS)
    await desk.hear(*course.envelopes())
    async with serving(desk.app()):
        await settled(desk)
    assert desk.post.to(EMAIL) == []
    assert [topic(mail) for mail in desk.post.to("aminah.ali@kelantan.gov.my")] == [
        "Akuan penerimaan aduan iSPEKS",
        "Maklumat hubungan dikemas kini",
    ]


async def test_an_admins_new_complaints_come_at_once_and_then_together(desk: Desk) -> None:
    numbers = [f"HD-2026-00010{n}-A" for n in range(4)]
    first, *others = [sealed(a_received(number, contact=a_contact(number))) for number in numbers]
    async with serving(desk.app(batch_seconds=3600.0)) as _:
        await desk.hear(first)
        await settled(desk)
        assert len(desk.post.to(address_of(ADMIN))) == 1
        for letter in others:
            await desk.hear(letter)
            await settled(desk)
        assert len(desk.post.to(address_of(ADMIN))) == 1
        await hurry(desk)
        await settled(desk)
    alone, together = desk.post.to(address_of(ADMIN))
    assert alone["Subject"] == f"[{numbers[0]}] Aduan baharu menunggu agihan"
    assert together["Subject"] == "Aduan baharu menunggu agihan: 3 aduan"
    assert together["References"] is None
    assert [number in part(together, "plain") for number in numbers] == [False, True, True, True]
    rows = await desk.rows("select status from delivery where template = 'aduan_baharu_admin'")
    assert [row["status"] for row in rows] == ["sent"] * 4


async def test_a_message_about_very_many_tells_of_some_and_counts_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.store.ledger.AT_MOST", 3)
    numbers = [f"HD-2026-00015{n}-A" for n in range(5)]
    await desk.hear(*(sealed(a_received(number, contact=a_contact(number))) for number in numbers))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(address_of(ADMIN))
    assert mail["Subject"] == "Aduan baharu menunggu agihan: 5 aduan"
    assert [number in part(mail, "plain") for number in numbers] == [True, True, True, False, False]
    assert "Dan 2 lagi" in part(mail, "plain")
    rows = await desk.rows("select status from delivery where template = 'aduan_baharu_admin'")
    assert [row["status"] for row in rows] == ["sent"] * 5


async def test_links_go_to_each_complaints_own_contact_and_a_miss_sends_nothing(desk: Desk) -> None:
    mine = a_received("HD-2026-000201-A", contact=a_contact("HD-2026-000201-A"))
    also = a_received("HD-2026-000202-A", contact=a_contact("HD-2026-000202-A", email="lain@kelantan.gov.my"))
    other = a_received("HD-2026-000203-A", contact=a_contact("HD-2026-000203-A", ic="810202990002"))
    old = Course("HD-2026-000204-A", contact=a_contact("HD-2026-000204-A")).say(workflow.Closed, "DITUTUP")
    await desk.hear(*(sealed(one) for one in (mine, also, other)), *old.envelopes())
    await desk.run("delete from delivery")
    asked = (
        intake.TrackingLinkRequested(ic_index=mine.contact.ic_index),
        intake.TrackingLinkRequested(ic_index="0" * 64),
        intake.TrackingLinkRequested(number="HD-2026-999999-A"),
    )
    for position, event in enumerate(asked):
        await desk.hear(sealed(event, subject=f"request-{position}", source="intake"))
    async with serving(desk.app()):
        await settled(desk)
    assert [mail["Subject"] for mail in desk.post.to(EMAIL)] == ["[HD-2026-000201-A] Pautan semakan aduan iSPEKS"]
    assert [topic(mail) for mail in desk.post.to("lain@kelantan.gov.my")] == ["Pautan semakan aduan iSPEKS"]
    assert len(desk.post.mails) == 2
    assert len(await desk.rows("select from alert where event = 'tracking_link.requested'")) == 1


async def test_a_link_asked_for_before_its_complaint_was_heard_of_goes_when_it_is(desk: Desk) -> None:
    mine, also = (a_received(number, contact=a_contact(number)) for number in ("HD-2026-000211-A", "HD-2026-000212-A"))
    by_number = sealed(intake.TrackingLinkRequested(number=mine.number), subject="request-1", source="intake")
    by_ic = sealed(intake.TrackingLinkRequested(ic_index=mine.contact.ic_index), subject="request-2", source="intake")
    await desk.hear(by_number, by_ic)
    assert await desk.rows("select from alert") == []
    for one in (mine, also):
        await desk.hear(sealed(one))
    rows = await desk.rows(
        "select event_id, number from delivery where template = 'pautan_semakan' order by number, event_id"
    )
    expected = {(by_number.id, mine.number), (by_ic.id, mine.number), (by_ic.id, also.number)}
    assert len(rows) == 3
    assert {tuple(row) for row in rows} == expected
    async with serving(desk.app()):
        await settled(desk)
    assert [topic(mail) for mail in desk.post.to(EMAIL)].count("Pautan semakan aduan iSPEKS") == 3


async def test_a_link_is_not_sent_for_what_was_filed_after_it_was_asked_for_nor_after_an_hour(desk: Desk) -> None:
    old, new = (a_received(number, contact=a_contact(number)) for number in ("HD-2026-000221-A", "HD-2026-000222-A"))
    before = new.submitted_at - timedelta(seconds=1)
    for event in (
        intake.TrackingLinkRequested(ic_index=new.contact.ic_index),
        intake.TrackingLinkRequested(number=new.number),
    ):
        letter = sealed(event, subject=f"request-{event.number}", source="intake")
        await desk.hear(msgspec.structs.replace(letter, time=before))
    await desk.hear(sealed(new))
    await desk.hear(sealed(intake.TrackingLinkRequested(number=old.number), subject="request-old", source="intake"))
    await desk.run("update asked set until = clock_timestamp()")
    await desk.hear(sealed(old))
    assert await desk.rows("select from delivery where template = 'pautan_semakan'") == []
    await desk.hear(sealed(intake.TrackingLinkRequested(number="HD-2026-0-X"), subject="request-x", source="intake"))
    (left,) = await desk.rows("select number from asked")
    assert left["number"] == "HD-2026-0-X", "what waited long enough is forgotten"


async def test_with_sending_off_nothing_leaves_now_or_later(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app(sending="off")):
        await settled(desk)
    async with serving(desk.app()):
        await settled(desk)
    assert desk.post.mails == []
    rows = await desk.rows("select distinct status, reason from delivery")
    assert [tuple(row) for row in rows] == [("skipped", "sending_off")]


async def test_two_replicas_on_one_ledger_send_every_mail_once(desk: Desk) -> None:
    for position in range(12):
        number = f"HD-2026-0003{position:02}-A"
        course = Course(number, contact=a_contact(number)).say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
        await desk.hear(*course.envelopes())
    async with serving(desk.app(batch_seconds=0.0)), serving(desk.app(batch_seconds=0.0)):
        await settled(desk)
    ids = [mail["Message-ID"] for mail in desk.post.mails]
    assert len(ids) == len(set(ids))
    assert len(desk.post.to(EMAIL)) == 24
    assert len(desk.post.to(address_of(SITI))) == 12
    assert await desk.statuses() == {"sent": 48}


async def test_a_pic_nobody_knows_is_written_down_and_not_waited_for(desk: Desk) -> None:
    stranger = Person(id="s-stranger", name="Orang Baharu")
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=stranger).envelopes())
    async with serving(desk.app()):
        await settled(desk)
    (row,) = await desk.rows("select status, reason, name from delivery where recipient = 'staff:s-stranger'")
    assert tuple(row) == ("skipped", "no_address", "Orang Baharu")

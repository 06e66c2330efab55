"""The vendor's helpdesk without an account: told by mail where the office has said where it reads it, by a signed link,
and of nobody's contact."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from shared.auth import VendorTokens
from shared.events import workflow
from shared.events.complaint import Actor, Cause
from shared.events.reference import SettingsSaved
from shared.events.vendor import VendorLeg, VendorLog
from tests.integration.notify.conftest import Desk, serving
from tests.integration.notify.reading import part, settled
from tests.support import keys
from tests.support.complaints import EMAIL, IC, NUMBER, PHONE, SUNDAY, Course, sealed
from tests.unit.shared.blobs.files import taken_in

HELPDESK = "helpdesk@ttsb.example"
SINCE = SUNDAY + timedelta(hours=3)
LEG = VendorLeg(since=SINCE)
LOGGED = VendorLeg(since=SINCE, logs=(VendorLog(number="TTSB-0061", at=SINCE),))
BY_VENDOR = Actor(role="VENDOR", name="Helpdesk BKP/TTSB", by_link=True)
LINK = f"http://127.0.0.1:8000/vendor/{VendorTokens(keys.VENDOR_LINK_KEYS).make(NUMBER, SINCE)}"


def address(email: str, sequence: int = 1) -> Any:
    return sealed(SettingsSaved(solve_days={}, vendor_email=email), sequence, subject="settings")


def with_vendor() -> Course:
    course = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.Started, "INPROGRESS")
    file = taken_in("ralat.png", NUMBER)
    report: dict[str, Any] = {"text": "Ralat GL-102.", "audience": ("S", "V"), "files": (file,), "vendor": LEG}
    return course.say(workflow.VendorLogged, "TINDAKAN_VENDOR", **report)


def reminded(course: Course, nth: int) -> Course:
    due = SUNDAY + timedelta(days=20)
    cause = Cause(
        rule="vendor.remind", revision=1, clock="vendor", started_at=SINCE, due=due, days=15, paused_days=0, at=due,
        nth=nth,
    )  # fmt: skip
    actor = Actor(role="SYSTEM")
    return course.say(workflow.Reminded, cause=cause, actor=actor, vendor=LOGGED, audience=("S",))


async def told(desk: Desk, course: Course) -> list[EmailMessage]:
    await desk.hear(*course.envelopes())
    async with serving(desk.app()):
        await settled(desk)
    return desk.post.to(HELPDESK)


async def test_the_report_reaches_the_helpdesk_with_its_files_and_a_link_and_nobodys_contact(desk: Desk) -> None:
    await desk.hear(address(HELPDESK))
    (mail,) = await told(desk, with_vendor())
    assert str(mail["Subject"]).strip() == f"[{NUMBER}] Laporan masalah iSPEKS Kelantan"
    for kind in ("plain", "html"):
        body = part(mail, kind)
        assert "Ralat GL-102." in body
        assert LINK in body
        assert f"{LINK}/lampiran/{taken_in('ralat.png', NUMBER).id}" in body
        assert "ralat.png" in body
        for hidden in ("Aminah", IC, PHONE, EMAIL, "/staf/", "/a/"):
            assert hidden not in body, hidden
    (row,) = await desk.rows("select * from delivery where audience = 'vendor_desk'")
    assert (row["recipient"], row["name"], row["masked"], row["status"]) == (
        "vendor:desk",
        "Helpdesk BKP/TTSB",
        "h***@ttsb.example",
        "sent",
    )


async def test_both_references_stand_in_the_subject_of_what_follows(desk: Desk) -> None:
    await desk.hear(address(HELPDESK))
    course = with_vendor().say(workflow.VendorUpdated, text="Lihat juga GL-103.", audience=("S", "V"), vendor=LOGGED)
    _, update, reminder = await told(desk, reminded(course, 2))
    both = f"[{NUMBER}] [TTSB-0061] "
    assert str(update["Subject"]).strip() == f"{both}Maklumat tambahan bagi laporan iSPEKS Kelantan"
    assert str(reminder["Subject"]).strip() == f"{both}Peringatan ke-2: laporan iSPEKS Kelantan menunggu jawapan"
    assert "Lihat juga GL-103." in part(update, "plain")
    assert "> Ralat GL-102." in part(reminder, "plain"), "what it is reminded of"
    assert "ralat.png" in part(reminder, "plain")


async def test_nobody_is_mailed_where_no_address_is_set(desk: Desk) -> None:
    await desk.hear(address(HELPDESK))
    await desk.hear(address("", 2))
    assert await told(desk, with_vendor()) == []
    assert await desk.rows("select 1 from delivery where audience = 'vendor_desk'") == []


async def test_the_helpdesk_is_not_told_what_it_said_itself(desk: Desk) -> None:
    await desk.hear(address(HELPDESK))
    course = with_vendor()
    course.say(workflow.VendorUpdated, text="Sedang disemak.", audience=("S", "V"), actor=BY_VENDOR, vendor=LOGGED)
    assert len(await told(desk, course)) == 1
    (row,) = await desk.rows("select * from delivery where audience = 'vendor_desk' and status = 'skipped'")
    assert row["reason"] == "own_act"

"""An answer by mail, over real SMTP: passed on as its person's message, told as a bounce, or held with why."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest

from deploy.local.processes import free_port
from services.intake.api import smtp
from services.intake.handlers.mails import Arrival
from shared.envelope import Envelope
from shared.events.intake import ComplainantActed, MailBounced, MailHeld, StaffMailed
from tests.integration.intake.desk import EMAIL, Intake, running
from tests.integration.intake.post import OURS, STAFF, TOKENS, a_mail, address_for, hand_over, held
from tests.integration.intake.stream import said
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database
from tests.support.keys import MAILBOX
from tests.unit.shared.blobs import files

HER_OWN = "pegawai@example.my"


@dataclass(frozen=True)
class Post:
    """A running intake that takes mail, with one complaint in it."""

    intake: Intake
    broker: Broker
    port: int
    number: str

    async def send(self, mail: EmailMessage | bytes, **more: Any) -> int:
        code, _ = await hand_over(self.port, mail, **more)
        return code

    async def passed_on(self) -> list[Envelope]:
        """What intake has said of mails, in its record."""
        kinds = ("complainant.acted", "staff.mailed", "mail.bounced")
        count = len(await self.intake.rows("select 1 from event where type = any($1)", list(kinds)))

        async def on_the_stream() -> list[Envelope]:
            found = [one for one in await said(self.broker) if one.type in kinds]
            return found if len(found) == count else []

        return await eventually(on_the_stream) if count else []

    async def reason(self) -> str:
        """Of the only one that is held."""
        (one,) = await held(self.intake)
        return str(one["reason"])


@pytest.fixture
async def post(database: Database, broker: Broker) -> AsyncIterator[Post]:
    port = free_port()
    async with running(database, broker, inbound_port=port, mail_from="Helpdesk <aduan@example.my>") as intake:

        async def listens() -> bool:
            try:
                return (await hand_over(port, a_mail("x@elsewhere.example")))[0] == 550
            except OSError:
                return False

        assert await eventually(listens)
        yield Post(intake, broker, port, (await intake.filed())["number"])


async def test_the_complainant_s_answer_is_their_message(post: Post) -> None:
    quoting = "Masih sama.\n\nPada 3 Mac 2026 10:05, Helpdesk iSPEKS <x@example.my> menulis:\n> Sila cuba semula.\n"
    assert await post.send(a_mail(address_for(post.number), quoting)) == 250
    (letter,) = await post.passed_on()
    acted = letter.open_as(ComplainantActed)
    assert (letter.subject, letter.sequence) == (post.number, 2)
    assert (acted.action, acted.text, acted.proof) == ("answer", "Masih sama.", "mail")
    assert acted.message == letter.id
    assert await held(post.intake) == []


async def test_nothing_of_the_sender_stays_beside_what_was_said(post: Post) -> None:
    await post.send(a_mail(address_for(post.number)))
    (row,) = [dict(one) for one in await post.intake.rows("select * from mail")]
    assert (row["status"], row["raw"], row["text"], row["subject"], row["sender_sealed"]) == (
        "said",
        None,
        "",
        "",
        None,
    )


@pytest.mark.parametrize("action", ["note", "reply"])
async def test_a_member_of_staff_s_answer_is_what_the_office_has_set_and_never_more(
    action: str, database: Database, broker: Broker
) -> None:
    port = free_port()
    async with running(database, broker, inbound_port=port, staff_mail=action) as intake:
        post = Post(intake, broker, port, (await intake.filed())["number"])
        to = address_for(post.number, STAFF, HER_OWN)

        async def taken() -> bool:
            try:
                return await post.send(a_mail(to, "Tutup aduan ini.", sender=HER_OWN)) == 250
            except OSError:
                return False

        assert await eventually(taken)
        (letter,) = await post.passed_on()
        mailed = letter.open_as(StaffMailed)
        assert (mailed.staff, mailed.action, mailed.text) == (STAFF, action, "Tutup aduan ini.")


async def test_the_same_mail_handed_over_again_is_one_message(post: Post) -> None:
    mail = a_mail(address_for(post.number))
    for _ in range(3):
        assert await post.send(mail) == 250
    assert len(await post.passed_on()) == 1
    unnamed = mail.as_bytes().replace(b"Message-ID:", b"X-Message-ID:")
    for way in (b"one", b"two"):
        onto = b"Received: from " + way + b" by here; Sun, 1 Mar 2026 10:00:00 +0800\r\n" + unnamed
        assert await post.send(onto, to=address_for(post.number)) == 250
    assert len(await post.passed_on()) == 2


async def test_a_crash_before_the_250_makes_one_message_of_two_deliveries(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time the commit is done and the answer never leaves."""
    take = smtp.Hook._take
    died: list[Arrival] = []

    async def dies_after(hook: smtp.Hook, arrival: Arrival) -> None:
        await take(hook, arrival)
        if not died:
            died.append(arrival)
            raise RuntimeError("killed behind the commit")

    monkeypatch.setattr(smtp.Hook, "_take", dies_after)
    mail = a_mail(address_for(post.number))
    assert await post.send(mail) == 451
    assert await post.send(mail) == 250
    assert len(await post.passed_on()) == 1


async def test_files_pass_the_same_check_as_uploads_and_what_is_refused_is_said(post: Post) -> None:
    mail = a_mail(address_for(post.number), "Lihat lampiran.")
    mail.add_attachment(files.a_png(), maintype="image", subtype="png", filename="skrin.png")
    mail.add_attachment(b"MZ" + b"x" * 100, maintype="application", subtype="octet-stream", filename="kira.exe")
    mail.add_attachment(files.a_pdf_with_a_script(), maintype="application", subtype="pdf", filename="jahat.pdf")
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail.add_attachment(a_mail("x@y.example"), filename="lama.eml")
    assert await post.send(mail) == 250
    (letter,) = await post.passed_on()
    acted = letter.open_as(ComplainantActed)
    assert [file.name for file in acted.files] == ["skrin.png"]
    assert acted.text.startswith("Lihat lampiran.\n\n[Lampiran tidak diterima / Not attached: kira.exe - ")
    for name in ("jahat.pdf", "winmail.dat", "lama.eml"):
        assert f"Not attached: {name}" in acted.text
    assert len(await post.intake.rows("select 1 from upload where used_by = $1", post.number)) == 1


async def test_a_picture_alone_is_a_message(post: Post) -> None:
    mail = a_mail(address_for(post.number), "")
    mail.add_attachment(files.a_png(), maintype="image", subtype="png", filename="skrin.png")
    assert await post.send(mail) == 250
    (letter,) = await post.passed_on()
    assert letter.open_as(ComplainantActed).text == "(Lampiran sahaja / Attachments only)"


@pytest.mark.parametrize(
    ("why", "heads"),
    [
        ("auto_reply", {"Auto_Submitted": "auto-replied"}),
        ("auto_reply", {"Auto_Submitted": "auto-generated; x=y"}),
        ("auto_reply", {"Precedence": "bulk"}),
        ("auto_reply", {"List_Id": "<a.example>"}),
        ("auto_reply", {"X_Autoreply": "yes"}),
        ("loop", {"Message_ID": f"<{OURS}@example.my>"}),
    ],
)
async def test_what_a_machine_wrote_is_held(why: str, heads: dict[str, str], post: Post) -> None:
    assert await post.send(a_mail(address_for(post.number), **heads)) == 250
    assert await post.reason() == why
    assert await post.passed_on() == []


async def test_a_mail_of_a_person_that_says_so_goes_on(post: Post) -> None:
    assert await post.send(a_mail(address_for(post.number), Auto_Submitted="no", Precedence="normal")) == 250
    assert len(await post.passed_on()) == 1


async def test_an_out_of_office_without_an_envelope_sender_is_held(post: Post) -> None:
    assert await post.send(a_mail(address_for(post.number)), sender="") == 250
    assert await post.reason() == "auto_reply"


async def test_a_stranger_is_held_however_good_the_address(post: Post) -> None:
    await post.send(a_mail(address_for(post.number), sender="orang.lain@example.test"))
    await post.send(a_mail(address_for(post.number, STAFF, HER_OWN), sender=EMAIL))
    await post.send(b"From: a@b.example, " + EMAIL.encode() + b"\r\n\r\nDua.", to=address_for(post.number))
    rows = await held(post.intake)
    assert [(one["reason"], one["number"], one["person"]) for one in rows] == [
        ("stranger", post.number, "complainant"),
        ("stranger", post.number, STAFF),
        ("stranger", post.number, "complainant"),
    ]
    assert rows[0]["sender_masked"] == "o***@example.test"
    assert "orang.lain" not in str({name: value for name, value in rows[0].items() if name != "raw"})
    assert await post.passed_on() == []


async def test_a_bad_token_a_bare_mailbox_and_a_complaint_there_is_not_are_held(post: Post) -> None:
    good = address_for(post.number)
    await post.send(a_mail(good.replace("+1", "+2")))
    await post.send(a_mail(MAILBOX, "Tanpa apa-apa."))
    missing = TOKENS.make("HD-2026-999999-9", None, EMAIL)
    await post.send(a_mail(f"helpdesk+{missing}@example.my"))
    assert [one["reason"] for one in await held(post.intake)] == ["bad_token", "no_token", "bad_token"]
    assert await post.passed_on() == []


async def test_it_takes_mail_for_one_mailbox_and_relays_nothing(post: Post) -> None:
    for other in ("someone@example.my", "helpdesk@elsewhere.example", "helpdeskx+1a@example.my", "x"):
        assert (await hand_over(post.port, a_mail(other)))[0] in (550, 553), other
    code, _ = await hand_over(post.port, a_mail(MAILBOX), to=[address_for(post.number), "a@elsewhere.example"])
    assert code == 550


async def test_the_case_that_a_server_changed_does_no_harm(post: Post) -> None:
    local, _, host = address_for(post.number).partition("@")
    assert await post.send(a_mail(f"{local.upper()}@{host.upper()}")) == 250
    assert len(await post.passed_on()) == 1


def a_report(action: str = "failed", about: str = f"<{OURS}@example.my>") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: helpdesk@example.my\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <dsn@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\nMIME-Version: 1.0\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; a@b.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {about}\r\nSubject: Aduan\r\n\r\nteks\r\n--B--\r\n"
    ).encode()


async def test_a_report_of_a_mail_of_ours_is_told_once_whoever_repeats_it(post: Post) -> None:
    for _ in range(2):
        assert await post.send(a_report(), to=MAILBOX, sender="") == 250
    (letter,) = await post.passed_on()
    bounced = letter.open_as(MailBounced)
    assert (bounced.delivery, bounced.status, letter.sequence) == (OURS, "5.1.1", 1)
    assert await held(post.intake) == []


@pytest.mark.parametrize("report", [a_report("delayed"), a_report(about="<someone@else.example>")])
async def test_every_other_report_is_held(report: bytes, post: Post) -> None:
    assert await post.send(report, to=address_for(post.number), sender="") == 250
    assert await post.reason() == "bounce"


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no heads": b"\r\n\r\nhello",
    "bytes": bytes(range(256)) * 50,
    "a heap of heads": b"".join(b"X-%d: y\r\n" % n for n in range(40_000)) + b"\r\nteks",
    "nested beyond reason": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(2_000)
    ),
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 5_000,
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_is_no_mail_is_held_and_harms_nothing(what: str, post: Post) -> None:
    assert await post.send(HOSTILE[what], to=address_for(post.number)) == 250
    assert await post.reason() in ("unreadable", "stranger")
    assert await post.send(a_mail(address_for(post.number))) == 250
    assert len(await post.passed_on()) == 1


async def test_a_mail_that_is_too_large_is_refused_for_good(post: Post) -> None:
    large = a_mail(address_for(post.number)).as_bytes() + (b"x" * 76 + b"\r\n") * (smtp.MAIL_BYTES // 76)
    assert await post.send(large, to=address_for(post.number)) == 552
    assert await post.intake.count("mail") == 0


async def test_that_a_mail_is_held_is_said_once_and_without_its_words(post: Post) -> None:
    stranger = a_mail(address_for(post.number), "rahsia saya", sender="orang.lain@example.my")
    for _ in range(2):
        assert await post.send(stranger) == 250
    assert await post.reason() == "stranger"

    async def there() -> Envelope:
        (letter,) = [one for one in await said(post.broker) if one.type == "mail.held"]
        return letter

    letter = await eventually(there)
    told = letter.open_as(MailHeld)
    assert (told.reason, told.number, letter.sequence) == ("stranger", post.number, 1)
    assert b"rahsia" not in letter.encoded()
    assert b"orang.lain" not in letter.encoded()
    assert len(await post.intake.rows("select 1 from event where type = 'mail.held'")) == 1


async def test_with_no_room_left_the_server_keeps_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.intake.store.mails.HELD_AT_MOST", 1)
    assert await post.send(a_mail(MAILBOX, "satu")) == 250
    assert await post.send(a_mail(MAILBOX, "dua")) == 452
    assert await post.send(a_mail(address_for(post.number))) == 250, "what is passed on needs no room"


async def test_one_person_who_writes_all_day_is_held_after_thirty(
    database: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MAILS_BY_PERSON", 2)
    port = free_port()
    async with running(database, broker, inbound_port=port, rate_limits="on") as intake:
        post = Post(intake, broker, port, (await intake.filed())["number"])

        async def taken() -> bool:
            try:
                return await post.send(a_mail(address_for(post.number), "0")) == 250
            except OSError:
                return False

        assert await eventually(taken)
        for text in ("1", "2", "3"):
            assert await post.send(a_mail(address_for(post.number), text)) == 250
        assert len(await post.passed_on()) == 2
        assert [one["reason"] for one in await held(intake)] == ["too_often", "too_often"]

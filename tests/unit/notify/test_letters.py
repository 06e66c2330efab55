"""Every message in both languages, and what people type in it: always text, always one recipient, never a gap."""

import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from services.notify.domain.digest_words import fill_digest
from services.notify.domain.digests import Digest, News, Numbers, Row, Section
from services.notify.domain.facts import Bounced, Facts, House, Matter, facts_of
from services.notify.domain.own import DeliveryBounced, DigestDue
from services.notify.domain.own import News as Told
from services.notify.domain.placeholders import fill, fill_account, gives
from services.notify.domain.rules import TOLD
from services.notify.senders.letters import LANGUAGES, SAMPLES, EmptyPlaceholder, Letters, sample
from services.notify.senders.mail import Envelope, NoAddress
from shared.events import workflow
from shared.events.accounts import AccountEvent
from tests.support.complaints import a_received, an_event
from tests.unit.notify.matrix import RULES
from tests.unit.shared.blobs.files import taken_in

LETTERS = Letters()
ENVELOPE = Envelope("Helpdesk iSPEKS <helpdesk@helpdesk.example>")
NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
JAWI = "امينه بنت علي"
HOSTILE = {
    "header": "Aminah\r\nBcc: victim@evil.example\r\n\r\nbody",
    "encoded newline": "=?UTF-8?Q?Aminah=0D=0ABcc:_victim@evil.example?=",
    "html": "<script>alert(1)</script><a href='https://evil.example'>x</a> & \"q\" 'q'",
    "template": "{{ 7 * 7 }}{% raw %}{{ office }}",
    "jawi": JAWI,
    "override": "abc\u202egnp.exe\u2066 \u200f",
    "control": "a\x00b\x07c\x1bd\x7fe\u2028f\u2029g\x85h",
    "addresses": '"a, b" <victim@evil.example>, c@evil.example; d: e@evil.example,',
    "long": "panjang " * 3875,
    "unbroken": "x" * 31_000,
    "dots": ".\r\n.\r\nQUIT",
    "emoji": "😀 ❤️ 한국어",
}
WRITTEN = sorted({(rule.template, rule.event) for rule in RULES if rule.template})


def mail_of(template: str, language: str, values: dict[str, Any], name: str = "Aminah") -> EmailMessage:
    letter = LETTERS.write(LETTERS.messages[template].reader, template, language, values)
    built = ENVELOPE.build(
        letter, id="0199", thread="HD-2026-000123-C", name=name, address="aminah@kelantan.gov.my", now=NOW
    )
    read = BytesParser(policy=policy.default).parsebytes(built.as_bytes())
    assert isinstance(read, EmailMessage)
    return read


def about_nobody(event: str) -> bool:
    """No complaint: an account, or many."""
    return issubclass(TOLD[event], AccountEvent | DigestDue | Told)


def a_digest_of(hostile: str) -> Digest:
    """Where people's words stand in a digest, these."""
    row = Row(
        number="HD-2026-000123-C", title=hostile, module_ms=hostile, module_en=hostile, why="late", age=4, pic=hostile
    )
    section = Section(numbers=Numbers(late=1), rows=(row,))
    news = News(number="HD-2026-000123-C", title=hostile, events=(("complaint.closed", 2),), at=NOW)
    return Digest(day=NOW.date(), vendor_days=5, own=section, office=section, news=(news,), gathered=1, needing=1)


def bodies(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(text.get_content()), str(html.get_content())


@pytest.mark.parametrize(("template", "event"), WRITTEN)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("everything", [True, False])
def test_every_message_is_written_without_a_gap(template: str, event: str, language: str, everything: bool) -> None:
    one = sample(TOLD[event], everything=everything)
    subject_of: str | None = None
    for count in (1, 3) if LETTERS.messages[template].batched else (1,):
        mail = mail_of(template, language, one | {"bil": count, "senarai": [one] * count})
        subject_of = str(mail["Subject"]).strip()  # a folded header begins with the blank of its fold
        assert subject_of.startswith("[HD-2026-000123-C] ") or count > 1 or about_nobody(event)
        for body in bodies(mail):
            assert SAMPLES["pautan"] in body
            assert "None" not in body
            assert "{" not in body.partition("</style>")[2] or "<style" not in body
            assert not re.search(r"\(\s*\)| ,|  +\S.*:\s*$|\{\{", re.sub(r"<[^>]*>", "", body.partition("</head>")[2]))
        text, _ = bodies(mail)
        assert "\n\n\n" not in text
        assert text.strip().splitlines()[-1].startswith(("E-mel ini dijana", "This e-mail was generated"))


@pytest.mark.parametrize(("template", "event"), WRITTEN)
def test_a_value_that_is_needed_and_empty_is_an_error_and_not_a_gap(template: str, event: str) -> None:
    reader = LETTERS.messages[template].reader
    values = sample(TOLD[event], everything=True) | {"bil": 1, "senarai": [sample(TOLD[event], everything=True)]}
    for nothing in ("", "  ", None):
        with pytest.raises(EmptyPlaceholder):
            LETTERS.write(reader, template, "ms", values | {"no_aduan": nothing, "pautan": nothing})
    with pytest.raises(UndefinedError):
        LETTERS.write(reader, template, "ms", {})


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("template", "event"), dict(WRITTEN).items())
def test_whatever_people_type_stays_text_in_a_mail_to_one_person(template: str, event: str, hostile: str) -> None:
    matter = Matter("HD-2026-000123-C", NOW, hostile, hostile, hostile, hostile, hostile, hostile, hostile)
    texts: Any = dict.fromkeys(
        (
            "actor",
            "text",
            "pic",
            "before",
            "vendor_reference",
            "public_text",
            "linked_to",
            "reason_ms",
            "reason_en",
            "why_ms",
            "why_en",
        ),
        hostile,
    )
    named = (hostile, hostile)
    if TOLD[event] is DeliveryBounced:
        texts["bounced"] = Bounced(name=hostile, address=hostile, answer=hostile)
    elif issubclass(TOLD[event], Told):
        texts["house"] = House(
            place="/x", channel=hostile, since=NOW, answer=hostile, template=hostile, language=hostile, code=1
        )
    facts = Facts(at=NOW, audience=("P", "S", "V"), due=NOW, answer_by=NOW, days=3, files=named, **texts)
    reader = LETTERS.messages[template].reader
    if issubclass(TOLD[event], AccountEvent):
        filled = fill_account(hostile, Facts(at=NOW, by="link", minutes=30), link="https://helpdesk.example/a/x")
    elif TOLD[event] is DigestDue:
        filled = fill_digest(hostile, a_digest_of(hostile), language="en", link="https://helpdesk.example/staf")
    else:
        filled = fill(matter, facts, language="en", reader=reader, link="https://helpdesk.example/a/x")
    one = {name: filled[name] for name in gives(TOLD[event]) if name in filled}
    mail = mail_of(template, "en", one | {"bil": 2, "senarai": [one, one]}, name=hostile)
    assert [address.addr_spec for address in mail["To"].addresses] == ["aminah@kelantan.gov.my"]
    assert set(mail.keys()) <= {
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "References",
        "MIME-Version", "Content-Type", "List-Id",
    }  # fmt: skip
    assert all(mail.get_all(name) is not None and len(mail.get_all(name, [])) == 1 for name in mail)
    assert not mail.defects
    assert all(max(map(len, line.splitlines() or [""])) <= 998 for line in mail.as_string().split("\n"))
    text, html = bodies(mail)
    assert "<script" not in html.partition("</style>")[2]
    assert "<a href='https://evil" not in html
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text + html + str(mail["Subject"]))
    if hostile == HOSTILE["template"]:
        assert " 49" not in text
    assert len(str(mail["Subject"])) <= 200


def test_a_name_in_jawi_arrives_as_it_was_written() -> None:
    mail = mail_of(
        "akuan_terima", "ms", sample(TOLD["complaint.received"], everything=True) | {"tajuk": JAWI}, name=JAWI
    )
    assert mail["To"].addresses[0].display_name == JAWI
    assert all(JAWI in body for body in bodies(mail))


def test_a_staff_text_the_complainant_may_not_read_never_reaches_one() -> None:
    reason = "the PIC is on sick leave"
    handed_back = facts_of(an_event(workflow.HandedBack, text=reason, audience=("S",)), NOW)
    received = a_received()
    matter = Matter(received.number, NOW, "A", "B", "C", "D", None, "E", "E")
    for reader, seen in (("complainant", None), ("vendor", None), ("staff", reason)):
        assert fill(matter, handed_back, language="ms", reader=reader, link="x")["sebab"] == seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_acknowledgement_lists_what_was_attached_and_says_nothing_where_nothing_was(language: str) -> None:
    matter = Matter("HD-2026-000123-C", NOW, "A", "B", "C", "D", None, "E", "E")
    attached = {"ms": "Lampiran yang disertakan:", "en": "Attached to it:"}[language]

    def copy(*names: str) -> tuple[str, str]:
        received = facts_of(a_received(files=tuple(taken_in(name) for name in names)), NOW)
        filled = fill(matter, received, language=language, reader="complainant", link="x")
        return bodies(mail_of("akuan_terima", language, filled))

    text, html = copy("skrin.png", "<b>baucar</b> & 'resit'.pdf")
    lines = text.splitlines()
    behind = lines.index(attached) + 2
    assert lines[behind : behind + 3] == ["> skrin.png", "> <b>baucar</b> & 'resit'.pdf", ""]
    assert attached in html
    assert "skrin.png<br>" in html
    assert "&lt;b&gt;baucar&lt;/b&gt; &amp; &#39;resit&#39;.pdf" in html
    assert all(attached not in body for body in copy())


def test_names_of_files_the_complainant_may_not_read_never_reach_one() -> None:
    noted = facts_of(an_event(workflow.Noted, text="x", audience=("S",), files=(taken_in("dalam.png"),)), NOW)
    matter = Matter("HD-2026-000123-C", NOW, "A", "B", "C", "D", None, "E", "E")
    for reader, seen in (("complainant", None), ("vendor", None), ("staff", "dalam.png")):
        assert fill(matter, noted, language="ms", reader=reader, link="x")["lampiran"] == seen


def test_dates_are_told_in_kelantans_time_as_the_office_writes_them() -> None:
    matter = Matter("HD-2026-000123-C", datetime(2021, 1, 24, 8, 5, tzinfo=UTC), "A", "B", "C", "D", "E", "F", "G")
    facts = Facts(at=datetime(2021, 1, 24, 16, 30, tzinfo=UTC), due=datetime(2021, 1, 27, 9, 0, tzinfo=UTC))
    filled = fill(matter, facts, language="en", reader="staff", link="x")
    assert (filled["tarikh_aduan"], filled["masa_aduan"]) == ("24-01-2021", "16:05")
    assert (filled["tarikh"], filled["masa"], filled["tarikh_akhir"]) == ("25-01-2021", "00:30", "27-01-2021 17:00")
    assert (filled["modul"], filled["jabatan_ptj"]) == ("G", "D / E")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_never_filled_in_is_shown_as_nothing_and_not_as_a_gap(language: str) -> None:
    matter = Matter("HD-2026-000123-C", NOW, "\u202e", "\x00", " ", "\u2066", "", "\u200f", "\u200f")
    filled = fill(matter, facts_of(a_received(), NOW), language=language, reader="complainant", link="x")
    LETTERS.write("complainant", "akuan_terima", language, filled)


@pytest.mark.parametrize(
    "address",
    ["", "aminah", "a@", "@b.example", "a b@c.example", "a@b.example\r\nRCPT TO:<x@y.example>", "<a@b.example>",
     "a@b.example, c@d.example", "a@b..example", "a\x00@b.example", "\u00e4@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_built(address: str) -> None:
    letter = LETTERS.write("complainant", "balasan_pic", "ms", sample(workflow.Replied, everything=True))
    with pytest.raises(NoAddress):
        ENVELOPE.build(letter, id="1", thread=None, name="A", address=address, now=NOW)


def test_an_office_may_have_a_slogan_and_has_none_by_default() -> None:
    values = sample(workflow.Replied, everything=True)
    slogan = "Membangun Bersama Islam"
    assert slogan not in LETTERS.write("complainant", "balasan_pic", "ms", values).text
    letter = Letters(slogan=slogan).write("complainant", "balasan_pic", "ms", values)
    assert slogan in letter.text
    assert slogan in letter.html

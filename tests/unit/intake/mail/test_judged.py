"""Whose mail it is, and what becomes of it."""

from typing import Any

import pytest

from services.intake.domain.mail.judged import (
    Bounced,
    Held,
    Ours,
    Passed,
    Reason,
    judge,
    may_go_on,
    words,
)
from services.intake.domain.mail.reading import Read
from services.intake.domain.mail.reports import Report
from services.intake.domain.texts import TEXT_LIMIT
from shared.blobs.check import REASONS
from shared.reply_tokens import ReplyTokens, reply_address
from tests.support.keys import MAILBOX, REPLY_KEYS

TOKENS = ReplyTokens(REPLY_KEYS)
OURS = Ours(MAILBOX, "aduan@kelantan.example")
NUMBER, STAFF, HERS = "HD-2026-000123-H", "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "aminah@example.test"
TO = reply_address(MAILBOX, TOKENS.make(NUMBER, None, HERS))


def a_read(**changes: Any) -> Read:
    given: dict[str, Any] = {
        "id": "<1@mail.example.test>",
        "senders": (HERS,),
        "subject": "Re: Aduan",
        "heads": {},
        "hops": 4,
        "report": None,
        "is_report": False,
        "text": "Masih sama.",
        "files": (),
    }
    return Read(**given | changes)


def verdict(to: str = TO, sender: str = HERS, **changes: Any) -> object:
    return judge(a_read(**changes), recipient=to, sender=sender, ours=OURS, tokens=TOKENS)


def test_an_answer_from_the_address_it_was_made_for_is_passed_on() -> None:
    found = verdict(senders=("Aminah@EXAMPLE.test",))
    assert isinstance(found, Passed)
    assert (found.replying.number, found.replying.staff) == (NUMBER, None)


@pytest.mark.parametrize(
    ("reason", "proved", "changes"),
    [
        (Reason.STRANGER, False, {"senders": ("x@y.example",)}),
        (Reason.STRANGER, False, {"senders": (HERS, "x@y.example")}),
        (Reason.STRANGER, False, {"senders": ()}),
        (Reason.AUTO_REPLY, True, {"heads": {"auto-submitted": "auto-replied"}}),
        (Reason.AUTO_REPLY, True, {"heads": {"precedence": "junk"}}),
        (Reason.AUTO_REPLY, True, {"subject": "Automatic reply: Aduan"}),
        (Reason.AUTO_REPLY, True, {"subject": "Balasan automatik: cuti"}),
        (Reason.AUTO_REPLY, True, {"sender": ""}),
        (Reason.LOOP, True, {"hops": 31}),
        (Reason.LOOP, False, {"senders": (MAILBOX,)}),
        (Reason.LOOP, False, {"senders": ("aduan@kelantan.example",)}),
        (Reason.LOOP, True, {"id": "<019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d99@kelantan.example>"}),
        (Reason.EMPTY, True, {"text": ""}),
        (Reason.BOUNCE, False, {"is_report": True}),
        (Reason.NO_TOKEN, False, {"to": MAILBOX}),
        (Reason.BAD_TOKEN, False, {"to": "helpdesk+1zzz@example.my"}),
    ],
)
def test_the_rest_is_held_with_its_reason(reason: Reason, proved: bool, changes: dict[str, Any]) -> None:
    found = verdict(**changes)
    assert isinstance(found, Held)
    assert (found.reason, found.proved) == (reason, proved)


@pytest.mark.parametrize(
    "changes",
    [
        {"heads": {"auto-submitted": "no"}},
        {"subject": "Out of stock: borang"},
        {"id": "<1A2B3C4D-5B1E-7C3D-9F57-2B8F1C0E4D99@kelantan.example>"},
        {"id": "<019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d99@gmail.example>"},
    ],
)
def test_a_person_is_not_taken_for_a_machine(changes: dict[str, Any]) -> None:
    assert isinstance(verdict(**changes), Passed)


def test_only_a_failure_of_a_mail_of_ours_is_a_bounce() -> None:
    about = f"<{STAFF}@example.my>"
    assert verdict(is_report=True, report=Report(True, "5.1.1", about)) == Bounced(STAFF, "5.1.1")
    for report in (Report(False, "4.4.1", about), Report(True, "5.1.1", ""), Report(True, "5.1.1", "<x@y>")):
        found = verdict(is_report=True, report=report)
        assert isinstance(found, Held)
        assert found.reason is Reason.BOUNCE


def test_what_could_not_be_read_still_says_whose_it_would_be() -> None:
    found = judge(None, recipient=TO, sender=HERS, ours=OURS, tokens=TOKENS)
    assert isinstance(found, Held)
    assert (found.reason, found.replying is not None) == (Reason.UNREADABLE, True)


@pytest.mark.parametrize("reason", Reason)
def test_a_person_may_let_through_what_is_known_and_not_doubtful_for_staff(reason: Reason) -> None:
    some = {Reason.STRANGER, Reason.AUTO_REPLY, Reason.TOO_OFTEN, Reason.NOT_ALLOWED}
    assert may_go_on(reason, known=True, of_staff=False, proved=False) == (reason in some)
    assert may_go_on(reason, known=True, of_staff=True, proved=True) == (reason in some)
    assert not may_go_on(reason, known=True, of_staff=True, proved=False)
    assert not may_go_on(reason, known=False, of_staff=False, proved=True)


def test_the_words_fit_whatever_was_refused_and_say_that_they_were_shortened() -> None:
    refused = [("x" * 120 + ".exe", REASONS["not_allowed"])] * 20
    said = words("a" * 50_000, refused, files=0)
    assert len(said) <= TEXT_LIMIT
    assert "Shortened" in said
    assert said.count("Not attached") == 20
    assert words("Salam", [], files=3) == "Salam"
    assert words("", [], files=1) == "(Lampiran sahaja / Attachments only)"

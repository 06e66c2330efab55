"""What a mail host says, or does not say, at each step; and the lines to it that are kept."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from services.notify.domain.retries import Fate
from services.notify.senders import pool
from services.notify.senders.letters import Letters, sample
from services.notify.senders.smtp import Smtp
from shared.events import workflow
from tests.integration.notify.mailhost import Mailhost, mailhost
from tests.integration.notify.test_encryption import LETTER
from tests.support.eventually import eventually
from tests.unit.notify.test_letters import HOSTILE

IDS = itertools.count()


@asynccontextmanager
async def sending_to(host: Mailhost, **changes: Any) -> AsyncIterator[Smtp]:
    """A sender that leaves its lines at the end."""
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": host.port,
        "tls": "none",
        "user": None,
        "password": None,
        "ca_file": None,
        "mail_from": "helpdesk@helpdesk.example",
        "seconds": 5.0,
    }
    sender = Smtp(Letters(), **given | changes)
    try:
        yield sender
    finally:
        await sender.close()


async def fate(sender: Smtp, **changes: Any) -> Fate:
    """How one more mail ended."""
    return (await sender.send(replace(LETTER, id=f"id-{next(IDS)}", **changes))).fate


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("greeting", Fate.CHANNEL_DOWN),
        ("EHLO", Fate.CHANNEL_DOWN),
        ("MAIL", Fate.CHANNEL_DOWN),
        ("RCPT", Fate.CHANNEL_DOWN),
        ("DATA", Fate.CHANNEL_DOWN),
        ("text", Fate.UNKNOWN),
    ],
)
@pytest.mark.parametrize("how", ["silence", "drop"])
async def test_silence_is_about_the_channel_until_the_text_is_handed_over_and_a_doubt_from_then_on(
    verb: str, expected: Fate, how: str
) -> None:
    async with mailhost(**{verb: how}) as host, sending_to(host, seconds=0.4) as sender:
        assert await fate(sender) is expected
        assert bool(host.texts) is (verb == "text")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "text"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("450 greylisted", Fate.TEMPORARY),
        ("451 try again", Fate.TEMPORARY),
        ("452 full", Fate.TEMPORARY),
        ("421 too many lines", Fate.CHANNEL_DOWN),
        ("550 nobody here", Fate.PERMANENT),
        ("554 no", Fate.PERMANENT),
    ],
)
async def test_an_answer_at_any_step_is_told_apart_from_silence(verb: str, answer: str, expected: Fate) -> None:
    async with mailhost(**{verb: answer}) as host, sending_to(host) as sender:
        assert await fate(sender) is expected


@pytest.mark.parametrize("nonsense", ["what?", "250", "999 ok", "200 fine"])
async def test_nonsense_in_answer_to_the_text_is_a_doubt_and_not_a_no(nonsense: str) -> None:
    async with mailhost(text=nonsense) as host, sending_to(host, seconds=0.4) as sender:
        assert await fate(sender) is (Fate.SENT if nonsense == "250" else Fate.UNKNOWN)


async def test_mails_go_one_after_the_other_over_one_line() -> None:
    async with mailhost() as host, sending_to(host) as sender:
        assert [await fate(sender) for _ in range(5)] == [Fate.SENT] * 5
        assert len(host.lines) == 1
        assert host.verbs(0) == ["EHLO", *["MAIL", "RCPT", "DATA"] * 5]
    assert host.verbs(0)[-1] == "QUIT", "it says goodbye when it stops"


async def test_mails_at_the_same_time_have_a_line_each() -> None:
    async with mailhost() as host, sending_to(host) as sender:
        assert await asyncio.gather(*(fate(sender) for _ in range(4))) == [Fate.SENT] * 4
        assert len(host.lines) == 4
        assert await asyncio.gather(*(fate(sender) for _ in range(4))) == [Fate.SENT] * 4
        assert len(host.lines) == 4


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "text"])
async def test_after_a_refusal_the_line_is_cleared_and_carries_the_next_mail(verb: str) -> None:
    async with mailhost(**{verb: "550 no"}) as host, sending_to(host) as sender:
        assert await fate(sender) is Fate.PERMANENT
        host.says[verb] = {"RCPT": "250 ok", "DATA": "354 go on", "text": "250 taken"}[verb]
        assert await fate(sender) is Fate.SENT
        assert len(host.lines) == 1
        assert host.verbs(0).count("RSET") == 1


async def test_a_line_the_host_left_meanwhile_costs_a_new_one_and_nothing_else() -> None:
    async with mailhost() as host, sending_to(host) as sender:
        assert await fate(sender) is Fate.SENT
        host.hang_up()
        assert await fate(sender) is Fate.SENT
        assert len(host.lines) == 2
        assert len(host.texts) == 2


@pytest.mark.parametrize("answer", ["421 idle too long", "silence", "drop"])
async def test_a_kept_line_that_has_died_says_nothing_about_the_channel(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("services.notify.senders.smtp.KEPT_LINE_SECONDS", 0.2)
    async with mailhost() as host, sending_to(host) as sender:
        assert await fate(sender) is Fate.SENT
        talk = host._say

        async def dead_on_the_first_line(writer: asyncio.StreamWriter, verb: str) -> bool:
            if verb == "MAIL" and len(host.lines) == 1:
                host.says["MAIL"] = answer
                told = await talk(writer, verb)
                host.says["MAIL"] = "250 ok"
                return told
            return await talk(writer, verb)

        monkeypatch.setattr(host, "_say", dead_on_the_first_line)
        assert await fate(sender) is Fate.SENT
        assert len(host.lines) == 2
        assert len(host.texts) == 2, "the mail went once"


async def test_a_line_on_which_a_doubt_arose_is_never_used_again() -> None:
    async with mailhost(text="silence") as host, sending_to(host, seconds=0.4) as sender:
        assert await fate(sender) is Fate.UNKNOWN
        host.says["text"] = "250 taken"
        assert await fate(sender) is Fate.SENT
        assert len(host.lines) == 2


async def test_a_line_is_left_after_so_many_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MAILS_PER_LINE", 2)
    async with mailhost() as host, sending_to(host) as sender:
        for _ in range(5):
            assert await fate(sender) is Fate.SENT
        assert [host.verbs(line).count("DATA") for line in range(3)] == [2, 2, 1]


async def test_a_line_that_lies_idle_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.05)
    async with mailhost() as host, sending_to(host) as sender:
        await asyncio.gather(*(fate(sender) for _ in range(3)))
        await eventually(lambda: host.open == 0)
        assert all(host.verbs(line)[-1] == "QUIT" for line in range(len(host.lines)))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_people_type_never_becomes_a_word_to_the_host(hostile: str) -> None:
    values = sample(workflow.Replied, everything=True)
    values |= dict.fromkeys(("tajuk", "modul", "pic", "pelaku", "sebab", "keterangan", "nama"), hostile)
    async with mailhost() as host, sending_to(host) as sender:
        for _ in range(2):
            assert await fate(sender, values=values, name=hostile) is Fate.SENT
        assert host.verbs(0) == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2]
        assert {said for said in host.lines[0] if said.startswith("RCPT")} == {f"RCPT TO:<{LETTER.address}>"}
        assert len(host.texts) == 2


async def test_a_text_of_dots_ends_where_it_ends_and_not_before() -> None:
    text = b"one\r\n.\r\n..two\r\n.QUIT"
    async with mailhost() as host, sending_to(host) as sender:
        for _ in range(2):
            outcome = await sender._hand_over(LETTER.address, text)
            assert outcome.fate is Fate.SENT
        assert host.verbs(0) == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2]
    assert host.texts == [b"one\r\n..\r\n...two\r\n..QUIT\r\n.\r\n"] * 2

"""What an attempt's ending means for its delivery."""

import pytest

from services.notify.domain.retries import (
    CHANNEL_LONGEST_WAIT,
    LONGEST_WAIT,
    PATIENCE,
    Fate,
    Outcome,
    Patience,
    Reason,
    Status,
    Verdict,
    asked_wait,
    judge,
    wait_before,
)
from services.notify.senders.smtp import wordless

MAIL, WHATSAPP = PATIENCE["email"], PATIENCE["whatsapp"]


def after(
    fate: Fate,
    *,
    tries: int = 1,
    unknowns: int = 0,
    age: float = 0.0,
    wait: float | None = None,
    patience: Patience = MAIL,
) -> Verdict:
    outcome = Outcome(fate, "", wait)
    return judge(outcome, tries=tries, unknowns=unknowns, age=age, jitter=0.5, patience=patience)


def test_taken_is_sent_and_never_is_final() -> None:
    assert after(Fate.SENT) == Verdict(Status.SENT)
    assert after(Fate.PERMANENT) == Verdict(Status.FAILED, Reason.BOUNCED)
    assert after(Fate.NO_ADDRESS) == Verdict(Status.FAILED, Reason.NO_ADDRESS)
    assert after(Fate.UNWRITTEN) == Verdict(Status.FAILED)


def test_a_doubt_is_tried_once_more_and_then_left_to_a_person() -> None:
    assert after(Fate.UNKNOWN).wait is not None
    assert after(Fate.UNKNOWN, unknowns=1) == Verdict(Status.UNKNOWN, wait=None)


def test_waits_grow_to_a_day_and_are_spread() -> None:
    waits = [wait_before(tries, 0.5) for tries in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60.0, LONGEST_WAIT)
    assert wait_before(1, 0.0) < wait_before(1, 0.5) < wait_before(1, 0.99) < wait_before(2, 0.0)


def test_a_channel_that_is_down_is_asked_again_within_minutes() -> None:
    wait = after(Fate.CHANNEL_DOWN, tries=50).wait
    assert wait is not None
    assert wait <= CHANNEL_LONGEST_WAIT * 1.25


@pytest.mark.parametrize("fate", [Fate.TEMPORARY, Fate.CHANNEL_DOWN])
def test_after_days_of_trying_it_is_given_up(fate: Fate) -> None:
    assert after(fate, tries=3, age=MAIL.seconds - 1).status is Status.PLANNED
    assert after(fate, tries=9, age=MAIL.seconds + 1) == Verdict(Status.FAILED, Reason.CHANNEL_DOWN)


def test_a_message_is_tried_as_often_as_its_channel_has_patience_and_an_outage_costs_none_of_it() -> None:
    assert after(Fate.TEMPORARY, tries=4, patience=WHATSAPP).status is Status.PLANNED
    assert after(Fate.TEMPORARY, tries=5, patience=WHATSAPP) == Verdict(Status.FAILED, Reason.CHANNEL_DOWN)
    assert after(Fate.CHANNEL_DOWN, tries=50, patience=WHATSAPP).status is Status.PLANNED
    assert after(Fate.TEMPORARY, tries=50).status is Status.PLANNED


@pytest.mark.parametrize("fate", [Fate.TEMPORARY, Fate.CHANNEL_DOWN])
@pytest.mark.parametrize("asked", [6.0, 3600.0, 3 * 24 * 3600.0])
def test_what_the_other_side_asked_us_to_wait_is_waited_and_more_each_time(fate: Fate, asked: float) -> None:
    waits = [after(fate, tries=tries, wait=asked).wait for tries in (1, 2, 5)]
    assert all(wait is not None and wait >= asked for wait in waits)
    assert asked_wait(asked, 1, 0.0) == asked
    assert asked_wait(6.0, 2, 0.0) == 12.0


def test_who_no_longer_agrees_is_written_down_as_that() -> None:
    assert after(Fate.NO_CONSENT) == Verdict(Status.SKIPPED, Reason.NO_CONSENT)


def test_a_servers_words_are_kept_without_the_addresses_in_them() -> None:
    said = "5.1.1 <aminah@kelantan.gov.my>: unknown\r\n rcpt=aminah@kelantan.gov.my, from helpdesk@x.example"
    kept = wordless(550, said)
    assert "@" not in kept
    assert kept.startswith("550 5.1.1 <***>: unknown")

"""A channel's breaker opens, half opens and closes; its rate is never passed."""

import pytest

from services.notify.domain.pace import PROBE_SECONDS, SAVED_SECONDS, Breaker, allow
from services.notify.domain.retries import Fate, Outcome

DOWN = Outcome(Fate.CHANNEL_DOWN, "ConnectError")
SENT = Outcome(Fate.SENT, "accepted")


def test_a_closed_breaker_lets_through_what_is_not_yet_under_way() -> None:
    assert [Breaker().free(5.0, 8, under_way) for under_way in (0, 3, 8, 9)] == [8, 5, 0, 0]


def test_it_opens_lets_one_through_to_see_and_closes_on_any_answer() -> None:
    opened = Breaker().after(DOWN, 100.0)
    assert opened.detail == "ConnectError"
    assert opened.free(100.0 + PROBE_SECONDS[0] - 0.01, 8, 0) == 0
    assert opened.free(100.0 + PROBE_SECONDS[0], 8, 0) == 1
    assert opened.free(100.0 + PROBE_SECONDS[0], 8, 1) == 0, "one at a time"
    for fate in (Fate.SENT, Fate.TEMPORARY, Fate.PERMANENT):
        assert opened.after(Outcome(fate, ""), 102.0) == Breaker()


def test_each_failure_leaves_it_alone_longer_and_what_was_under_way_counts_once() -> None:
    breaker, now = Breaker(), 0.0
    waits = []
    for _ in range(7):
        breaker = breaker.after(DOWN, now)
        assert breaker.after(DOWN, now + 0.5) == breaker
        waits.append(breaker.probe_at - now)
        now = breaker.probe_at
    assert waits == [*PROBE_SECONDS, PROBE_SECONDS[-1], PROBE_SECONDS[-1]]


def test_a_channel_that_says_how_long_is_left_alone_that_long() -> None:
    assert Breaker().after(Outcome(Fate.CHANNEL_DOWN, "429", wait=120.0), 0.0).probe_at == 120.0
    assert Breaker().after(Outcome(Fate.CHANNEL_DOWN, "429", wait=0.1), 0.0).probe_at == PROBE_SECONDS[0]


def test_a_server_that_takes_texts_and_answers_none_is_down_too() -> None:
    assert Breaker().after(Outcome(Fate.UNKNOWN, "TimeoutError"), 0.0).free(0.5, 8, 0) == 0


@pytest.mark.parametrize("fate", [Fate.NO_ADDRESS, Fate.NO_CONSENT, Fate.UNWRITTEN])
def test_what_failed_in_our_own_house_says_nothing_about_the_channel(fate: Fate) -> None:
    opened = Breaker().after(DOWN, 0.0)
    assert opened.after(Outcome(fate, ""), 5.0) == opened
    assert Breaker().after(Outcome(fate, ""), 5.0) == Breaker()


@pytest.mark.parametrize("per_second", [0.5, 1.0, 7.0, 50.0])
def test_over_any_time_no_more_go_than_the_rate_and_what_was_saved(per_second: float) -> None:
    free_at, now, gone = 0.0, 1000.0, 0
    while now < 1100.0:
        allowed = allow(free_at, now, per_second, 8)
        free_at, gone = allowed.free_at, gone + allowed.granted
        now += allowed.wait or 0.001
    assert per_second * 100 - 1 <= gone <= per_second * (100 + SAVED_SECONDS) + 1


def test_who_is_refused_knows_for_how_long() -> None:
    first = allow(0.0, 1000.0, 2.0, 1)
    assert first.granted == 1
    assert first.wait == pytest.approx(0.5 - SAVED_SECONDS)
    second = allow(first.free_at, 1000.0, 2.0, 1)
    assert (second.granted, second.free_at, second.wait) == (0, first.free_at, first.wait)

"""The message edge on a real broker: in order, once in effect, and acknowledged only after the commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

import nats.errors
import pytest
from nats.aio.msg import Msg

from shared.bus import consumer as module
from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope
from tests.integration.shared.ear import a_consumer, all_acknowledged, all_heard, say, standing
from tests.integration.shared.line import (
    Ignored,
    Saved,
    a_letter,
    heard,
    in_order,
    parked,
    running,
    told,
    until,
    write_down,
)
from tests.support.infra import Broker

pytestmark = pytest.mark.usefixtures("quickly")


async def test_all_that_was_said_is_handled_in_order_and_acknowledged(
    db: Database, telling: Bus, listening: Bus
) -> None:
    await say(telling, *(told(subject, sequence) for sequence in range(1, 31) for subject in "AB"))
    async with running(a_consumer(db, listening)):
        await until(all_heard(db, A=list(range(1, 31)), B=list(range(1, 31))))
        await say(telling, told("A", 31))
        await until(all_heard(db, A=list(range(1, 32)), B=list(range(1, 31))))
        await until(all_acknowledged(listening))


async def test_duplicates_and_disorder_of_the_stream_change_nothing(db: Database, telling: Bus, listening: Bus) -> None:
    letters = [told("A", sequence) for sequence in (2, 1, 1, 5, 3, 2, 4, 5, 1)]
    await say(telling, *letters)
    async with running(a_consumer(db, listening)):
        await until(all_heard(db, A=[1, 2, 3, 4, 5]))
        await until(all_acknowledged(listening))
    assert await parked(db) == []


async def test_a_letter_is_acknowledged_only_after_its_commit(db: Database, telling: Bus, listening: Bus) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Tx, said: Any, letter: Envelope) -> None:
        await write_down(tx, said, letter)
        inside.set()
        await go_on.wait()

    await say(telling, told("A", 1))
    async with running(a_consumer(db, listening, slowly)):
        await inside.wait()
        info = await standing(listening)
        assert (info.num_ack_pending, await heard(db)) == (1, [])
        go_on.set()
        await until(all_acknowledged(listening))
        assert await heard(db) == [("A", 1)]


async def test_a_consumer_that_died_after_the_commit_and_before_the_ack_repeats_harmlessly(
    db: Database, telling: Bus, listening: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ACK_WAIT_SECONDS", 0.3)

    async def dies(_: Msg) -> None:
        raise asyncio.CancelledError

    await say(telling, told("A", 1), told("A", 2))
    with monkeypatch.context() as crash:
        crash.setattr(Msg, "ack", dies)
        first = asyncio.create_task(a_consumer(db, listening).run())
        await asyncio.wait([first])
    assert await in_order(db) == {"A": [1, 2]}
    async with running(a_consumer(db, listening)):
        await until(all_acknowledged(listening))
        await say(telling, told("A", 3))
        await until(all_heard(db, A=[1, 2, 3]))


async def test_two_replicas_share_the_work_and_nothing_is_done_twice(
    db: Database, telling: Bus, listening: Bus
) -> None:
    async with running(a_consumer(db, listening), a_consumer(db, listening)):
        await say(telling, *(told(f"S{number}", sequence) for sequence in (1, 2, 3) for number in range(40)))

        async def everything() -> bool:
            return len(await heard(db)) == 120

        await until(everything)
        await until(all_acknowledged(listening))
    assert set(map(tuple, (await in_order(db)).values())) == {(1, 2, 3)}


async def test_after_each_commit_it_tells_what_was_handled(db: Database, telling: Bus, listening: Bus) -> None:
    committed: list[tuple[str, int]] = []

    async def after(handled: Sequence[Envelope]) -> None:
        assert set(await heard(db)) >= {(letter.subject, letter.sequence) for letter in handled}
        committed.extend((letter.subject, letter.sequence) for letter in handled)

    await say(telling, told("A", 1), told("A", 1), told("A", 3), a_letter(Ignored(), "B", 1), told("A", 2))
    async with running(a_consumer(db, listening, after_commit=after)):
        await until(all_heard(db, A=[1, 2, 3]))
        await until(all_acknowledged(listening))
    assert committed == [("A", 1), ("A", 2), ("A", 3)]


async def test_when_the_telling_fails_the_effect_stands_and_is_not_repeated(
    db: Database, telling: Bus, listening: Bus
) -> None:
    async def lossy(_: Sequence[Envelope]) -> None:
        raise nats.errors.ConnectionClosedError

    await say(telling, told("A", 1))
    async with running(a_consumer(db, listening, after_commit=lossy)):
        await until(all_heard(db, A=[1]))
        await until(all_acknowledged(listening))
    assert await parked(db) == []


async def test_it_hears_only_the_subjects_it_asked_for(db: Database, telling: Bus, listening: Bus) -> None:
    fact = a_letter(Saved(text="fact"), "thing", 1)
    await say(telling, told("A", 1), fact)
    async with running(a_consumer(db, listening, subjects=["workflow.ref.>"])):
        await until(all_heard(db, thing=[1]))
        await until(all_acknowledged(listening))
    assert await heard(db) == [("thing", 1)]


async def test_before_the_stream_is_there_it_says_so_and_waits_for_it(
    db: Database, telling: Bus, listening: Bus
) -> None:
    consumer = a_consumer(db, listening)
    assert await consumer.why_not_ready() == "nats: no consumer on WORKFLOW yet"
    async with running(consumer):
        await say(telling, told("A", 1))
        await until(all_heard(db, A=[1]))
        assert await consumer.why_not_ready() is None


async def test_a_broker_that_forgot_everything_is_listened_to_anew(
    db: Database, telling: Bus, listening: Bus, broker: Broker
) -> None:
    consumer = a_consumer(db, listening)
    async with running(consumer):
        await say(telling, told("A", 1))
        await until(all_heard(db, A=[1]))
        broker.kill()
        broker.forget()
        broker.start()

        async def back() -> bool:
            try:
                await say(telling, told("A", 1), told("A", 2))
            except (nats.errors.Error, OSError):
                return False
            return True

        await until(back)
        await until(all_heard(db, A=[1, 2]), within=60)

        async def ready() -> bool:
            return await consumer.why_not_ready() is None

        await until(ready)


async def test_while_the_broker_is_away_it_is_not_ready_and_afterwards_it_is(
    db: Database, telling: Bus, listening: Bus, broker: Broker
) -> None:
    consumer = a_consumer(db, listening)
    async with running(consumer):
        await say(telling, told("A", 1))
        await until(all_heard(db, A=[1]))
        broker.kill()

        async def away() -> bool:
            return await listening.why_not_ready() == "nats: not connected"

        await until(away)
        broker.start()

        async def back() -> bool:
            return await listening.why_not_ready() is None and telling.connected

        await until(back)
        await say(telling, told("A", 2))
        await until(all_heard(db, A=[1, 2]), within=60)

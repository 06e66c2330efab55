"""A broker that is away, restarted, wiped, or back in time: nothing that was decided stays unsaid."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from nats.aio.client import Client

from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope
from shared.outbox import TOGETHER, Relay, record
from tests.integration.shared.line import run, running, until
from tests.integration.shared.mouth import STREAM, all_said, decide, in_stream, letters, nothing
from tests.support.emptied import empty
from tests.support.infra import Broker


class Record:
    """A teller's own record, to say again."""

    def __init__(self, *said: Envelope) -> None:
        self.said = said
        self.asked = 0

    async def say_again(self, tx: Tx) -> int:
        self.asked += 1
        await tx.execute("delete from outbox")
        await record(tx, self.said)
        return len(self.said)


def is_in_stream(bus: Bus, expected: Sequence[tuple[str, int]]) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        try:
            return bus.connected and await in_stream(bus) == list(expected)
        except Exception:
            return False

    return condition


async def test_a_broker_that_lost_everything_is_told_everything_again_without_being_asked(
    teller: Database, telling: Bus, broker: Broker
) -> None:
    said = letters("A", 3)
    kept = Record(*said)
    async with running(Relay(teller, telling, STREAM, kept.say_again)):
        await decide(teller, *said)
        await all_said(teller)
        broker.kill()
        broker.forget()
        broker.start()
        await until(is_in_stream(telling, [("A", 1), ("A", 2), ("A", 3)]), within=60)
    assert kept.asked == 1


async def test_a_broker_that_went_back_in_time_is_noticed_though_it_goes_on_counting(
    teller: Database, telling: Bus
) -> None:
    """As after a disk restored to yesterday: the stream is the same, and shorter than it was left."""
    said = letters("A", 5)
    kept = Record(*said)
    await decide(teller, *said[:3])
    async with running(Relay(teller, telling, STREAM, kept.say_again)):
        await all_said(teller)
    await run(teller, "update relay_checkpoint set last_seq = 5")  # it had acknowledged two more
    async with running(Relay(teller, telling, STREAM, kept.say_again)):
        await until(is_in_stream(telling, [("A", sequence) for sequence in (1, 2, 3, 1, 2, 3, 4, 5)]))
    assert kept.asked == 1


@pytest.mark.parametrize("many", [3, TOGETHER])
async def test_what_is_to_be_said_again_is_said_though_the_broker_was_told_a_moment_ago(
    teller: Database, telling: Bus, many: int
) -> None:
    """A stream that was emptied still remembers for two minutes whatever it was told. Nobody notices by himself: it
    goes on counting. What is put into the outbox again for it must not count as a repetition."""
    said = letters("A", many)
    await decide(teller, *said)
    async with running(Relay(teller, telling, STREAM, nothing)):
        await all_said(teller)
        await empty(telling.js, STREAM)
        await decide(teller, *said)
        await all_said(teller)
        state = (await telling.js.stream_info(STREAM)).state
    assert (state.messages, state.last_seq) == (many, many * 2)


async def test_a_broker_that_only_restarted_is_told_nothing_twice(
    teller: Database, telling: Bus, broker: Broker
) -> None:
    kept = Record()
    async with running(Relay(teller, telling, STREAM, kept.say_again)):
        await decide(teller, *letters("A", 3))
        await all_said(teller)
        broker.stop()
        broker.start()
        await decide(teller, *letters("A", 1, 4))
        await until(is_in_stream(telling, [("A", sequence) for sequence in range(1, 5)]), within=60)
    assert kept.asked == 0


async def test_what_is_decided_while_the_broker_is_away_is_said_when_it_is_back(
    teller: Database, telling: Bus, broker: Broker
) -> None:
    relay = Relay(teller, telling, STREAM, nothing)
    async with running(relay):
        await decide(teller, *letters("A", 1))
        await all_said(teller)
        broker.kill()

        async def away() -> bool:
            return not telling.connected

        await until(away)
        await decide(teller, *letters("A", 4, 2))
        relay.poke()
        assert (await relay.waiting()).oldest_seconds > 0
        assert len(await run(teller, "select 1 from outbox")) == 4
        broker.start()
        await until(is_in_stream(telling, [("A", sequence) for sequence in range(1, 6)]), within=60)
        await all_said(teller)


async def test_a_broker_that_was_never_there_is_waited_for(teller: Database, broker: Broker) -> None:
    broker.stop()
    bus = Bus(broker.url("workflow"), name="early")
    relay = Relay(teller, bus, STREAM, nothing)
    line = asyncio.create_task(bus.run())
    async with running(relay):
        await decide(teller, *letters("A", 2))
        relay.poke()
        assert await bus.why_not_ready() == "nats: not connected"
        broker.start()
        await until(is_in_stream(bus, [("A", 1), ("A", 2)]), within=60)
        await all_said(teller)
    line.cancel()
    await asyncio.gather(line, return_exceptions=True)


async def test_a_database_that_is_away_for_a_moment_holds_it_up_and_loses_nothing(
    teller: Database, telling: Bus
) -> None:
    relay = Relay(teller, telling, STREAM, nothing)
    async with running(relay):
        await decide(teller, *letters("A", 1))
        await all_said(teller)
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = user"
        await run(teller, cut)
        await decide_somehow(teller, letters("A", 5, 2))
        relay.poke()
        await all_said(teller)
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 7)]


async def decide_somehow(teller: Database, said: Sequence[Envelope]) -> None:
    """The pool still holds connections that were cut: each is noticed once."""

    async def condition() -> bool:
        try:
            await decide(teller, *said)
        except Exception:
            return False
        return True

    await until(condition)


async def test_the_line_counts_how_often_it_was_made(telling: Bus, broker: Broker) -> None:
    assert telling.lines == 1
    broker.stop()
    broker.start()

    async def again() -> bool:
        return telling.lines == 2

    await until(again, within=60)
    assert isinstance(telling.client, Client)

"""What was decided is said: at least once, in order, whatever dies in between, and only by one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client

from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope, decode, nats_subject
from shared.outbox import Relay, record
from tests.integration.shared.line import run, told
from tests.support.eventually import eventually
from tests.support.infra import Broker

STREAM = "WORKFLOW"


async def nothing(_: Tx) -> int:
    return 0


class Counting(Relay):
    """A relay that remembers what it carried."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.carried: list[str] = []
        self.asked = 0

    async def _holds_lease(self) -> bool:
        self.asked += 1
        return await super()._holds_lease()

    async def _publish(self, subject: str, body: bytes, event_id: str) -> int:
        sequence = await super()._publish(subject, body, event_id)
        self.carried.append(event_id)
        return sequence


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def decide(teller: Database, *letters: Envelope) -> None:
    async with teller.transaction() as tx:
        await record(tx, letters)


async def in_stream(bus: Bus) -> list[tuple[str, int]]:
    last = (await bus.js.stream_info(STREAM)).state.last_seq
    found = [await bus.js.get_msg(STREAM, sequence) for sequence in range(1, last + 1)]
    for message in found:
        assert message.subject == nats_subject(decode(message.data or b""))
    return [(decode(message.data or b"").subject, decode(message.data or b"").sequence) for message in found]


async def until(condition: Callable[[], Awaitable[bool]], within: float = 15.0) -> None:
    _: bool = await eventually(condition, within)


async def all_said(teller: Database) -> None:
    async def condition() -> bool:
        return await run(teller, "select 1 from outbox") == []

    await until(condition)


def letters(subject: str, count: int, first: int = 1) -> list[Envelope]:
    return [told(subject, sequence) for sequence in range(first, first + count)]


async def test_what_was_recorded_is_said_in_order_and_then_forgotten(teller: Database, telling: Bus) -> None:
    relay = Relay(teller, telling, STREAM, nothing)
    await decide(teller, *letters("A", 700))
    assert await relay.oldest_seconds() > 0
    async with running(relay):
        await all_said(teller)
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 701)]
    assert await relay.oldest_seconds() == 0


async def test_what_was_rolled_back_is_never_said(teller: Database, telling: Bus) -> None:
    async def changes_its_mind() -> None:
        async with teller.transaction() as tx:
            await record(tx, letters("A", 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await changes_its_mind()
    await decide(teller, *letters("B", 1))
    async with running(Relay(teller, telling, STREAM, nothing)):
        await all_said(teller)
    assert await in_stream(telling) == [("B", 1)]


async def test_what_commits_late_with_an_early_number_is_said_all_the_same(teller: Database, telling: Bus) -> None:
    """Sequences commit out of order: nobody may ask for what is after the last one."""
    async with running(Relay(teller, telling, STREAM, nothing)):
        async with teller.transaction() as slow:
            await record(slow, letters("A", 1))
            await decide(teller, *letters("B", 3))

            async def said() -> bool:
                return len(await in_stream(telling)) == 3

            await until(said)
        await all_said(teller)
    assert sorted(await in_stream(telling)) == [("A", 1), ("B", 1), ("B", 2), ("B", 3)]


async def test_poked_it_speaks_at_once(teller: Database, telling: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.outbox.IDLE_SECONDS", 3600.0)
    relay = Relay(teller, telling, STREAM, nothing)
    async with running(relay):

        async def standing() -> bool:
            return await run(teller, "select 1 from relay_checkpoint") != []

        await until(standing)
        await decide(teller, *letters("A", 1))
        relay.poke()
        await all_said(teller)


async def test_a_crash_between_the_ack_and_the_delete_repeats_harmlessly(teller: Database, telling: Bus) -> None:
    await run(
        teller,
        """
        create function crash() returns trigger language plpgsql as $$ begin raise exception 'crash'; end $$
        """,
    )
    await run(teller, "create trigger crash before delete on outbox for each statement execute function crash()")
    await decide(teller, *letters("A", 5))
    first = Counting(teller, telling, STREAM, nothing)
    with pytest.raises(Exception, match="crash"):
        await first.run()
    assert len(first.carried) == 5
    assert len(await run(teller, "select 1 from outbox")) == 5
    await run(teller, "drop trigger crash on outbox")
    second = Counting(teller, telling, STREAM, nothing)
    async with running(second):
        await all_said(teller)
    assert second.carried == first.carried, "all of it was said again"
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 6)], "and the broker knew it"


async def test_of_two_relays_only_the_one_with_the_lease_speaks(teller: Database, telling: Bus) -> None:
    relays = [Counting(teller, telling, STREAM, nothing) for _ in range(2)]
    async with running(*relays):
        for first in range(1, 200, 20):
            await decide(teller, *letters("A", 20, first))
            for relay in relays:
                relay.poke()
        await all_said(teller)
    carried = [len(relay.carried) for relay in relays]
    assert sorted(carried) == [0, 200]
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 201)]


async def test_a_relay_that_stops_hands_the_lease_on_at_once(teller: Database, telling: Bus) -> None:
    async with running(Relay(teller, telling, STREAM, nothing)):
        await decide(teller, *letters("A", 1))
        await all_said(teller)
        assert len(await run(teller, "select 1 from relay_lease")) == 1
    assert await run(teller, "select 1 from relay_lease") == []


async def test_the_lease_of_a_relay_that_died_is_taken_over_when_it_ends(teller: Database, telling: Bus) -> None:
    taken = "insert into relay_lease values ($1, gen_random_uuid(), clock_timestamp() + interval '1 hour')"
    await run(teller, taken, STREAM)
    relay = Counting(teller, telling, STREAM, nothing)
    async with running(relay):
        await decide(teller, *letters("A", 1))

        async def refused_twice() -> bool:
            return relay.asked > 2

        await until(refused_twice)
        assert relay.carried == []
        await run(teller, "update relay_lease set expires_at = clock_timestamp()")
        await all_said(teller)
    assert len(relay.carried) == 1


async def test_a_zombie_that_still_believes_in_its_lease_can_only_repeat(
    teller: Database, telling: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.outbox.Relay._holds_lease", lambda _: _yes())
    relays = [Counting(teller, telling, STREAM, nothing) for _ in range(3)]
    async with running(*relays):
        for first in range(1, 100, 10):
            await decide(teller, *letters("A", 10, first))
        await all_said(teller)
    assert sorted(set(await in_stream(telling))) == [("A", sequence) for sequence in range(1, 101)]


async def _yes() -> bool:
    return True


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
        await until(is_in_stream(telling, [("A", 1), ("A", 2), ("A", 3)]), within=25)
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
        await until(is_in_stream(telling, [("A", sequence) for sequence in range(1, 6)]))
    assert kept.asked == 1


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
        await until(is_in_stream(telling, [("A", sequence) for sequence in range(1, 5)]), within=25)
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
        assert await relay.oldest_seconds() > 0
        assert len(await run(teller, "select 1 from outbox")) == 4
        broker.start()
        await until(is_in_stream(telling, [("A", sequence) for sequence in range(1, 6)]), within=25)
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
        await until(is_in_stream(bus, [("A", 1), ("A", 2)]), within=25)
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

    await until(again, within=20)
    assert isinstance(telling.client, Client)

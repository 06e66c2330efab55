"""What was decided is said: at least once, in order, whoever dies in between, and only by one."""

import nats.errors
import pytest

from shared.bus.connection import Bus
from shared.db import Database
from shared.outbox import Relay, record
from tests.integration.shared.line import run, running, told, until
from tests.integration.shared.mouth import STREAM, Counting, all_said, decide, in_stream, letters, nothing


async def test_what_was_recorded_is_said_in_order_and_then_forgotten(teller: Database, telling: Bus) -> None:
    relay = Relay(teller, telling, STREAM, nothing)
    subjects = [f"S{number}" for number in range(30)]
    for sequence in range(1, 24):
        await decide(teller, *(told(subject, sequence) for subject in subjects))
    assert (await relay.waiting()).oldest_seconds > 0
    async with running(relay):
        await all_said(teller)
    said = await in_stream(telling)
    assert len(said) == 30 * 23
    for subject in subjects:
        assert [sequence for about, sequence in said if about == subject] == list(range(1, 24))
    assert await relay.waiting() == (0, 0)


async def test_what_is_not_acknowledged_is_not_overtaken_by_its_own(teller: Database, telling: Bus) -> None:
    class Stumbling(Counting):
        async def _publish(self, subject: str, body: bytes, message_id: str) -> int:
            if message_id.startswith(letters("A", 1, 2)[0].id) and self.asked < 3:
                raise nats.errors.TimeoutError
            return await super()._publish(subject, body, message_id)

    await decide(teller, *letters("A", 4), *letters("B", 3))
    async with running(Stumbling(teller, telling, STREAM, nothing)):
        await all_said(teller)
    said = await in_stream(telling)
    assert [sequence for about, sequence in said if about == "A"] == [1, 2, 3, 4]
    assert [sequence for about, sequence in said if about == "B"] == [1, 2, 3]


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

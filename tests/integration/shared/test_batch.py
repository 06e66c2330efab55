"""Many events at once are stored whole and in their order; where the broker will not have them so, they are said one by
one, and nothing is lost, doubled or overtaken."""

from typing import Any

import pytest
from nats.js.api import StreamConfig

from shared.bus import batch
from shared.bus.batch import Message
from shared.bus.connection import Bus
from shared.db import Database
from shared.envelope import Envelope, nats_subject
from shared.outbox import BATCH, Relay, message_id
from tests.integration.shared.line import run, running
from tests.integration.shared.mouth import STREAM, Counting, all_said, decide, in_stream, letters, nothing


class Once(Counting):
    """A relay that says how it was that it spoke."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.one_by_one = 0

    async def _publish(self, subject: str, body: bytes, message_id: str) -> int:
        self.one_by_one += 1
        return await super()._publish(subject, body, message_id)


def out(said: Envelope) -> Message:
    return Message(nats_subject(said), said.encoded(), said.id)


async def test_what_has_piled_up_is_said_at_once_in_the_order_it_was_decided(teller: Database, telling: Bus) -> None:
    await decide(teller, *letters("A", BATCH), *letters("B", 30))
    relay = Once(teller, telling, STREAM, nothing)
    async with running(relay):
        await all_said(teller)
    expected = [("A", sequence) for sequence in range(1, BATCH + 1)] + [("B", sequence) for sequence in range(1, 31)]
    assert await in_stream(telling) == expected
    assert relay.one_by_one == 0


async def test_what_the_broker_knows_in_part_is_said_one_by_one_and_stored_once(teller: Database, telling: Bus) -> None:
    """As after a crash between the ack and the delete, and more decided since."""
    await decide(teller, *letters("A", 20))
    known = await run(teller, "select seq, event_id, subject, body from outbox order by seq")
    await telling.ensure_stream(STREAM)
    sent = [Message(row["subject"], row["body"], message_id(row)) for row in known]
    assert await batch.publish(telling, STREAM, sent, within=60) == 20
    await decide(teller, *letters("A", 20, 21), *letters("B", 5))
    relay = Once(teller, telling, STREAM, nothing)
    async with running(relay):
        await all_said(teller)
    assert relay.one_by_one == 45
    said = await in_stream(telling)
    assert [sequence for about, sequence in said if about == "A"] == list(range(1, 41))
    assert [sequence for about, sequence in said if about == "B"] == list(range(1, 6))


async def test_a_batch_of_which_one_is_known_leaves_nothing_behind(telling: Bus) -> None:
    await telling.ensure_stream(STREAM)
    a, b, c = (out(said) for said in letters("A", 3))
    assert await batch.publish(telling, STREAM, [a], within=60) == 1
    assert await batch.publish(telling, STREAM, [b, a, c], within=60) is None
    assert await in_stream(telling) == [("A", 1)]


async def test_a_stream_made_before_there_were_batches_learns_to_take_them(teller: Database, telling: Bus) -> None:
    before = StreamConfig(name=STREAM, subjects=["workflow.>"], max_age=3600)
    await telling.js.add_stream(before)
    await decide(teller, *letters("A", 50))
    relay = Once(teller, telling, STREAM, nothing)
    async with running(relay):
        await all_said(teller)
    assert relay.one_by_one == 0
    config = (await telling.js.stream_info(STREAM)).config
    assert (config.allow_atomic, config.max_age) == (True, 3600), "and nothing else about it has changed"


async def test_a_stream_that_will_not_take_batches_is_told_one_by_one(
    teller: Database, telling: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await telling.js.add_stream(name=STREAM, subjects=["workflow.>"])
    monkeypatch.setattr(telling, "ensure_stream", telling.js.stream_info)
    await decide(teller, *letters("A", 50))
    async with running(Relay(teller, telling, STREAM, nothing)):
        await all_said(teller)
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 51)]


async def test_what_is_too_much_for_a_batch_is_said_all_the_same(
    teller: Database, telling: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.batch.MOST_BYTES", 1000)
    await decide(teller, *letters("A", 50))
    relay = Once(teller, telling, STREAM, nothing)
    async with running(relay):
        await all_said(teller)
    assert relay.one_by_one == 50
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 51)]


async def test_of_many_that_commit_while_two_relays_speak_none_is_lost_or_doubled(
    teller: Database, telling: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zombie's batch holds what the other has said already: it is turned away whole."""

    async def always(_: Relay) -> bool:
        return True

    monkeypatch.setattr(Relay, "_holds_lease", always)
    relays = [Relay(teller, telling, STREAM, nothing) for _ in range(2)]
    async with running(*relays):
        for first in range(1, 400, 40):
            await decide(teller, *letters("A", 40, first))
            for relay in relays:
                relay.poke()
        await all_said(teller)
    assert await in_stream(telling) == [("A", sequence) for sequence in range(1, 401)]
    assert await run(teller, "select 1 from outbox") == []

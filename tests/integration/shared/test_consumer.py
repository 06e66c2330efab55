"""The message edge on a real broker: in order, once in effect, acknowledged only after the commit, and its three kinds
of failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import nats.errors
import pytest
from nats.aio.msg import Msg
from nats.js.api import ConsumerInfo

from shared.bus import consumer as module
from shared.bus import fence
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.bus.fence import Handler
from shared.db import Database, Tx
from shared.envelope import Envelope, nats_subject
from tests.integration.shared.line import (
    REGISTER,
    Ignored,
    Saved,
    Told,
    a_letter,
    heard,
    hearing,
    in_order,
    parked,
    run,
    told,
    write_down,
)
from tests.support.eventually import eventually
from tests.support.infra import Broker


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same patience, in hundredths of a second."""
    monkeypatch.setattr(module, "DELAYS", (0.01, 0.02))


def a_consumer(db: Database, bus: Bus, handler: Handler = write_down, **more: Any) -> Consumer:
    wiring: dict[str, Any] = {"service": "notify", "stream": "WORKFLOW", "subjects": ["workflow.>"]}
    return Consumer(db, bus, hears=hearing(handler), register=REGISTER, **wiring | more)


@asynccontextmanager
async def running(*consumers: Consumer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in consumers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def say(bus: Bus, *letters: Envelope) -> None:
    await bus.ensure_stream("WORKFLOW")
    for letter in letters:
        await bus.js.publish(nats_subject(letter), letter.encoded())


async def until(condition: Callable[[], Awaitable[bool]], within: float = 15.0) -> None:
    _: bool = await eventually(condition, within)


def all_heard(db: Database, **expected: list[int]) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return await in_order(db) == expected

    return condition


async def standing(bus: Bus) -> ConsumerInfo:
    info: ConsumerInfo = await bus.js.consumer_info("WORKFLOW", "notify-workflow")
    return info


def all_acknowledged(bus: Bus) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        info = await standing(bus)
        return info.num_pending == 0 and info.num_ack_pending == 0

    return condition


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


async def refuses_the_bad(tx: Tx, said: Told | Saved, letter: Envelope) -> None:
    await write_down(tx, said, letter)
    if said.text == "bad":
        raise ValueError("nobody can handle this")


async def test_poison_is_parked_after_five_tries_its_own_wait_behind_it_and_others_flow(
    db: Database, telling: Bus, listening: Bus
) -> None:
    tries = 0

    async def counting(tx: Tx, said: Told | Saved, letter: Envelope) -> None:
        nonlocal tries
        tries += said.text == "bad"
        await refuses_the_bad(tx, said, letter)

    await say(telling, told("A", 1), told("A", 2, "bad"), told("A", 3), told("B", 1), told("A", 4), told("B", 2))
    async with running(a_consumer(db, listening, counting)):
        await until(all_heard(db, A=[1], B=[1, 2]))

        async def all_parked() -> bool:
            return await parked(db) == [("A", 2, "poison"), ("A", 3, "behind"), ("A", 4, "behind")]

        await until(all_parked)
        await until(all_acknowledged(listening))
        assert tries == 1 + 5, "once with its batch, then alone five times"
        await say(telling, told("A", 5), told("B", 3))
        await until(all_heard(db, A=[1], B=[1, 2, 3]))
        assert (await parked(db))[-1] == ("A", 5, "behind")
        error = (await run(db, "select error from parked where reason = 'poison'"))[0]["error"]
        assert error == "ValueError: nobody can handle this"


async def test_mended_and_redriven_all_of_it_is_handled_in_order(db: Database, telling: Bus, listening: Bus) -> None:
    await say(telling, told("A", 1), told("A", 2, "bad"), told("A", 3))
    async with running(a_consumer(db, listening, refuses_the_bad)):

        async def all_parked() -> bool:
            return [one[2] for one in await parked(db)] == ["poison", "behind"]

        await until(all_parked)
    async with db.transaction() as tx:
        await fence.redrive(tx, "workflow", "A", hearing(), REGISTER)
    async with running(a_consumer(db, listening)):
        await say(telling, told("A", 4))
        await until(all_heard(db, A=[1, 2, 3, 4]))


async def test_what_postgres_can_never_store_is_poison_and_not_waited_out(
    db: Database, telling: Bus, listening: Bus
) -> None:
    """A value of the wrong kind is an error of asyncpg's own, and looks like a lost connection only by its family."""

    async def wrongly(tx: Tx, said: Told | Saved, letter: Envelope) -> None:
        await write_down(tx, said, letter)
        if said.text == "bad":
            await tx.execute("insert into heard (sequence) values ($1)", 10**20)

    await say(telling, told("A", 1, "bad"), told("B", 1, "a\x00b"), told("C", 1))
    async with running(a_consumer(db, listening, wrongly)):

        async def both_parked() -> bool:
            return await parked(db) == [("A", 1, "poison"), ("B", 1, "poison")]

        await until(both_parked)
        assert await in_order(db) == {"C": [1]}


async def test_bytes_that_are_no_event_are_parked_and_stop_nobody(db: Database, telling: Bus, listening: Bus) -> None:
    await telling.ensure_stream("WORKFLOW")
    await telling.js.publish("workflow.00.thing.told", b"{not json")
    await say(telling, told("A", 1))
    async with running(a_consumer(db, listening)):
        await until(all_heard(db, A=[1]))
        await until(all_acknowledged(listening))
    rows = await run(db, "select subject, reason, body from parked")
    assert [(row["subject"], row["reason"], bytes(row["body"])) for row in rows] == [
        ("unreadable:workflow.00.thing.told", "poison", b"{not json")
    ]


TRANSIENT = [
    asyncpg.DeadlockDetectedError("deadlock"),
    asyncpg.LockNotAvailableError("lock timeout"),
    asyncpg.ConnectionDoesNotExistError("connection was closed"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.TooManyConnectionsError("too many"),
    ConnectionResetError("peer"),
    TimeoutError("no connection is free"),
]


@pytest.mark.parametrize("error", TRANSIENT, ids=lambda error: type(error).__name__)
async def test_what_may_pass_is_tried_again_and_never_counted(
    db: Database, telling: Bus, listening: Bus, error: Exception
) -> None:
    tries = 0

    async def not_yet(tx: Tx, said: Any, letter: Envelope) -> None:
        nonlocal tries
        tries += 1
        if tries <= 12:
            raise error
        await write_down(tx, said, letter)

    await say(telling, told("A", 1), told("A", 2))
    async with running(a_consumer(db, listening, not_yet)):
        await until(all_heard(db, A=[1, 2]))
        await until(all_acknowledged(listening))
    assert await parked(db) == []


async def test_a_connection_that_postgres_cuts_is_only_a_pause(db: Database, telling: Bus, listening: Bus) -> None:
    cut = False

    async def cut_once(tx: Tx, said: Any, letter: Envelope) -> None:
        nonlocal cut
        await write_down(tx, said, letter)
        if not cut:
            cut = True
            await tx.execute("select pg_terminate_backend(pg_backend_pid())")

    await say(telling, told("A", 1), told("A", 2))
    async with running(a_consumer(db, listening, cut_once)):
        await until(all_heard(db, A=[1, 2]))
    assert await parked(db) == []


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
        await until(all_heard(db, A=[1, 2]), within=20)

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
        await until(all_heard(db, A=[1, 2]), within=20)

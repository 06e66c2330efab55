"""What cannot be handled: poison is tried five times and held, what may pass is waited out, and others flow on."""

from typing import Any

import asyncpg
import pytest

from shared.bus import fence
from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope
from tests.integration.shared.ear import a_consumer, all_acknowledged, all_heard, say
from tests.integration.shared.line import (
    REGISTER,
    Saved,
    Told,
    hearing,
    in_order,
    parked,
    run,
    running,
    told,
    until,
    write_down,
)

pytestmark = pytest.mark.usefixtures("quickly")

TRANSIENT = [
    asyncpg.DeadlockDetectedError("deadlock"),
    asyncpg.LockNotAvailableError("lock timeout"),
    asyncpg.ConnectionDoesNotExistError("connection was closed"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
    asyncpg.TooManyConnectionsError("too many"),
    ConnectionResetError("peer"),
    TimeoutError("no connection is free"),
]


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
        assert error.startswith("ValueError at tests/integration/shared/test_failures.py:")
        assert error.endswith(" in refuses_the_bad"), "where it broke, and nothing of what it broke on"


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

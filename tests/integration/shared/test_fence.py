"""Order per subject, kept in the database: next is handled, past ignored, early parked, poison alone held."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import pytest

from shared.bus import fence
from shared.bus.fence import Handler
from shared.db import Database, Tx
from shared.envelope import Envelope, Unreadable
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


async def hear(db: Database, *letters: Envelope, handler: Handler = write_down) -> list[Envelope]:
    async with db.transaction() as tx:
        return await fence.accept(tx, letters, hearing(handler), REGISTER)


async def park_as_poison(db: Database, letter: Envelope) -> None:
    async with db.transaction() as tx:
        await fence.park(tx, letter, "poison", "ValueError: bad")


async def redrive(db: Database, subject: str, handler: Handler = write_down) -> list[Envelope]:
    async with db.transaction() as tx:
        taken = await fence.redrive(tx, "workflow", subject, hearing(handler), REGISTER)
    return [letter for letter, outcome in taken if outcome == "applied"]


async def test_the_next_is_handled_and_the_past_ignored(db: Database) -> None:
    first, second = told("A", 1), told("A", 2)
    assert await hear(db, first) == [first]
    assert await hear(db, first) == []
    assert await hear(db, first, second, second, first) == [second]
    assert await heard(db) == [("A", 1), ("A", 2)]


async def test_what_comes_early_waits_for_what_is_missing(db: Database) -> None:
    assert await hear(db, told("A", 3), told("A", 2), told("B", 1)) == [told("B", 1)]
    assert await parked(db) == [("A", 2, "gap"), ("A", 3, "gap")]
    assert await hear(db, told("A", 1)) == [told("A", 1), told("A", 2), told("A", 3)]
    assert (await parked(db), await in_order(db)) == ([], {"A": [1, 2, 3], "B": [1]})


@pytest.mark.parametrize("seed", range(4))
async def test_fifty_letters_in_any_order_and_some_twice_are_handled_in_order_and_once(db: Database, seed: int) -> None:
    dice = random.Random(seed)
    letters = [told(subject, sequence) for subject in ("A", "B", "C") for sequence in range(1, 51)]
    letters += dice.sample(letters, 60)
    dice.shuffle(letters)
    while letters:
        batch = [letters.pop() for _ in range(min(len(letters), dice.randint(1, 20)))]
        await hear(db, *batch)
    assert await in_order(db) == {subject: list(range(1, 51)) for subject in ("A", "B", "C")}
    assert await parked(db) == []


async def test_a_letter_nobody_listens_to_moves_the_fence(db: Database) -> None:
    assert await hear(db, told("A", 1), a_letter(Ignored(), "A", 2), told("A", 3)) == [told("A", 1), told("A", 3)]


async def test_sources_count_for_themselves(db: Database) -> None:
    other = msgspec.structs.replace(told("A", 1), source="intake", id="other")
    await hear(db, told("A", 1), other)
    assert await heard(db) == [("A", 1), ("A", 1)]


async def test_of_a_reference_fact_the_newest_wins_and_gaps_do_not_matter(db: Database) -> None:
    def saved(sequence: int) -> Envelope:
        return a_letter(Saved(text=str(sequence)), "thing", sequence)

    await hear(db, saved(3))
    assert await hear(db, saved(1), saved(2)) == []
    await hear(db, saved(9), saved(4))
    assert (await heard(db), await parked(db)) == ([("thing", 3), ("thing", 9)], [])


async def test_a_kind_that_nobody_knows_is_unreadable_and_nothing_of_its_batch_is_done(db: Database) -> None:
    odd = msgspec.structs.replace(told("A", 2), dataschema="thing.told/9")
    with pytest.raises(Unreadable, match=r"thing\.told/9"):
        await hear(db, told("A", 1), odd)
    assert await heard(db) == []


async def test_behind_a_poison_letter_its_own_wait_and_others_flow(db: Database) -> None:
    await hear(db, told("A", 1))
    await park_as_poison(db, told("A", 2, "bad"))
    await hear(db, told("A", 3), told("B", 1), told("A", 4))
    assert await parked(db) == [("A", 2, "poison"), ("A", 3, "behind"), ("A", 4, "behind")]
    assert await in_order(db) == {"A": [1], "B": [1]}


async def test_once_it_can_be_handled_a_redrive_takes_all_up_in_order(db: Database) -> None:
    await park_as_poison(db, told("A", 1))
    await hear(db, told("A", 3), told("A", 2), told("A", 5))
    assert [letter.sequence for letter in await redrive(db, "A")] == [1, 2, 3]
    assert (await in_order(db), await parked(db)) == ({"A": [1, 2, 3]}, [("A", 5, "gap")])
    await hear(db, told("A", 4))
    assert await in_order(db) == {"A": [1, 2, 3, 4, 5]}


async def refuses_two(tx: Tx, said: Any, letter: Envelope) -> None:
    await write_down(tx, said, letter)
    if letter.sequence == 2:
        raise ValueError("two again")


async def test_a_redrive_that_fails_keeps_the_poison_where_it_is_and_does_what_came_before(db: Database) -> None:
    await park_as_poison(db, told("A", 1))
    await hear(db, told("A", 2), told("A", 3))
    assert [letter.sequence for letter in await redrive(db, "A", refuses_two)] == [1]
    assert [(one[1], one[2]) for one in await parked(db)] == [(2, "poison"), (3, "behind")]
    assert (await run(db, "select error from parked where sequence = 2"))[0]["error"].endswith(" in refuses_two")
    assert [letter.sequence for letter in await redrive(db, "A")] == [2, 3]
    assert await in_order(db) == {"A": [1, 2, 3]}


async def test_when_a_letter_taken_up_is_poison_it_is_the_one_that_is_held(db: Database) -> None:
    """Not the innocent one whose coming released it."""
    await hear(db, told("A", 2), told("A", 3))
    assert [letter.sequence for letter in await hear(db, told("A", 1), handler=refuses_two)] == [1]
    assert await in_order(db) == {"A": [1]}
    assert await parked(db) == [("A", 2, "poison"), ("A", 3, "behind")]


async def test_a_transient_error_while_taking_up_is_not_blamed_on_the_letter(db: Database) -> None:
    async def interrupted(tx: Tx, said: Any, letter: Envelope) -> None:
        if letter.sequence == 2:
            raise asyncpg.DeadlockDetectedError("again, please")
        await write_down(tx, said, letter)

    await hear(db, told("A", 2))
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await hear(db, told("A", 1), handler=interrupted)
    assert await parked(db) == [("A", 2, "gap")]
    await hear(db, told("A", 1))
    assert await in_order(db) == {"A": [1, 2]}


async def test_a_newer_fact_is_not_held_up_by_an_older_one_that_was_poison(db: Database) -> None:
    await park_as_poison(db, a_letter(Saved(text="bad"), "thing", 4))
    await hear(db, a_letter(Saved(text="good"), "thing", 7))
    assert (await heard(db), await parked(db)) == ([("thing", 7)], [])


async def test_a_poison_fact_can_be_redriven_whatever_came_before_it(db: Database) -> None:
    await hear(db, a_letter(Saved(text="1"), "thing", 1))
    await park_as_poison(db, a_letter(Saved(text="4"), "thing", 4))
    assert [letter.sequence for letter in await redrive(db, "thing")] == [4]
    assert await parked(db) == []


async def test_parked_twice_a_letter_is_parked_once_with_the_graver_reason(db: Database) -> None:
    letter = told("A", 5)
    await hear(db, letter)
    await park_as_poison(db, letter)
    await hear(db, letter)
    assert await parked(db) == [("A", 5, "poison")]


async def test_replicas_that_hear_the_same_at_once_handle_it_once(db: Database) -> None:
    letters = [told(subject, sequence) for sequence in range(1, 11) for subject in ("A", "B")]

    async def replica(share: Sequence[Envelope]) -> None:
        for letter in share:
            await hear(db, letter)

    backwards = list(reversed(letters))
    await asyncio.gather(replica(letters), replica(letters), replica(backwards))
    assert await in_order(db) == {"A": list(range(1, 11)), "B": list(range(1, 11))}
    assert await parked(db) == []


async def test_two_replicas_and_many_new_subjects_do_not_deadlock(db: Database) -> None:
    letters = [told(f"S{number}", 1) for number in range(60)]
    await asyncio.gather(*(hear(db, *random.Random(seed).sample(letters, 60)) for seed in range(4)))
    assert sorted(subject for subject, _ in await heard(db)) == sorted(letter.subject for letter in letters)


def test_a_register_is_asked_by_schema() -> None:
    assert REGISTER["thing.told/1"] is Told


async def write_all_down(tx: Tx, letters: Sequence[tuple[Told, Envelope]]) -> None:
    """As `write_down`, for many."""
    for said, letter in letters:
        await write_down(tx, said, letter)


async def test_a_handler_of_many_is_called_once_for_a_batch_in_its_order(db: Database) -> None:
    letters = [told(subject, sequence) for sequence in (1, 2, 3) for subject in "ABC"]
    calls: list[int] = []

    async def counting(tx: Tx, many: Sequence[tuple[Told, Envelope]]) -> None:
        calls.append(len(many))
        await write_all_down(tx, many)

    assert await hear(db, *letters, told("A", 9), handler=fence.Batched(counting)) == letters
    assert calls == [9]
    assert await heard(db) == [(letter.subject, letter.sequence) for letter in letters]
    assert await parked(db) == [("A", 9, "gap")]


async def test_a_handler_of_many_takes_up_what_waited_after_what_it_waited_for(db: Database) -> None:
    together = fence.Batched(write_all_down)
    assert await hear(db, told("A", 3), handler=together) == []
    assert await hear(db, told("B", 1), told("A", 1), told("A", 2), told("A", 4), handler=together) == [
        told("B", 1), told("A", 1), told("A", 2), told("A", 3), told("A", 4),
    ]  # fmt: skip
    assert (await parked(db), await in_order(db)) == ([], {"A": [1, 2, 3, 4], "B": [1]})


async def test_a_handler_of_many_that_fails_at_what_waited_holds_that_alone(db: Database) -> None:
    """NUL is what Postgres cannot store."""
    together = fence.Batched(write_all_down)
    await hear(db, told("A", 2, "\x00"), told("A", 3), handler=together)
    assert await hear(db, told("B", 1), told("A", 1), handler=together) == [told("B", 1), told("A", 1)]
    assert await heard(db) == [("B", 1), ("A", 1)]
    assert await parked(db) == [("A", 2, "poison"), ("A", 3, "behind")]
    assert await redrive(db, "A", together) == []
    assert await in_order(db) == {"A": [1], "B": [1]}

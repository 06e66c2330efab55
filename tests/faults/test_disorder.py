"""All that a house ever said comes three times, in no order and late: what comes of it is what came of it in order."""

import random
from collections import Counter

from shared.envelope import Envelope, is_reference
from tests.faults.disorder import COPIES, DECIDER, FOLLOWERS, WINDOW, Found, came_of, disordered, said
from tests.faults.journey import Journey, People
from tests.support import infra

SEED = 20261122
JOURNEYS = 3


def test_query_and_notify_make_of_it_what_they_make_of_it_in_order(
    people: People, databases: infra.Databases, brokers: infra.Brokers
) -> None:
    letters = history(people)
    in_order = people.run(came_of(letters, FOLLOWERS, databases, brokers))
    in_none = people.run(came_of(disordered(letters, random.Random(SEED)), FOLLOWERS, databases, brokers))
    same(in_none, in_order)
    told = [letter for letter in letters if letter.source == "workflow" and not is_reference(letter.type)]
    assert len(in_none["entry"]) == len(in_none["notify.alert"]) == len(told)
    assert in_none["notify.delivery"]


def test_workflow_decides_what_it_decides_in_order(
    people: People, databases: infra.Databases, brokers: infra.Brokers
) -> None:
    letters = [letter for letter in history(people) if letter.source == "intake"]
    in_order = people.run(came_of(letters, DECIDER, databases, brokers))
    in_none = people.run(came_of(disordered(letters, random.Random(SEED)), DECIDER, databases, brokers))
    same(in_none, in_order)
    assert len(in_none["workflow.event"]) == sum(not is_reference(letter.type) for letter in letters)


def test_the_disorder_is_one(people: People) -> None:
    """Everything comes three times, most of it within the window, and hardly a complaint in its order."""
    letters = [letter for letter in history(people) if not is_reference(letter.type)]
    brought = disordered(letters, random.Random(SEED))
    assert set(Counter(letter.id for letter in brought).values()) == {COPIES}
    first = {letter.id: at for at, letter in reversed(list(enumerate(brought)))}
    at = {letter.id: place * COPIES for place, letter in enumerate(letters)}
    assert any(abs(first[one] - at[one]) > WINDOW for one in first) or len(letters) < WINDOW
    overtaken = [
        one
        for one in letters
        for other in letters
        if one.subject == other.subject
        and one.source == other.source
        and one.sequence < other.sequence
        and first[one.id] > first[other.id]
    ]
    assert len(overtaken) > len(letters) / 4


def history(people: People) -> list[Envelope]:
    """Of all that was ever done in this estate, three whole journeys at least."""
    walked = people.estate.sql("select count(*) as n from workflow.event where type = 'complaint.rated'")[0]["n"]
    for _ in range(walked, JOURNEYS):
        for _ in Journey(people).walk():
            pass
    return said(people.estate)


def same(found: Found, expected: Found) -> None:
    assert found.keys() == expected.keys()
    for table, rows in expected.items():
        assert found[table] == rows, table
    assert not [row for table, rows in found.items() if table.endswith(".parked") for row in rows]

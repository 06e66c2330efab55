"""A short storm: a whole copy under traffic, struck at random for some seconds, and nothing lost, doubled or leaked.

`make storm` is the long one.
"""

import pytest

from services.workflow.machine import Action, Role, State
from tests.faults.blows import BLOWS
from tests.faults.storm import storm
from tests.faults.toll import WALKABLE, Toll, spread
from tests.support.history import Kind, Outcome, Violation

SECONDS, SEED = 12.0, 20261122


@pytest.fixture(scope="module")
def toll() -> Toll:
    return storm(SECONDS, SEED, mail_seconds=0)


def test_nothing_is_lost_doubled_or_leaked_whatever_dies(toll: Toll) -> None:
    assert [str(violation) for violation in toll.violations] == []
    assert toll.history.model == toll.history.fold


def test_the_house_comes_back_from_every_fault_and_to_rest_after_them(toll: Toll) -> None:
    assert toll.unrecovered == []
    assert toll.quiet
    assert toll.faults >= 3


def test_there_was_something_to_lose(toll: Toll) -> None:
    """Or the storm would prove nothing."""
    assert sum(call.outcome is Outcome.OK for call in toll.history.calls) >= 20
    assert len(toll.history.record) >= 20
    assert len(toll.history.mails or ()) >= 5
    assert len(toll.history.model["complaint"]) >= 2


def test_the_report_says_what_was_found() -> None:
    toll = Toll(7, 10, "abc", recoveries={"nats killed": [1.0, 3.0]}, quiet=True, mail_at_rest=True)
    assert "**2 faults in 10 minutes. Everything held.**" in toll.page()
    assert "| nats killed | 2 | 2.0 s | 2.9 s | 3.0 s |" in toll.page()
    toll.violations = [Violation("accepted exists once", Kind.LOST, "a note")]
    assert "NOT everything held" in toll.page()
    assert "| lost | 1 |" in toll.page()
    assert "- accepted exists once: lost: a note" in toll.page()


@pytest.mark.parametrize("wrong", ["quiet", "mail_at_rest", "unrecovered"])
def test_a_storm_that_does_not_end_well_is_not_sound(wrong: str) -> None:
    toll = Toll(7, 10, "abc", quiet=wrong != "quiet", mail_at_rest=wrong != "mail_at_rest")
    toll.unrecovered = ["nats killed"] if wrong == "unrecovered" else []
    assert not toll.sound


def test_every_program_is_killed_and_the_broker_loses_its_memory() -> None:
    kinds = {blow.kind for blow in BLOWS}
    programs = ("intake", "workflow", "notify", "query", "portal", "mailbox", "nats", "postgres")
    assert {f"{name} killed" for name in programs} | {"nats wiped"} <= kinds


def test_the_longest_of_two_is_the_longest() -> None:
    assert spread([]) == (0, 0, 0)
    assert spread([2.0]) == (2, 2, 2)
    assert spread([1.0, 3.0])[2] == 3.0


def test_what_can_be_walked_is_the_whole_table() -> None:
    assert (Action.RECEIVE, Role.COMPLAINANT, None) in WALKABLE
    assert (Action.ASSIGN, Role.ADMIN, State.BARU) in WALKABLE
    assert (Action.LAPSE, Role.SYSTEM, State.MOHON_TUTUP) in WALKABLE
    assert {action for action, _, _ in WALKABLE} == set(Action)

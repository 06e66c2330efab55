"""Workflow is killed with -9 at every step of firing a timer, and started again: each timer has one effect."""

import pytest

from tests.faults.aftermath import right
from tests.faults.journey import Journey, People

DAYS = 21
"""Whatever the holidays, a complaint that nobody picked up has been escalated twice by then."""


@pytest.mark.parametrize("spot", ["firing", "fired", "committed", "unpublished", "undeleted"])
def test_a_timer_has_one_effect_though_workflow_dies_over_it(people: People, spot: str) -> None:
    estate, journey = people.estate, Journey(people)
    next(steps := journey.walk())
    next(steps)  # filed; the next step, never taken, would be to assign it
    estate.ask_to_die("workflow", spot)
    estate.sql("update helpdesk.clock set shift = shift + make_interval(days => $1)", DAYS)

    def fired() -> list[str]:
        found = estate.sql(
            "select type from workflow.event where number = $1 and actor_role = 'SYSTEM' order by sequence",
            journey.number,
        )
        return [str(row["type"]) for row in found]

    estate.until(lambda: estate.deaths and fired().count("complaint.escalated") == 2)
    right(people)
    assert fired() == ["complaint.escalated"] * 2
    assert estate.deaths == ["workflow"]

"""Workflow is killed with -9 at every step of firing a timer, and started again: each timer has one effect."""

from tests.faults.aftermath import right
from tests.faults.estate import Estate
from tests.faults.journey import Journey, People

DAYS = 21
"""Whatever the holidays, a complaint that nobody picked up has been escalated twice by then."""


SPOTS = ("firing", "fired", "committed", "unpublished", "undeleted")


def test_a_timer_has_one_effect_though_workflow_dies_over_it(people: People) -> None:
    """At each spot over another complaint's; by then nothing is due of those before it."""
    estate = people.estate
    filed = [escalated(people, spot) for spot in SPOTS]
    right(people)
    for spot, number in zip(SPOTS, filed, strict=True):
        assert by_system(estate, number) == ["complaint.escalated"] * 2, spot
    assert estate.deaths == ["workflow"] * len(SPOTS)


def escalated(people: People, spot: str) -> str:
    """The number of a complaint that was left lying until it had been escalated twice, with a death over it."""
    estate, journey = people.estate, Journey(people)
    next(steps := journey.walk())
    next(steps)  # filed; the next step, never taken, would be to assign it
    deaths = len(estate.deaths)
    estate.ask_to_die("workflow", spot)
    estate.sql("update helpdesk.clock set shift = shift + make_interval(days => $1)", DAYS)
    estate.until(lambda: len(estate.deaths) > deaths and len(by_system(estate, journey.number)) == 2)
    return journey.number


def by_system(estate: Estate, number: str) -> list[str]:
    """What was done to a complaint because time has passed."""
    found = estate.sql(
        "select type from workflow.event where number = $1 and actor_role = 'SYSTEM' order by sequence", number
    )
    return [str(row["type"]) for row in found]

"""The broker or the database is killed with -9 before every step of a journey and started again: clients see clean
errors at most, and the history is right."""

import pytest

from deploy.local.launcher import why_not_ready
from deploy.local.processes import wait_until
from tests.faults.aftermath import right
from tests.faults.journey import Journey, People

SERVICES = ("intake", "workflow", "notify", "query")


@pytest.mark.parametrize("victim", ["nats", "postgres"])
def test_a_journey_comes_to_its_end_whole_though_what_it_stands_on_dies_before_every_step(
    people: People, victim: str
) -> None:
    """Not waited for: what the last step began is still under way when the victim dies. It is started again when the
    client has had an answer, or none."""
    for _ in Journey(people).walk():
        people.estate.kill(victim)
    right(people)
    assert people.estate.deaths == [], "no service dies of it"


@pytest.mark.parametrize("victim", ["nats", "postgres"])
def test_services_that_start_before_what_they_stand_on_wait_for_it_and_say_so(people: People, victim: str) -> None:
    estate = people.estate
    estate.kill(victim)
    for name in SERVICES:
        estate.order(name, "kill")
    for name in SERVICES:
        estate.order(name, "start")
    for name in SERVICES:
        assert wait_until(lambda name=name: f"{victim}: " in (why_not_ready(estate.url(name)) or ""), within=20.0)  # type: ignore[misc]
    estate.tend()
    estate.until_ready()
    for _ in Journey(people).walk():
        pass
    right(people)
    assert estate.deaths == []

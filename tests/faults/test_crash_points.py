"""A service is killed with -9 where a promise is decided, and started again: nothing is lost, nothing doubled."""

from datetime import date

import pytest

from tests.faults.aftermath import mailed, right, settle
from tests.faults.estate import Estate
from tests.faults.journey import Journey, People

JOURNEYS: list[list[tuple[str, str, str]]] = [
    [("intake", "filed", "file"), ("workflow", "saved", "assign"), ("intake", "said", "answer")],
    [("intake", "committed", "file"), ("workflow", "committed", "assign"), ("intake", "committed", "answer")],
    [("intake", "unpublished", "file"), ("workflow", "unpublished", "assign"), ("intake", "unpublished", "answer")],
    [("intake", "undeleted", "file"), ("workflow", "undeleted", "assign"), ("intake", "undeleted", "close")],
    [
        ("workflow", "heard", "file"),
        ("query", "heard", "assign"),
        ("workflow", "unacked", "answer"),
        ("notify", "heard", "close"),
    ],
    [
        ("workflow", "unacked", "file"),
        ("notify", "unacked", "assign"),
        ("workflow", "heard", "answer"),
        ("query", "unacked", "close"),
    ],
]
"""Who dies on one journey: the service, the spot, and the step before which it is asked to."""
HOLIDAYS = {"heard": "2027-03-01", "unacked": "2027-03-02"}


@pytest.mark.parametrize("crashes", JOURNEYS, ids=lambda crashes: "+".join(f"{who}-{spot}" for who, spot, _ in crashes))
def test_a_journey_comes_to_its_end_whole_though_services_die_on_it(
    people: People, crashes: list[tuple[str, str, str]]
) -> None:
    walked(people, *crashes)
    right(people)
    assert people.estate.deaths == [service for service, _, _ in crashes]


@pytest.mark.parametrize("spot", ["heard", "unacked"])
def test_intake_hears_of_a_holiday_though_it_dies_over_it(people: People, spot: str) -> None:
    estate = people.estate
    settle(estate)
    estate.ask_to_die("intake", spot)
    holiday = {"day": HOLIDAYS[spot], "name": "Cuti Peristiwa", "why": "Diisytiharkan."}
    admin = people.run(people.as_("ADMIN"))
    path = "/v1/calendar/kelantan/holidays"
    assert people.run(people.insist("POST", "workflow", path, json=holiday, headers=admin)).status_code == 201
    known = "select from intake.calendar_copy where name = 'kelantan' and $1 = any(holidays)"
    estate.until(lambda: estate.deaths and estate.sql(known, date.fromisoformat(HOLIDAYS[spot])))
    right(people)
    assert estate.deaths == ["intake"]


def test_what_a_dead_relay_left_is_said_by_the_next_when_its_lease_has_run_out(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people.estate, "patient", True)
    walked(people, ("intake", "undeleted", "file"))
    right(people)
    assert people.estate.deaths == ["intake"]


@pytest.mark.parametrize(("spot", "arrived"), [("unsent", 0), ("unsettled", 1)])
def test_a_mail_whose_sender_died_is_in_doubt_says_so_and_is_tried_once_more(
    people: People, spot: str, arrived: int
) -> None:
    """Whether it had gone out nobody can tell: the doubt is worth one more mail, the same one."""
    estate = people.estate
    journey = walked(people, ("notify", spot, "close"))
    left = estate.until(lambda: under_way(estate, journey))
    estate.sql("update notify.delivery set lease_until = clock_timestamp() where status = 'sending'")
    estate.until(lambda: in_doubt(people, journey) == left)
    assert sum(one in left for one in mailed(estate)) >= arrived
    estate.sql("update notify.delivery set next_at = clock_timestamp() where status = 'unknown'")
    estate.until(lambda: not in_doubt(people, journey))
    right(people)
    tried = estate.sql("select result from notify.attempt where delivery = any($1::uuid[]) order by at", left)
    assert [row["result"] for row in tried] == ["unknown"] * len(left) + ["sent"] * len(left)
    assert estate.deaths == ["notify"]


def walked(people: People, *crashes: tuple[str, str, str]) -> Journey:
    """To the end, with a death asked for before some of the steps. Each comes alone: all has come to rest before it,
    and it has happened before the next is asked for."""
    estate, journey = people.estate, Journey(people)
    asked = 0
    for step in journey.walk():
        for service, spot, during in crashes:
            if step == during:
                happened(estate, asked)
                settle(estate)
                estate.ask_to_die(service, spot)
                asked += 1
    happened(estate, asked)
    return journey


def happened(estate: Estate, deaths: int) -> None:
    """So many that were asked for."""
    estate.until(lambda: len(estate.deaths) >= deaths)


def under_way(estate: Estate, journey: Journey) -> list[str]:
    """The deliveries a dead notify left."""
    rows = estate.sql(
        "select id::text from notify.delivery where number = $1 and status = 'sending' order by 1", journey.number
    )
    return [row["id"] for row in rows]


def in_doubt(people: People, journey: Journey) -> list[str]:
    """As Admin is shown."""
    asked = {"complaint": journey.number, "status": "unknown"}
    admin = people.run(people.as_("ADMIN"))
    answer = people.run(people.insist("GET", "notify", "/v1/deliveries", params=asked, headers=admin))
    return sorted(item["id"] for item in answer.json()["items"])

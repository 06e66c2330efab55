"""A service is killed with -9 where a promise is decided, and started again: nothing is lost, nothing doubled."""

from datetime import date

import pytest

from tests.faults.aftermath import mailed, right, settle
from tests.faults.estate import Estate
from tests.faults.journey import Journey, People

CRASHES = [
    ("intake", "filed", "file"),
    ("intake", "committed", "file"),
    ("intake", "unpublished", "file"),
    ("intake", "undeleted", "file"),
    ("intake", "said", "answer"),
    ("intake", "committed", "answer"),
    ("intake", "unpublished", "answer"),
    ("intake", "undeleted", "close"),
    ("workflow", "heard", "file"),
    ("workflow", "unacked", "file"),
    ("workflow", "saved", "assign"),
    ("workflow", "committed", "assign"),
    ("workflow", "unpublished", "assign"),
    ("workflow", "undeleted", "assign"),
    ("workflow", "heard", "answer"),
    ("workflow", "unacked", "answer"),
    ("query", "heard", "assign"),
    ("query", "unacked", "assign"),
    ("notify", "heard", "assign"),
    ("notify", "unacked", "assign"),
]
HOLIDAYS = {"heard": "2027-03-01", "unacked": "2027-03-02"}


@pytest.mark.parametrize(("service", "spot", "during"), CRASHES)
def test_a_journey_comes_to_its_end_whole_though_a_service_dies_on_it(
    people: People, service: str, spot: str, during: str
) -> None:
    walked(people, service, spot, during)
    right(people)
    assert people.estate.deaths == [service]


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
    walked(people, "intake", "undeleted", "file")
    right(people)
    assert people.estate.deaths == ["intake"]


@pytest.mark.parametrize(("spot", "arrived"), [("unsent", 0), ("unsettled", 1)])
def test_a_mail_whose_sender_died_is_in_doubt_says_so_and_is_tried_once_more(
    people: People, spot: str, arrived: int
) -> None:
    """Whether it had gone out nobody can tell: the doubt is worth one more mail, the same one."""
    estate = people.estate
    journey = walked(people, "notify", spot, "close")
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


def walked(people: People, service: str, spot: str, during: str) -> Journey:
    """To the end, with a death asked for before one of the steps."""
    journey = Journey(people)
    for step in journey.walk():
        if step == during:
            settle(people.estate)
            people.estate.ask_to_die(service, spot)
    people.estate.until(lambda: people.estate.deaths)
    return journey


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

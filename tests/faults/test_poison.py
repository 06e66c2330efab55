"""A complaint that services cannot take on is put aside, what comes after it waits behind it, everybody else's flows;
mended, it is taken up again by whoever looks after it: with the command, or on the page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.faults.aftermath import right, settle
from tests.faults.estate import Estate
from tests.faults.journey import STEPS, Journey, People

AILING = {
    "query": ("complaint", "number <> '{0}' or version < 2"),
    "notify": ("alert", "number is distinct from '{0}' or event <> 'complaint.assigned'"),
}
"""Where each follower stumbles over the second event of one complaint, and over no other's."""
PUT_ASIDE = [(2, "poison"), *((sequence, "behind") for sequence in range(3, len(STEPS) + 1))]
PAGE = "/staf/surat-tersangkut"


@pytest.fixture
def sick(people: People) -> Iterator[Journey]:
    """A complaint that came to its end at workflow; query and notify cannot follow it from its second event on."""
    estate, journey = people.estate, Journey(people)
    next(steps := journey.walk())
    next(steps)  # filed; the next step is to assign it
    settle(estate)
    estate.poisoned.add(journey.number)
    for service, (table, sound) in AILING.items():
        rule = sound.format(journey.number)
        estate.sql(f"alter table {service}.{table} add constraint ailing check ({rule})")
    for _ in steps:
        pass
    for service in AILING:
        estate.until(lambda service=service: put_aside(estate, service, journey) == PUT_ASIDE)  # type: ignore[misc]
    yield journey
    mend(estate)
    if any(put_aside(estate, service, journey) for service in AILING):
        estate.helpdesk("events", "redrive")


def test_what_is_put_aside_holds_nobody_else_up_and_the_command_takes_it_up_again(
    people: People, sick: Journey
) -> None:
    estate = people.estate
    flows(people)
    mend(estate)
    done = estate.helpdesk("events", "redrive", "--subject", sick.number)
    assert sorted(done.splitlines()) == [f"{service}: {sick.number}: 7 handled." for service in sorted(AILING)]
    right(people)
    assert estate.deaths == []


def test_what_is_put_aside_is_seen_on_the_page_and_its_button_takes_it_up_again(people: People, sick: Journey) -> None:
    estate = people.estate
    flows(people)
    with an_admin(people) as browser:
        listed = rows(browser.get(PAGE).text)
        assert {row["service"] for row in listed} == set(AILING)
        for row in listed:
            assert (row["source"], row["subject"], row["behind"]) == ("workflow", sick.number, "6")
            too_early = pressed(browser, row)
            assert 'class="panel warn" role="status"' in too_early
            assert row in rows(too_early)
            assert put_aside(estate, row["service"], sick) == PUT_ASIDE
        mend(estate)
        for row in listed:
            answer = pressed(browser, row)
            assert 'class="panel good" role="status"' in answer
            assert row not in rows(answer)
        assert rows(browser.get(PAGE).text) == []
    right(people)
    assert estate.deaths == []


def flows(people: People) -> None:
    """Another complaint comes to its end everywhere meanwhile, and of the one put aside nobody is told any more."""
    estate, other = people.estate, Journey(people)
    for _ in other.walk():
        pass
    shown = "select from query.complaint where number = $1 and version = $2 and state = 'DITUTUP'"
    estate.until(lambda: estate.sql(shown, other.number, other.version))
    told = "select from notify.alert where number = $1"
    estate.until(lambda: len(estate.sql(told, other.number)) == other.version)
    for number in estate.poisoned & {row["subject"] for row in estate.sql("select subject from notify.parked")}:
        assert len(estate.sql(told, number)) == 1
        assert estate.sql("select version from query.complaint where number = $1", number) == [{"version": 1}]


def put_aside(estate: Estate, service: str, journey: Journey) -> list[tuple[int, str]]:
    found = estate.sql(
        f"select sequence, reason from {service}.parked where subject = $1 order by sequence", journey.number
    )
    return [(row["sequence"], row["reason"]) for row in found]


def mend(estate: Estate) -> None:
    for service, (table, _) in AILING.items():
        estate.sql(f"alter table {service}.{table} drop constraint if exists ailing")


@contextmanager
def an_admin(people: People) -> Iterator[httpx2.Client]:
    """Logged in, without JavaScript."""
    login = people.login("ADMIN")
    with httpx2.Client(base_url=people.estate.url("portal"), timeout=20, follow_redirects=True) as browser:
        answer = browser.post("/log-masuk", data={"ic": login["ic"], "password": login["password"]})
        assert answer.status_code == 200
        yield browser


def pressed(browser: httpx2.Client, row: dict[str, str]) -> str:
    """The page that the button of this row leads to."""
    answer = browser.post(PAGE, data={name: row[name] for name in ("service", "source", "subject")})
    assert answer.status_code == 200
    return answer.text


def rows(page: str) -> list[dict[str, str]]:
    """What the page lists: what each button would send, and how many wait behind."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', row))
        if "subject" in hidden:
            behind = re.search(r"<span>(\d+)[^<]*</span></td>\s*<td[^>]*><time", row)
            found.append({**hidden, "behind": behind.group(1) if behind else ""})
    return found

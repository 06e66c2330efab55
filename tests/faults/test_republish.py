"""The broker loses everything: what was said is said again from the record, and nobody does anything twice."""

import shutil
from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats
import pytest
from nats.js import JetStreamContext

from deploy.local.processes import wait_until
from tests.faults.aftermath import right, settle
from tests.faults.estate import Estate
from tests.faults.journey import Journey, People
from tests.support.emptied import empty

T = TypeVar("T")
SAYING = ("intake", "workflow")
RECORD = """
select id from intake.event union all select id from workflow.event
union all select id from workflow.fact where source = 'workflow' union all select id from workflow.refusal
"""


@pytest.mark.parametrize("everything", [False, True], ids=["services up", "everything down"])
def test_a_broker_whose_store_was_wiped_is_told_all_again_and_nothing_is_done_twice(
    people: People, everything: bool
) -> None:
    estate = people.estate
    walk(people)
    settle(estate)
    estate.kill("nats")
    if everything:
        for name in ("intake", "workflow", "notify", "query"):
            estate.kill(name)
    shutil.rmtree(estate.nats.store)
    walk(people)
    right(people)
    assert held(estate) >= len(estate.sql(RECORD))


def test_the_command_puts_the_whole_record_back_into_the_outboxes(people: People) -> None:
    estate = people.estate
    walk(people)
    settle(estate)
    estate.kill("nats")
    shutil.rmtree(estate.nats.store)
    said = estate.helpdesk("events", "republish")
    waiting = estate.sql("select event_id as id from intake.outbox union all select event_id from workflow.outbox")
    recorded = estate.sql(RECORD)
    assert sorted(str(row["id"]) for row in waiting) == sorted(str(row["id"]) for row in recorded)
    assert sum(int(line.split()[1]) for line in said.splitlines()) == len(recorded)
    right(people)


def test_streams_that_were_emptied_are_filled_by_the_command_though_the_broker_remembers_what_it_was_told(
    people: People,
) -> None:
    """No service can notice: the streams count on. What query had not heard before is known to the record alone."""
    estate, journey = people.estate, Journey(people)
    next(steps := journey.walk())
    next(steps)  # filed; the next step, never taken, would be to assign it
    settle(estate)
    estate.kill("query")
    people.run(journey.act("ADMIN", "note"))
    assert wait_until(lambda: not estate.sql("select from workflow.outbox"), within=10)
    for service in SAYING:
        estate.aside(with_stream(estate, service, empty))
    assert held(estate) == 0
    estate.helpdesk("events", "republish")
    estate.until(lambda: held(estate) >= len(estate.sql(RECORD)))
    right(people)
    assert estate.deaths == ["query"]


def test_what_a_migration_asks_for_anew_is_said_at_the_next_start_and_nobody_is_told_twice(people: People) -> None:
    """As an office from before, whose notify let calendars pass and did not follow complaints."""
    estate = people.estate
    next(Journey(people).walk())
    settle(estate)
    before = told(estate)
    for service in ("intake", "workflow", "notify", "query"):
        estate.kill(service)
    estate.sql("delete from notify.calendar")
    estate.sql("update notify.complaint set standing = null")
    estate.sql("delete from notify.fence where source = 'workflow' and subject = 'kelantan'")
    estate.sql(
        "update notify.fence f set sequence = f.sequence - 1 from notify.complaint c"
        " where f.source = 'workflow' and f.subject = c.number and c.closed_at is null"
    )
    assert estate.order("setting-up", "run") == "0"
    right(people)
    assert [row["name"] for row in estate.sql("select name from notify.calendar")] == ["kelantan"]
    assert estate.sql("select from notify.complaint where closed_at is null and standing is null") == []
    assert told(estate) == before


def told(estate: Estate) -> list[tuple[str, str]]:
    """Every delivery, and how it stands."""
    return sorted((str(row["id"]), row["status"]) for row in estate.sql("select id, status from notify.delivery"))


def held(estate: Estate) -> int:
    """Letters that the broker has, in both streams."""

    async def count(js: JetStreamContext, stream: str) -> int:
        return (await js.stream_info(stream)).state.messages

    return sum(estate.aside(with_stream(estate, service, count)) for service in SAYING)


async def with_stream(estate: Estate, service: str, work: Callable[[JetStreamContext, str], Awaitable[T]]) -> T:
    """As the service that owns it."""
    client = await nats.connect(estate.nats.url(service), allow_reconnect=False)
    try:
        return await work(client.jetstream(), service.upper())
    finally:
        await client.close()


def walk(people: People) -> None:
    for _ in Journey(people).walk():
        pass

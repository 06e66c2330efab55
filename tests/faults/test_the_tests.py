"""The tests of the tests: with a mechanism switched off, the checker says what went wrong; with all on, nothing."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.support import history, infra
from tests.support.eventually import eventually
from tests.support.history.desk import Desk
from tests.support.house import House, a_house


@pytest.fixture
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    with a_house(databases, brokers, rate_limits="off") as running:
        yield running


async def walk(desk: Desk, house: House) -> None:
    """A complaint from its filing to its closing, in the house's own loop."""
    filed = await desk.file()
    assert filed.number is not None, filed.why
    number = filed.number

    async def received() -> bool:
        return (await house.office.get("admin", f"/v1/complaints/{number}")).status_code == 200

    await eventually(received)
    steps = [
        ("admin", "assign", {"pic": house.office.ids["pic"]}),
        ("pic", "start", {}),
        ("pic", "reply", {}),
        ("pic", "request_close", {}),
    ]
    for version, (who, action, body) in enumerate(steps, 1):
        call = await desk.act(house.office.as_(who), number, action, version=version, **body)
        assert call.outcome is history.Outcome.OK, call.why
    said = await desk.say(number, "close")
    assert said.outcome is history.Outcome.OK, said.why


async def checked(house: House, databases: infra.Databases, recorder: history.Recorder) -> list[history.Violation]:
    admin = house.office.database.admin_url
    empty = databases.make()
    try:
        found = await history.collect(admin, recorder.calls, empty=empty.url("query"))
        return history.violations(found)
    finally:
        databases.drop(empty)


def test_with_everything_on_nothing_is_violated(house: House, databases: infra.Databases) -> None:
    async def go() -> list[history.Violation]:
        recorder = history.Recorder()
        async with httpx2.AsyncClient(timeout=10) as http:
            desk = Desk(recorder, http, intake=house.url("intake"), workflow=house.url("workflow"))
            await walk(desk, house)
            await eventually(lambda: history.settled(house.office.database.admin_url))
        return await checked(house, databases, recorder)

    assert house.run(go()) == []

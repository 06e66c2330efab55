"""What Admin oversees: what is stuck and what waits behind it, taking it up again, and how a service is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shared.auth import StaffTokens
from shared.bus import fence, parked
from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope
from shared.principals import Caller
from tests.integration.shared.ear import a_consumer, say
from tests.integration.shared.line import Saved, Told, in_order, run, running, told, until, write_down
from tests.integration.shared.served import a_service
from tests.support import infra, keys
from tests.support.eventually import eventually

pytestmark = pytest.mark.usefixtures("quickly")
TOKENS = StaffTokens(private=keys.STAFF_PRIVATE_KEY)


def as_staff(role: str) -> dict[str, str]:
    who = Caller("id", "session", "Rohani", frozenset({role}), frozenset())
    return {"Authorization": f"Bearer {TOKENS.issue(who, datetime.now(UTC))[0]}"}


class Hand:
    """A handler that breaks on every text that holds a word of its list, with the whole text in its complaint."""

    def __init__(self) -> None:
        self.breaks_on = ["canary"]
        self.afterwards: list[list[int]] = []

    async def __call__(self, tx: Tx, said: Told | Saved, letter: Envelope) -> None:
        await write_down(tx, said, letter)
        if any(word in said.text for word in self.breaks_on):
            raise ValueError(said.text)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def desk(
    db: Database, database: infra.Database, telling: Bus, listening: Bus, hand: Hand
) -> AsyncIterator[httpx2.AsyncClient]:
    """A service that hears; A2 is poison with two behind it, B3 came too early, one is no letter at all."""

    async def after(handled: Sequence[Envelope]) -> None:
        hand.afterwards.append([letter.sequence for letter in handled])

    consumer = a_consumer(db, listening, hand, after_commit=after)
    state = {"staff_tokens": StaffTokens(public=keys.STAFF_PUBLIC_KEY)}
    async with running(consumer), a_service(database.url("notify"), hearing=[consumer], state=state) as client:
        await say(telling, told("A", 1), told("A", 2, "canary 800101990001"), told("A", 3), told("A", 4), told("B", 3))
        await telling.js.publish("workflow.00.thing.told", b"{not json")

        async def five() -> bool:
            return len(await run(db, "select 1 from parked where reason <> 'gap' or subject = 'B'")) == 5

        await until(five)
        yield client


async def letters(desk: httpx2.AsyncClient, **asked: bool) -> list[dict[str, Any]]:
    answer = await desk.get("/v1/dead-letters", params=asked, headers=as_staff("ADMIN"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def redrive(desk: httpx2.AsyncClient, source: str, subject: str) -> dict[str, Any]:
    body = {"source": source, "subject": subject}
    answer = await desk.post("/v1/dead-letters/redrive", json=body, headers=as_staff("ADMIN"))
    assert answer.status_code == 200, answer.text
    told_back: dict[str, Any] = answer.json()
    return told_back


async def test_what_is_stuck_is_told_with_why_and_with_what_waits_behind_it(desk: httpx2.AsyncClient) -> None:
    found = {(one["subject"], one["sequence"]): (one["reason"], one["behind"]) for one in await letters(desk)}
    assert found == {
        ("A", 2): ("poison", 2),
        ("A", 3): ("behind", 1),
        ("A", 4): ("behind", 0),
        ("B", 3): ("early", 0),
        ("unreadable:workflow.00.thing.told", 0): ("unreadable", 0),
    }
    heads = {one["subject"]: one["sequence"] for one in await letters(desk, heads=True)}
    assert heads == {"A": 2, "B": 3, "unreadable:workflow.00.thing.told": 0}


async def test_an_error_says_what_kind_and_where_and_nothing_of_what_it_broke_on(desk: httpx2.AsyncClient) -> None:
    answer = await desk.get("/v1/dead-letters", headers=as_staff("ADMIN"))
    assert "canary" not in answer.text
    assert "800101990001" not in answer.text
    (error,) = [one["error"] for one in answer.json()["items"] if one["reason"] == "poison"]
    assert error.startswith("ValueError at tests/integration/shared/test_oversight.py:")
    assert error.endswith(" in __call__")


async def test_the_list_is_read_page_by_page(desk: httpx2.AsyncClient) -> None:
    whole = [one["id"] for one in await letters(desk)]
    read: list[str] = []
    place: str | None = ""
    while place is not None:
        asked: dict[str, str | int] = {"limit": 2} | ({"after": place} if place else {})
        page = (await desk.get("/v1/dead-letters", params=asked, headers=as_staff("ADMIN"))).json()
        read += [one["id"] for one in page["items"]]
        place = page["next"]
    assert (read, len(read)) == (whole, 5)


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "2026-03-01T10:00:00~id",
        "~",
        "2026-03-01T10:00:00Z~\x00",
        "\x00",
        "0001-01-01T00:00:00+14:00~x",
        "9999-12-31T23:59:59-14:00~x",
    ],
)
async def test_a_place_in_the_list_that_is_none_is_refused(desk: httpx2.AsyncClient, place: str) -> None:
    answer = await desk.get("/v1/dead-letters", params={"after": place}, headers=as_staff("ADMIN"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


async def test_once_mended_a_redrive_takes_up_all_in_order_and_tells_whoever_wants_to_know(
    desk: httpx2.AsyncClient, db: Database, hand: Hand, telling: Bus
) -> None:
    hand.breaks_on = []
    assert await redrive(desk, "workflow", "A") == {"handled": 3, "parked": 0, "error": None}
    assert (await in_order(db))["A"] == [1, 2, 3, 4]
    assert hand.afterwards[-1] == [2, 3, 4]
    assert await redrive(desk, "workflow", "A") == {"handled": 0, "parked": 0, "error": None}, "nothing is left"
    await say(telling, told("A", 5))

    async def flows() -> bool:
        return (await in_order(db))["A"] == [1, 2, 3, 4, 5]

    await until(flows)


async def test_a_redrive_that_fails_again_says_why_and_leaves_the_rest_waiting(
    desk: httpx2.AsyncClient, db: Database
) -> None:
    again = await redrive(desk, "workflow", "A")
    assert (again["handled"], again["parked"]) == (0, 3)
    assert again["error"].startswith("ValueError at ")
    assert (await in_order(db))["A"] == [1]
    assert {one["reason"] for one in await letters(desk) if one["subject"] == "A"} == {"poison", "behind"}


async def test_what_waits_for_a_missing_one_goes_on_waiting(desk: httpx2.AsyncClient) -> None:
    assert await redrive(desk, "workflow", "B") == {"handled": 0, "parked": 1, "error": None}
    assert [one["reason"] for one in await letters(desk) if one["subject"] == "B"] == ["early"]


async def test_what_could_not_be_opened_is_opened_again(desk: httpx2.AsyncClient, db: Database) -> None:
    subject = "unreadable:workflow.00.thing.told"
    assert (await redrive(desk, "WORKFLOW", subject))["parked"] == 1, "it is still no letter"
    await run(db, "update parked set body = $1 where type = 'unreadable'", told("C", 1).encoded())
    assert await redrive(desk, "WORKFLOW", subject) == {"handled": 1, "parked": 0, "error": None}
    assert (await in_order(db))["C"] == [1]


async def test_a_redrive_of_nothing_leaves_no_trace(desk: httpx2.AsyncClient, db: Database) -> None:
    assert await redrive(desk, "workflow", "Z") == {"handled": 0, "parked": 0, "error": None}
    assert await run(db, "select 1 from fence where subject = 'Z'") == []


async def test_what_is_parked_while_a_redrive_waits_its_turn_is_taken_up_with_the_rest(
    desk: httpx2.AsyncClient, db: Database, hand: Hand
) -> None:
    hand.breaks_on = []
    async with db.transaction() as tx:  # a batch in work: it holds the fence, and parks what comes behind the poison
        await tx.execute("select 1 from fence where subject = 'A' for update")
        redriving = asyncio.create_task(redrive(desk, "workflow", "A"))

        async def waits() -> bool:
            return bool(await run(db, "select 1 from pg_stat_activity where wait_event_type = 'Lock'"))

        await eventually(waits)
        await fence.park(tx, told("A", 5), "behind")
    assert await redriving == {"handled": 4, "parked": 0, "error": None}


async def test_only_admin_reads_and_redrives_and_management_sees_how_it_is(desk: httpx2.AsyncClient) -> None:
    body = {"source": "workflow", "subject": "A"}
    for role, expected in (("ADMIN", (200, 200, 200)), ("MANAGEMENT", (403, 403, 200)), ("PIC", (403, 403, 403))):
        who = as_staff(role)
        answers = (
            await desk.get("/v1/dead-letters", headers=who),
            await desk.post("/v1/dead-letters/redrive", json=body, headers=who),
            await desk.get("/v1/health", headers=who),
        )
        assert tuple(answer.status_code for answer in answers) == expected, role
    assert (await desk.get("/v1/health")).status_code == 401
    portal = {"X-Service-Token": keys.SERVICE_TOKEN}
    assert (await desk.get("/v1/health", headers=portal)).status_code == 200, "the portal asks of its own accord"
    assert (await desk.get("/v1/dead-letters", headers=portal)).status_code == 401, "and for nothing more"


async def test_how_a_service_is_says_what_waits_and_for_how_long(desk: httpx2.AsyncClient) -> None:
    async def sizes() -> dict[str, int]:
        told_back = (await desk.get("/v1/health", headers=as_staff("ADMIN"))).json()
        return {one["of"]: one["count"] for one in told_back["backlogs"]}

    async def said() -> bool:
        return await sizes() == {"stream:WORKFLOW": 0, "parked": 4, "early": 1}

    await until(said)
    metrics = (await desk.get("/metrics")).text
    assert 'backlog_size{of="parked"} 4.0' in metrics
    assert "db_connections_in_use" in metrics


async def test_a_broker_that_is_away_is_unknown_and_not_nothing(db: Database, database: infra.Database) -> None:
    consumer = a_consumer(db, Bus("nats://127.0.0.1:1", name="notify"))
    async with a_service(database.url("notify"), hearing=[consumer]) as client:
        told_back = (await client.get("/v1/health", headers={"X-Service-Token": keys.SERVICE_TOKEN})).json()
        assert {"of": "stream:WORKFLOW", "count": None, "oldest_seconds": None} in told_back["backlogs"]
        assert 'backlog_size{of="stream:WORKFLOW"} NaN' in (await client.get("/metrics")).text


@pytest.mark.usefixtures("desk")
async def test_the_subjects_of_what_is_parked_are_named(db: Database) -> None:
    async with db.transaction() as tx:
        assert sorted(await parked.subjects(tx)) == [
            ("WORKFLOW", "unreadable:workflow.00.thing.told"),
            ("workflow", "A"),
            ("workflow", "B"),
        ]
        assert await parked.subjects(tx, "A") == [("workflow", "A")]

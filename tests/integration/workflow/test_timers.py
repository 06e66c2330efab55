"""Timers fire by the database's clock, each once in effect, whoever fires them and whatever happens meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.workflow.domain import acts, plan
from services.workflow.domain.given import Given
from services.workflow.handlers import acting, times
from services.workflow.handlers import complaints as handlers
from services.workflow.machine import Action
from services.workflow.store import complaints, facts
from services.workflow.store import record as store
from services.workflow.timers import Clockwork
from shared.auth import Caller
from shared.db import Database
from shared.events import REGISTER
from shared.events.complaint import ComplaintEvent
from shared.events.intake import ComplainantActed
from tests.integration.workflow.office import NUMBER, SOLUTION, Office, a_number, from_intake
from tests.support import infra
from tests.support.eventually import eventually

LONG_AGO = timedelta(days=60)


@pytest.fixture
async def still(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose own clockwork does nothing: the test fires."""

    async def nothing(*_: Any) -> tuple[int, int]:
        return 0, 0

    monkeypatch.setattr(Clockwork, "_sweep", nothing)
    return office


@pytest.fixture
async def replicas(database: infra.Database) -> AsyncIterator[list[Database]]:
    """Three more processes' worth of connections."""
    pools = [Database(database.url("workflow"), name=f"replica{n}", size=2) for n in range(3)]
    for pool in pools:
        await pool.open()
    yield pools
    for pool in pools:
        await pool.close()


async def types(office: Office, number: str = NUMBER) -> list[str]:
    rows = await office.rows("select type from event where number = $1 order by sequence", number)
    return [row["type"].removeprefix("complaint.") for row in rows]


async def fire_all(pool: Database, limit: int = 20) -> int:
    fired = 0
    while True:
        async with pool.transaction() as tx:
            done = (await times.fire_due(tx, limit)).timers
        if not done:
            return fired
        fired += done


async def test_what_nobody_picks_up_escalates_by_itself_to_admin_then_to_management(office: Office) -> None:
    await office.file()
    await office.advance(21)

    async def escalated() -> bool:
        return (await types(office)).count("escalated") == 2

    await eventually(escalated)
    events = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"]
    told = [one["data"] for one in events if one["type"] == "complaint.escalated"]
    assert [(one["level"], one["cause"]["rule"], one["cause"]["tells"]) for one in told] == [
        (1, "assign.escalate1", "ADMIN"),
        (2, "assign.escalate2", "MANAGEMENT"),
    ]
    assert all((one["actor"]["role"], one["actor"]["id"]) == ("SYSTEM", None) for one in told)
    assert (await office.rows("select timer_at from complaint"))[0]["timer_at"] is None, "and no more"


async def test_a_timer_is_armed_with_the_version_it_belongs_to(still: Office) -> None:
    await still.file()
    first = (await still.rows("select timer_at, timer_rule from complaint"))[0]
    assert first["timer_rule"].startswith("assign.")
    await still.assign()
    await still.do("pic", "request_close", text="Cuba.", solution=SOLUTION)
    second = (await still.rows("select timer_at, timer_rule from complaint"))[0]
    assert second["timer_rule"] == "close.remind1"
    await still.complainant("close")
    assert (await still.rows("select timer_at, timer_rule from complaint"))[0] == {"timer_at": None, "timer_rule": None}


async def test_three_replicas_fire_many_timers_once_each(still: Office, replicas: list[Database]) -> None:
    numbers = [a_number(position) for position in range(1, 201)]
    for number in numbers:
        await still.file(number, submitted_at=datetime.now(UTC) - LONG_AGO)
    fired = await asyncio.gather(*(fire_all(pool) for pool in replicas))
    assert sum(fired) == 2 * len(numbers), "to Admin, then to Management"
    rows = await still.rows("select number, type from event where type = 'complaint.escalated'")
    assert Counter(row["number"] for row in rows) == dict.fromkeys(numbers, 2)
    assert all(count > 0 for count in fired), "all of them had a share"
    versions = await still.rows("select number, version from complaint where version <> 3")
    assert versions == []


async def test_after_an_outage_each_complaints_timers_fire_in_the_order_they_were_due(
    still: Office, replicas: list[Database]
) -> None:
    numbers = [a_number(position) for position in range(1, 31)]
    for days, number in enumerate(numbers):
        await still.file(number, submitted_at=datetime.now(UTC) - LONG_AGO - timedelta(days=days))
    await asyncio.gather(*(fire_all(pool, limit=3) for pool in replicas))
    for number in numbers:
        rows = await still.rows("select body from event where number = $1 and sequence > 1 order by sequence", number)
        causes = [opened(row["body"]).cause for row in rows]
        assert [one.rule for one in causes] == ["assign.escalate1", "assign.escalate2"]
        assert causes[0].at < causes[1].at


def opened(body: bytes) -> Any:
    from shared.envelope import decode

    envelope = decode(body)
    return envelope.open_as(REGISTER[envelope.dataschema])


async def test_a_lapse_that_races_with_her_answer_comes_first_or_not_at_all(
    still: Office, replicas: list[Database]
) -> None:
    numbers = [a_number(position) for position in range(1, 31)]
    for number in numbers:
        await still.bring(number, "MOHON_TUTUP")
    await still.advance(40)
    await fire_all(replicas[0])  # the reminder and the notice
    await still.advance(20)

    async def she_answers(number: str) -> None:
        said = ComplainantActed(number=number, message=str(uuid7()), action="not_solved", text="Belum.", proof="link")
        async with replicas[1].transaction() as tx:
            await handlers.take_message(tx, said, from_intake(said, number, 2))

    await asyncio.gather(fire_all(replicas[2]), *(she_answers(number) for number in numbers))
    ways: Counter[tuple[str, ...]] = Counter()
    for number in numbers:
        after = (await types(still, number))[(await types(still, number)).index("close_requested") + 1 :]
        ways[tuple(one for one in after if one != "reminded")] += 1
    assert set(ways) <= {("not_solved",), ("lapsed", "message_held")}
    assert sum(ways.values()) == len(numbers)


async def test_of_a_thousand_escalations_that_race_with_an_assignment_each_comes_first_or_not_at_all(
    still: Office, replicas: list[Database]
) -> None:
    numbers = [a_number(position) for position in range(1, 1001)]
    long_ago = datetime.now(UTC) - LONG_AGO
    for number in numbers:
        await still.file(number, submitted_at=long_ago)
    admin = Caller(still.ids["admin"], str(uuid7()), "Rohani", frozenset({"ADMIN"}), frozenset())
    waiting = iter(numbers)

    async def hand_out(pool: Database) -> None:
        for number in waiting:
            async with pool.transaction() as tx:
                await acting.act(
                    tx,
                    number,
                    Action.ASSIGN,
                    Given(),
                    admin,
                    pic=still.ids["pic"],
                    version=1,
                    keyring=still.app.state.keys.sealing,
                    correlation=str(uuid7()),
                )

    await asyncio.gather(hand_out(replicas[0]), hand_out(replicas[1]), fire_all(replicas[2]))
    rows = await still.rows(
        "select string_agg(split_part(type, '.', 2), ' ' order by sequence) as way from event group by number"
    )
    ways = Counter(row["way"] for row in rows)
    assert set(ways) <= {
        "received assigned",
        "received escalated assigned",
        "received escalated escalated assigned",
    }, "nothing was escalated for want of an assignment after it"
    assert sum(ways.values()) == len(numbers)


async def test_one_complaint_that_cannot_be_decided_stops_no_others_timer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = a_number(1), [a_number(position) for position in range(2, 6)]
    really = plan.firing

    def failing(complaint: Any, *rest: Any) -> Any:
        if complaint.number == bad:
            raise ValueError("nobody can decide this")
        return really(complaint, *rest)

    monkeypatch.setattr(plan, "firing", failing)
    for number in (bad, *good):
        await office.file(number)
    await office.advance(21)

    async def others_escalated() -> bool:
        return all([(await types(office, number)).count("escalated") == 2 for number in good])

    await eventually(others_escalated, within=60)
    assert await types(office, bad) == ["received"]
    monkeypatch.setattr(plan, "firing", really)
    await office.advance(1)

    async def taken_up() -> bool:
        return "escalated" in await types(office, bad)

    await eventually(taken_up, within=60)


async def test_a_declared_holiday_moves_every_open_deadline_and_says_which(still: Office) -> None:
    for position in range(1, 4):
        await still.bring(a_number(position), "RUJUKAN_IMPLEMENTOR")
    await still.bring(a_number(4), "MOHON_TUTUP")
    due = datetime.fromisoformat((await still.get("admin", f"/v1/complaints/{a_number(1)}")).json()["due"])
    day = due.date().isoformat()
    preview = await still.client.get("/v1/calendar/kelantan/preview", params={"day": day}, headers=still.as_("admin"))
    assert {one["number"] for one in preview.json()["moved"]} == {a_number(position) for position in range(1, 4)}
    assert "rescheduled" not in await types(still, a_number(1)), "looking changes nothing"
    answer = await still.post(
        "admin", "/v1/calendar/kelantan/holidays", {"day": day, "name": "Cuti peristiwa", "why": "Piala Malaysia"}
    )
    assert answer.json()["moved"] == preview.json()["moved"]
    for one in answer.json()["moved"]:
        now = (await still.get("admin", f"/v1/complaints/{one['number']}")).json()
        assert datetime.fromisoformat(now["due"]) == datetime.fromisoformat(one["after"]) > due
        assert (await types(still, one["number"]))[-1] == "rescheduled"
    gone = await still.client.delete(f"/v1/calendar/kelantan/holidays/{day}", headers=still.as_("admin"))
    assert {one["number"] for one in gone.json()["moved"]} == {a_number(position) for position in range(1, 4)}
    assert datetime.fromisoformat((await still.get("admin", f"/v1/complaints/{a_number(1)}")).json()["due"]) == due
    decided = (await still.get("management", "/v1/calendar/kelantan/decisions")).json()["items"]
    assert [(one["name"], one["body"]["declared"]) for one in decided] == [
        ("Rohani binti Salleh", False),
        ("Rohani binti Salleh", True),
    ]


async def test_a_breach_that_was_reported_stays_as_it_was_reported(still: Office, replicas: list[Database]) -> None:
    await still.file(submitted_at=datetime.now(UTC) - LONG_AGO)
    due = (await still.get("admin", f"/v1/complaints/{NUMBER}")).json()["due"]
    await fire_all(replicas[0])
    day = datetime.fromisoformat(due).date().isoformat()
    answer = await still.post(
        "admin", "/v1/calendar/kelantan/holidays", {"day": day, "name": "Lewat", "why": "Diisytihar lewat"}
    )
    assert answer.json()["moved"] == []
    assert (await still.get("admin", f"/v1/complaints/{NUMBER}")).json()["due"] == due


async def test_the_record_alone_gives_the_same_timers(still: Office, replicas: list[Database]) -> None:
    for position, state in enumerate(("BARU", "INPROGRESS", "TINDAKAN_VENDOR", "MOHON_TUTUP", "DITUTUP"), 1):
        await still.bring(a_number(position), state)
    await still.advance(30)
    await fire_all(replicas[0])
    async with replicas[0].transaction() as tx:
        rules = (await facts.known(tx)).rules
        for row in await still.rows("select number, timer_at, timer_rule from complaint"):
            record = [opened(letter.encoded()) for letter in await store.history(tx, row["number"])]
            assert all(isinstance(event, ComplaintEvent) for event in record)
            again = acts.replayed(record)
            loaded = await complaints.load(tx, row["number"])
            assert loaded is not None
            assert again == loaded.complaint
            timer = plan.next_of(again, rules)
            assert (timer.at, timer.rule.id) == (row["timer_at"], row["timer_rule"]) if timer else not row["timer_at"]


async def test_open_complaints_of_before_there_were_timers_get_theirs_at_start(still: Office) -> None:
    from services.workflow.handlers import office as house

    await still.file()
    async with still.app.state.db.transaction() as tx:
        await complaints.set_timers(tx, [(NUMBER, None)])
        await house.found(tx, correlation=str(uuid7()))
    assert (await still.rows("select timer_rule from complaint"))[0]["timer_rule"] is not None


async def test_a_set_of_rules_with_a_hole_is_refused_with_which_and_why(still: Office) -> None:
    found = (await still.get("admin", "/v1/time-rules")).json()
    rules = [one for one in found["rules"] if one["id"] != "close.lapse"]
    rules[1] = rules[1] | {"tells": "VENDOR"}
    answer = await still.client.put("/v1/time-rules", json={"rules": rules, "why": "Cuba"}, headers=still.as_("admin"))
    assert answer.status_code == 422
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == {
        ("close", "no_timer"),
        (rules[1]["id"], "nobody_holds_it"),
    }
    assert (await still.get("admin", "/v1/time-rules")).json() == found, "nothing of it was taken"


async def test_changed_rules_count_at_once_and_are_on_record(still: Office) -> None:
    await still.bring(NUMBER, "MOHON_TUTUP")
    before = (await still.rows("select timer_at from complaint"))[0]["timer_at"]
    found = (await still.get("admin", "/v1/time-rules")).json()
    rules = [one | ({"days": 1} if one["id"] == "close.remind1" else {}) for one in found["rules"]]
    body = {"rules": rules, "why": "Ingatkan lebih awal"}
    assert (await still.client.put("/v1/time-rules", json=body, headers=still.as_("pic"))).status_code == 403
    assert (await still.client.put("/v1/time-rules", json=body, headers=still.as_("admin"))).status_code == 200
    assert (await still.rows("select timer_at from complaint"))[0]["timer_at"] < before
    assert (await still.get("admin", "/v1/time-rules")).json()["revision"] == 2
    (decided,) = (await still.get("admin", "/v1/settings/decisions")).json()["items"]
    assert (decided["name"], decided["why"], decided["body"]["revision"]) == (
        "Rohani binti Salleh",
        "Ingatkan lebih awal",
        2,
    )


async def test_the_schedule_says_what_comes_next_and_what_became_of_every_rule(
    still: Office, replicas: list[Database]
) -> None:
    await still.file(submitted_at=datetime.now(UTC) - LONG_AGO)
    await fire_all(replicas[0])
    found = (await still.get("admin", f"/v1/complaints/{NUMBER}/schedule")).json()
    standing = {one["rule"]: one["standing"] for one in found["rules"]}
    assert (standing["assign.escalate1"], standing["assign.escalate2"]) == ("fired", "fired")
    assert standing["close.lapse"] == "clock_not_running"
    (clock,) = found["clocks"]
    assert clock["clock"] == "assign"
    assert clock["left"] < 0
    await still.bring(a_number(2), "INPROGRESS")
    await still.do("pic", "request_close", a_number(2), text="Cuba.", solution=SOLUTION)
    waits = (await still.get("pic", f"/v1/complaints/{a_number(2)}/schedule")).json()["rules"]
    assert [one["rule"] for one in waits if one["standing"] == "waits"] == [
        "close.remind1",
        "close.notice",
        "close.lapse",
    ]
    for nobody in ("vendor", "other_pic"):
        assert (await still.get(nobody, f"/v1/complaints/{a_number(2)}/schedule")).status_code == 404

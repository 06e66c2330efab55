"""What intake hears from workflow, and that hearing it twice changes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.office import ZONE
from services.intake.store import mails
from services.intake.store.copies import Known
from services.intake.store.mails import Mail
from services.intake.subscriptions import HEARS
from shared.bus import fence
from shared.db import Database as Pool
from shared.envelope import Event, is_reference
from shared.events import REGISTER
from shared.events.mails import StaffMailRefused
from shared.events.reference import CalendarSaved, SettingsSaved
from tests.integration.intake.desk import Intake
from tests.integration.intake.stream import CALENDAR, letter, say_as_workflow
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database

SETTINGS = SettingsSaved(first_answer_days=5, solve_days={})
MESSAGE = "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"
REFUSED = StaffMailRefused(
    message=MESSAGE,
    number="HD-2026-000001-Z",
    staff=MESSAGE,
    at=datetime.now(UTC),
    code="not_found",
    why_ms="Rekod tidak dijumpai.",
    why_en="No such record.",
)
EXAMPLES: dict[type[Event], tuple[Event, str]] = {
    CalendarSaved: (CALENDAR, "kelantan"),
    SettingsSaved: (SETTINGS, "settings"),
    StaffMailRefused: (REFUSED, MESSAGE),
}


def test_every_event_heard_has_an_example_here() -> None:
    assert EXAMPLES.keys() == HEARS.keys()


async def test_the_answer_is_due_by_what_workflow_says_of_days(intake: Intake, broker: Broker) -> None:
    today = datetime.now(UTC).astimezone(ZONE).date()
    rest = tuple(today + timedelta(days=ahead) for ahead in range(1, 20))
    calendar = CalendarSaved(name="kelantan", zone="Asia/Kuala_Lumpur", weekend=(), holidays=rest)
    await say_as_workflow(broker, letter(calendar, "kelantan"), letter(SETTINGS, "settings"))
    due = datetime.combine(today + timedelta(days=24), time(17), ZONE)

    async def said_so() -> None:
        assert datetime.fromisoformat((await intake.filed())["answer_by"]) == due

    await _until(said_so)


async def _until(condition: Callable[[], Any]) -> None:
    await eventually(condition)


async def test_the_vendors_calendar_is_none_of_ours(intake: Intake, broker: Broker) -> None:
    vendors = CalendarSaved(name="vendor", zone="Asia/Kuala_Lumpur", weekend=(5, 6), holidays=())
    await say_as_workflow(broker, letter(vendors, "vendor"), letter(CALENDAR, "kelantan"))

    async def kept() -> None:
        assert [row["name"] for row in await intake.rows("select name from calendar_copy")] == ["kelantan"]

    await _until(kept)


@pytest.mark.parametrize("kind", HEARS)
async def test_hearing_it_twice_changes_nothing(database: Database, kind: type[Event]) -> None:
    event, subject = EXAMPLES[kind]
    pool = Pool(database.url("intake"), name="test")
    await pool.open()
    try:
        one = letter(event, subject, sequence=3 if is_reference(kind.wire) else 1)
        async with pool.transaction() as tx:
            said = Mail(
                id=UUID(MESSAGE), key="k", status="said", number=REFUSED.number, person=MESSAGE, message=MESSAGE
            )
            await mails.add(tx, said)
        async with pool.transaction() as tx:
            assert await fence.accept(tx, [one], HEARS, REGISTER) == [one]
        once = await _copies(pool)
        async with pool.transaction() as tx:
            assert await fence.accept(tx, [one], HEARS, REGISTER) == []
        async with pool.transaction() as tx:
            await HEARS[kind](tx, event, one)
        assert await _copies(pool) == once
        assert any(once)
    finally:
        await pool.close()


async def test_an_older_fact_never_replaces_a_newer_one(database: Database) -> None:
    pool = Pool(database.url("intake"), name="test")
    await pool.open()
    older = CalendarSaved(name="kelantan", zone="Asia/Kuala_Lumpur", weekend=(5, 6), holidays=(date(2026, 1, 1),))
    try:
        async with pool.transaction() as tx:
            await HEARS[CalendarSaved](tx, CALENDAR, letter(CALENDAR, "kelantan", 2))
            await HEARS[CalendarSaved](tx, older, letter(older, "kelantan", 1))
            await HEARS[SettingsSaved](tx, SETTINGS, letter(SETTINGS, "settings", 2))
            await HEARS[SettingsSaved](tx, SettingsSaved(solve_days={}), letter(SETTINGS, "settings", 1))
            office = await Known().office(tx)
        assert office.calendar.weekend == frozenset({4, 5})
        assert office.calendar.holidays == frozenset(CALENDAR.holidays)
        assert office.first_answer_days == 5
    finally:
        await pool.close()


async def _copies(pool: Pool) -> list[list[dict[str, Any]]]:
    async with pool.transaction() as tx:
        return [
            [dict(row) for row in await tx.fetch(f"select * from {table}")]
            for table in ("calendar_copy", "settings_copy", "mail")
        ]

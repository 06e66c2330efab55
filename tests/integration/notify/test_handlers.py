"""What is heard twice plans nothing more, with the fence and without it; the schema is the one the store knows."""

from datetime import timedelta
from uuid import uuid4

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.notify.domain.texts import ZONE
from services.notify.store.tables import metadata
from services.notify.subscriptions import HEARS
from shared.envelope import Event, schema_of
from shared.events import REGISTER, intake
from shared.events.accounts import PasswordChanged
from shared.events.intake import MailBounced, MailHeld
from shared.events.reference import Away, CalendarSaved, SettingsSaved
from tests.integration.notify.conftest import Desk, a_reset, staff
from tests.support import complaints
from tests.support.complaints import NUMBER, a_whole_course, sealed

COUNTS = """
    select (select count(*) from alert) as alerts, (select count(*) from delivery) as deliveries,
        (select count(*) from complaint) as complaints, (select count(*) from staff) as staff,
        (select count(*) from module) as modules, (select count(*) from vendor_desk) as desks
"""


async def test_every_handler_run_twice_plans_nothing_more(desk: Desk) -> None:
    letters = [
        *a_whole_course().envelopes(),
        sealed(intake.TrackingLinkRequested(number=NUMBER), subject="request-1", source="intake"),
        sealed(PasswordChanged(staff=complaints.SITI.id, at=complaints.SUNDAY, by="self"), subject="change-1"),
        sealed(a_reset(complaints.SITI), subject="request-2"),
        sealed(
            MailBounced(delivery=str(uuid4()), status="5.1.1", at=complaints.SUNDAY), subject="report", source="intake"
        ),
        sealed(MailHeld(reason="stranger", at=complaints.SUNDAY, number=NUMBER), subject="held", source="intake"),
    ]
    others = [
        sealed(complaints.a_staff_member(complaints.SITI, "PIC"), 2),
        sealed(complaints.a_form(), 2, source="intake"),
        sealed(SettingsSaved(solve_days={}, vendor_email="helpdesk@ttsb.example"), subject="settings"),
        sealed(
            CalendarSaved(name="kelantan", zone="Asia/Kuala_Lumpur", weekend=(4, 5), holidays=()), subject="kelantan"
        ),
    ]
    heard: set[type[Event]] = {REGISTER[letter.dataschema] for letter in (*letters, *others)}
    assert heard == set(HEARS), f"not told of: {[schema_of(kind) for kind in set(HEARS) - heard]}"
    await desk.hear(*letters, *others)
    (once,) = await desk.rows(COUNTS)
    await desk.hear(*letters, *others)
    async with desk.db.transaction() as tx:
        for letter in (*letters, *others):
            kind = REGISTER[letter.dataschema]
            await HEARS[kind](tx, letter.open_as(kind), letter)
    (twice,) = await desk.rows(COUNTS)
    assert twice == once
    assert once["deliveries"] > 40


async def test_a_corrected_module_is_told_with_its_new_name(desk: Desk) -> None:
    await desk.hear(*a_whole_course().envelopes())
    (row,) = await desk.rows("select module, module_ms, module_en from complaint")
    assert tuple(row) == ("gl", "Lejar Am", "General Ledger")


async def test_the_migrated_schema_is_the_one_the_store_knows(desk: Desk) -> None:
    engine = create_async_engine(desk.infra.url("notify").replace("postgresql://", "postgresql+asyncpg://"))

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _object, name, kind, reflected, _to: (
                    not (kind == "table" and reflected and name not in metadata.tables)
                ),
                "compare_server_default": True,
            },
        )
        return list(compare_metadata(context, metadata))

    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


async def test_the_deputy_of_an_absent_pic_is_told_in_their_stead(desk: Desk) -> None:
    course = a_whole_course().envelopes()
    on = complaints.SUNDAY.astimezone(ZONE).date()
    days = Away(from_=on - timedelta(days=400), until=on + timedelta(days=400), deputy=complaints.SITI.id)
    await desk.hear(
        sealed(staff(complaints.SITI, "PIC"), 2),
        sealed(staff(complaints.RASHID, "PIC", away=(days,)), 2),
        *course,
    )
    rows = await desk.rows(
        "select distinct recipient, coalesce(reason, '') as reason from delivery"
        " where audience = 'pic' and (reason is null or reason = 'absent')"
    )
    told = {row["recipient"] for row in rows if not row["reason"]}
    assert told == {f"staff:{complaints.SITI.id}"}
    assert {row["recipient"] for row in rows if row["reason"] == "absent"} == {f"staff:{complaints.RASHID.id}"}

"""Events become rows, once, whatever their kind."""

from collections import Counter
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from services.query.store import projection, tables
from services.query.subscriptions import HEARS, UNHEARD
from shared.db import Database
from shared.envelope import Envelope
from shared.events import INTAKE, REFERENCE, REGISTER, WORKFLOW, workflow
from shared.events.reference import SettingsSaved
from tests.integration.query.conftest import forget, hear, hear_course, model
from tests.support import infra
from tests.support.complaints import (
    EMAIL,
    IC,
    PHONE,
    RASHID,
    SUNDAY,
    Course,
    a_calendar,
    a_form,
    a_solution,
    a_staff_member,
    a_whole_course,
    an_event,
    sealed,
)

POSTGRES = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
FACTS = [
    sealed(a_form(), subject="form", source="intake"),
    sealed(a_staff_member(RASHID, "PIC")),
    sealed(a_calendar(), subject="kelantan"),
    sealed(SettingsSaved(solve_days={"Tinggi": 3}), subject="settings"),
    sealed(a_solution()),
]


def everything() -> list[Envelope]:
    return [*FACTS, *a_whole_course().envelopes()]


def test_every_event_said_is_heard_or_named_as_unheard() -> None:
    assert {*HEARS, *UNHEARD} == {*WORKFLOW, *REFERENCE}
    assert not HEARS.keys() & {*UNHEARD, *INTAKE}
    assert {type(event) for event in a_whole_course().events} == {*WORKFLOW}, "a whole course meets every kind"


async def test_every_event_becomes_an_entry_and_moves_its_complaint(db: Database) -> None:
    course = a_whole_course()
    for event, letter in zip(course.events, course.envelopes(), strict=True):
        assert await hear(db, letter) == [letter]
        rows = await model(db)
        row, entry = rows["complaint"][0], rows["entry"][-1]
        assert (entry["sequence"], entry["kind"]) == (letter.sequence, event.wire.removeprefix("complaint."))
        assert (entry["text"], entry["audience"]) == (event.text, list(event.audience))
        assert (row["version"], row["state"], row["phase"]) == (letter.sequence, event.to, event.phase)
        assert (row["custodian"], row["outcome"], row["due"]) == (event.custodian, event.outcome, event.due)
        assert (row["seen_by"], row["can"]) == (sorted(event.seen_by), list(event.can))
        assert row["pic_id"] == (event.pic.id if event.pic else None)


async def test_handling_every_event_twice_changes_nothing_the_second_time(db: Database) -> None:
    for letter in everything():
        event = letter.open_as(REGISTER[letter.dataschema])
        async with db.transaction() as tx:
            await HEARS[type(event)](tx, event, letter)
        once = await model(db)
        async with db.transaction() as tx:
            await HEARS[type(event)](tx, event, letter)
        assert await model(db) == once, letter.type


async def test_an_old_event_that_comes_again_does_not_turn_the_model_back(db: Database) -> None:
    course = a_whole_course()
    await hear_course(db, course)
    once = await model(db)
    for letter in course.envelopes():
        event = letter.open_as(REGISTER[letter.dataschema])
        async with db.transaction() as tx:
            await HEARS[type(event)](tx, event, letter)
    assert await model(db) == once


async def test_events_in_any_order_and_number_give_the_same_model(db: Database) -> None:
    letters = a_whole_course().envelopes()
    await hear(db, *reversed(letters), *letters[::3])
    shuffled = await model(db)
    await forget(db)
    await hear(db, *letters)
    assert await model(db) == shuffled


async def test_an_event_of_an_unknown_complaint_is_loud(db: Database) -> None:
    stray = an_event(workflow.Started)
    with pytest.raises(projection.Missing):
        async with db.transaction() as tx:
            await HEARS[workflow.Started](tx, stray, sealed(stray, 2))


async def test_endings_are_counted_and_their_times_kept(db: Database) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.CloseRequested, "MOHON_TUTUP")
    course.say(workflow.Lapsed, "SELESAI")
    lapsed = course.last.at
    course.say(workflow.Rated).say(workflow.Sealed, "DITUTUP")
    closed = course.last.at
    await hear_course(db, course)
    row = (await model(db))["complaint"][0]
    assert (row["closing"], row["rated"], row["ended_at"], row["closed_at"]) == (1, True, lapsed, closed)
    assert row["state_since"] == closed

    course.say(workflow.Reopened, "INPROGRESS")
    await hear_course(db, course)
    row = (await model(db))["complaint"][0]
    assert (row["closing"], row["rated"], row["ended_at"], row["closed_at"]) == (1, False, None, None)

    course.say(workflow.Closed, "DITUTUP")
    await hear_course(db, course)
    assert (await model(db))["complaint"][0]["closing"] == 2


async def test_the_complainants_own_deadline_stands_while_they_have_the_ball(db: Database) -> None:
    until = SUNDAY + timedelta(days=14)
    course = Course().say(workflow.Assigned, "DIAGIHKAN")
    course.say(workflow.FeedbackAsked, "MOHON_MAKLUMBALAS", answer_by=until).say(workflow.Noted)
    await hear_course(db, course)
    assert (await model(db))["complaint"][0]["reply_by"] == until
    await hear_course(db, course.say(workflow.Answered, "INPROGRESS"))
    assert (await model(db))["complaint"][0]["reply_by"] is None


async def test_the_holder_is_whoever_has_the_ball(db: Database) -> None:
    course = a_whole_course()
    holders = []
    for letter in course.envelopes():
        await hear(db, letter)
        holders.append((await model(db))["complaint"][0]["holder"])
    said = [{"PIC": event.pic, "IMPLEMENTOR": event.claimant}.get(event.custodian or "") for event in course.events]
    assert holders == [person.id if person else None for person in said]
    assert {"s-siti", "s-rashid", "s-iman", None} == set(holders)


async def test_what_is_counted_sums_to_what_is_there_folded_or_not(db: Database) -> None:
    courses = [a_whole_course(f"HD-2026-{n:06}-X") for n in range(4)]
    letters = [letter for course in courses for letter in course.envelopes()]
    for cut in (5, 30, 31, 90, len(letters)):
        await hear(db, *letters[:cut])
        rows = await model(db)
        there = {"tally": Counter(map(_counted, rows["complaint"])), "deadlines": Counter()}
        there["deadlines"].update(_hour(row) for row in rows["complaint"] if row["due"])
        for table, key in (("tally", _counted), ("deadlines", _hour)):
            assert {key(row): row["n"] for row in rows[table]} == there[table]
        async with db.transaction() as tx:
            await projection.fold(tx)
            for table, counts in there.items():
                assert await tx.fetchval(f"select count(*) from {table}") == len(counts)
        folded = await model(db)
        assert [folded[table] for table in there] == [rows[table] for table in there]


def _counted(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row["seen_by"]), row["open"], row["custodian"], row["holder"], row["first_act"]


def _hour(row: dict[str, Any]) -> tuple[Any, ...]:
    hour = row["hour"] if "hour" in row else row["due"].replace(minute=0, second=0, microsecond=0)
    return hour, tuple(row["seen_by"])


async def test_no_table_holds_a_plain_ic_phone_or_mail(db: Database, database: infra.Database) -> None:
    await hear(db, *everything())
    canaries = (IC, "800101-99-0001", PHONE, PHONE.removeprefix("+"), EMAIL, "aminah.ali@kelantan.gov.my")
    connection = await asyncpg.connect(database.admin_url)
    try:
        found = await connection.fetch("select tablename from pg_tables where schemaname = 'query'")
        assert {row["tablename"] for row in found} >= {"complaint", "entry", "words", "parked"}
        for row in found:
            dump = await connection.fetchval(f"select string_agg(t::text, ' ') from query.{row['tablename']} t")
            assert not [canary for canary in canaries if canary in (dump or "")], row["tablename"]
    finally:
        await connection.close()


async def test_a_sealed_contact_is_not_copied_either(db: Database) -> None:
    course = a_whole_course()
    await hear_course(db, course)
    received = course.events[0]
    assert isinstance(received, workflow.Received)
    rows = str((await model(db)).values())
    assert received.contact.ic_sealed not in rows
    assert "_sealed" not in rows


async def test_the_store_knows_its_tables_as_the_migrations_make_them(database: infra.Database) -> None:
    def made(connection: Connection) -> dict[str, dict[str, tuple[str, bool, bool]]]:
        inspector = inspect(connection)
        return {
            table: {
                column["name"]: (
                    column["type"].compile(POSTGRES),
                    column["nullable"],
                    column["name"] in inspector.get_pk_constraint(table)["constrained_columns"],
                )
                for column in inspector.get_columns(table)
            }
            for table in inspector.get_table_names()
        }

    engine = create_async_engine(database.url("query").replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        migrated = await connection.run_sync(made)
    await engine.dispose()
    known = {
        table.name: {
            column.name: (column.type.compile(POSTGRES), bool(column.nullable), column.primary_key)
            for column in table.columns
        }
        for table in tables.metadata.tables.values()
    }
    mechanism = {"fence", "parked", "spent", "alembic_version"}
    assert {name: columns for name, columns in migrated.items() if name not in mechanism} == known

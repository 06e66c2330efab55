"""A newer revision finds a model that was projected before it."""

import asyncpg

from services.query.migrations.v0006_counters import COUNTERS
from shared.db import Database
from tests.integration.query.conftest import hear_course, model
from tests.integration.query.desks import office
from tests.support import infra

BEFORE = """
drop table deadlines;
alter table tally drop column holder, drop column first_act;
create index complaint_by_due_and_readers on complaint (by_due) include (seen_by);
create index complaint_waiting_for_first_act on complaint (custodian, pic_id, claimant_id) where first_act;
"""
"""As far as the revision minds, what was there before it."""


async def test_complaints_that_were_there_are_counted_by_the_counters_that_came_later(
    db: Database, database: infra.Database
) -> None:
    await hear_course(db, *office().values())
    heard = await model(db)
    assert heard["tally"]
    assert heard["deadlines"]
    connection = await asyncpg.connect(database.url("query"))
    try:
        await connection.execute(BEFORE)
        await connection.execute(COUNTERS)
    finally:
        await connection.close()
    assert await model(db) == heard

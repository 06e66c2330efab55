"""The office's facts are kept standing, whatever the database is doing meanwhile."""

import asyncio

import pytest

from services.workflow.timers import House
from shared.blobs.store import Blobs
from shared.blobs.uploads import Uploads
from shared.db import Database
from tests.support import infra
from tests.support.eventually import eventually
from tests.support.farewell import farewell


async def test_a_database_that_is_away_at_the_start_is_waited_for(
    database: infra.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workflow.timers.RETRY_SECONDS", 0.01)
    db = Database(database.url("workflow"), name="test")
    await db.open()
    house = House(db, Uploads(db, Blobs("memory:///"), None), lambda: None)
    keeping: list[asyncio.Task[None]] = []
    try:
        async with farewell(database.admin_url, "workflow", "fact") as met:
            keeping.append(asyncio.create_task(house.keep()))
            await eventually(met)
            assert await house.why_not_ready() == "workflow: calendars and settings are not saved yet"
        async with asyncio.timeout(10):
            await house.until_it_stands()
        assert not keeping[0].done()
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        await db.close()

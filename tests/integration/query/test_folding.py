"""The tally is folded now and then, whatever the database is doing meanwhile."""

import asyncio

from services.query.timers import ENOUGH, Folding
from shared.db import Database
from tests.support import infra
from tests.support.eventually import eventually
from tests.support.farewell import farewell


async def test_a_fold_that_met_a_database_going_away_is_made_up_for_with_the_next_event(
    db: Database, database: infra.Database
) -> None:
    differences = "insert into tally (seen_by, open, first_act, n) values ('{role:ADMIN}', true, true, $1)"
    async with db.transaction() as tx:
        for n in (2, -1):
            await tx.execute(differences, n)

    async def folded() -> bool:
        folding.heard(1)  # the farewell may not have reached it yet: events go on coming
        async with db.transaction() as tx:
            return [row["n"] for row in await tx.fetch("select n from tally")] == [1]

    folding = Folding(db)
    running = asyncio.create_task(folding.run())
    try:
        async with farewell(database.admin_url, "query", "tally") as met:
            folding.heard(ENOUGH)
            await eventually(met)
        await eventually(folded)
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

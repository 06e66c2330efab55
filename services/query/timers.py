"""Housekeeping of the model: the tally's differences are summed once enough of them lie there, and autovacuum has its
tables, whatever became of a rebuild."""

import asyncio

from services.query.store import beside, projection
from shared import logs
from shared.db import Database, is_transient

ENOUGH = 500
AGAIN_SECONDS = 1.0


class Folding:
    """Folds after every few hundred events heard here; a missed fold costs readers microseconds, never a wrong sum."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._heard = ENOUGH
        self._due = asyncio.Event()
        self._log = logs.get("timers")

    def heard(self, events: int) -> None:
        """So many events were projected."""
        self._heard += events
        if self._heard >= ENOUGH:
            self._due.set()

    async def run(self) -> None:
        """Fold when there is enough, until cancelled."""
        while True:
            if await self._keep_house_again():
                break
            await asyncio.sleep(AGAIN_SECONDS)
        while True:
            await self._due.wait()
            self._due.clear()
            self._heard = 0
            try:
                async with self._db.transaction() as tx:
                    await projection.fold(tx)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._heard = ENOUGH  # with the next event heard, and by then the database is back
                self._log.warning("folding.held_up", error=type(error).__name__)

    async def _keep_house_again(self) -> bool:
        """Whether the database was there to do it."""
        try:
            async with self._db.transaction() as tx:
                await beside.keep_house_again(tx)
        except Exception as error:
            if not is_transient(error):
                raise
            self._log.warning("folding.held_up", error=type(error).__name__)
            return False
        return True

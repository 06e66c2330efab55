"""Housekeeping of the model: the tally's differences are summed once enough of them lie there."""

import asyncio

from services.query.store import projection
from shared.db import Database

ENOUGH = 500


class Folding:
    """Folds after every few hundred events heard here; a missed fold costs readers microseconds, never a wrong sum."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._heard = ENOUGH
        self._due = asyncio.Event()

    def heard(self, events: int) -> None:
        """So many events were projected."""
        self._heard += events
        if self._heard >= ENOUGH:
            self._due.set()

    async def run(self) -> None:
        """Fold when there is enough, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            self._heard = 0
            async with self._db.transaction() as tx:
                await projection.fold(tx)

"""Sweeps: input-less and idempotent. The calendars of the coming years, and what may be forgotten."""

import asyncio
from collections.abc import Callable

from uuid_utils.compat import uuid7

from services.workflow.handlers import office
from services.workflow.store import accounts, people
from shared.blobs.uploads import Uploads
from shared.db import Database
from shared.web.edge import forget_answers

SWEEP_SECONDS = 3600.0


class House:
    """Keeps the office's facts standing; nothing is heard before they do."""

    def __init__(self, db: Database, uploads: Uploads, poke: Callable[[], None]) -> None:
        self._db = db
        self._uploads = uploads
        self._poke = poke
        self._stands = asyncio.Event()

    async def keep(self) -> None:
        """At start and every hour: the facts stand, ended sessions and old answers are gone."""
        while True:
            async with self._db.transaction() as tx:
                await office.found(tx, correlation=str(uuid7()))
                await people.forget_ended(tx)
                await accounts.forget_ended(tx)
                await forget_answers(tx)
            self._poke()
            self._stands.set()
            await self._uploads.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def until_it_stands(self) -> None:
        """Wait for the first time."""
        await self._stands.wait()

    async def why_not_ready(self) -> str | None:
        """None once calendars and settings are saved."""
        return None if self._stands.is_set() else "workflow: calendars and settings are not saved yet"

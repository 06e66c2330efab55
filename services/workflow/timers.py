"""The third edge: what is done because time has passed. Input-less and idempotent; any number may run.

`House` keeps the office's facts standing and forgets what may be forgotten; `Clockwork` fires the timers of
complaints by the database's clock.
"""

import asyncio
from collections.abc import Callable

from uuid_utils.compat import uuid7

from services.workflow.handlers import office, times
from services.workflow.store import accounts, complaints, facts, people
from shared import logs
from shared.blobs.uploads import Uploads
from shared.db import Database, is_transient
from shared.web.edge import forget_answers

SWEEP_SECONDS = 3600.0
RETRY_SECONDS = 1.0
BATCH = 100


class House:
    """Keeps the office's facts standing; nothing is heard before they do."""

    def __init__(self, db: Database, uploads: Uploads, poke: Callable[[], None]) -> None:
        self._db = db
        self._uploads = uploads
        self._poke = poke
        self._stands = asyncio.Event()
        self._log = logs.get("timers")

    async def keep(self) -> None:
        """At start and every hour: the facts stand, ended sessions and old answers are gone."""
        while True:
            try:
                await self._sweep()
                wait = SWEEP_SECONDS
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("house.held_up", error=type(error).__name__)
                wait = RETRY_SECONDS
            await asyncio.sleep(wait)

    async def _sweep(self) -> None:
        async with self._db.transaction() as tx:
            await office.found(tx, correlation=str(uuid7()))
            await people.forget_ended(tx)
            await accounts.forget_ended(tx)
            await forget_answers(tx)
        self._poke()
        self._stands.set()
        await self._uploads.sweep()

    async def until_it_stands(self) -> None:
        """Wait for the first time."""
        await self._stands.wait()

    async def why_not_ready(self) -> str | None:
        """None once calendars and settings are saved."""
        return None if self._stands.is_set() else "workflow: calendars and settings are not saved yet"


class Clockwork:
    """Fires timers, some at a time, each batch in one transaction; between batches it keeps to the office's pace."""

    def __init__(self, db: Database, house: House, poke: Callable[[], None], look_seconds: float) -> None:
        self._db = db
        self._house = house
        self._look_seconds = look_seconds
        self._poke = poke
        self._log = logs.get("timers")

    async def run(self) -> None:
        """Fire until cancelled."""
        await self._house.until_it_stands()
        limit = 1
        while True:
            try:
                fired, pace = await self._sweep(limit)
            except Exception as error:
                fired, pace = 0, 0
                self._log.warning("timers.held_up", error=type(error).__name__)
                if not is_transient(error):
                    await self._one_by_one()
            limit = min(BATCH, max(pace // 60, 1)) if pace else BATCH
            if fired:
                self._poke()
            await asyncio.sleep(60.0 * fired / pace if pace else self._look_seconds * (fired == 0))

    async def _sweep(self, limit: int) -> tuple[int, int]:
        async with self._db.transaction() as tx:
            fired = await times.fire_due(tx, limit)
            pace = (await facts.known(tx)).rules.settings.timers_per_minute if fired.timers else 0
        if fired.timers:
            self._log.info("timers.fired", timers=fired.timers, late_seconds=round(fired.late, 1))
        return fired.timers, pace

    async def _one_by_one(self) -> None:
        """A batch that cannot be done is done singly, so that one complaint's fault stops no other's timer; the one
        that fails is tried again later."""
        for _ in range(BATCH):
            try:
                if not await self._fired_or_put_off():
                    return
            except Exception as error:
                if not is_transient(error):
                    raise
                return

    async def _fired_or_put_off(self) -> bool:
        """Whether there was a timer to fire."""
        try:
            fired, _ = await self._sweep(1)
        except Exception as error:
            if is_transient(error):
                raise
            self._log.error("timer.failed", exc_info=error)
            async with self._db.transaction() as tx:
                await complaints.put_off_first_due(tx)
            return True
        return fired > 0

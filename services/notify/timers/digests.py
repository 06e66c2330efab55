"""The digest loop: looks whether a morning's digests are due, whether late events have all come, and whose quiet hours
are over. Input-less and idempotent: any number of replicas may run it, and a digest is still made once.

Business time says when; only the wait for an outage's last events is in real time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

from services.notify.handlers import digests
from services.notify.store import digests as store
from shared import logs
from shared.db import Database, is_transient


class Digests:
    """Makes digests and lets go what was held, until it is stopped."""

    def __init__(
        self,
        db: Database,
        *,
        look_seconds: float,
        settle_seconds: float,
        hearing: Callable[[], Awaitable[bool]],
        poke: Callable[[], None],
    ) -> None:
        self._db = db
        self._idle = look_seconds
        self._settle = settle_seconds
        self._hearing = hearing
        """Whether what happens is heard now."""
        self._poke = poke
        self._late: dict[str, int] = {}
        self._still_since = time.monotonic()
        self._log = logs.get("timers")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self._round()
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("digests.wait", error=type(error).__name__)
            await asyncio.sleep(self._idle)

    async def _round(self) -> None:
        async with self._db.transaction() as tx:
            released = await store.release(tx)
            morning = await digests.morning(tx)
        if released:
            self._poke()
        if morning is None:
            return
        if morning.late != self._late:
            self._late, self._still_since = morning.late, time.monotonic()
        if not morning.done:
            if morning.belated and not await self._settled():
                return
            await self._make(morning)
            async with self._db.transaction() as tx:
                await store.done(tx, morning.day)
        elif morning.late and await self._settled():
            await self._make(morning, only=morning.late.keys())

    async def _settled(self) -> bool:
        """Nothing late has come for a while, and something would be heard if it came."""
        return time.monotonic() - self._still_since >= self._settle and await self._hearing()

    async def _make(self, morning: digests.Morning, only: Collection[str] | None = None) -> None:
        async with self._db.transaction() as tx:
            office = await digests.office(tx)
        made = 0
        for person in office.people:
            if only is not None and person.id not in only:
                continue
            async with self._db.transaction() as tx:
                made += await digests.make(tx, person, morning, office, out_of_turn=only is not None)
            self._poke()
        self._log.info("digests.made", day=morning.day.isoformat(), made=made, out_of_turn=only is not None)

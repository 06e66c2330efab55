"""What follows a message on WhatsApp: receipts move deliveries, who cannot be told this way is told by mail, and who
wrote is thanked while their window is open.

Poked by each webhook, and looking besides. Receipts are kept by the webhook's own transaction and heeded here, so that
the webhook is answered at once, and a receipt that comes before our own books are closed is not lost.
"""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

from services.notify.domain.retries import Fate, Outcome
from services.notify.handlers import news
from services.notify.handlers import whatsapp as handlers
from services.notify.handlers.whatsapp import Secrets
from services.notify.senders.thanks import thanks
from services.notify.senders.whatsapp import Way, WhatsApp
from services.notify.store import receipts, said
from services.notify.store.said import Due
from services.notify.timers.writing import Links
from shared import logs
from shared.db import Database, is_transient
from shared.privacy import Unsealable

BATCH = 100
FORGET_SECONDS = 3_600.0
AGAIN_SECONDS = 30.0
_ENDED = {Fate.SENT: "sent", Fate.UNKNOWN: "unknown"}
_AGAIN = frozenset({Fate.TEMPORARY, Fate.CHANNEL_DOWN})


class Book:
    """Templates and numbers as the sender asks for them, each question a transaction of its own."""

    def __init__(self, db: Database, secrets: Secrets) -> None:
        self._db, self._secrets = db, secrets

    async def way_to(self, delivery: str, message: str, language: str, number: str) -> Way:
        """How this message goes to this number."""
        async with self._db.transaction() as tx:
            return await handlers.way_to(tx, UUID(delivery), message, language, self._secrets.index(number))

    async def refused(self, way: Way, code: int) -> None:
        """This template is not sent until somebody saves the map anew."""
        async with self._db.transaction() as tx:
            await news.template_refused(tx, way.name, way.language, code)


class Aftermath:
    """Runs until it is cancelled. Several may run on one ledger. `patience` is for how many seconds a message waits for
    the channel before it goes by mail; `wake` is called when a mail was planned."""

    def __init__(
        self,
        db: Database,
        sender: WhatsApp,
        secrets: Secrets,
        links: Links,
        *,
        patience: float,
        send_seconds: float,
        sweep_seconds: float,
        wake: Callable[[], None],
    ) -> None:
        self._db, self._sender, self._secrets, self._links = db, sender, secrets, links
        self._patience, self._lease, self._idle = patience, send_seconds * 2 + 30.0, sweep_seconds
        self._wake = wake
        self._poked = asyncio.Event()
        self._forget_at = 0.0
        self._log = logs.get("timers")

    def poke(self) -> None:
        """A webhook has come: look now."""
        self._poked.set()

    async def run(self) -> None:
        """Look, and look again when poked or after a while."""
        while True:
            self._poked.clear()
            try:
                busy = await self._round()
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("aftermath.waits", channel="whatsapp", error=type(error).__name__)
                busy = False
            if not busy:
                await self._pause()

    async def _round(self) -> bool:
        async with self._db.transaction() as tx:
            heeded = await handlers.heed(tx, BATCH)
            given_up = await handlers.give_up_waiting(tx, self._patience)
        if heeded or given_up:
            self._wake()
        async with self._db.transaction() as tx:
            due = await said.claim(tx, BATCH, self._lease)
        for one in due:
            await self._thank(one)
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + FORGET_SECONDS
            async with self._db.transaction() as tx:
                await receipts.forget(tx)
        return bool(heeded or due)

    async def _thank(self, one: Due) -> None:
        try:
            number = self._secrets.keyring.open(one.number_sealed, about=one.wamid, field="phone")
        except Unsealable:
            outcome = Outcome(Fate.NO_ADDRESS, "the number cannot be opened")
        else:
            outcome = await self._sender.say(number, self._words(one), f"said:{one.wamid}"[:500])
        wait = (outcome.wait or AGAIN_SECONDS) * 2.0 ** min(one.tries - 1, 8) if outcome.fate in _AGAIN else None
        async with self._db.transaction() as tx:
            await said.settle(tx, one.wamid, _ENDED.get(outcome.fate, "failed"), outcome, wait)
        fate = "thanked" if outcome.fate is Fate.SENT else "not_thanked"
        self._log.info(fate, channel="whatsapp", complaint=one.complaint)

    def _words(self, one: Due) -> str:
        staff = (one.recipient or "").startswith("staff:")
        if one.complaint is None or (one.submitted_at is None and not staff):
            return thanks("nobody", one.language, number=None, link=self._links.to_search())
        if staff:
            link = self._links.to_staff(one.complaint)
            return thanks("staff", one.language, number=one.complaint, link=link)
        assert one.submitted_at is not None  # noqa: S101 - asked above
        link = self._links.to_thread(one.complaint, one.submitted_at)
        return thanks("complainant", one.language, number=one.complaint, link=link)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._idle):
                await self._poked.wait()
        except TimeoutError:
            return

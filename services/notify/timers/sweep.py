"""The sending sweep of one channel: two commits around every call, attempt, then settle, no transaction open between.

Woken after each commit that plans something, and polling besides: a wake-up that is missed costs latency, never a
message. Every channel has a sweep of its own, so that one that is down or slow never holds another.
"""

import asyncio
import random
import time
from dataclasses import dataclass

from prometheus_client import Counter

from services.notify import handlers
from services.notify.domain.notice import Notice
from services.notify.domain.pace import Breaker
from services.notify.domain.retries import Fate, Outcome, Reason, Status, Verdict
from services.notify.senders import Sender
from services.notify.timers.writing import LinkOver, Writer
from shared import logs
from shared.db import Database, is_transient
from shared.metrics import Metrics
from shared.privacy import Unsealable

LAST_CALL_SECONDS = 3.0
SETTLE_TRIES = (0.2, 0.5, 1.0, 2.0, 5.0)


def outcomes(metrics: Metrics) -> Counter:
    """What became of deliveries: sent, failed, unknown, skipped and why; `planned` is one that will be tried again."""
    labels = ("channel", "outcome", "reason")
    return Counter("deliveries_total", "What became of deliveries", labels, registry=metrics.registry)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out, and its pace."""

    name: str
    sender: Sender | None
    """None where nothing is sent this way: what is planned is recorded as not sent, and never sent later by itself."""
    at_once: int
    """How many messages are under way at a time."""
    per_second: float
    """How many go out in a second, over all replicas; 0 for as many as it takes."""
    seconds: float
    """How long one message may take."""
    pair: float = 0.0
    """Seconds that must lie between two messages to one person."""
    down_seconds: float = 600.0
    """For how long it may be silent before staff are told."""
    why_not: Reason = Reason.SENDING_OFF
    """Why nothing is sent, where there is no sender."""


class Sweep:
    """Sends what is due on one channel until it is stopped. Several may run on one ledger."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        writer: Writer,
        *,
        batch_seconds: float,
        sweep_seconds: float,
        ended_as: Counter,
    ) -> None:
        self._db = db
        self.channel = channel
        self._writer = writer
        self._lease = channel.seconds * 2 + 30.0
        self._window = batch_seconds
        self._idle = sweep_seconds
        self._ended_as = ended_as
        self._poked = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._paced_until = 0.0
        self.breaker = Breaker()
        self._log = logs.get("timers")

    def poke(self) -> None:
        """Something was planned: look now."""
        self._poked.set()

    async def run(self) -> None:
        """Sweep until cancelled; what is under way then is given a moment to end, and is unknown if it does not."""
        try:
            while True:
                self._poked.clear()
                wait = self._idle
                try:
                    wait = await self._round()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    self._log.warning("sweep.waits", channel=self.channel.name, error=type(error).__name__)
                if wait:
                    await self._pause(wait)
        finally:
            await self._wind_up()

    async def _round(self) -> float:
        """Answers for how many seconds there is nothing more to do, unless poked."""
        if self.channel.sender is None:
            async with self._db.transaction() as tx:
                given_up = await handlers.give_up_unsent(tx, self.channel.name, self.channel.why_not)
            self._ended_as.labels(self.channel.name, Status.SKIPPED, self.channel.why_not).inc(given_up)
            return 0.0 if given_up else self._idle
        now = time.monotonic()
        free = self.breaker.free(now, self.channel.at_once, len(self._running))
        if not free:
            return self._idle
        if now < self._paced_until:
            return min(self._paced_until - now, self._idle)
        async with self._db.transaction() as tx:
            claimed = await handlers.claim(
                tx,
                self.channel.name,
                free,
                per_second=self.channel.per_second,
                pair=self.channel.pair,
                lease=self._lease,
                window=self._window,
            )
        for notice in claimed.notices:
            task = asyncio.create_task(self._deliver(notice, self.channel.sender))
            self._running.add(task)
            task.add_done_callback(self._ended)
        self._paced_until = now + claimed.wait
        return min(claimed.wait, self._idle) if claimed.wait or claimed.notices else self._idle

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._poked.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Nothing is lost: the lease runs out, and the delivery becomes unknown.
            self._log.error("delivery.broke", exc_info=error)

    async def _deliver(self, notice: Notice, sender: Sender) -> None:
        started = time.monotonic()
        outcome = await self._send(notice, sender)
        self._heed(outcome)
        verdict = await self._settle(notice, outcome)
        if verdict is not None:
            label = (notice.channel, verdict.status, verdict.reason or "")
            self._ended_as.labels(*label).inc(notice.together)
        for topic in notice.topics:
            self._log.info(
                "sent" if outcome.fate is Fate.SENT else "not_sent",
                correlation=topic.correlation,
                complaint=topic.matter.number if topic.matter else None,
                id=topic.event,
                delivery=notice.delivery,
                template=notice.template,
                channel=notice.channel,
                outcome=outcome.fate,
                ms=round((time.monotonic() - started) * 1000, 1),
            )

    async def _send(self, notice: Notice, sender: Sender) -> Outcome:
        if notice.channel == "whatsapp" and not notice.recipient.whatsapp:
            return Outcome(Fate.NO_CONSENT, "no consent on record")
        try:
            address = self._writer.address(notice, sender.field)
        except Unsealable:
            return Outcome(Fate.NO_ADDRESS, "the address on record cannot be opened")
        if not address:
            return Outcome(Fate.NO_ADDRESS, "no address on record")
        try:
            return await sender.send(self._writer.dispatch(notice, address))
        except LinkOver as over:
            return Outcome(Fate.UNWRITTEN, str(over))

    async def _settle(self, notice: Notice, outcome: Outcome) -> Verdict | None:
        for wait in (*SETTLE_TRIES, None):
            try:
                async with self._db.transaction() as tx:
                    jitter = random.random()  # noqa: S311 - spreads a crowd
                    verdict = await handlers.settle(
                        tx, notice, outcome, jitter=jitter, down_seconds=self.channel.down_seconds
                    )
            except Exception as error:
                if wait is None or not is_transient(error):
                    raise
                await asyncio.sleep(wait)
            else:
                return verdict
        raise AssertionError("the last try ends one way or the other")

    def _heed(self, outcome: Outcome) -> None:
        now, before = time.monotonic(), self.breaker
        self.breaker = before.after(outcome, now)
        if self.breaker.failures > before.failures:
            probe_in = round(self.breaker.probe_at - now, 1)
            self._log.warning("channel.down", channel=self.channel.name, detail=outcome.detail, probe_in=probe_in)
        elif before.failures and not self.breaker.failures:
            self._log.info("channel.back", channel=self.channel.name, failures=before.failures)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            return

    async def _wind_up(self) -> None:
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=LAST_CALL_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self.channel.sender is not None:
            await self.channel.sender.close()

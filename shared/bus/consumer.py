"""The message edge: pull from a durable consumer, one transaction per batch, ack only after its commit.

Failures have three kinds, decided here and nowhere else. Refused by the domain: the handler has recorded it, so it is a
success. Transient (database, network): the batch is kept with heartbeats and tried again with growing delay, and is
never counted. Anything else is poison: tried alone five times, then parked with its error, so that other complaints
flow and later letters of the same one wait behind it.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from uuid_utils.compat import uuid7

from shared import logs
from shared.blame import blame
from shared.bus import fence, parked
from shared.bus.connection import Bus
from shared.db import Database, is_transient
from shared.envelope import Envelope, Unreadable, decode
from shared.metrics import Waiting

BATCH = 200
PULL_SECONDS = 2.0
ACK_WAIT_SECONDS = 30
POISON_TRIES = 5
ASKED_SECONDS = 0.5
DELAYS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
LONGEST_WAIT = 2.0
"""Seconds after which what is back, database or broker, is noticed at the latest."""

AfterCommit = Callable[[Sequence[Envelope]], Awaitable[None]]


async def _nothing(_handled: Sequence[Envelope]) -> None:
    return None


class Consumer:
    """Hears one stream for one service. Several replicas may run: the fence in the database keeps order."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        *,
        service: str,
        stream: str,
        subjects: Sequence[str],
        hears: fence.Hears,
        register: fence.Register,
        after_commit: AfterCommit = _nothing,
    ) -> None:
        self._db = db
        self._bus = bus
        self._stream = stream
        self._durable = f"{service}-{stream.lower()}"
        self._subjects = list(subjects)
        self._hears = hears
        self._register = register
        self._after_commit = after_commit
        self._inbox: asyncio.Queue[Msg] = asyncio.Queue()
        self._tries: Counter[str] = Counter()
        self._credit = 0
        self._pull_ends = 0.0
        self._ready = False
        self._busy_since: float | None = None
        self._log = logs.get("bus")

    @property
    def stream(self) -> str:
        """The stream it hears."""
        return self._stream

    async def waiting(self) -> Waiting:
        """What lies in the stream and was not heard yet; how long the batch at hand has been in work. Raises when the
        broker does not say."""
        async with asyncio.timeout(ASKED_SECONDS):
            info = await self._bus.js.consumer_info(self._stream, self._durable)
        seconds = time.monotonic() - self._busy_since if self._busy_since is not None else 0.0
        return Waiting((info.num_pending or 0) + (info.num_ack_pending or 0), seconds)

    async def redrive(self, source: str, subject: str) -> list[fence.Taken]:
        """Take up what is parked for this subject, in a transaction of its own; answers what became of each."""
        started = time.monotonic()
        async with self._db.transaction() as tx:
            taken = await parked.redrive(tx, source, subject, self._hears, self._register)
        await self._tell(taken, started)
        return taken

    async def why_not_ready(self) -> str | None:
        """None once the durable consumer stands."""
        return None if self._ready else f"nats: no consumer on {self._stream} yet"

    async def run(self) -> None:
        """Hear until cancelled."""
        await self._bus.until_connected()
        subscription: Subscription | None = None
        failures = 0
        try:
            while True:
                try:
                    if subscription is None:
                        await self._stand()
                        inbox = self._bus.client.new_inbox()
                        subscription = await self._bus.client.subscribe(inbox, cb=self._inbox.put)
                        self._ready = True
                    batch = await self._pull(subscription.subject)
                    if batch:
                        await self._process(batch)
                    failures = 0
                except Exception as error:
                    if not isinstance(error, (nats.errors.Error, nats.js.errors.Error)) and not is_transient(error):
                        raise
                    # The consumer or its stream may be gone: stand it up again, from the start if need be.
                    self._ready = False
                    self._log.warning("consumer.held_up", stream=self._stream, error=type(error).__name__)
                    if subscription is not None and self._bus.connected:
                        await subscription.unsubscribe()
                    subscription = None
                    await asyncio.sleep(wait_out_for(failures))
                    failures += 1
        finally:
            self._ready = False
            if subscription is not None and self._bus.connected:
                with contextlib.suppress(nats.errors.Error):
                    await subscription.unsubscribe()  # what is still asked for must not go to nobody

    async def _stand(self) -> None:
        await self._bus.js.add_consumer(
            self._stream,
            ConsumerConfig(
                durable_name=self._durable,
                name=self._durable,
                filter_subjects=self._subjects,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_SECONDS,
                max_ack_pending=1000,
                max_deliver=-1,
            ),
        )
        self._credit = 0

    async def _pull(self, inbox: str) -> list[Msg]:
        """What has arrived, at once; an empty list when nothing came for a while."""
        now = time.monotonic()
        if self._credit <= 0 or now >= self._pull_ends:
            request = {"batch": BATCH, "expires": int(PULL_SECONDS * 1_000_000_000)}
            await self._bus.client.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._durable}", msgspec.json.encode(request), inbox
            )
            self._credit = BATCH
            self._pull_ends = now + PULL_SECONDS
        try:
            async with asyncio.timeout(max(self._pull_ends - now, 0.001)):
                first = await self._inbox.get()
        except TimeoutError:
            return []
        batch = []
        arrived: Msg | None = first
        while arrived is not None:
            if self._is_letter(arrived):
                batch.append(arrived)
            arrived = self._inbox.get_nowait() if not self._inbox.empty() and len(batch) < BATCH else None
        return batch

    def _is_letter(self, message: Msg) -> bool:
        status = (message.headers or {}).get("Status")
        if status is None:
            self._credit -= 1
            return True
        self._pull_ends = 0.0
        if status not in {"100", "404", "408", "409"} or "Consumer Deleted" in str(message.headers):
            raise nats.js.errors.NotFoundError
        return False

    async def _process(self, batch: list[Msg]) -> None:
        self._busy_since = time.monotonic()
        try:
            letters, unreadable = [], []
            for message in batch:
                try:
                    letters.append((message, decode(message.data)))
                except Unreadable as error:
                    unreadable.append((message, error))
            for message, reason in unreadable:
                await self._park_unreadable(message, reason)
            if len(letters) <= 1 or not await self._together(letters):
                for message, letter in letters:
                    await self._alone(message, letter)
        finally:
            self._busy_since = None

    async def _together(self, letters: Sequence[tuple[Msg, Envelope]]) -> bool:
        """All in one transaction; False when one of them cannot be handled: then each is tried alone."""
        failures = 0
        while True:
            try:
                await self._commit([letter for _, letter in letters])
            except Exception as error:
                if not is_transient(error):
                    return False
                await self._wait_out(error, failures, [message for message, _ in letters])
                failures += 1
            else:
                for message, _ in letters:
                    await message.ack()
                return True

    async def _commit(self, letters: Sequence[Envelope]) -> None:
        started = time.monotonic()
        async with self._db.transaction() as tx:
            taken = await fence.take(tx, letters, self._hears, self._register)
        await self._tell(taken, started)

    async def _tell(self, taken: Sequence[fence.Taken], started: float) -> None:
        """After a commit: a line and a figure for every letter, then whoever wants to know."""
        metrics, now, ms = self._bus.metrics, time.time(), round((time.monotonic() - started) * 1000, 1)
        for letter, outcome in taken:
            metrics.heard.labels(self._stream, outcome).inc()
            if outcome in ("applied", "passed"):
                metrics.lateness.labels(self._stream).observe(max(now - letter.time.timestamp(), 0.0))
            about = fence.ids(letter)
            self._log.info("heard", type=letter.type, sequence=letter.sequence, outcome=outcome, ms=ms, **about)
        if handled := [letter for letter, outcome in taken if outcome == "applied"]:
            await self._after_commit(handled)

    async def _alone(self, message: Msg, letter: Envelope) -> None:
        failures = 0
        while True:
            try:
                await self._commit([letter])
            except Exception as error:
                if is_transient(error):
                    await self._wait_out(error, failures, [message])
                    failures += 1
                    continue
                await self._count(message, letter, error)
                return
            self._tries.pop(letter.id, None)
            await message.ack()
            return

    async def _count(self, message: Msg, letter: Envelope, error: Exception) -> None:
        self._tries[letter.id] += 1
        tries = self._tries[letter.id]
        about = fence.ids(letter)
        self._log.error("letter.failed", type=letter.type, tries=tries, exc_info=error, **about)
        if tries < POISON_TRIES:
            # Later letters of this subject may overtake: the fence parks them until this one is through.
            await message.nak(delay=_delay(tries))
            return
        async with self._db.transaction() as tx:
            await fence.hold_as_poison(tx, letter, error)
        self._bus.metrics.heard.labels(self._stream, "poison").inc()
        del self._tries[letter.id]
        await message.term()

    async def _park_unreadable(self, message: Msg, error: Unreadable) -> None:
        self._log.error("letter.unreadable", stream=self._stream, subject=message.subject, error=blame(error))
        async with self._db.transaction() as tx:
            await tx.execute(
                "insert into parked (event_id, source, subject, sequence, type, reason, error, body)"
                " values ($1, $2, $3, 0, 'unreadable', 'poison', $4, $5)",
                str(uuid7()),
                self._stream,
                f"unreadable:{message.subject}",
                blame(error),
                message.data,
            )
        self._bus.metrics.heard.labels(self._stream, "unreadable").inc()
        await message.term()

    async def _wait_out(self, error: Exception, failures: int, held: Sequence[Msg]) -> None:
        self._log.warning("consumer.waits", stream=self._stream, error=type(error).__name__, held=len(held))
        for message in held:
            await message.in_progress()
        await asyncio.sleep(wait_out_for(failures))


def wait_out_for(failures: int) -> float:
    """Seconds before what is transient is tried again: growing, but an outage that was long ends no later for it."""
    return min(_delay(failures), LONGEST_WAIT)


def _delay(failures: int) -> float:
    return DELAYS[min(failures, len(DELAYS) - 1)]

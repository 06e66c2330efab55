"""What has been decided and not yet said. A row is written with the decision and deleted after the broker's ack.

Promises: every recorded event is published at least once, in the order of its complaint, however often processes or
broker die. Asks "what is unpublished", never "what is after the last id": sequences commit out of order. One relay per
service holds the lease; a zombie can only repeat, and repeats are harmless. A broker that lost what it had acknowledged
is noticed by the checkpoint, and the record is said again. Does not promise: exactly once; consumers fence.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import asyncpg
import msgspec
import nats.errors
import nats.js.errors
from nats.js.api import StreamInfo
from uuid_utils.compat import uuid7

from shared import logs
from shared.bus import batch
from shared.bus.connection import Bus
from shared.db import Database, Tx, is_transient
from shared.envelope import Envelope, nats_subject
from shared.metrics import Waiting

SCHEMA_V1 = """
create table outbox (
    seq bigint generated always as identity primary key,
    event_id uuid not null unique,
    subject text not null,
    body bytea not null,
    at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
create table relay_lease (
    name text primary key,
    owner uuid not null,
    expires_at timestamptz not null
);
create table relay_checkpoint (
    stream text primary key,
    created timestamptz not null,
    last_seq bigint not null,
    at timestamptz not null default clock_timestamp()
);
"""

BATCH = 500
TOGETHER = 10
"""From so many on, an atomic batch is stored sooner than they are one by one."""
AT_ONCE = 100
LEASE_SECONDS = 6
IDLE_SECONDS = 0.25
LONGEST_WAIT = 2.0
"""Seconds between tries while broker or database are away, at most: an outage that was long ends no later for it."""
ACK_SECONDS = 5.0
CHECK_SECONDS = 60.0
NEVER = float("-inf")

_SAID = """
with gone as (delete from outbox where seq = any($1::bigint[]))
update relay_checkpoint set last_seq = greatest(last_seq, $2), at = clock_timestamp() where stream = $3
"""


@dataclass(slots=True)
class _Said:
    """What the broker has acknowledged: the outbox's numbers, the stream's last one, and what went wrong."""

    seqs: list[int]
    last: int
    failed: BaseException | None = None


SayAgain = Callable[[Tx], Awaitable[int]]
"""Puts the whole record back into the outbox; answers how many events that is."""


async def record(tx: Tx, envelopes: Sequence[Envelope]) -> None:
    """Say these once the transaction has committed."""
    await tx.execute(
        "insert into outbox (event_id, subject, body) select * from unnest($1::uuid[], $2::text[], $3::bytea[])",
        [envelope.id for envelope in envelopes],
        [nats_subject(envelope) for envelope in envelopes],
        [envelope.encoded() for envelope in envelopes],
    )


class Relay:
    """Carries the outbox to the stream. `poke()` after a commit; otherwise it looks four times a second."""

    def __init__(self, db: Database, bus: Bus, stream: str, say_again: SayAgain) -> None:
        self._db = db
        self._bus = bus
        self._stream = stream
        self._say_again = say_again
        self._owner = uuid7()
        self._poked = asyncio.Event()
        self._leased_until = 0.0
        self._checked_at = NEVER
        self._checked_line = 0
        self._log = logs.get("outbox")

    def poke(self) -> None:
        """Something was committed: look now."""
        self._poked.set()

    async def run(self) -> None:
        """Relay until cancelled; gives the lease up when it stops."""
        wait = IDLE_SECONDS
        try:
            while True:
                self._poked.clear()
                try:
                    sent = await self._round()
                    wait = IDLE_SECONDS
                except (nats.errors.Error, nats.js.errors.Error) as error:
                    sent, wait = 0, min(wait * 2, LONGEST_WAIT)
                    self._checked_at = NEVER
                    self._log.warning("relay.held_up", error=type(error).__name__)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    sent, wait = 0, min(wait * 2, LONGEST_WAIT)
                    self._log.warning("relay.held_up", error=type(error).__name__)
                if sent < BATCH:
                    await self._pause(wait)
        finally:
            await self._give_up_lease()

    async def waiting(self) -> Waiting:
        """How many events are not yet said, and how old the oldest is."""
        async with self._db.transaction() as tx:
            row = await tx.fetchrow(
                "select count(*), coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 from outbox"
            )
        return Waiting(*row)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            return

    async def _round(self) -> int:
        if not self._bus.connected or not await self._holds_lease():
            return 0
        if self._checked_line != self._bus.lines or time.monotonic() - self._checked_at > CHECK_SECONDS:
            await self._notice_loss()
        async with self._db.statement() as only:
            rows = await only.fetch("select seq, event_id, subject, body from outbox order by seq limit $1", BATCH)
        if not rows:
            return 0
        said = await self._say(rows)
        if said.seqs:
            self._bus.metrics.published.labels(self._stream).inc(len(said.seqs))
            async with self._db.statement() as only:
                await only.execute(_SAID, said.seqs, said.last, self._stream)
        if said.failed is not None:
            raise said.failed
        return len(rows)

    async def _say(self, rows: Sequence[asyncpg.Record]) -> _Said:
        """All at once where there are many; one by one where there are few, or where the broker knows some already."""
        if len(rows) >= TOGETHER:
            last = await self._publish_together(rows)
            if last is not None:
                return _Said([row["seq"] for row in rows], last)
        said = _Said([], 0)
        for wave in _waves(rows):
            acks = await asyncio.gather(
                *(self._publish(row["subject"], row["body"], message_id(row)) for row in wave),
                return_exceptions=True,
            )
            said.seqs += [row["seq"] for row, ack in zip(wave, acks, strict=True) if isinstance(ack, int)]
            said.last = max([said.last, *(ack for ack in acks if isinstance(ack, int))])
            said.failed = next((ack for ack in acks if isinstance(ack, BaseException)), None)
            if said.failed is not None:
                break
        return said

    async def _publish_together(self, rows: Sequence[asyncpg.Record]) -> int | None:
        letters = [batch.Message(row["subject"], row["body"], message_id(row)) for row in rows]
        if not batch.fit(letters):
            return None
        return await batch.publish(self._bus, self._stream, letters, within=ACK_SECONDS)

    async def _publish(self, subject: str, body: bytes, message_id: str) -> int:
        ack = await self._bus.js.publish(
            subject, body, timeout=ACK_SECONDS, stream=self._stream, headers={"Nats-Msg-Id": message_id}
        )
        return int(ack.seq)

    async def _holds_lease(self) -> bool:
        if time.monotonic() < self._leased_until:
            return True
        async with self._db.statement() as only:
            owner = await only.fetchval(
                """
                insert into relay_lease (name, owner, expires_at)
                values ($1, $2, clock_timestamp() + make_interval(secs => $3))
                on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
                where relay_lease.owner = excluded.owner or relay_lease.expires_at < clock_timestamp()
                returning owner
                """,
                self._stream,
                self._owner,
                float(LEASE_SECONDS),
            )
        if owner is None:
            return False
        self._leased_until = time.monotonic() + LEASE_SECONDS / 2
        return True

    async def _give_up_lease(self) -> None:
        try:
            async with self._db.statement() as only:
                await only.execute("delete from relay_lease where name = $1 and owner = $2", self._stream, self._owner)
        except Exception as error:
            self._log.info("relay.lease_left_to_expire", error=type(error).__name__)

    async def _notice_loss(self) -> None:
        """A stream made anew, or shorter than we left it, has lost acknowledged messages: say the record again."""
        line = self._bus.lines
        info = await self._bus.ensure_stream(self._stream)
        async with self._db.transaction() as tx:
            known = await tx.fetchrow("select created, last_seq from relay_checkpoint where stream = $1", self._stream)
            if known is not None and _lost(info, known["created"].timestamp(), known["last_seq"]):
                again = await self._say_again(tx)
                self._log.warning("relay.broker_lost_messages", stream=self._stream, said_again=again)
            await tx.execute(
                """
                insert into relay_checkpoint (stream, created, last_seq) values ($1, to_timestamp($2), $3)
                on conflict (stream) do update set created = excluded.created, last_seq = excluded.last_seq,
                    at = clock_timestamp()
                """,
                self._stream,
                info.created.timestamp() if info.created else 0.0,
                info.state.last_seq,
            )
        self._checked_at, self._checked_line = time.monotonic(), line


def message_id(row: asyncpg.Record) -> str:
    """By which the broker knows a repetition: of this row, which it drops; not of this event, for what is put into the
    outbox again is meant to be said again, however lately the broker heard it, and lost it."""
    return f"{row['event_id']}.{row['seq']}"


class _About(msgspec.Struct):
    subject: str


_ABOUT = msgspec.json.Decoder(_About)


def _waves(rows: Sequence[asyncpg.Record]) -> Iterator[list[asyncpg.Record]]:
    """What may travel together: of each complaint only its next, so that none overtakes another of its own even when
    one of them is not acknowledged."""
    before: Counter[str] = Counter()
    waves: list[list[asyncpg.Record]] = []
    for row in rows:
        about = _ABOUT.decode(row["body"]).subject
        if before[about] == len(waves):
            waves.append([])
        waves[before[about]].append(row)
        before[about] += 1
    for wave in waves:
        yield from (wave[start : start + AT_ONCE] for start in range(0, len(wave), AT_ONCE))


def _lost(info: StreamInfo, created: float, last_seq: int) -> bool:
    made_anew = info.created is not None and abs(info.created.timestamp() - created) > 0.001
    return made_anew or info.state.last_seq < last_seq

"""A teller's relay on the real broker, and waiting for what it says."""

from collections.abc import Sequence
from typing import Any

import nats.js.errors

from shared.bus.connection import Bus
from shared.db import Database, Tx
from shared.envelope import Envelope, decode, nats_subject
from shared.outbox import Relay, message_id, record
from tests.integration.shared.line import run, told, until

STREAM = "WORKFLOW"


async def nothing(_: Tx) -> int:
    return 0


class Counting(Relay):
    """A relay that remembers what it carried."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.carried: list[str] = []
        self.asked = 0

    async def _holds_lease(self) -> bool:
        self.asked += 1
        return await super()._holds_lease()

    async def _publish(self, subject: str, body: bytes, message_id: str) -> int:
        sequence = await super()._publish(subject, body, message_id)
        self.carried.append(message_id)
        return sequence

    async def _publish_together(self, rows: Sequence[Any]) -> int | None:
        sequence = await super()._publish_together(rows)
        if sequence is not None:
            self.carried += [message_id(row) for row in rows]
        return sequence


async def decide(teller: Database, *letters: Envelope) -> None:
    async with teller.transaction() as tx:
        await record(tx, letters)


async def in_stream(bus: Bus) -> list[tuple[str, int]]:
    try:
        last = (await bus.js.stream_info(STREAM)).state.last_seq
    except nats.js.errors.NotFoundError:
        return []
    found = [await bus.js.get_msg(STREAM, sequence) for sequence in range(1, last + 1)]
    for message in found:
        assert message.subject == nats_subject(decode(message.data or b""))
    return [(decode(message.data or b"").subject, decode(message.data or b"").sequence) for message in found]


async def all_said(teller: Database) -> None:
    async def condition() -> bool:
        return await run(teller, "select 1 from outbox") == []

    await until(condition)


def letters(subject: str, count: int, first: int = 1) -> list[Envelope]:
    return [told(subject, sequence) for sequence in range(first, first + count)]

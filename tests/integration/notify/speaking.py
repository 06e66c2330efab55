"""Workflow's and intake's voices on a broker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import nats
from uuid_utils.compat import uuid7

from shared.bus.connection import Bus
from shared.envelope import Envelope, nats_subject
from tests.support import infra

Say = Callable[..., Awaitable[None]]


@asynccontextmanager
async def speaking(broker: infra.Broker) -> AsyncIterator[Say]:
    """`say(letters)` publishes each as its source; the broker's own memory of ids never helps."""
    lines = {}
    for source in ("workflow", "intake"):
        bus = Bus(broker.url(source), name=source)
        client = await nats.connect(broker.url(source))
        bus._client = client
        await bus.ensure_stream(source.upper())
        lines[source] = client

    async def say(*letters: Envelope) -> None:
        for letter in letters:
            await (
                lines[letter.source]
                .jetstream()
                .publish(nats_subject(letter), letter.encoded(), headers={"Nats-Msg-Id": str(uuid7())})
            )

    try:
        yield say
    finally:
        for client in lines.values():
            await client.close()

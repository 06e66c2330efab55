"""A hearer's consumer on the real broker, and waiting for what it does."""

from collections.abc import Awaitable, Callable
from typing import Any

from nats.js.api import ConsumerInfo

from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.bus.fence import Handler
from shared.db import Database
from shared.envelope import Envelope, nats_subject
from tests.integration.shared.line import (
    REGISTER,
    hearing,
    in_order,
    write_down,
)


def a_consumer(db: Database, bus: Bus, handler: Handler = write_down, **more: Any) -> Consumer:
    wiring: dict[str, Any] = {"service": "notify", "stream": "WORKFLOW", "subjects": ["workflow.>"]}
    return Consumer(db, bus, hears=hearing(handler), register=REGISTER, **wiring | more)


async def say(bus: Bus, *letters: Envelope) -> None:
    await bus.ensure_stream("WORKFLOW")
    for letter in letters:
        await bus.js.publish(nats_subject(letter), letter.encoded())


def all_heard(db: Database, **expected: list[int]) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return await in_order(db) == expected

    return condition


async def standing(bus: Bus) -> ConsumerInfo:
    info: ConsumerInfo = await bus.js.consumer_info("WORKFLOW", "notify-workflow")
    return info


def all_acknowledged(bus: Bus) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        info = await standing(bus)
        return info.num_pending == 0 and info.num_ack_pending == 0

    return condition

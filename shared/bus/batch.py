"""Many events to a stream at once: an atomic batch, stored whole and in its order, or not at all.

One by one, the broker flushes its disk for every event; for a batch it does so a few times. A batch is dearer than an
event, so few events are better said one by one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from uuid_utils.compat import uuid7

from shared.bus.connection import Bus

MOST = 1000
"""Events in a batch at most: the broker takes no more."""
MOST_BYTES = 8 * 1024 * 1024
"""Bytes in a batch at most, so that it is stored well before anybody stops waiting for the answer."""


class Message(NamedTuple):
    """An event on its way out."""

    subject: str
    body: bytes
    message_id: str
    """By which the broker knows a repetition."""


class _Answer(msgspec.Struct):
    seq: int = 0
    count: int = 0


_ANSWER = msgspec.json.Decoder(_Answer)


def fit(messages: Sequence[Message]) -> bool:
    """Whether they are a batch by their number and size."""
    return 0 < len(messages) <= MOST and sum(len(message.body) for message in messages) <= MOST_BYTES


async def publish(bus: Bus, stream: str, messages: Sequence[Message], *, within: float) -> int | None:
    """The stream's sequence of the last one once all are stored; None when the broker will not have them as a batch:
    it knows one of them already, or knows no batches. They are then to be said one by one, which is safe even where it
    has stored some: it knows them by their ids.

    Raises `nats.errors.Error` when there is no answer `within` so many seconds, or nobody to give one: they may be
    stored or not.
    """
    batch = str(uuid7())
    *before, last = messages
    for place, message in enumerate(before, 1):
        await bus.client.publish(message.subject, message.body, headers=_headers(stream, message, batch, place))
    closing = _headers(stream, last, batch, len(messages)) | {"Nats-Batch-Commit": "1"}
    answered = await bus.client.request(last.subject, last.body, timeout=within, headers=closing)
    answer = _ANSWER.decode(answered.data)
    return answer.seq if answer.count == len(messages) else None


def _headers(stream: str, message: Message, batch: str, place: int) -> dict[str, str]:
    return {
        "Nats-Msg-Id": message.message_id,
        "Nats-Expected-Stream": stream,
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(place),
    }

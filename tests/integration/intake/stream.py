"""The two streams from outside: what intake has said, and workflow saying something to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import nats
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from uuid_utils.compat import uuid7

from shared.envelope import Envelope, Event, decode, nats_subject, seal
from shared.events.reference import CalendarSaved
from tests.support.infra import Broker

CALENDAR = CalendarSaved(
    name="kelantan", zone="Asia/Kuala_Lumpur", weekend=(4, 5), holidays=(date(2026, 3, 8), date(2026, 11, 24))
)


def letter(event: Event, subject: str, sequence: int = 1) -> Envelope:
    """An event as workflow puts it into its envelope."""
    return seal(
        event,
        id=str(uuid7()),
        source="workflow",
        subject=subject,
        sequence=sequence,
        time=datetime.now(UTC),
        correlation=str(uuid7()),
    )


@asynccontextmanager
async def _connected(broker: Broker, user: str) -> AsyncIterator[Client]:
    client = await nats.connect(broker.url(user))
    try:
        yield client
    finally:
        await client.close()


async def say_as_workflow(broker: Broker, *letters: Envelope) -> None:
    """Workflow's stream, made if need be, with these on it."""
    async with _connected(broker, "workflow") as client:
        js = client.jetstream()
        try:
            await js.stream_info("WORKFLOW")
        except NotFoundError:
            await js.add_stream(name="WORKFLOW", subjects=["workflow.>"])
        for one in letters:
            await js.publish(nats_subject(one), one.encoded())


async def said(broker: Broker) -> list[Envelope]:
    """Everything on intake's stream, oldest first."""
    async with _connected(broker, "intake") as client:
        js = client.jetstream()
        try:
            state = (await js.stream_info("INTAKE")).state
        except NotFoundError:
            return []
        numbers = range(state.first_seq, state.last_seq + 1) if state.messages else ()
        return [decode((await js.get_msg("INTAKE", seq=number)).data or b"") for number in numbers]

"""Two schemas of one database: who says is workflow, who hears is notify."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from shared import logs
from shared.bus.connection import Bus
from shared.db import Database
from tests.integration.shared.line import HEARD_TABLE, run
from tests.integration.shared.served import a_service
from tests.support import infra


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """As a service logs: without it every traceback is painted, which takes half a second."""
    logs.configure("test", "ERROR")


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A consumer's patience, in hundredths of a second."""
    monkeypatch.setattr("shared.bus.consumer.DELAYS", (0.01, 0.02))


async def _opened(database: infra.Database, role: str) -> AsyncIterator[Database]:
    db = Database(database.url(role), name="test")
    await db.open()
    yield db
    await db.close()


@pytest.fixture
async def db(database: infra.Database) -> AsyncIterator[Database]:
    """The hearer's."""
    async for opened in _opened(database, "notify"):
        await run(opened, HEARD_TABLE)
        yield opened


@pytest.fixture
async def teller(database: infra.Database) -> AsyncIterator[Database]:
    """The teller's: it has an outbox."""
    async for opened in _opened(database, "workflow"):
        yield opened


async def _connected(broker: infra.Broker, user: str) -> AsyncIterator[Bus]:
    bus = Bus(broker.url(user), name=user)
    running = asyncio.create_task(bus.run())
    try:
        await bus.until_connected()
        yield bus
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def telling(broker: infra.Broker) -> AsyncIterator[Bus]:
    """The teller's line to the broker."""
    async for bus in _connected(broker, "workflow"):
        yield bus


@pytest.fixture
async def listening(broker: infra.Broker) -> AsyncIterator[Bus]:
    """The hearer's."""
    async for bus in _connected(broker, "notify"):
        yield bus


@pytest.fixture
async def client(database: infra.Database, teller: Database) -> AsyncIterator[httpx2.AsyncClient]:
    await run(teller, "create table written (text text)")
    async with a_service(database.url("workflow")) as served:
        yield served

"""A model to project into, and a service to ask."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest_asyncio

from services.query.main import create_app
from services.query.settings import Settings
from services.query.store.parity import COUNTERS
from services.query.subscriptions import HEARS
from shared.auth import StaffTokens
from shared.bus import fence
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER
from shared.principals import Caller
from tests.support import infra
from tests.support.complaints import SUNDAY, Course
from tests.support.eventually import eventually
from tests.support.keys import SERVICE_TOKEN, STAFF_PRIVATE_KEY, settings
from tests.support.serving import serving

MODEL = (
    "complaint", "words", "entry", "attachment", "staff", "calendar", "office_settings", "form", "module", "solution",
)  # fmt: skip


@pytest_asyncio.fixture
async def db(database: infra.Database) -> AsyncIterator[Database]:
    """Query's own pool."""
    opened = Database(database.url("query"), name="test")
    await opened.open()
    yield opened
    await opened.close()


async def hear(db: Database, *letters: Envelope) -> list[Envelope]:
    """As the consumer does: one transaction, behind the fence."""
    async with db.transaction() as tx:
        return await fence.accept(tx, letters, HEARS, REGISTER)


async def hear_course(db: Database, *courses: Course) -> None:
    for course in courses:
        await hear(db, *course.envelopes())


async def model(db: Database) -> dict[str, list[Any]]:
    """Every row of the model, and what is counted as it sums up."""
    async with db.transaction() as tx:
        rows = {table: [dict(row) for row in await tx.fetch(f"select * from {table} order by 1, 2")] for table in MODEL}
        for table, by in COUNTERS.items():
            summed = f"select {by}, sum(n) as n from {table} group by {by} having sum(n) <> 0 order by {by}"
            rows[table] = [dict(row) for row in await tx.fetch(summed)]
        return rows


async def forget(db: Database) -> None:
    """All that workflow said, and how far it was heard."""
    async with db.transaction() as tx:
        await tx.execute(
            "truncate complaint, words, entry, attachment, tally, deadlines, staff, calendar, office_settings, solution"
        )
        await tx.execute("delete from fence where source = 'workflow'")


async def set_business_time(database: infra.Database, to: datetime) -> None:
    """Business time is `to` from now on."""
    import asyncpg

    connection = await asyncpg.connect(database.admin_url)
    try:
        await connection.execute("update helpdesk.clock set shift = $1 - clock_timestamp()", to)
    finally:
        await connection.close()


async def eventually_so(condition: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    """Wait for a condition that has to be awaited."""
    asked: Callable[[], bool | Awaitable[bool]] = condition
    await eventually(asked, within)


class Door:
    """The service's door, for staff with a token and for visitors."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, caller: Caller, **params: Any) -> httpx2.Response:
        return await self.client.get(path, params=params, headers=token_of(caller))

    async def post(self, path: str, caller: Caller, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post(path, json=body, headers=token_of(caller))

    async def track(
        self,
        body: dict[str, Any] | None = None,
        *,
        link: str | None = None,
        after: str | None = None,
        address: str = "203.0.113.7",
    ) -> httpx2.Response:
        headers = {"X-Service-Token": SERVICE_TOKEN, "Forwarded": f"for={address}"}
        if link:
            headers["X-Tracking-Token"] = link
        params = {"after": after} if after else {}
        return await self.client.post("/v1/tracking", json=body or {}, headers=headers, params=params)


def token_of(caller: Caller) -> dict[str, str]:
    token, _ = StaffTokens(private=STAFF_PRIVATE_KEY).issue(caller, datetime.now(UTC))
    return {"Authorization": f"Bearer {token}"}


def a_caller(id: str, *roles: str, queues: Sequence[str] = ()) -> Caller:
    return Caller(id=id, session="session", name=id, roles=frozenset(roles), queues=frozenset(queues))


@asynccontextmanager
async def a_service(database: infra.Database, nats_url: str, **more: Any) -> AsyncIterator[Door]:
    """Query, running with its loops."""
    app = create_app(Settings(**settings("query", database.url("query"), nats_url, **more)))
    async with serving(app) as client:
        yield Door(client)


NO_BROKER = "nats://query:none@127.0.0.1:1"


@pytest_asyncio.fixture
async def door(database: infra.Database) -> AsyncIterator[Door]:
    """Query without a broker, on a Wednesday in March: tests project by hand."""
    await set_business_time(database, SUNDAY + timedelta(days=3))
    async with a_service(database, NO_BROKER) as opened:
        yield opened

"""The model anew from workflow's record, in place, while the consumers go on hearing.

Emptying waits for batches in flight. After that the fence keeps order between the rebuild and the consumers: what they
hear too early is parked and taken up when the rebuild has come as far. Broken off half-way it is begun again.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from httpx2 import AsyncClient

from services.query.store import projection
from shared import logs
from shared.bus import fence
from shared.db import Database, is_transient
from shared.envelope import Envelope

BATCH = 500
TRIES = 5


async def rebuild(db: Database, record: AsyncIterator[Envelope], hears: fence.Hears, register: fence.Register) -> int:
    """Empty the model and project the record, reference facts first; answers how many events were projected. Raises
    what a handler raises: a record that cannot be projected is a fault of ours."""
    log = logs.get("rebuild")
    async with db.transaction() as tx:
        await projection.empty(tx)
    projected, batch = 0, []
    async for envelope in record:
        batch.append(envelope)
        if len(batch) == BATCH:
            projected += await _project(db, batch, hears, register)
            batch = []
            log.info("rebuild.goes_on", projected=projected)
    projected += await _project(db, batch, hears, register)
    async with db.transaction() as tx:
        await projection.fold(tx)
    log.info("rebuild.done", projected=projected)
    return projected


async def _project(db: Database, batch: list[Envelope], hears: fence.Hears, register: fence.Register) -> int:
    """One transaction; where a consumer was in the way, tried again."""
    for attempt in range(TRIES):
        try:
            async with db.transaction() as tx:
                return len(await fence.accept(tx, batch, hears, register))
        except Exception as error:
            if attempt == TRIES - 1 or not is_transient(error):
                raise
            await asyncio.sleep(0.2 * 2**attempt)
    return 0


class _Line(msgspec.Struct):
    cursor: msgspec.Raw
    event: Envelope


async def record_of(workflow: AsyncClient, service_token: str) -> AsyncIterator[Envelope]:
    """Workflow's whole record, page by page: `GET /v1/events?after=`."""
    cursor: str | None = None
    while True:
        page = await workflow.get(
            "/v1/events",
            params={"after": cursor} if cursor is not None else {},
            headers={"X-Service-Token": service_token},
        )
        page.raise_for_status()
        lines = [msgspec.json.decode(line, type=_Line) for line in page.content.splitlines() if line]
        if not lines:
            return
        for line in lines:
            yield line.event
        said = msgspec.json.decode(lines[-1].cursor)
        cursor = said if isinstance(said, str) else str(said)

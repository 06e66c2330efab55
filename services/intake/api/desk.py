"""What every route works with: the keys, what is known by heart, and how often is too often."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from uuid_utils import uuid7

from services.intake.handlers.mails import Mailroom
from services.intake.handlers.public import Cause, Seals
from services.intake.store.copies import Known
from shared.blobs.uploads import Uploads
from shared.db import Database, Tx
from shared.limits import Limits, prefix

HOUR, DAY = 3600, 24 * 3600

FILED_BY_ADDRESS = 120
UNCHECKED_BY_ADDRESS = 5
UNCHECKED_IN_ALL = 60
WORDS_BY_ADDRESS = 120
WORDS_BY_COMPLAINT = 30
TRIES_BY_COMPLAINT = 3
LINKS_BY_ADDRESS = 10
LINKS_BY_OWNER = 3
UPLOADS_BY_ADDRESS = 60
UPLOADS_WAITING = 2_000
UPLOADED_BYTES_WAITING = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Desk:
    """One per process. Limits are spent before a request's transaction begins: each is a transaction of its own."""

    db: Database
    known: Known
    uploads: Uploads
    limits: Limits
    robot_key: str
    seals: Seals
    room: Mailroom

    async def spend_unchecked(self, address: str) -> None:
        """Let one through without a robot check, if its address and all of them have not had too many."""
        await self.limits.spend("unchecked", prefix(address), limit=UNCHECKED_BY_ADDRESS, seconds=HOUR)
        await self.limits.spend("unchecked", "all", limit=UNCHECKED_IN_ALL, seconds=HOUR)


def desk_of(request: Request) -> Desk:
    """The process's own."""
    desk: Desk = request.app.state.desk
    return desk


def cause_of(request: Request) -> Cause:
    """A fresh id for what the request will say, and the request's own."""
    return Cause(id=str(uuid7()), correlation=request.scope["request_id"])


async def _desk(request: Request) -> Desk:
    return desk_of(request)


AtDesk = Annotated[Desk, Depends(_desk)]


async def _reading(desk: AtDesk) -> AsyncIterator[Tx]:
    async with desk.db.transaction() as tx:
        yield tx


Reading = Annotated[Tx, Depends(_reading, scope="function")]
"""A transaction for a request that changes nothing: the relay is not woken for it."""


async def _cause(request: Request) -> Cause:
    return cause_of(request)


Causing = Annotated[Cause, Depends(_cause)]
"""As `cause_of`."""

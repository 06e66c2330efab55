"""What the routes share: the caller as they are now, and the keys."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import StringConstraints

from services.workflow.handlers import sessions
from services.workflow.handlers.people import Keys
from shared.auth import Caller, Staff
from shared.web import Transaction


async def _present(caller: Staff, tx: Transaction) -> Caller:
    return await sessions.present(tx, caller)


Present = Annotated[Caller, Depends(_present, scope="function")]
"""The member of staff who calls, as they are now: a disabled one is out at once."""


async def _here(request: Request, caller: Staff) -> Caller:
    async with request.app.state.db.statement() as only:
        return await sessions.present(only, caller)


Here = Annotated[Caller, Depends(_here)]
"""The same for a route that has no transaction."""


async def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


Secrets = Annotated[Keys, Depends(_keys)]
"""The sealing keys and the staff index key."""


async def _correlation(request: Request) -> str:
    return str(request.scope["request_id"])


Correlation = Annotated[str, Depends(_correlation)]
"""The request's id, which every event it causes carries."""

Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Text without control characters: it travels in events, and no follower could store a NUL."""

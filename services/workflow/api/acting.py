"""The edge of an act: straight where it can be, in a transaction where it must be."""

from collections.abc import Callable
from typing import Any

import msgspec
from asyncpg import UniqueViolationError
from fastapi import Response

from services.workflow.domain.given import Given
from services.workflow.handlers import acting
from services.workflow.handlers.complaints import Standing
from services.workflow.machine import Action
from services.workflow.store import complaints
from shared.auth import Caller
from shared.db import Database
from shared.errors import DomainError
from shared.privacy import Keyring
from shared.web.edge import Answering, Asked, Kept, plain


async def answer(
    db: Database,
    asked: Asked | None,
    number: str,
    action: Action,
    words: Given,
    caller: Caller,
    *,
    pic: str | None,
    version: int | None,
    keyring: Keyring,
    correlation: str,
    view: Callable[[Standing], Any],
) -> Response:
    """Done, and committed. Who is overtaken on the straight way, and who is refused there under a key that may hold an
    earlier answer, comes again in line: in a transaction that holds complaint and key.

    Raises as `handlers.acting.act`.
    """
    asked = asked.by(caller.id) if asked else None
    body = b""

    def keep(after: Standing) -> Kept | None:
        nonlocal body
        body = msgspec.json.encode(view(after))
        return Kept(asked, 200, body) if asked else None

    act = (number, action, words, caller)
    told: dict[str, Any] = {"pic": pic, "version": version, "keyring": keyring, "correlation": correlation}
    straight = acting.goes_straight(action, words)
    if straight:
        try:
            async with db.statement() as each:
                if await acting.act_straight(each, *act, **told, keep=keep):
                    return plain(200, body)
        except (DomainError, UniqueViolationError):
            if asked is None:
                raise

    async with db.transaction() as tx:
        if straight and asked:  # a twin that still goes straight takes them in this order: complaint, key
            await complaints.load(tx, number, lock=True)

        async def effect() -> Any:
            return view(await acting.act(tx, *act, **told))

        return await Answering(tx, asked).answer(200, effect)

"""The HTTP transaction edge: one transaction per request, committed before the client hears of it.

A plain `yield` dependency of FastAPI commits after the answer has left; `scope="function"` is what makes the promise.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Request, Response

from shared.db import Tx
from shared.errors import Conflict, FieldError, Invalid, Refused, Text

SCHEMA_V1 = """
create table idempotency (
    route text not null,
    key text not null,
    fingerprint bytea not null,
    status int,
    body bytea,
    at timestamptz not null default clock_timestamp(),
    primary key (route, key)
);
create index idempotency_by_age on idempotency (at);
"""
KEPT = "48 hours"
_KEY = re.compile(r'"?([A-Za-z0-9_\-]{8,128})"?')


async def _transaction(request: Request) -> AsyncIterator[Tx]:
    async with request.app.state.db.transaction() as tx:
        yield tx
    request.app.state.poke()


Transaction = Annotated[Tx, Depends(_transaction, scope="function")]
"""The request's transaction: committed before the answer leaves, rolled back when the route raises."""


KeyHeader = Annotated[str | None, Header(description="Makes the request safe to repeat for 48 hours.")]
"""Of a parameter named `idempotency_key`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may come again: its route, its Idempotency-Key, and the fingerprint of its content."""

    route: str
    key: str
    fingerprint: bytes

    def by(self, who: str) -> "Asked":
        """The same as one caller's, where that decides what may be answered: a key is theirs alone."""
        return replace(self, route=f"{self.route} {who}")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it lies under its key, for an effect that writes it in its own statement."""

    asked: Asked
    status: int
    body: bytes


async def asked(request: Request, key: str | None) -> Asked | None:
    """What the request asks, where it has a key. Raises `Invalid` for a malformed one."""
    if key is None:
        return None
    shape = _KEY.fullmatch(key)
    if shape is None:
        text = Text("8 hingga 128 huruf atau angka", "8 to 128 letters or digits")
        raise Invalid([FieldError("Idempotency-Key", "key_malformed", text)])
    fingerprint = hashlib.sha256(await request.body()).digest()
    return Asked(f"{request.method} {request.scope['path']}", shape[1], fingerprint)


async def answered(tx: Tx, asked: Asked) -> Response | None:
    """What this was answered with before, if it was. Raises `Invalid` when its key was used for another content."""
    row = await tx.fetchrow(
        "select fingerprint, status, body from idempotency where route = $1 and key = $2", asked.route, asked.key
    )
    if row is None or row["status"] is None:
        return None
    if row["fingerprint"] != asked.fingerprint:
        text = Text("Kunci ini telah digunakan untuk kandungan lain.", "This key was used for another content.")
        raise Invalid([FieldError("Idempotency-Key", "key_reused", text)], code="key_reused")
    return plain(row["status"], row["body"])


def plain(status: int, body: bytes) -> Response:
    """JSON that is encoded already."""
    return Response(body, status, media_type="application/json")


class Answering:
    """Answers what was asked, once."""

    def __init__(self, tx: Tx, asked: Asked | None) -> None:
        self._tx = tx
        self._asked = asked

    async def answer(self, status: int, effect: Callable[[], Awaitable[Any]], *, by: str = "") -> Response:
        """Run the effect and answer with what it gives; the same key again gets the same answer and no effect.

        The row lies in the effect's own transaction, so a twin that comes at the same time waits for the first. `by`
        is who asks, where that decides what may be answered: a key is theirs alone.
        Raises `Invalid` when the key was used for another content.
        """
        if self._asked is None:
            return plain(status, msgspec.json.encode(await effect()))
        asked = self._asked.by(by) if by else self._asked
        inserted = await self._tx.fetchval(
            "insert into idempotency (route, key, fingerprint) values ($1, $2, $3) on conflict do nothing returning 1",
            asked.route,
            asked.key,
            asked.fingerprint,
        )
        if inserted is None:
            before = await answered(self._tx, asked)
            if before is None:
                raise Refused("still_running", Text("Permintaan ini masih diproses.", "This request is still running."))
            return before
        body = msgspec.json.encode(await effect())
        await self._tx.execute(
            "update idempotency set status = $3, body = $4 where route = $1 and key = $2",
            asked.route,
            asked.key,
            status,
            body,
        )
        return plain(status, body)


async def _once(request: Request, tx: Transaction, idempotency_key: KeyHeader = None) -> Answering:
    return Answering(tx, await asked(request, idempotency_key))


Once = Annotated[Answering, Depends(_once)]
"""Answers a POST once per Idempotency-Key."""


async def _repeatable(request: Request, idempotency_key: KeyHeader = None) -> Asked | None:
    return await asked(request, idempotency_key)


Repeatable = Annotated[Asked | None, Depends(_repeatable)]
"""What a POST asks, where it came with an Idempotency-Key."""


async def forget_answers(tx: Tx) -> None:
    """Drop answers older than 48 hours."""
    await tx.execute(f"delete from idempotency where at < clock_timestamp() - interval '{KEPT}'")


def moment(text: str) -> datetime:
    """An instant as the place in a list names it, in UTC. Raises `ValueError` for what is none, or has no offset, or
    lies where no calendar of ours reaches."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


async def _if_match(
    if_match: Annotated[str | None, Header(description='The version you saw, as `"v7"`.')] = None,
) -> int | None:
    if if_match is None:
        return None
    said = re.fullmatch(r'(?:W/)?"v(\d{1,9})"', if_match.strip())
    if said is None:
        raise Conflict("stale", Text("Versi tidak dikenali.", "The version is not known."))
    return int(said[1])


IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version in If-Match, or none."""

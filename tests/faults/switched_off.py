"""The five mechanisms that exactly-once rests on, each in the shape of a house that never had it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
import nats.errors
import pytest

from services.intake.handlers import mails
from shared import outbox as outboxes
from shared.bus import fence as fences
from shared.db import Tx
from shared.envelope import Envelope
from shared.web import edge

NOTIFYS_KEYS = """
alter table notify.alert drop constraint alert_pkey cascade;
alter table notify.delivery drop constraint delivery_once_per_rule;
drop index notify.delivery_once_per_person;
"""


def fence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumers handle whatever comes, as often as it comes."""

    async def take(
        tx: Tx, letters: Sequence[Envelope], hears: fences.Hears, register: fences.Register
    ) -> list[fences.Taken]:
        handled = []
        for letter in letters:
            kind = register[letter.dataschema]
            handler = hears.get(kind)
            if handler is not None:
                await handler(tx, letter.open_as(kind), letter)
                handled.append(fences.Taken(letter, "applied"))
        return handled

    monkeypatch.setattr(fences, "take", take)


def outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed is published once and forgotten, whether the broker took it or not."""

    async def publish_and_forget(self: Any) -> int:
        async with self._db.transaction() as tx:
            rows = await tx.fetch("delete from outbox returning seq, event_id, subject, body")
        for row in sorted(rows, key=lambda one: one["seq"]):
            try:
                await self._publish(row["subject"], row["body"], str(row["event_id"]))
            except nats.errors.Error:
                continue
        return 0

    monkeypatch.setattr(outboxes.Relay, "_round", publish_and_forget)


def idempotency_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key says nothing: every request is a request."""

    async def asked(_request: Any, _key: str | None) -> None:
        return None

    monkeypatch.setattr(edge, "asked", asked)


def mails_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mail that comes in is another one, whoever sends it again."""
    monkeypatch.setattr(mails.Arrival, "key", property(lambda _: uuid4().hex))


async def unique_keys(admin_url: str) -> None:
    """Notify's ledger takes the same event, person and channel as often as it is told."""
    connection = await asyncpg.connect(admin_url)
    try:
        while True:
            with suppress(asyncpg.DeadlockDetectedError):  # notify is at work in both tables
                await connection.execute(NOTIFYS_KEYS)
                return
    finally:
        await connection.close()

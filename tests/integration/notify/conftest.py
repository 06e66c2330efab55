"""Notify with a real database and a real mail server; what it hears is handed to its fence as the consumer would."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from services.notify.main import create_app
from services.notify.settings import Settings
from services.notify.subscriptions import HEARS
from shared.bus import fence
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER, reference
from shared.events.accounts import PasswordResetRequested
from shared.events.complaint import Person
from shared.privacy import Keyring
from tests.integration.notify.post import Post, post_office
from tests.support import complaints, infra, keys
from tests.support.eventually import eventually
from tests.support.serving import serving as started

ADMIN = Person(id="s-admin", name="Puan Admin")
OTHER_ADMIN = Person(id="s-admin2", name="Tuan Admin Kedua")
HEAD = Person(id="s-head", name="Bendahari")
VENDOR = Person(id="s-vendor", name="Meja TTSB")


def address_of(person: Person) -> str:
    """A member of staff's made-up address."""
    return f"{person.id}@perbendaharaan.example"


def staff(person: Person, *roles: str, queues: Sequence[str] = (), **changes: Any) -> reference.StaffSaved:
    """A member of staff whose contact opens."""
    keyring = Keyring(keys.SEALING_KEYS)
    return complaints.a_staff_member(
        person,
        *roles,
        queues=queues,
        **{
            "email_sealed": keyring.seal(address_of(person), about=person.id, field="email"),
            "phone_sealed": keyring.seal("+60111234567", about=person.id, field="phone"),
            "email_masked": "s***@perbendaharaan.example",
        }
        | changes,
    )


def a_reset(person: Person, token: str = "", **changes: Any) -> PasswordResetRequested:
    """Somebody asked for a link that sets this person's password."""
    facts: dict[str, Any] = {
        "staff": person.id,
        "at": complaints.SUNDAY,
        "token_sealed": Keyring(keys.SEALING_KEYS).seal(token, about=person.id, field="reset"),
        "until": datetime.now(UTC) + timedelta(minutes=30),
        "minutes": 30,
    }
    return PasswordResetRequested(**facts | changes)


OFFICE = (
    staff(ADMIN, "ADMIN"),
    staff(complaints.RASHID, "PIC"),
    staff(complaints.SITI, "PIC"),
    staff(complaints.IMAN, "IMPLEMENTOR", queues=("IMPLEMENTOR",)),
    staff(HEAD, "MANAGEMENT"),
    staff(VENDOR, "VENDOR"),
)


@dataclass
class Desk:
    """Notify's database, and what to make an app of."""

    db: Database
    infra: infra.Database
    post: Post
    nats_url: str

    def app(self, **changes: Any) -> FastAPI:
        """Notify, against the post office."""
        given = keys.settings("notify", self.infra.url("notify"), self.nats_url)
        given |= {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.post.port,
            "smtp_tls": "none",
            "mail_from": "Helpdesk iSPEKS <helpdesk@helpdesk.example>",
            "sweep_seconds": 0.05,
            "send_seconds": 5.0,
        }
        return create_app(Settings(**given | changes))

    async def hear(self, *letters: Envelope) -> list[Envelope]:
        """Handle these, in one transaction, as the consumer does."""
        async with self.db.transaction() as tx:
            return await fence.accept(tx, letters, HEARS, REGISTER)

    async def know_office(self) -> None:
        """The usual people."""
        await self.hear(
            *(complaints.sealed(one) for one in OFFICE), complaints.sealed(complaints.a_form(), source="intake")
        )

    async def rows(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """What the database says."""
        async with self.db.transaction() as tx:
            return list(await tx.fetch(statement, *values))

    async def run(self, statement: str, *values: object) -> None:
        """Change the database behind notify's back, as time or a crash would."""
        async with self.db.transaction() as tx:
            await tx.execute(statement, *values)

    async def statuses(self) -> dict[str, int]:
        """How many deliveries stand where."""
        rows = await self.rows("select status, count(*) as n from delivery group by status")
        return {row["status"]: row["n"] for row in rows}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """The app, from when the broker hears it: stopping while the first connection is being made may hang in nats-py,
    which on Python 3.11 can lose a cancellation there."""
    async with started(app) as client:

        async def heard() -> bool:
            return "nats: not connected" not in (await client.get("/readyz")).json()["why"]

        _: bool = await eventually(heard)
        yield client


@pytest.fixture
async def whole_desk(database: infra.Database, broker: infra.Broker) -> AsyncIterator[Desk]:
    """With the matrix as the migrations leave it."""
    db = Database(database.url("notify"), name="test")
    await db.open()
    async with post_office() as post:
        made = Desk(db, database, post, broker.url("notify"))
        await made.know_office()
        yield made
    await db.close()


@pytest.fixture
async def desk(whole_desk: Desk) -> Desk:
    """Of an office that tells by mail alone."""
    await whole_desk.run("delete from rule where channel = 'whatsapp'")
    return whole_desk

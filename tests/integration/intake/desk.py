"""A complainant's side of intake: filled-in forms, solved robot checks, and what came of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import altcha
import asyncpg
import httpx2
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.intake.main import create_app
from services.intake.settings import Settings
from shared.auth import Caller, StaffTokens
from tests.integration.intake.stream import say_as_workflow
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database
from tests.support.keys import SERVICE_TOKEN, STAFF_PRIVATE_KEY, settings
from tests.support.serving import serving
from tests.unit.shared.blobs import files

IC, OTHER_IC = "800101990001", "810202990002"
NAME = "Aminah binti Ismail"
PHONE, EMAIL = "012-345 6789", "aminah.ismail@example.test"
TITLE = "Baki lejar tidak sama"
DESCRIPTION = "Baki akaun di lejar am tidak sama dengan penyata bank."


def filing(**changes: Any) -> dict[str, Any]:
    """Borang Aduan as it should be filled in, but for the changes; a field changed to `...` is left out."""
    filled = {
        "ic": IC,
        "name": NAME,
        "department": "PKN",
        "ptj": "101-001",
        "phone": PHONE,
        "email": EMAIL,
        "whatsapp_consent": True,
        "language": "ms",
        "module": "gl",
        "title": TITLE,
        "description": DESCRIPTION,
        "confirmed": True,
        "altcha": None,
        "attachments": [],
    } | changes
    return {field: value for field, value in filled.items() if value is not ...}


def fresh_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid7())}


def from_address(address: str) -> dict[str, str]:
    """As the portal says where a visitor comes from."""
    return {"X-Service-Token": SERVICE_TOKEN, "Forwarded": f"for={address}"}


def staff(*roles: str) -> dict[str, str]:
    caller = Caller(id="s-1", session="x", name="Rohani", roles=frozenset(roles), queues=frozenset())
    token, _ = StaffTokens(private=STAFF_PRIVATE_KEY).issue(caller, datetime.now(UTC))
    return {"Authorization": f"Bearer {token}"}


def fields(response: httpx2.Response) -> dict[str, str]:
    """Field -> code of what is wrong; every sentence is there in both languages."""
    assert response.status_code == 422, response.text
    errors = response.json()["errors"]
    assert all(error["ms"] and error["en"] for error in errors)
    return {error["field"]: error["code"] for error in errors}


@dataclass(frozen=True)
class Intake:
    """The running service, its HTTP client, and a look into its schema."""

    app: FastAPI
    client: httpx2.AsyncClient
    admin_url: str

    async def solved(self) -> str:
        """A robot check, asked for and solved."""
        challenge = altcha.Challenge.from_dict((await self.client.get("/v1/challenge")).json())
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        return altcha.Payload(challenge, solution).to_base64()

    async def file(self, key: dict[str, str] | None = None, **changes: Any) -> httpx2.Response:
        """Files a complaint with a solved robot check, unless the changes say otherwise."""
        altcha_payload = changes.pop("altcha", ...)
        payload = await self.solved() if altcha_payload is ... else altcha_payload
        body = filing(altcha=payload, **changes)
        return await self.client.post("/v1/complaints", json=body, headers=key or fresh_key())

    async def filed(self, **changes: Any) -> dict[str, Any]:
        """The receipt of a complaint that was filed."""
        response = await self.file(**changes)
        assert response.status_code == 201, response.text
        receipt: dict[str, Any] = response.json()
        return receipt

    async def bring(
        self, name: str = "skrin.png", content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Uploads a file, a small picture unless said otherwise."""
        sent = {"file": (name, files.a_png() if content is None else content, "application/octet-stream")}
        return await self.client.post("/v1/uploads", files=sent, headers=headers)

    async def brought(self, name: str = "skrin.png", content: bytes | None = None) -> str:
        """The id of a file that was taken in."""
        response = await self.bring(name, content)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """What stands in intake's schema."""
        connection = await asyncpg.connect(self.admin_url, server_settings={"search_path": "intake,public"})
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def count(self, table: str) -> int:
        return int((await self.rows(f"select count(*) from {table}"))[0][0])


def link_of(receipt: dict[str, Any]) -> dict[str, str]:
    """The header a tracking link becomes."""
    return {"X-Tracking-Token": receipt["tracking_url"].rpartition("/")[2]}


@asynccontextmanager
async def running(
    database: Database, broker: Broker, *, beside_workflow: bool = True, **more: Any
) -> AsyncIterator[Intake]:
    """Intake with its loops, its form open, and workflow's stream to hear. Its limits are off unless said otherwise:
    tests share one address."""
    if beside_workflow:
        await say_as_workflow(broker)
    told = settings("intake", database.url("intake"), broker.url("intake"), **{"rate_limits": "off", **more})
    app = create_app(Settings(**told))
    async with serving(app) as client:
        intake = Intake(app, client, database.admin_url)

        async def is_open() -> bool:
            return bool((await client.get("/v1/form")).json()["modules"])

        opened: bool = await eventually(is_open)
        assert opened
        yield intake

"""Notify and a telephone on real ports of 127.0.0.1, each knowing the other's address."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from deploy.local.processes import free_port
from tests.integration.notify.conftest import Desk
from tests.support.eventually import eventually
from tests.support.over_http import over_http
from tests.support.telephone import APP_SECRET, NUMBER_ID, TOKEN, VERIFY_TOKEN, Telephone, a_telephone

HOOK = "/v1/webhooks/whatsapp"


@dataclass
class Line:
    """The desk's notify, the telephone, and a client that can post webhooks of its own."""

    desk: Desk
    telephone: Telephone
    client: httpx2.AsyncClient

    async def post(self, payload: Any, *, secret: str = APP_SECRET, signature: str | None = None) -> int:
        """A webhook as Meta would post it; the status of the answer."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signed = f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"
        headers = {"X-Hub-Signature-256": signed if signature is None else signature}
        return (await self.client.post(HOOK, content=raw, headers=headers)).status_code

    async def deliveries(self, channel: str = "whatsapp", recipient: str = "complainant%") -> list[dict[str, Any]]:
        """These deliveries, in order."""
        return [
            dict(row)
            for row in await self.desk.rows(
                "select * from delivery where channel = $1 and recipient like $2 order by seq", channel, recipient
            )
        ]

    async def came_to(self, *statuses: str) -> list[dict[str, Any]]:
        """The complainant's deliveries, from when they stand like this."""

        async def there() -> list[dict[str, Any]] | None:
            found = await self.deliveries()
            assert [row["status"] for row in found] == list(statuses)
            return found

        found: list[dict[str, Any]] | None = await eventually(there, within=60)
        assert found is not None
        return found


def told(graph_url: str, **changes: Any) -> dict[str, Any]:
    """Settings of a notify that has a WhatsApp number."""
    return {
        "whatsapp_url": graph_url,
        "whatsapp_number_id": NUMBER_ID,
        "whatsapp_token": TOKEN,
        "whatsapp_app_secret": APP_SECRET,
        "whatsapp_verify_token": VERIFY_TOKEN,
        "whatsapp_pair_seconds": 0.0,
    } | changes


@asynccontextmanager
async def on_whatsapp(desk: Desk, folder: Path, *, fake: Any = None, **changes: Any) -> AsyncIterator[Line]:
    """Both, running. `fake` are settings of the telephone, `changes` of notify."""
    port = free_port()
    hook = f"http://127.0.0.1:{port}{HOOK}"
    async with a_telephone(folder, hook, **(fake or {})) as telephone:
        app = desk.app(**told(telephone.graph_url, **changes))
        async with (
            over_http(app, port) as url,
            httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
        ):

            async def heard() -> bool:
                return "nats: not connected" not in (await client.get("/readyz")).json()["why"]

            _: bool = await eventually(heard)
            yield Line(desk, telephone, client)


def statuses(wamid: str, *told: str, number_id: str = NUMBER_ID, **more: Any) -> dict[str, Any]:
    """A webhook that tells these statuses of one message."""
    found = [{"id": wamid, "status": status, "timestamp": "1772326800"} | more for status in told]
    return payload({"statuses": found}, number_id=number_id)


def payload(value: dict[str, Any], *, number_id: str = NUMBER_ID) -> dict[str, Any]:
    """A webhook with this value."""
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number_id}, **value}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": whole}]}]}

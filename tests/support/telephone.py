"""The mailbox with its Graph API on a real port, and what a person with a telephone does there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from deploy.local.processes import free_port
from deploy.mailbox.main import Settings, create_app
from tests.support.over_http import over_http

VERSION, NUMBER_ID, TOKEN = "v23.0", "100000000000001", "token-of-the-tests"
APP_SECRET, VERIFY_TOKEN = "app-secret-of-the-tests", "verify-token-of-the-tests"


@dataclass
class Telephone:
    """What arrives, and answering it."""

    url: str
    client: httpx2.AsyncClient

    @property
    def graph_url(self) -> str:
        return f"{self.url}/{VERSION}"

    async def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What lies in the mailbox, oldest first."""
        answer = await self.client.get("/v1/messages", params={"channel": "whatsapp", "to": to})
        return list(reversed(answer.json()["items"]))

    async def open(self, message: dict[str, Any]) -> str:
        """The person reads it; the page."""
        answer = await self.client.get(f"/messages/{message['id']}")
        return answer.text

    async def answer(self, message: dict[str, Any], text: str) -> None:
        """The person answers it."""
        taken = await self.client.post(f"/messages/{message['id']}/whatsapp-answer", data={"text": text})
        assert taken.status_code == 303, taken.text

    async def say(self, sender: str, text: str) -> None:
        """Somebody writes first."""
        taken = await self.client.post("/whatsapp/say", data={"from": sender, "text": text})
        assert taken.status_code == 303, taken.text

    async def judge(self, name: str, language: str, status: str) -> None:
        """The template's approval changes."""
        said = {"name": name, "language": language, "status": status}
        assert (await self.client.post("/whatsapp/templates", data=said)).status_code == 303


@asynccontextmanager
async def a_telephone(folder: Path, webhook: str = "", **changes: Any) -> AsyncIterator[Telephone]:
    """On a port of its own; webhooks go to `webhook`."""
    told: dict[str, Any] = {
        "smtp_port": free_port(),
        "messages": folder / "messages.jsonl",
        "whatsapp_token": TOKEN,
        "whatsapp_app_secret": APP_SECRET,
        "whatsapp_verify_token": VERIFY_TOKEN,
        "whatsapp_webhook": webhook,
        "whatsapp_pair_seconds": 0.0,
    }
    async with (
        over_http(create_app(Settings(**told | changes))) as url,
        httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
    ):
        yield Telephone(url, client)

"""Webhooks: statuses and people's answers, signed over the bytes that leave, tried again until they are taken."""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from typing import Any

import httpx2
import msgspec

from deploy.mailbox.whatsapp import faults

WAITS = (0.2, 0.5, 1.0, 2.0)
"""Between the tries of one webhook, in seconds; the last goes on. The real one goes on for seven
days."""
BETWEEN = 0.05
Value = dict[str, Any]


class Teller:
    """Posts webhooks to whoever has subscribed. Nothing is posted before the address has answered the challenge."""

    def __init__(self, *, url: str, app_secret: str, verify_token: str, phone_number_id: str) -> None:
        self._url, self._secret, self._verify_token = url, app_secret, verify_token
        self._phone_number_id = phone_number_id
        self._verified = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._client: httpx2.AsyncClient | None = None

    async def open(self) -> None:
        self._client = httpx2.AsyncClient(timeout=10.0)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def status(self, wamid: str, to: str, opaque: str | None, *, order: Sequence[str], code: int = 131026) -> None:
        """Tell what became of a message, as its number's script has it."""
        told = [_status(wamid, to, opaque, status, code) for status in order]
        played = faults.script(to)
        if played == faults.BATCHED:
            self._start([[*told, *told]])
            return
        groups = [[one] for one in told]
        if played == faults.STRANGE:
            groups.insert(0, [_status(f"wamid.{secrets.token_hex(12)}", to, None, "delivered", code)])
        self._start(groups, forged_first=played == faults.FORGED)

    def said(self, wamid: str, sender: str, text: str, answers: str | None) -> None:
        """Tell what a person wrote, and to which of our messages they answered."""
        message: Value = {
            "from": sender,
            "id": wamid,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": text},
        }
        if answers is not None:
            message["context"] = {"from": "60123450000", "id": answers}
        contacts = [{"profile": {"name": "Penguji"}, "wa_id": sender}]
        self._post_soon([self._payload([{"contacts": contacts, "messages": [message]}])])

    def _start(self, groups: list[list[Value]], *, forged_first: bool = False) -> None:
        payloads = [self._payload([{"statuses": group}]) for group in groups]
        self._post_soon(payloads, forged_first=forged_first)

    def _post_soon(self, payloads: list[bytes], *, forged_first: bool = False) -> None:
        if not self._url:
            return
        task = asyncio.create_task(self._post_all(payloads, forged_first))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _post_all(self, payloads: list[bytes], forged_first: bool) -> None:
        if forged_first:
            await self._post(payloads[0], signature="sha256=" + "0" * 64)
        for payload in payloads:
            mac = hmac.new(self._secret.encode(), payload, hashlib.sha256).hexdigest()
            await self._until_taken(payload, f"sha256={mac}")
            await asyncio.sleep(BETWEEN)

    async def _until_taken(self, payload: bytes, signature: str) -> None:
        tries = 0
        while not await self._post(payload, signature):
            await asyncio.sleep(WAITS[min(tries, len(WAITS) - 1)])
            tries += 1

    async def _post(self, payload: bytes, signature: str) -> bool:
        assert self._client is not None  # noqa: S101 - opened with the app
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        try:
            if not await self._is_verified():
                return False
            answer = await self._client.post(self._url, content=payload, headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200

    async def _is_verified(self) -> bool:
        if not self._verified:
            assert self._client is not None  # noqa: S101 - opened with the app
            challenge = secrets.token_hex(8)
            asked = {"hub.mode": "subscribe", "hub.verify_token": self._verify_token, "hub.challenge": challenge}
            answer = await self._client.get(self._url, params=asked)
            plain = answer.headers.get("content-type", "").startswith("text/plain")
            self._verified = answer.status_code == 200 and plain and answer.text == challenge
        return self._verified

    def _payload(self, values: list[Value]) -> bytes:
        metadata = {"display_phone_number": "60123450000", "phone_number_id": self._phone_number_id}
        changes = [
            {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
            for value in values
        ]
        return msgspec.json.encode(
            {"object": "whatsapp_business_account", "entry": [{"id": "mailbox", "changes": changes}]}
        )


def _status(wamid: str, to: str, opaque: str | None, status: str, code: int) -> Value:
    told: Value = {"id": wamid, "status": status, "timestamp": str(int(time.time())), "recipient_id": to}
    if opaque is not None:
        told["biz_opaque_callback_data"] = opaque
    if status == "failed":
        text = "Message undeliverable" if code == 131026 else "Not delivered"
        told["errors"] = [{"code": code, "title": text, "message": text, "error_data": {"details": text}}]
    return told

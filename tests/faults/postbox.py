"""What a running copy's mailbox has caught, read again and again before it forgets."""

import random
from collections.abc import Iterator
from typing import Any

import httpx2

KEPT = 2_000
"""Messages that the mailbox keeps."""
AT_ONCE = 60
"""Messages that are read at a time; more, where those are all new."""
LATELY = 40


class Postbox:
    """All messages that ever arrived, by mail and on WhatsApp, without their HTML."""

    def __init__(self, http: httpx2.AsyncClient, mailbox: str) -> None:
        self._http, self._url = http, f"{mailbox}/v1/messages"
        self._caught: dict[str, dict[str, Any]] = {}

    async def catch_up(self, limit: int = AT_ONCE) -> None:
        """Read what is new. Raises what the line raises, and `ValueError` for an answer that broke off."""
        answer = await self._http.get(self._url, params={"limit": limit}, timeout=20.0)
        items = answer.json()["items"]
        if len(items) == limit < KEPT and items[-1]["id"] not in self._caught:
            await self.catch_up(min(limit * 6, KEPT))
            return
        for item in reversed(items):
            self._caught.setdefault(item["id"], item | {"html": None})

    @property
    def mails(self) -> list[str]:
        """For each mail, the delivery it names."""
        return [str(one["mail"]).strip("<>").partition("@")[0] for one in self.sent() if one["channel"] == "email"]

    @property
    def telephoned(self) -> list[str]:
        """For each message on WhatsApp, what it names: a delivery, or what it is the thanks for."""
        return [str(one["opaque"]) for one in self.sent() if one["channel"] == "whatsapp"]

    def sent(self) -> Iterator[dict[str, Any]]:
        """What went out to people, the oldest first."""
        return (one for one in self._caught.values() if one["sender"] is None)

    def one_of(self, channel: str, *, staff: bool, rng: random.Random) -> dict[str, Any] | None:
        """One that came lately and may be answered, of a complainant or of somebody of the staff."""
        found = [
            one
            for one in self.sent()
            if one["complaint"]
            and one["channel"] == channel
            and (channel == "whatsapp" or one["reply_to"])
            and (staff != str(one["to"]).startswith(("kenari.", "60115777")))
        ]
        return rng.choice(found[-LATELY:]) if found else None

"""The number that Helpdesk iSPEKS writes from: limits, windows, scripts, and what becomes of each message."""

import asyncio
import secrets
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from deploy.mailbox.messages import NUMBER, Message, Messages, now
from deploy.mailbox.whatsapp import checks, faults
from deploy.mailbox.whatsapp.checks import Refusal, Sent, Template
from deploy.mailbox.whatsapp.telling import Teller

WINDOW = timedelta(hours=24)
SILENCE = 120.0
"""Seconds until the line of a silent answer drops, should the caller not hang up first."""
REMEMBERED = 5_000
"""Numbers and messages whose limits and tries are kept in mind."""
RANK = {"accepted": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


class Dropped(Exception):
    """The line drops where an answer should come."""


class Graph:
    """One business number. `pair_seconds` must lie between two messages to one person, and at most `per_second` leave
    in any second."""

    def __init__(
        self,
        messages: Messages,
        teller: Teller,
        templates: dict[tuple[str, str], Template],
        *,
        pair_seconds: float,
        per_second: int,
    ) -> None:
        self.templates = templates
        self._messages, self._teller = messages, teller
        self._pair_seconds, self._per_second = pair_seconds, per_second
        self._last: dict[str, float] = {}
        self._recent: deque[float] = deque()
        self._tried: set[tuple[str, str]] = set()
        self.status: dict[str, str] = {}
        """wamid -> the furthest its message came."""

    async def take(self, body: Any) -> dict[str, Any]:
        """The answer to a message. Raises `Refusal`, or `Dropped` where none comes."""
        sent = checks.read(body, self.templates, self.window_open)
        self._limits(sent.to)
        played = faults.script(sent.to)
        await self._play(played, sent)
        message = self._keep(sent)
        assert message.wamid is not None  # noqa: S101 - just given
        self._tell(message.wamid, sent, played)
        if played == faults.DROPPED:
            raise Dropped
        if played == faults.BEFORE_ANSWER:
            await asyncio.sleep(0.3)
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": sent.to, "wa_id": sent.to}],
            "messages": [{"id": message.wamid, "message_status": "accepted"}],
        }

    def window_open(self, number: str) -> bool:
        """Whether this person wrote within the past 24 hours."""
        return any(one.at > now() - WINDOW for one in self._messages.newest(channel="whatsapp") if one.sender == number)

    def hear(self, sender: str, text: str, answers: Message | None) -> Message:
        """A person writes: kept, and told by webhook."""
        message = _message(to="Helpdesk iSPEKS", text=text, at=now(), sender=sender)
        self._messages.add([message])
        assert message.wamid is not None  # noqa: S101 - just given
        self._teller.said(message.wamid, sender, text, answers.wamid if answers is not None else None)
        return message

    def read(self, message: Message) -> None:
        """A person has opened it on their telephone."""
        if message.wamid is not None and self.status.get(message.wamid) in ("sent", "delivered"):
            self._move(message.wamid, "read")
            self._teller.status(message.wamid, message.to, message.opaque, order=("read",))

    def _limits(self, to: str) -> None:
        moment = time.monotonic()
        while self._recent and self._recent[0] <= moment - 1.0:
            self._recent.popleft()
        if len(self._recent) >= self._per_second:
            raise Refusal(130429, f"more than {self._per_second} messages in one second")
        if moment - self._last.get(to, float("-inf")) < self._pair_seconds:
            raise Refusal(131056, "too many messages to this person in a short time")

    async def _play(self, played: str, sent: Sent) -> None:
        if played == faults.SILENT:
            await asyncio.sleep(SILENCE)
            raise Dropped
        if played == faults.BROKEN:
            raise Refusal(131000, "something went wrong here", status=500)
        if played in faults.REFUSED:
            code = faults.REFUSED[played]
            raise Refusal(code, "as the number's script has it", status=401 if code == 190 else 400)
        if played in faults.FIRST_REFUSED and (sent.to, sent.opaque or sent.text) not in self._tried:
            self._tried.add((sent.to, sent.opaque or sent.text))
            status, code, retry_after = faults.FIRST_REFUSED[played]
            raise Refusal(code, "as the number's script has it", status=status, retry_after=retry_after)

    def _keep(self, sent: Sent) -> Message:
        moment = time.monotonic()
        self._recent.append(moment)
        self._last[sent.to] = moment
        message = _message(to=sent.to, text=sent.text, at=now(), template=sent.template, opaque=sent.opaque)
        self._messages.add([message])
        for kept in (self._last, self.status):
            while len(kept) > REMEMBERED:
                del kept[next(iter(kept))]
        return message

    def _tell(self, wamid: str, sent: Sent, played: str) -> None:
        self.status[wamid] = "accepted"
        order = faults.statuses(played)
        for status in order:
            self._move(wamid, status)
        code = faults.FAILED_LATER.get(played, 131026)
        self._teller.status(wamid, sent.to, sent.opaque, order=order, code=code)

    def _move(self, wamid: str, status: str) -> None:
        if RANK[status] > RANK[self.status[wamid]]:
            self.status[wamid] = status


def _message(
    *,
    to: str,
    text: str,
    at: datetime,
    sender: str | None = None,
    template: str | None = None,
    opaque: str | None = None,
) -> Message:
    found = NUMBER.search(text)
    return Message(
        id=secrets.token_hex(16),
        channel="whatsapp",
        to=to,
        subject="",
        text=text,
        html=None,
        at=at,
        complaint=found.group() if found else None,
        sender=sender,
        wamid=f"wamid.{secrets.token_hex(16)}",
        template=template,
        opaque=opaque,
    )

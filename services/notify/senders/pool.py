"""Open lines to the mail server, kept for the next mail: a handshake costs more than a mail.

A line carries one mail at a time. It is left after so many mails, after it lay idle, and whenever something on it went
otherwise than it should: what was half said is never continued.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

MAILS_PER_LINE = 100
"""Servers like to see a new line now and then."""
IDLE_SECONDS = 20.0
"""Well under what servers and firewalls allow, so that a line from here is seldom a dead one."""
QUIT_SECONDS = 2.0


@dataclass(slots=True)
class Line:
    """A line to the server; dialled once it has carried a mail."""

    client: aiosmtplib.SMTP
    mails: int = 0
    idle_since: float = 0.0


class Pool:
    """Lines that wait for their next mail."""

    def __init__(self, made: Callable[[], aiosmtplib.SMTP]) -> None:
        self._made = made
        self._idle: list[Line] = []
        self._leaving: asyncio.Task[None] | None = None

    def take(self, *, fresh: bool = False) -> Line:
        """The line used last, or one that is not dialled yet."""
        while self._idle and not fresh:
            line = self._idle.pop()
            if line.client.is_connected:
                return line
            line.client.close()
        return Line(self._made())

    async def put_back(self, line: Line) -> None:
        """It stands where a mail may begin."""
        line.mails += 1
        if line.mails >= MAILS_PER_LINE:
            await leave(line)
            return
        line.idle_since = asyncio.get_running_loop().time()
        self._idle.append(line)
        if self._leaving is None or self._leaving.done():
            self._leaving = asyncio.create_task(self._leave_idle())

    async def close(self) -> None:
        """Leave every line that waits."""
        if self._leaving is not None:
            self._leaving.cancel()
            await asyncio.gather(self._leaving, return_exceptions=True)
            self._leaving = None
        while self._idle:
            await leave(self._idle.pop())

    async def _leave_idle(self) -> None:
        loop = asyncio.get_running_loop()
        while self._idle:
            await asyncio.sleep(max(self._idle[0].idle_since + IDLE_SECONDS - loop.time(), 0.0))
            while self._idle and self._idle[0].idle_since + IDLE_SECONDS <= loop.time():
                await leave(self._idle.pop(0))


async def leave(line: Line) -> None:
    """Say goodbye if the line still stands, and close it in any case."""
    try:
        if line.client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await line.client.quit(timeout=QUIT_SECONDS)
    finally:
        line.client.close()

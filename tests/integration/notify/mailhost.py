"""A mail host that does what it is told, word by word: answers, silence, or a line that drops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Answer = str | Literal["silence", "drop"]
POLITE: dict[str, Answer] = {
    "greeting": "220 mailhost.example ESMTP",
    "EHLO": "250 mailhost.example",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "text": "250 taken",
    "RSET": "250 forgotten",
    "QUIT": "221 bye",
}


@dataclass
class Mailhost:
    """What it heard on each line, and what it says to each verb. `text` is the answer to the mail itself."""

    says: dict[str, Answer] = field(default_factory=lambda: dict(POLITE))
    lines: list[list[str]] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    port: int = 0
    open: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def verbs(self, line: int) -> list[str]:
        """The verbs heard on one line."""
        return [said.split()[0].upper() for said in self.lines[line]]

    def hang_up(self) -> None:
        """Drop every line there is, as a server does that restarts."""
        for writer in self._writers:
            writer.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard: list[str] = []
        self.lines.append(heard)
        self._writers.append(writer)
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._say(writer, "greeting")
                while line := await reader.readline():
                    heard.append(line.decode().strip())
                    verb = heard[-1].split()[0].upper()
                    if not await self._say(writer, verb) or verb == "QUIT":
                        return
                    if verb == "DATA" and self.says["DATA"].startswith("354"):
                        self.texts.append(await reader.readuntil(b"\r\n.\r\n"))
                        if not await self._say(writer, "text"):
                            return
        finally:
            self.open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        answer = self.says.get(verb, "502 not here")
        if answer == "drop":
            writer.transport.abort()
            return False
        if answer != "silence":
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()
        return True


@asynccontextmanager
async def mailhost(**says: Answer) -> AsyncIterator[Mailhost]:
    """The host, for as long as the block lasts."""
    host = Mailhost(POLITE | says)
    server = await asyncio.start_server(host.talk, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        host.hang_up()
        await server.wait_closed()

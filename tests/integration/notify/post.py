"""A post office: a real SMTP server on 127.0.0.1 that keeps what it takes, and misbehaves on command."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP

TAKEN = "250 taken"


@dataclass
class Post:
    """What arrived, and how the server answers. An answer of None drops the line without a word."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    on_rcpt: Callable[[str], str] = lambda _address: "250 ok"
    on_data: Callable[[EmailMessage], str | None] = lambda _mail: TAKEN
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def to(self, address: str) -> list[EmailMessage]:
        """The mails one address got, in order."""
        return [mail for mail, to in zip(self.mails, self.recipients, strict=True) if address in to]

    async def handle_RCPT(  # noqa: N802 - the server's own name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = self.on_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        await self.gate.wait()
        mail = BytesParser(policy=policy.default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        answer = self.on_data(mail)
        if answer is None or answer.startswith("250"):
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        if answer is None:
            server.transport.abort()
            return TAKEN
        return answer


@asynccontextmanager
async def post_office(listening: Mapping[str, Any] | None = None, **server: Any) -> AsyncIterator[Post]:
    """The server, for as long as the block lasts; `listening` says how it takes lines."""
    post = Post()
    loop = asyncio.get_running_loop()
    door = await loop.create_server(
        lambda: SMTP(post, loop=loop, enable_SMTPUTF8=False, **server), "127.0.0.1", 0, **(listening or {})
    )
    post.port = door.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        door.close()
        await door.wait_closed()

"""A mail provider that takes so many mails a second and refuses what is more; it remembers which it took."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.smtp import SMTP

LATENCY_SECONDS = 0.03


@dataclass
class Provider:
    """`took` holds the message ids in order, one entry for each time; `refused` counts what came too fast."""

    per_second: float
    port: int = 0
    took: list[str] = field(default_factory=list)
    to: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    _tokens: float = 0.0
    _since: float = 0.0

    def twice(self) -> dict[str, int]:
        """What came more than once, and how often."""
        return {one: times for one, times in Counter(self.took).items() if times > 1}

    async def handle_MAIL(  # noqa: N802 - the server's own name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        now = time.monotonic()
        self._tokens = min(self._tokens + (now - self._since) * self.per_second, self.per_second)
        self._since = now
        if self._tokens < 1:
            self.refused += 1
            return "450 4.7.1 too many mails in a second"
        self._tokens -= 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        name = str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"])
        (self.to[name],) = envelope.rcpt_tos
        self.took.append(name)
        await asyncio.sleep(LATENCY_SECONDS)  # the answer's way: who is killed meanwhile never hears it
        return "250 taken"


@asynccontextmanager
async def provider(per_second: float) -> AsyncIterator[Provider]:
    """The provider, for as long as the block lasts."""
    made = Provider(per_second)
    loop = asyncio.get_running_loop()
    door = await loop.create_server(lambda: SMTP(made, loop=loop, enable_SMTPUTF8=False), "127.0.0.1", 0)
    made.port = door.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        door.close()
        await door.wait_closed()

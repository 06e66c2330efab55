"""A virus scanner that says what the test wants, and remembers what it was shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Scanner:
    """Speaks clamd's INSTREAM: the command, chunks behind their lengths, a length of zero; then its answer. With
    `says` none it listens and stays silent."""

    says: bytes | None
    address: str = ""
    shown: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One file."""
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while size := int.from_bytes(await reader.readexactly(4)):
                content += await reader.readexactly(size)
            self.shown.append(content)
            if self.says is None:
                await reader.read()
            else:
                writer.write(self.says + b"\0")
                await writer.drain()
        finally:
            writer.close()
            self.gone.set()


@asynccontextmanager
async def scanning(says: bytes | None) -> AsyncIterator[Scanner]:
    """The scanner, listening until the block ends."""
    scanner = Scanner(says)
    server = await asyncio.start_server(scanner.talk, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        scanner.address = f"{host}:{port}"
        yield scanner
    finally:
        server.close()
        await server.wait_closed()

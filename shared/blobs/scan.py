"""An optional virus scanner: clamd over TCP, by its INSTREAM command. Absent, files say "not scanned"."""

import asyncio

CHUNK = 64 * 1024
SECONDS = 30.0
CLEAN, NOT_SCANNED, INFECTED = "clean", "not_scanned", "infected"


async def scan(address: str | None, content: bytes) -> str:
    """`clean`, `infected`, or `not_scanned` where there is no scanner or it does not answer. `address` is host:port."""
    if not address:
        return NOT_SCANNED
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"zINSTREAM\0")
                for start in range(0, len(content), CHUNK):
                    chunk = content[start : start + CHUNK]
                    writer.write(len(chunk).to_bytes(4) + chunk)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
                said = await reader.read(4096)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return NOT_SCANNED
    if said.rstrip(b"\0\n").endswith(b"FOUND"):
        return INFECTED
    return CLEAN if said.rstrip(b"\0\n").endswith(b"OK") else NOT_SCANNED

"""Requests whose head does not end: refused by size, hung up on by time; all others are served as ever."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from shared.web import heads
from shared.web.heads import HEAD_BYTES, TOO_LONG, Heads

START = b"POST /x HTTP/1.1\r\nHost: x\r\n"


async def _counts(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"taken {len(body)}")(scope, receive, send)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(_counts, http=Heads, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Heads(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()
        await server.wait_closed()


async def answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return f"{head[9:12].decode()} {(await reader.readexactly(length)).decode()}".strip()


async def last_words(reader: asyncio.StreamReader) -> bytes:
    """All that is said until the end. What the server had not read by then may cost its words."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while more := await reader.read(1000):
            said += more
    return said


@pytest.mark.parametrize(
    "head",
    [
        START + b"X: " + b"a" * HEAD_BYTES,
        START + b"X: " + b"a" * HEAD_BYTES * 100,
        START + b"X: a\r\n" * HEAD_BYTES,
        b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: x",
    ],
    ids=["a long header", "a very long one", "many headers", "a long address"],
)
async def test_a_head_that_is_too_long_is_refused(head: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(head + b"\r\nConnection: close\r\n\r\n")
        assert await last_words(reader) in (TOO_LONG, b"")


async def test_a_body_is_not_taken_for_a_head_and_many_requests_fit_one_line() -> None:
    async with connected() as (reader, writer):
        for size in (0, HEAD_BYTES * 4, 3):
            writer.write(START + b"X: " + b"a" * 60_000 + b"\r\nContent-Length: %d\r\n\r\n" % size)
            for start in range(0, size, 1000):
                writer.write(b"b" * min(1000, size - start))
            assert await answer(reader) == f"200 taken {size}"
        writer.write((START + b"X: " + b"a" * 1000 + b"\r\nContent-Length: 3\r\n\r\nabc") * 200)
        for _ in range(200):
            assert await answer(reader) == "200 taken 3"


async def test_whoever_does_not_come_to_the_end_of_a_head_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.01)
    for begun in (b"", START, b"\r\n"):
        async with connected() as (reader, writer):
            writer.write(begun)
            assert await reader.read() == b"", begun


async def test_who_asks_for_another_protocol_is_held_to_it_too() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        assert await answer(reader) == "200 taken 0"
        writer.write(START + b"X: " + b"a" * HEAD_BYTES * 100 + b"\r\nConnection: close\r\n\r\n")
        assert b"HTTP/1.1 200" not in await last_words(reader)

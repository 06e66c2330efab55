"""A plain HTTP/1.1 client that costs little: the load, not the thing measured."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec


class Answer(NamedTuple):
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


class Refused(Exception):
    """An answer that makes the measurement worthless."""


class Line:
    """One kept-alive connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request, read the whole answer."""
        started = time.perf_counter()
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.find(b"\r", at)]) if at >= 0 else 0
        body = await self._reader.readexactly(length) if length else b""
        return Answer(int(head[9:12]), body, time.perf_counter() - started)

    def close(self) -> None:
        """Let it go."""
        self._writer.close()


async def opened(port: int) -> Line:
    """A connection to a port of 127.0.0.1."""
    return Line(*await asyncio.open_connection("127.0.0.1", port))


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: object = None) -> bytes:
    """The bytes of a request; `body` goes as JSON."""
    said = b"" if body is None else msgspec.json.encode(body)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    lines = {"Host": "127.0.0.1", **kind, "Content-Length": str(len(said)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + said


async def all_of(port: int, requests: Iterable[bytes], *, connections: int, expect: int) -> list[Answer]:
    """Send them all, `connections` at a time. Raises `Refused` for any other status."""
    waiting = iter(requests)
    answers: list[Answer] = []

    async def work() -> None:
        line = await opened(port)
        try:
            for one in waiting:
                answer = await line.ask(one)
                if answer.status != expect:
                    raise Refused(f"{answer.status} instead of {expect}: {answer.body[:900]!r}")
                answers.append(answer)
        finally:
            line.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(work())
    return answers


async def paced(requests: Iterable[bytes], per_second: float, send: Callable[[bytes], Awaitable[None]]) -> None:
    """Start them at a steady rate, whatever becomes of them, and wait for the last."""
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n, one in enumerate(requests):
            await asyncio.sleep(max(0.0, started + n / per_second - time.perf_counter()))
            group.create_task(_awaited(send, one))


async def _awaited(send: Callable[[bytes], Awaitable[None]], one: bytes) -> None:
    await send(one)

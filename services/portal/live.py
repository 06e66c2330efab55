"""The live channel: query says what it has projected, open staff pages hear what their owner may see.

One subscription a process, however many pages are open. Nothing here is needed for a page to be right: a message lost,
a broker away or a slow browser costs a fresher number, and the page's next reading mends it.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from types import FrameType

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.portal.clients import Pass, Problem, Unavailable
from shared import logs

SUBJECT = "query.projected"
HEARTBEAT = 15.0
"""Seconds. A comment on a quiet stream finds out that a browser has gone, and that its owner may still look."""
WAITING = 64
"""Messages kept for a browser that is slow; beyond that it is told to read everything afresh."""


class Projected(msgspec.Struct, frozen=True):
    """A complaint's read model has moved to `version`; `seen_by` are the principals that may know."""

    number: str
    version: int
    seen_by: list[str] = []


class Live:
    """Fans `projected` out to the streams that may see it."""

    def __init__(self, nats_url: str) -> None:
        self._nats_url = nats_url
        self._streams: set[asyncio.Queue[Projected]] = set()
        self._connection: Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._restore: list[tuple[signal.Signals, signal.Handlers | Callable[..., object] | int | None]] = []
        self._log = logs.get("live")

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._connection is not None and self._connection.is_connected

    def start(self) -> None:
        """Begin to listen, now or whenever the broker comes: the portal does not wait for it."""
        self._connecting = asyncio.create_task(self._connect())
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._release_on(number)

    async def close(self) -> None:
        """End every stream and let go of the broker."""
        self.release()
        while self._restore:
            signal.signal(*self._restore.pop())
        if self._connecting:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self._connection:
            await self._connection.close()

    def release(self) -> None:
        """Let every open stream end by itself: a server that is stopping waits for them."""
        self._closing.set()

    def _release_on(self, number: signal.Signals) -> None:
        """Release the streams when the process is told to stop, then do what was to be done on that signal.

        A server that stops waits for answers under way before it ends the application's lifespan, and a stream is under
        way for ever: without this it would sit out its whole grace.
        """
        loop = asyncio.get_running_loop()
        before = signal.getsignal(number)

        def stop(got: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.release)
            if callable(before):
                before(got, frame)

        signal.signal(number, stop)
        self._restore.append((number, before))

    def publish(self, projected: Projected) -> None:
        """Offer to every open stream. Never waits for one."""
        for queue in self._streams:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(Projected(number="", version=0))
            queue.put_nowait(projected)

    async def stream(self, current: Callable[[], Awaitable[Pass]]) -> AsyncIterator[str]:
        """Server-sent events for one page: `projected`, or `ended` when its owner is no longer logged in."""
        queue: asyncio.Queue[Projected] = asyncio.Queue(WAITING + 1)
        self._streams.add(queue)
        closing = asyncio.create_task(self._closing.wait())
        heard = asyncio.create_task(queue.get())
        try:
            yield "retry: 2000\n\n"
            while not self._closing.is_set():
                await asyncio.wait({heard, closing}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                projected = None
                if heard.done():
                    projected = heard.result()
                    heard = asyncio.create_task(queue.get())
                try:
                    principals = (await current()).staff.principals
                except Problem:
                    yield "event: ended\ndata: {}\n\n"
                    return
                except Unavailable:
                    # who may look cannot be asked just now, so nothing is shown
                    projected = None
                if projected and (not projected.number or principals.intersection(projected.seen_by)):
                    fact = msgspec.json.encode({"number": projected.number, "version": projected.version}).decode()
                    yield f"event: projected\ndata: {fact}\n\n"
                else:
                    yield ": \n\n"
        finally:
            closing.cancel()
            heard.cancel()
            self._streams.discard(queue)

    async def _connect(self) -> None:
        async def failed(error: Exception) -> None:
            self._log.debug("broker_away", error=type(error).__name__)

        async def heard(message: Msg) -> None:
            try:
                self.publish(msgspec.json.decode(message.data, type=Projected))
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                self._log.warning("projected_not_understood", error=str(error))

        self._connection = Client()
        while True:
            try:
                await self._connection.connect(
                    self._nats_url,
                    name="portal",
                    error_cb=failed,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    connect_timeout=2,
                )
                await self._connection.subscribe(SUBJECT, cb=heard)
            except (OSError, TimeoutError, nats.errors.Error) as error:
                self._log.warning("broker_refused", error=type(error).__name__)
                await asyncio.sleep(2)
            else:
                return

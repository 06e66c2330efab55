"""One NATS connection for a process, made in the background: a missing broker shows in readiness, never as a crash."""

import asyncio

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo

from shared import logs
from shared.metrics import Metrics

DUPLICATE_WINDOW_SECONDS = 120
KEPT_SECONDS = 30 * 24 * 3600
RETRY_SECONDS = 0.3


class Bus:
    """The process's line to the broker: reconnects for ever, fails fast while it is down."""

    def __init__(self, url: str, *, name: str, metrics: Metrics | None = None) -> None:
        self._url = url
        self._name = name
        self.metrics = metrics or Metrics()
        """Where those who speak and hear over it count."""
        self._client: Client | None = None
        self._log = logs.get("bus")
        self._up = asyncio.Event()
        self.lines = 0
        """How often a line to the broker was made: behind a new one, the broker may be another."""

    @property
    def connected(self) -> bool:
        """Whether the broker hears us now."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The core NATS client. Only after `until_connected`."""
        if self._client is None:
            raise nats.errors.ConnectionClosedError
        return self._client

    @property
    def js(self) -> JetStreamContext:
        """JetStream over the same connection."""
        return self.client.jetstream(timeout=5.0)

    async def until_connected(self) -> None:
        """Wait for the first connection."""
        await self._up.wait()

    async def run(self) -> None:
        """Connect, stay connected, close on cancellation."""
        try:
            while self._client is None:
                try:
                    self._client = await nats.connect(
                        self._url,
                        name=self._name,
                        connect_timeout=2,
                        reconnect_time_wait=RETRY_SECONDS,
                        max_reconnect_attempts=-1,
                        ping_interval=5,
                        max_outstanding_pings=2,
                        pending_size=0,
                        allow_reconnect=True,
                        error_cb=self._heard_error,
                        reconnected_cb=self._reconnected,
                    )
                except (nats.errors.Error, OSError) as error:
                    self._log.warning("bus.unreachable", error=type(error).__name__)
                    await asyncio.sleep(RETRY_SECONDS)
            self.lines += 1
            self._up.set()
            self._log.info("bus.connected")
            await asyncio.Event().wait()
        finally:
            if self._client is not None:
                await self._client.close()

    async def ensure_stream(self, stream: str) -> StreamInfo:
        """Our stream, made if it is missing: file storage, limits retention, atomic batches, subjects `<service>.>`."""
        try:
            info = await self.js.stream_info(stream)
            if info.config.allow_atomic:
                return info
            return await self.js.update_stream(info.config.evolve(allow_atomic=True))  # made before there were batches
        except nats.js.errors.NotFoundError:
            return await self.js.add_stream(
                StreamConfig(
                    name=stream,
                    subjects=[f"{stream.lower()}.>"],
                    retention=RetentionPolicy.LIMITS,
                    storage=StorageType.FILE,
                    discard=DiscardPolicy.OLD,
                    max_age=KEPT_SECONDS,
                    max_msg_size=512 * 1024,
                    duplicate_window=DUPLICATE_WINDOW_SECONDS,
                    allow_direct=True,
                    allow_atomic=True,
                )
            )

    async def why_not_ready(self) -> str | None:
        """None when connected; otherwise why not."""
        return None if self.connected else "nats: not connected"

    async def _reconnected(self) -> None:
        self.lines += 1
        self._log.info("bus.reconnected")

    async def _heard_error(self, error: Exception) -> None:
        self._log.warning("bus.error", error=type(error).__name__, detail=str(error))

"""This process's metrics for Prometheus: made here, counted where things happen.

Labels are routes, streams, outcomes and the like; never anything a person typed. A service adds its own on `registry`.
"""

from collections.abc import Awaitable, Callable, Mapping
from math import nan
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SLOW = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


class Waiting(NamedTuple):
    """How many wait, and for how many seconds the oldest of them has."""

    size: int
    oldest_seconds: float


Backlog = Callable[[], Awaitable[Waiting]]
"""What waits now. Raises when that cannot be known."""
Backlogs = Mapping[str, Backlog]
"""By what it is that waits, such as `outbox` or `stream:WORKFLOW`."""


class Metrics:
    """One process's metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("http_requests_total", "Requests answered", "method", "route", "status")
        self.seconds = self._histogram("http_request_seconds", "Time to answer", QUICK, "method", "route")
        self.outbox_age = self._gauge("outbox_oldest_seconds", "Age of the oldest event not yet published")
        self.published = self._counter("events_published_total", "Events the broker acknowledged", "stream")
        self.heard = self._counter("events_heard_total", "Events heard, by what became of them", "stream", "outcome")
        self.lateness = self._histogram(
            "event_lateness_seconds", "From when it happened until it was committed here", SLOW, "stream"
        )
        self.waiting = self._gauge("backlog_size", "How many wait", "of")
        self.oldest = self._gauge("backlog_oldest_seconds", "How long the oldest of them has waited", "of")
        self.connections = self._gauge("db_connections_in_use", "Connections to Postgres that are at work")
        self.restarts = self._counter("loop_restarts_total", "Loops that raised and were started again", "loop")

    async def look(self, backlogs: Backlogs) -> dict[str, Waiting | None]:
        """What waits now, noted. None is what cannot be known: its figure is then no number."""
        found: dict[str, Waiting | None] = {}
        for of, backlog in backlogs.items():
            try:
                found[of] = await backlog()
            except Exception:  # whoever asks is told that it is not known; readyz says why
                found[of] = None
            size, seconds = found[of] or (nan, nan)
            self.waiting.labels(of).set(size)
            self.oldest.labels(of).set(seconds)
            if of == "outbox":
                self.outbox_age.set(seconds)
        return found

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, about, labels, buckets=buckets, registry=self.registry)

"""How each service is, and what it could not handle."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from services.portal.clients.door import Door, Problem, Unavailable

PATIENCE = 0.5
"""Seconds: a page that says how things are must not hang on what is broken."""


class Backlog(msgspec.Struct, frozen=True):
    """What waits. None is what the service itself does not know."""

    of: str
    count: int | None
    oldest_seconds: float | None


class Condition(msgspec.Struct, frozen=True):
    """How a service is."""

    ready: bool
    backlogs: list[Backlog]

    def of(self, name: str) -> Backlog:
        """What waits there; nothing where the service has no such thing."""
        return next((one for one in self.backlogs if one.of == name), Backlog(name, 0, 0.0))


class Overseen:
    """Calls to the four services alike. One that does not answer in time is none."""

    def __init__(self, doors: Mapping[str, Door]) -> None:
        self._doors = doors

    async def conditions(self) -> dict[str, Condition | None]:
        """How all of them are, asked at once and of the portal's own accord."""
        return dict(zip(self._doors, await asyncio.gather(*map(self._condition, self._doors.values())), strict=True))

    async def stuck(self, token: str, limit: int) -> dict[str, dict[str, Any] | None]:
        """What is stuck in each, the first letter of each subject. For ADMIN."""

        async def ask(door: Door) -> dict[str, Any] | None:
            try:
                async with asyncio.timeout(PATIENCE * 4):
                    params = {"heads": "true", "limit": limit}
                    response = await door.call("GET", "/v1/dead-letters", token=token, params=params)
            except (Unavailable, TimeoutError):
                return None
            return door.read(response, dict[str, Any])

        return dict(zip(self._doors, await asyncio.gather(*map(ask, self._doors.values())), strict=True))

    async def redrive(self, service: str, source: str, subject: str, token: str) -> dict[str, Any]:
        """Have one subject's letters taken up again. Raises `Problem` 404 for a service that is none."""
        door = self._doors.get(service)
        if door is None:
            raise Problem(404, {"code": "not_found"})
        body = {"source": source, "subject": subject}
        return door.read(await door.call("POST", "/v1/dead-letters/redrive", body=body, token=token), dict[str, Any])

    async def _condition(self, door: Door) -> Condition | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return door.read(await door.call("GET", "/v1/health"), Condition)
        except (Unavailable, Problem, TimeoutError):
            return None

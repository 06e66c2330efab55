"""Notify, whose ledger says what was sent to whom."""

from typing import Any

from services.portal.clients.door import Door, part


class Notify:
    """Calls to notify, all for staff."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def deliveries(self, token: str, **filters: object) -> dict[str, Any]:
        """Deliveries with their attempts, by complaint or by status."""
        response = await self._door.call("GET", "/v1/deliveries", token=token, params=filters)
        return self._door.read(response, dict[str, Any])

    async def choices(self, token: str) -> dict[str, Any]:
        """What the caller may choose of how they are told, and what Admin has fixed."""
        return self._door.read(await self._door.call("GET", "/v1/choices", token=token), dict[str, Any])

    async def retry(self, delivery: str, token: str) -> None:
        """Put a delivery that gave up back in line."""
        await self._door.call("POST", f"/v1/deliveries/{part(delivery)}/retry", token=token)

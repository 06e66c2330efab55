"""The matrix at notify: who is told of what, how it was before, who would be told, and how a message looks."""

from typing import Any

from services.portal.clients.door import Door, part


class Notices:
    """Calls to notify about its rules and messages, for ADMIN and MANAGEMENT."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def matrix(self, token: str) -> dict[str, Any]:
        """The matrix that holds, and the words it may use."""
        return self._door.read(await self._door.call("GET", "/v1/rules", token=token), dict[str, Any])

    async def save(self, items: list[dict[str, Any]], why: str, version: int, token: str) -> dict[str, Any]:
        """The whole matrix anew. Raises `Problem` 412 where another version holds by now, 422 with `items.<n>.<part>`
        for every fault."""
        headers = {"If-Match": f'"v{version}"'}
        body = {"items": items, "why": why}
        response = await self._door.call("PUT", "/v1/rules", body=body, headers=headers, token=token)
        return self._door.read(response, dict[str, Any])

    async def versions(self, token: str, after: str | None = None) -> dict[str, Any]:
        """Who changed what, newest first."""
        response = await self._door.call("GET", "/v1/rules/versions", token=token, params={"after": after})
        return self._door.read(response, dict[str, Any])

    async def version(self, number: int, token: str) -> dict[str, Any]:
        """An earlier version whole, and what would change if it held again. Raises `Problem` 404."""
        response = await self._door.call("GET", f"/v1/rules/versions/{number}", token=token)
        return self._door.read(response, dict[str, Any])

    async def rehearse(self, asked: dict[str, Any], token: str) -> dict[str, Any]:
        """Who would get what. Raises `Problem` 422 with the fields of what was asked, `items.<n>.<part>` for lines."""
        body = {name: value for name, value in asked.items() if value is not None}
        response = await self._door.call("POST", "/v1/rules/rehearsals", body=body, token=token)
        return self._door.read(response, dict[str, Any])

    async def preview(
        self, template: str, token: str, *, complaint: str | None = None, event: str | None = None
    ) -> dict[str, Any]:
        """A message in both languages. Raises `Problem` 404 for one that is none, 422 with `complaint`."""
        params = {"template": part(template), "complaint": complaint, "event": event}
        return self._door.read(await self._door.call("GET", "/v1/previews", token=token, params=params), dict[str, Any])

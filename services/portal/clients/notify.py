"""Notify, whose ledger says what was sent to whom."""

from typing import Any

from services.portal.clients.door import Door


class Notify:
    """Calls to notify's ledger and its ways out, all for staff."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def deliveries(self, token: str, **filters: object) -> dict[str, Any]:
        """Deliveries with their attempts, newest first. Raises `Problem` 422 with a filter that is none."""
        return await self._get("/v1/deliveries", token, **filters)

    async def alerts(self, number: str, token: str, **filters: object) -> dict[str, Any]:
        """What happened to a complaint and who was told. Raises `Problem` 404 where it is not the reader's."""
        return await self._get("/v1/alerts", token, complaint=number, **filters)

    async def retry(self, deliveries: list[str], token: str) -> dict[str, Any]:
        """Put these back in line, a result for each."""
        response = await self._door.call("POST", "/v1/deliveries/retry", body={"ids": deliveries}, token=token)
        return self._door.read(response, dict[str, Any])

    async def choices(self, token: str) -> dict[str, Any]:
        """What the caller may choose of how they are told, and what Admin has fixed."""
        return await self._get("/v1/choices", token)

    async def refused_staff(self, token: str) -> dict[str, Any]:
        """Members of staff whom mail does not reach."""
        return await self._get("/v1/refused-staff", token)

    async def channels(self, token: str) -> dict[str, Any]:
        """How each way out is doing."""
        return await self._get("/v1/channels", token)

    async def templates(self, token: str) -> dict[str, Any]:
        """What each WhatsApp message is called at Meta, and how it stands there."""
        return await self._get("/v1/whatsapp/templates", token)

    async def written(self, number: str, token: str) -> dict[str, Any]:
        """What people wrote on WhatsApp about this complaint, newest first. Raises `Problem` 404 where it is not the
        reader's."""
        return await self._get("/v1/whatsapp/messages", token, complaint=number)

    async def name_templates(self, items: list[dict[str, Any]], version: int, token: str) -> dict[str, Any]:
        """The names anew. Raises `Problem` 412 where others hold by now, 422 with `items.<n>.name`."""
        response = await self._door.call(
            "PUT",
            "/v1/whatsapp/templates",
            body={"items": items},
            headers={"If-Match": f'"v{version}"'},
            token=token,
        )
        return self._door.read(response, dict[str, Any])

    async def _get(self, path: str, token: str, **asked: object) -> dict[str, Any]:
        return self._door.read(await self._door.call("GET", path, token=token, params=asked), dict[str, Any])

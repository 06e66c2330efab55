"""Mails that intake holds for Admin."""

from typing import Any

import httpx2

from services.portal.clients.door import Door, Problem, part


class HeldMails:
    """Calls to intake, all for ADMIN."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def page(self, token: str, *, decided: bool, after: str | None) -> dict[str, Any]:
        """A page of what waits, or of what was decided on. Raises `Problem` 422 for a place that is none."""
        params = {"decided": str(decided).lower(), "after": after}
        return self._door.read(
            await self._door.call("GET", "/v1/held-mails", token=token, params=params), dict[str, Any]
        )

    async def one(self, mail: str, token: str) -> dict[str, Any]:
        """All of one; the look is on record. Raises `Problem` 404."""
        return self._door.read(await self._call("GET", f"/v1/held-mails/{part(mail)}", token), dict[str, Any])

    async def decide(self, mail: str, decision: str, why: str, token: str) -> None:
        """`let_through` or `discard`. Raises `Problem` 404, or 409 where it was decided on."""
        await self._call("POST", f"/v1/held-mails/{part(mail)}/decision", token, {"decision": decision, "why": why})

    async def _call(self, method: str, path: str, token: str, body: object = None) -> httpx2.Response:
        """What has not the shape of an id names nothing."""
        try:
            return await self._door.call(method, path, body=body, token=token)
        except Problem as problem:
            raise Problem(404, {"code": "not_found"}) if problem.status == 422 else problem from None

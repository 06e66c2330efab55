"""Workflow, which alone decides: staff sessions, what may be done now, and the doing."""

from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from services.portal.clients.door import Door, part
from services.portal.clients.files import File


class StaffMember(msgspec.Struct, frozen=True):
    """The person behind a session."""

    id: str
    name: str
    roles: list[str] = []
    queues: list[str] = []
    language: str = "ms"
    stands_in: list[str] = []
    """Ids of absent PICs whose deputy they are today."""

    @property
    def principals(self) -> frozenset[str]:
        """How events name this person's eyes: `staff:<id>`, `role:<ROLE>`, `queue:<QUEUE>`."""
        return frozenset(
            [
                *(f"staff:{one}" for one in (self.id, *self.stands_in)),
                *(f"role:{role}" for role in self.roles),
                *(f"queue:{q}" for q in self.queues),
            ]
        )


class Pass(msgspec.Struct, frozen=True):
    """A 60 s token for calls to the services, and whom it stands for."""

    token: str
    expires_at: datetime
    staff: StaffMember
    session: str = ""
    must_change: bool = False
    """The token opens nothing but the way to another password."""


class Workflow:
    """Calls to workflow."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def log_in(self, ic: str, password: str, browser: str = "") -> Pass:
        """Begin a session. Raises `Problem` 401 `login_failed` or 429 when locked. `browser` is what it calls itself:
        the session's owner may recognise it by that."""
        plain = "".join(sign for sign in browser if sign.isascii() and sign.isprintable())
        response = await self._door.call(
            "POST", "/v1/sessions", body={"ic": ic, "password": password}, headers={"User-Agent": plain[:500]}
        )
        return self._door.read(response, Pass)

    async def change_password(self, session: str, current: str, new: str) -> Pass:
        """Change one's own password. Raises `Problem` 422 with the fields `current` and `new`, 429 when locked."""
        response = await self._door.call(
            "POST", "/v1/sessions/password", body={"current": current, "new": new}, headers={"X-Session": session}
        )
        return self._door.read(response, Pass)

    async def ask_reset(self, ic: str) -> None:
        """Have a link mailed that sets a new password, if there is such a member."""
        await self._door.call("POST", "/v1/password-resets", body={"ic": ic})

    async def reset_password(self, token: str, password: str) -> None:
        """Set a password by mailed link. Raises `Problem` 404 for one that opens nothing, 422 with `password`."""
        await self._door.call("POST", f"/v1/password-resets/{part(token)}", body={"password": password})

    async def renew(self, session: str) -> Pass:
        """A fresh token for the session. Raises `Problem` 401 when it has ended."""
        response = await self._door.call("POST", "/v1/sessions/current", headers={"X-Session": session})
        return self._door.read(response, Pass)

    async def log_out(self, session: str) -> None:
        """End the session."""
        await self._door.call("DELETE", "/v1/sessions/current", headers={"X-Session": session})

    async def table(self) -> dict[str, Any]:
        """The workflow itself: states, phases, actions, outcomes, roles, each with its labels."""
        return self._door.read(await self._door.call("GET", "/v1/workflow"), dict[str, Any])

    async def complaint(self, number: str, token: str) -> dict[str, Any]:
        """State, version, clocks, and what the caller may do now."""
        response = await self._door.call("GET", f"/v1/complaints/{part(number)}", token=token)
        return self._door.read(response, dict[str, Any])

    async def act(
        self,
        number: str,
        action: str,
        body: dict[str, Any],
        token: str,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Take an action. Raises `Problem` 409 with `allowed`, 412 with the present `version`, 422 with fields."""
        headers = {}
        if version is not None:
            headers["If-Match"] = f'"v{version}"'
        if key:
            headers["Idempotency-Key"] = key
        path = f"/v1/complaints/{part(number)}/actions/{part(action)}"
        return self._door.read(
            await self._door.call("POST", path, body=body, headers=headers, token=token), dict[str, Any]
        )

    async def take(self, name: str, content: BinaryIO, token: str) -> File:
        """Have a file checked and kept for a day. Raises `Problem` 422 with why on the field `file`."""
        return await self._door.bring("/v1/uploads", name, content, token)

    async def contact(self, number: str, token: str) -> dict[str, Any]:
        """The plain IC, phone and e-mail, for the complaint's handlers; each call is audited."""
        response = await self._door.call("POST", f"/v1/complaints/{part(number)}/contact", token=token)
        return self._door.read(response, dict[str, Any])

    async def assign(self, items: list[dict[str, Any]], token: str) -> list[dict[str, Any]]:
        """Assign many at once; a result each, in order."""
        response = await self._door.call("POST", "/v1/assignments", body={"items": items}, token=token)
        result: list[dict[str, Any]] = self._door.read(response, dict[str, Any])["items"]
        return result

    async def get(self, path: str, token: str, **params: object) -> dict[str, Any]:
        """Any other thing workflow shows to staff (staff, suggested PICs, events), as JSON."""
        return self._door.read(await self._door.call("GET", path, token=token, params=params), dict[str, Any])

    async def send(self, method: str, path: str, body: object, token: str) -> dict[str, Any]:
        """A change to staff, routing, calendar or settings."""
        response = await self._door.call(method, path, body=body, token=token)
        return self._door.read(response, dict[str, Any]) if response.content else {}

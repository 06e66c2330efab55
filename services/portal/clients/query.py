"""Query, where everything is read: tracking for the public, inbox, lists and detail for staff."""

from datetime import datetime
from typing import Any

import httpx2
import msgspec

from services.portal.clients.door import Door, Text, part
from services.portal.clients.files import File


class Actor(msgspec.Struct, frozen=True):
    """Who did something on a thread; `name` only where the reader may know it."""

    role: str = ""
    name: str | None = None
    id: str | None = None


class Held(msgspec.Struct, frozen=True):
    """Why a complainant's message was kept and nothing done."""

    why: Text = Text()


class Entry(msgspec.Struct, frozen=True):
    """One line of the public thread; `kind` is the event's name in the workflow table."""

    sequence: int
    at: datetime
    kind: str
    actor: Actor | None = None
    text: str | None = None
    held: Held | None = None
    reason: Text | None = None
    attachments: list[File] = []


class Fate(msgspec.Struct, frozen=True):
    """What became of a message that was sent a moment ago."""

    id: str = ""
    fate: str = "pending"
    why: Text | None = None


class ListedComplaint(msgspec.Struct, frozen=True):
    """A row of the list by IC, where the office has chosen the older way."""

    submitted_at: datetime
    module: str = ""
    phase: str = ""


class Original(msgspec.Struct, frozen=True):
    """What a duplicate's complainant may know of the complaint it rests on."""

    state: str
    phase: str
    submitted_at: datetime | None = None
    changed_at: datetime | None = None
    ended_at: datetime | None = None


class Tracking(msgspec.Struct, frozen=True):
    """What the asker may see; `kind` says how much: thread, status, sent, list."""

    kind: str = "thread"
    number: str = ""
    state: str | None = None
    phase: str | None = None
    submitted_at: datetime | None = None
    changed_at: datetime | None = None
    custodian: str | None = None
    due: datetime | None = None
    outcome: str | None = None
    title: str = ""
    description: str = ""
    module: str = ""
    department: str = ""
    ptj: str | None = None
    pic_name: str | None = None
    closing: int = 0
    rated: bool = False
    reopen_until: datetime | None = None
    can: list[str] = []
    answer_by: datetime | None = None
    duplicate_of: Original | None = None
    linked_to: str | None = None
    continued_as: list[str] = []
    entries: list[Entry] = []
    message: Fate | None = None
    items: list[ListedComplaint] = []


class Solved(msgspec.Struct, frozen=True):
    """A problem that was solved and published."""

    symptom: str
    cause: str = ""
    steps: str = ""


class Query:
    """Calls to query. Staff calls carry the caller's token and answer plain JSON, as the staff pages read it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def track(
        self, *, number: str = "", ic: str = "", token: str | None = None, after: str | None = None
    ) -> Tracking:
        """What number, IC, both, or a signed link may show. With `after`, waits up to 2 s for that message's fate."""
        body = {name: value for name, value in (("number", number), ("ic", ic)) if value}
        response = await self._door.call(
            "POST",
            "/v1/tracking",
            body=body,
            params={"after": after or None},
            headers={"X-Tracking-Token": token} if token else None,
        )
        return self._door.read(response, Tracking)

    async def file(
        self, id: str, *, preview: bool = False, link: str | None = None, token: str | None = None
    ) -> httpx2.Response:
        """A file of a thread, or its picture, for who holds the link or the staff token; not read yet, to be closed."""
        path = f"/v1/attachments/{part(id)}" + ("/preview" if preview else "")
        return await self._door.fetch(path, headers={"X-Tracking-Token": link} if link else None, token=token)

    async def file_of(self, id: str, number: str, ic: str) -> httpx2.Response:
        """A file of a thread, for who gives its number and IC; each time counts as a try at tracking."""
        return await self._door.fetch(f"/v1/attachments/{part(id)}", body={"number": number, "ic": ic})

    async def solved(self, q: str, limit: int) -> list[Solved]:
        """Published solutions that look like these words, best first."""
        response = await self._door.call("GET", "/v1/solutions", params={"q": q, "limit": limit})
        return self._door.read(response, _Solutions).items

    async def badge(self, token: str) -> int:
        """How many complaints wait for the caller's first act."""
        return self._door.read(await self._door.call("GET", "/v1/badge", token=token), _Badge).badge

    async def get(self, path: str, token: str, **params: object) -> dict[str, Any]:
        """Any of query's lists and details for staff, as JSON. `path` starts with `/v1/`."""
        return self._door.read(await self._door.call("GET", path, token=token, params=params), dict[str, Any])

    async def search(self, ic: str, token: str, **filters: object) -> dict[str, Any]:
        """The staff list by IC: a POST, so that the IC is in no address."""
        body = {"ic": ic, **{name: value for name, value in filters.items() if value is not None}}
        response = await self._door.call("POST", "/v1/complaints/search", body=body, token=token)
        return self._door.read(response, dict[str, Any])


class _Solutions(msgspec.Struct, frozen=True):
    items: list[Solved] = []


class _Badge(msgspec.Struct, frozen=True):
    badge: int = 0

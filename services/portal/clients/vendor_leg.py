"""The vendor's leg at workflow, by its signed link: for a helpdesk that has no account here."""

from datetime import datetime
from typing import Any, BinaryIO

import httpx2
import msgspec

from services.portal.clients.door import Door, Text, part
from services.portal.clients.files import File


class Log(msgspec.Struct, frozen=True):
    """A number under which the vendor keeps the matter, and when it was told."""

    number: str
    at: datetime


class Actor(msgspec.Struct, frozen=True):
    """Who said it."""

    role: str = ""
    name: str | None = None
    by_link: bool = False


class Entry(msgspec.Struct, frozen=True):
    """Something said on the leg."""

    sequence: int
    at: datetime
    kind: str
    actor: Actor = Actor()
    text: str | None = None
    vendor_reference: str | None = None
    attachments: list[File] = []


class Leg(msgspec.Struct, frozen=True):
    """The leg that a link opens, and nothing else of the complaint. Days are working days of the vendor's calendar."""

    number: str
    since: datetime
    title: str = ""
    module: Text = Text()
    department: str = ""
    ptj: str | None = None
    due: datetime | None = None
    days: int = 0
    used: int = 0
    left: int | None = None
    logs: list[Log] = []
    entries: list[Entry] = []


class VendorLeg:
    """Calls by a link's token. Each raises `Problem` 404 where that opens nothing (any more)."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def open(self, link: str) -> Leg:
        """The leg."""
        return self._door.read(await self._door.call("GET", "/v1/vendor-leg", headers=_by(link)), Leg)

    async def say(self, link: str, what: str, body: dict[str, Any], key: str) -> None:
        """`update` or `answer`, once by that key. Raises `Problem` 422 with fields."""
        headers = {**_by(link), "Idempotency-Key": key}
        await self._door.call("POST", f"/v1/vendor-leg/{part(what)}", body=body, headers=headers)

    async def take(self, name: str, content: BinaryIO, link: str) -> File:
        """Have a file checked and kept for a day. Raises `Problem` 422 with why on the field `file`."""
        return await self._door.bring("/v1/vendor-leg/uploads", name, content, headers=_by(link))

    async def file(self, link: str, id: str, *, preview: bool = False) -> httpx2.Response:
        """A file of the leg, or its picture; not read yet, to be closed."""
        path = f"/v1/vendor-leg/files/{part(id)}" + ("/preview" if preview else "")
        return await self._door.fetch(path, headers=_by(link))


def _by(link: str) -> dict[str, str]:
    return {"X-Vendor-Token": link}

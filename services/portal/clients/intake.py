"""Intake, where a complaint and a complainant's word arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

import msgspec

from services.portal.clients.door import Door, part
from services.portal.clients.files import File


class Ptj(msgspec.Struct, frozen=True):
    """A responsibility centre of a department."""

    code: str
    name: str


class Department(msgspec.Struct, frozen=True):
    """A department that may be chosen on the form."""

    slug: str
    name: str
    ptj: list[Ptj] = []


class Module(msgspec.Struct, frozen=True):
    """One of the modules of iSPEKS; `code` only where it is confirmed."""

    slug: str
    name_ms: str
    name_en: str
    code: str | None = None

    def label(self, language: str) -> str:
        """Name and code as the form prints them: `Lejar Am (GL)`."""
        name = self.name_en if language == "en" else self.name_ms
        return f"{name} ({self.code})" if self.code else name


class Limits(msgspec.Struct, frozen=True):
    """How much a form takes."""

    title: int = 200
    text: int = 32000
    attachments: int = 5
    attachment_bytes: int = 10485760


class Form(msgspec.Struct, frozen=True):
    """The reference data behind the form."""

    departments: list[Department]
    modules: list[Module]
    limits: Limits = Limits()
    version: int | str = 0

    def department(self, slug: str) -> Department | None:
        """The department of that slug."""
        return next((d for d in self.departments if d.slug == slug), None)

    def module(self, slug: str) -> Module | None:
        """The module of that slug."""
        return next((m for m in self.modules if m.slug == slug), None)

    def ptj(self, code: str) -> Ptj | None:
        """The responsibility centre of that code."""
        return next((p for d in self.departments for p in d.ptj if p.code == code), None)


class Filing(msgspec.Struct, frozen=True):
    """A complaint as the form sends it. Intake judges it; nothing is judged here."""

    ic: str
    name: str
    department: str
    ptj: str | None
    phone: str
    email: str
    whatsapp_consent: bool
    language: str
    module: str
    title: str
    description: str
    confirmed: bool
    altcha: str | None
    attachments: list[str] = []
    linked_to: str | None = None
    """The tracking token of the complaint this one carries on."""


class Receipt(msgspec.Struct, frozen=True):
    """What a filed complaint is answered with."""

    number: str
    submitted_at: datetime
    answer_by: datetime | None = None
    tracking_url: str = ""
    email_masked: str = ""


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is speaking on a thread, where no tracking link says it."""

    ic: str | None = None
    name: str | None = None
    altcha: str | None = None


class Intake:
    """Calls to intake. Every POST that changes something carries an `Idempotency-Key` of its rendered form."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def form(self) -> Form:
        """Departments, responsibility centres, modules and limits."""
        return self._door.read(await self._door.call("GET", "/v1/form"), Form)

    async def challenge(self) -> bytes:
        """A fresh robot check, as the widget reads it."""
        return (await self._door.call("GET", "/v1/challenge")).content

    async def take(self, name: str, content: BinaryIO) -> File:
        """Have a file checked and kept for a day. Raises `Problem` 422 with why on the field `file`."""
        return await self._door.bring("/v1/uploads", name, content)

    async def check(self, filing: Filing) -> None:
        """Raise `Problem` with the fields that could not be filed; write nothing."""
        await self._door.call("POST", "/v1/complaints/check", body=filing)

    async def file(self, filing: Filing, key: str) -> Receipt:
        """File the complaint; the same key files it once and answers the same."""
        response = await self._door.call("POST", "/v1/complaints", body=filing, headers={"Idempotency-Key": key})
        return self._door.read(response, Receipt)

    async def say(
        self,
        number: str,
        action: str,
        text: str,
        key: str,
        *,
        token: str | None = None,
        proof: Proof | None = None,
        attachments: Sequence[str] = (),
    ) -> str:
        """Send the complainant's message; the id by which its fate can be asked."""
        said = {"action": action, "text": text, "attachments": list(attachments)}
        body = {**said, **msgspec.to_builtins(proof or Proof())}
        return await self._message(f"/v1/complaints/{part(number)}/messages", body, key, token)

    async def rate(
        self, number: str, score: int, comment: str, key: str, *, token: str | None = None, proof: Proof | None = None
    ) -> str:
        """Send the complainant's rating; the id by which its fate can be asked."""
        body = {"score": score, "comment": comment, **msgspec.to_builtins(proof or Proof())}
        return await self._message(f"/v1/complaints/{part(number)}/rating", body, key, token)

    async def send_links(self, ic: str, language: str, key: str) -> None:
        """Have every complaint under the IC send its own link to its own contact. Says nothing about hit or miss."""
        body = {"ic": ic, "language": language}
        await self._door.call("POST", "/v1/tracking-links", body=body, headers={"Idempotency-Key": key})

    async def _message(self, path: str, body: object, key: str, token: str | None) -> str:
        headers = {"Idempotency-Key": key} | ({"X-Tracking-Token": token} if token else {})
        response = await self._door.call("POST", path, body=body, headers=headers)
        return self._door.read(response, _Accepted).id


class _Accepted(msgspec.Struct, frozen=True):
    id: str

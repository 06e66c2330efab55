"""The one way from the portal to a service: its time-outs, its headers, and what may come back instead of an answer."""

import asyncio
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

import httpx2
import msgspec
import structlog

from services.portal.clients.files import File
from shared import logs

T = TypeVar("T")

visitor: ContextVar[str | None] = ContextVar("visitor", default=None)
"""Address of the browser now being served; goes along as `Forwarded`, so that rate limits count people, not us."""

TIMEOUT = httpx2.Timeout(10.0, connect=2.0, pool=2.0)
"""Seconds. The longest a service waits on purpose is 2 s (tracking, for a message's fate)."""
UPLOADING = httpx2.Timeout(90.0, connect=2.0, pool=10.0)
"""A file is checked before it is taken: up to 40 s, and 30 s by a scanner."""


_PART = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,64}")


class Unavailable(Exception):
    """A service did not answer, or answered that it is broken. Nothing is known about what it did."""

    def __init__(self, service: str, retry_after: int = 30) -> None:
        super().__init__(service)
        self.service = service
        self.retry_after = retry_after


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages. `text[language]` reads it."""

    ms: str = ""
    en: str = ""

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.ms


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field, named as in the request body."""

    field: str
    code: str = ""
    ms: str = ""
    en: str = ""

    def text(self, language: str) -> str:
        """The sentence in the page's language."""
        return self.en if language == "en" and self.en else self.ms


class Problem(Exception):
    """A service understood and said no (RFC 9457): a code, words in both languages, fields, facts."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: int = 0) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        super().__init__(f"{status} {self.code}")
        messages = body.get("messages") or {}
        detail = str(body.get("detail") or body.get("title") or "")
        self.text = Text(ms=str(messages.get("ms") or detail), en=str(messages.get("en") or detail))
        self.errors: list[FieldError] = msgspec.convert(body.get("errors") or [], list[FieldError])
        self.facts = dict(body)
        self.retry_after = retry_after

    def fields(self, language: str) -> dict[str, str]:
        """Field name to sentence, the first of each field, in the order the service gave."""
        found: dict[str, str] = {}
        for error in self.errors:
            found.setdefault(error.field, error.text(language))
        return found


def part(value: str) -> str:
    """A number or an id as one part of a path. Whatever has not the shape of one names nothing: `Problem` 404."""
    if not _PART.fullmatch(value):
        raise Problem(404, {"code": "not_found"})
    return value


class Door:
    """One service as the portal sees it."""

    def __init__(self, service: str, url: str, http: httpx2.AsyncClient, service_token: str) -> None:
        self.service = service
        self._url = url.rstrip("/")
        self._http = http
        self._service_token = service_token
        self._log = logs.get("clients")

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> httpx2.Response:
        """Call the service. Raises `Unavailable` when it cannot answer, `Problem` when it refuses."""
        sent = dict(headers or {})
        content = None
        if body is not None:
            content = msgspec.json.encode(body)
            sent["Content-Type"] = "application/json"
        query = {name: _written(value) for name, value in (params or {}).items() if value is not None}
        return await self._answer(
            self._request(
                method, quote(path), content=content, params=query or None, headers=self._headers(sent, token)
            )
        )

    async def bring(
        self,
        path: str,
        name: str,
        content: BinaryIO,
        token: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> File:
        """Hand the service a file, read as it goes. Raises as `call`."""
        await asyncio.to_thread(content.seek, 0)
        request = self._request(
            "POST",
            path,
            files={"file": (name, content, "application/octet-stream")},
            headers=self._headers(headers or {}, token),
            timeout=UPLOADING,
        )
        return self.read(await self._answer(request), File)

    async def fetch(
        self, path: str, *, body: object = None, headers: Mapping[str, str] | None = None, token: str | None = None
    ) -> httpx2.Response:
        """A file as the service gives it, not read yet; whoever asks closes it. With a body it is asked for by POST.
        Raises as `call`."""
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        if body is None:
            request = self._request("GET", quote(path), headers=self._headers(sent, token))
        else:
            sent["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
            request = self._request("POST", quote(path), content=content, headers=self._headers(sent, token))
        return await self._answer(request, stream=True)

    def _request(self, method: str, path: str, **parts: Any) -> httpx2.Request:
        try:
            return self._http.build_request(method, self._url + path, **parts)
        except httpx2.InvalidURL as error:
            raise Unavailable(self.service) from error

    def _headers(self, given: Mapping[str, str], token: str | None) -> dict[str, str]:
        sent = {"X-Service-Token": self._service_token, "Accept": "application/json", **given}
        if address := visitor.get():
            sent["Forwarded"] = f'for="[{address}]"' if ":" in address else f"for={address}"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if correlation := structlog.contextvars.get_contextvars().get("correlation"):
            sent["X-Request-Id"] = str(correlation)
        if not all(value.isascii() and value.isprintable() for value in sent.values()):
            # what a browser sends as a link's token or a session, and no service ever gave
            raise Problem(401, {"code": "malformed"})
        return sent

    async def _answer(self, request: httpx2.Request, *, stream: bool = False) -> httpx2.Response:
        try:
            response = await self._http.send(request, stream=stream)
            if stream and response.status_code >= 400:
                await response.aread()
        except httpx2.TransportError as error:
            self._log.warning("service_unreachable", called=self.service, error=type(error).__name__)
            raise Unavailable(self.service) from error
        if response.status_code >= 500:
            self._log.warning("service_failed", called=self.service, status=response.status_code)
            raise Unavailable(self.service, _seconds(response, 30))
        if response.status_code >= 400:
            raise Problem(response.status_code, _problem(response), _seconds(response, 0))
        return response

    def read(self, response: httpx2.Response, shape: type[T]) -> T:
        """The answer as `shape`; members nobody asked for are ignored."""
        try:
            return msgspec.json.decode(response.content, type=shape, strict=False)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            self._log.error("answer_not_understood", called=self.service, error=str(error))
            raise Unavailable(self.service) from error


def _written(value: object) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else str(value)


def _problem(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(response: httpx2.Response, otherwise: int) -> int:
    value = response.headers.get("Retry-After", "")
    return int(value) if value.isdigit() else otherwise

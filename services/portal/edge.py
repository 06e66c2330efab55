"""The outermost skin: who may post here, what a browser may do with a page, one log line an arrival.

Plain ASGI, so that a stream stays a stream. The log line names the route, not the address: a tracking link's token and
a search are in addresses, and neither is ever written down.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.clients import visitor
from shared import logs
from shared.metrics import Metrics

TOKEN_PATHS = ("/a/", "/kata-laluan/", "/vendor/")
"""Pages whose address is a right, and which therefore give no referrer."""
QUIET = {"/livez", "/readyz", "/metrics", "static"}


def policy(*, style_attributes: bool = False, frames: bool = False) -> str:
    """The Content-Security-Policy. Report pages draw charts that set style attributes, and pages that show a message
    have frames of our own in them; nothing else may."""
    styles = "style-src 'self'; " + ("style-src-attr 'unsafe-inline'; " if style_attributes else "")
    framed = "frame-src 'self'; " if frames else ""
    return (
        f"default-src 'none'; script-src 'self'; {styles}{framed}img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def foreign(headers: Headers, origin: str, *, token_in_path: bool) -> bool:
    """Whether another site made this browser post here.

    Browsers of today say so in `Sec-Fetch-Site`; older ones name the sender in `Origin`. A page that gives no referrer
    sends `Origin: null`, and of ours only those with a token in their address do: there the token is the right to act.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    sender = headers.get("origin")
    if sender is None:
        return False
    if sender == "null":
        return not token_in_path
    return sender != origin and urlsplit(sender).netloc != headers.get("host")


FORM_BYTES = 1024 * 1024
"""A form of 32,000 emoji, each of them twelve bytes as browsers send it, with room for the rest."""


FILES_BYTES = 128 * 1024 * 1024
"""A form that takes files: more than twice what five of 10 MB are, so that one too many, or too large, is told beside
what was typed. What is over the limit is read and dropped."""


class TooLarge(Exception):
    """More was sent than any honest form holds."""


Fault = Callable[[Scope, int], Awaitable[ASGIApp]]
"""Renders the page for a status nobody's route decided on."""


class Edge:
    """Wraps the whole application. `files` matches the paths of the forms that take files."""

    def __init__(
        self, app: ASGIApp, *, origin: str, secure: bool, fault: Fault, metrics: Metrics, files: re.Pattern[str]
    ) -> None:
        self._app = app
        self._origin = origin
        self._fault = fault
        self._files = files
        self._metrics = metrics
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})
        self._log = logs.get("edge")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one arrival."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client = scope.get("client")
        visitor.set(client[0] if client else None)
        request_id = str(uuid.uuid4())
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0

        # whatever can be read can be asked about: link checkers and mail scanners send HEAD
        bare = scope["method"] == "HEAD"
        if bare:
            # a copy: the server goes by its own to leave out the body
            scope = {**scope, "method": "GET"}

        async def dressed(message: Message) -> None:
            nonlocal status
            if bare and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                status = message["status"]
                given = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    given.setdefault(name, value)
                given.setdefault("Cache-Control", "no-store")
                given["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(service="portal", correlation=request_id):
            try:
                unsafe = scope["method"] not in ("GET", "HEAD", "OPTIONS")
                if unsafe and foreign(headers, self._origin, token_in_path=scope["path"].startswith(TOKEN_PATHS)):
                    await (await self._fault(scope, 403))(scope, receive, dressed)
                else:
                    multipart = headers.get("content-type", "").lower().startswith("multipart/form-data")
                    most = FILES_BYTES if multipart and self._files.fullmatch(scope["path"]) else FORM_BYTES
                    await self._app(scope, _limited(headers, receive, most), dressed)
            except TooLarge:
                await (await self._fault(scope, 413))(scope, receive, dressed)
            except Exception as error:
                self._log.error("unexpected", exc_info=error)
                if status:
                    raise
                await (await self._fault(scope, 500))(scope, receive, dressed)
            finally:
                self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = "static" if scope["path"].startswith("/static/") else getattr(scope.get("route"), "path", "none")
        self._metrics.requests.labels(scope["method"], route, status).inc()
        self._metrics.seconds.labels(scope["method"], route).observe(seconds)
        logs.about(scope.get("path_params", {}).get("number"))
        if route not in QUIET:
            self._log.info("answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))


def _limited(headers: Headers, receive: Receive, most: int) -> Receive:
    """`receive`, until the body grows beyond `most` bytes."""
    length = headers.get("content-length", "")
    size = int(length) if length.isdigit() and int(length) > most else 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge
        return message

    return counted

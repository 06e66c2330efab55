"""A request's body on its way in: no longer than what its path takes and, where it is JSON, with no key said twice."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

LONGEST_KEY = 100
"""Of a key that is named in an answer."""


class Repeated(HTTPException):
    """A key that stands twice in one object: which of the two was meant, nobody can know."""

    def __init__(self, key: str) -> None:
        super().__init__(422)
        self.key = key[:LONGEST_KEY].encode(errors="replace").decode()


def limited(receive: Receive, at_most: int, kind: bytes) -> Receive:
    """The body of this content type, at most so long. Raises `HTTPException` 413 and `Repeated` on the way. (FastAPI's
    own limit answers in English text, and JSON's last word would win.)"""
    received = 0
    parts: list[bytes] | None = [] if b"json" in kind.lower() else None

    async def limited() -> Message:
        nonlocal received, parts
        message = await receive()
        body = message.get("body", b"")
        received += len(body)
        if received > at_most:
            raise HTTPException(413)
        if parts is not None and message["type"] == "http.request":
            parts.append(body)
            if not message.get("more_body", False):
                whole, parts = b"".join(parts), None
                _refuse_repeated(whole)
        return message

    return limited


def _refuse_repeated(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        return  # whoever reads it says what is wrong with it


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) == len(pairs):
        return
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise Repeated(key)
        seen.add(key)

"""The straight way into a route: described as any other, called without FastAPI's solving of dependencies, which costs
more than all that filing a complaint asks of the database."""

import json
from collections.abc import Callable
from inspect import signature
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send


class Straight(APIRoute):
    """For a route that takes `body`, `request` and `idempotency_key` and nothing else. What cannot be read here is left
    to FastAPI, which says what is wrong with it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        taken = signature(endpoint).parameters
        if set(taken) != {"body", "request", "idempotency_key"}:
            raise TypeError(f"{path} takes more than goes the straight way: {set(taken)}")
        self._read = taken["body"].annotation.model_validate

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route, called with what is read of the request."""
        request = Request(scope, receive)
        if scope["method"] not in (self.methods or ()) or request.headers.get("content-type") != "application/json":
            await super().handle(scope, receive, send)
            return
        raw = await _whole(request)
        try:
            body = self._read(json.loads(raw))
        except (ValueError, RecursionError):
            await super().handle(scope, _again(raw), send)
            return
        key = request.headers.get("idempotency-key")
        answer: Response = await self.endpoint(body=body, request=request, idempotency_key=key)
        await answer(scope, receive, send)


async def _whole(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect:
        raise HTTPException(400) from None


def _again(raw: bytes) -> Receive:
    """What was read, to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive

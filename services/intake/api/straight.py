"""The straight way into a route: described as any other, called without FastAPI's solving of dependencies, which costs
more than all that filing a complaint asks of the database."""

import json
from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect


class Straight(APIRoute):
    """For a route that takes `body`, `request` and `idempotency_key` and nothing else. What cannot be read here is left
    to FastAPI, which says what is wrong with it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, called with what is read of the request."""
        otherwise, route = super().get_route_handler(), self.endpoint
        taken = signature(route).parameters
        if set(taken) != {"body", "request", "idempotency_key"}:
            raise TypeError(f"{self.path} takes more than goes the straight way: {set(taken)}")
        read = taken["body"].annotation.model_validate

        async def straight(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json":
                return await otherwise(request)
            try:
                body = read(json.loads(await request.body()))
            except (ValueError, RecursionError, ClientDisconnect):
                return await otherwise(request)
            answer: Response = await route(
                body=body, request=request, idempotency_key=request.headers.get("idempotency-key")
            )
            return answer

        return straight

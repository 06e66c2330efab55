"""Waiting for the model to catch up, a little: this process's own commits wake the waiters at once, those of other
replicas are found by looking again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.075


class Progress:
    """Says when something has been projected here."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def made(self) -> None:
        """Wake everybody who waits."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, look: Callable[[], Awaitable[T]], enough: Callable[[T], bool], seconds: float) -> T:
        """Look until it is enough, at most for `seconds`; answers what was last seen. No transaction is open between
        two looks."""
        ends = time.monotonic() + seconds
        while True:
            made = self._next
            found = await look()
            left = ends - time.monotonic()
            if enough(found) or left <= 0:
                return found
            try:
                async with asyncio.timeout(min(LOOK_AGAIN_SECONDS, left)):
                    await made.wait()
            except TimeoutError:
                continue


def _progress(request: Request) -> Progress:
    progress: Progress = request.app.state.progress
    return progress


Catching = Annotated[Progress, Depends(_progress)]
"""This process's progress."""

"""Waiting by condition: no test sleeps for a time it guessed."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.1


@overload
async def eventually(condition: Callable[[], Awaitable[T]], within: float = 60.0) -> T: ...
@overload
async def eventually(condition: Callable[[], T], within: float = 60.0) -> T: ...
async def eventually(condition: Callable[[], Any], within: float = 60.0) -> Any:
    """Calls the condition until it neither fails an assertion nor answers something false, and returns its answer.

    A condition that returns None holds when its assertions do. After `within` seconds the last assertion is raised.
    """
    until = time.monotonic() + within
    pause = FIRST_PAUSE
    while True:
        failed: AssertionError | None = None
        try:
            answer = condition()
            value = await answer if inspect.isawaitable(answer) else answer
            if value is None or value:
                return value
        except AssertionError as error:
            failed = error
        if time.monotonic() > until:
            raise failed or AssertionError(f"still {value!r} after {within} s")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)

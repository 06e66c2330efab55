"""The outside world. `letters` writes messages, `mail` makes one well-formed e-mail of a letter, `smtp` hands it over.

A channel is one sender; another channel (WhatsApp) is another class of the same protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.notify.domain.retries import Outcome


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message on its way to one address. `id` stays the same when it is tried again."""

    id: str
    template: str
    reader: str
    language: str
    name: str
    address: str
    thread: str | None
    """The complaint it belongs to; None where it is about several."""
    values: Mapping[str, Any]
    reply_to: str | None = None
    """Where an answer by mail is taken; None where it is not."""
    answer: str | None = None
    """What such an answer becomes: `message`, `note` or `reply`."""


class Sender(Protocol):
    """A way out. Never raises for what the outside world does: every ending is an outcome."""

    field: str
    """Which sealed field of a contact holds its address: `email` or `phone`."""

    async def send(self, dispatch: Dispatch) -> Outcome: ...

    async def close(self) -> None:
        """Leave what is held open. It may be used again after."""

"""Every call of a client, and how it ended as far as the client can know."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

import httpx2

MARK = re.compile(r"tanda-[0-9a-f]{12}")
"""What every text of a call carries, so that its words are known again wherever they turn up."""


class Outcome(StrEnum):
    """How a call ended. Whatever was tried once without an answer stays unknown unless a later try was accepted."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass
class Call:
    """One intention of a client. However often it is sent, it carries one Idempotency-Key and one request id, and may
    take effect once. `door` is what takes it: a service, or `mail` or `whatsapp`; `what` is `file` or an action of the
    table."""

    door: str
    what: str
    number: str | None = None
    """The complaint it is about; of a filing, the number it was answered with."""
    id: str = field(default_factory=lambda: str(uuid4()))
    outcome: Outcome = Outcome.UNKNOWN
    attempts: int = 0
    doubtful: int = 0
    """Attempts nobody answered for certain."""
    status: int | None = None
    version: int | None = None
    """The complaint's version that workflow answered with."""
    message: str | None = None
    """The id of the message that intake answered with."""
    why: str = ""
    bulk: bool = False
    """One of many that were sent at once, under the id of all of them."""

    @property
    def headers(self) -> dict[str, str]:
        """What makes it one call: events carry the request id as their correlation."""
        return {"Idempotency-Key": self.id, "X-Request-Id": self.id}

    @property
    def mark(self) -> str:
        """To be put into the texts it sends."""
        return f"tanda-{self.id.replace('-', '')[-12:]}"

    def answered(self, response: httpx2.Response) -> None:
        """An answer came. A 5xx says nothing about what was done."""
        self.attempts += 1
        self.status = response.status_code
        if response.is_success:
            said = response.json()
            self.outcome = Outcome.OK
            self.number = said.get("number", self.number)
            self.version = said.get("version")
            self.message = said.get("id")
        elif response.status_code >= 500:
            self._doubt(f"answered {response.status_code}")
        else:
            self._refuse(response.text[:200])

    def accepted(self) -> None:
        """It was taken, with nothing more to say of it."""
        self.attempts += 1
        self.outcome = Outcome.OK

    def refused(self, why: str) -> None:
        """It was not taken, and never will be."""
        self.attempts += 1
        self._refuse(why)

    def unanswered(self, error: Exception) -> None:
        """No answer came, or one that leaves it open."""
        self.attempts += 1
        self._doubt(f"{type(error).__name__}: {error}")

    def _refuse(self, why: str) -> None:
        if self.outcome is not Outcome.OK:  # its twin may have been accepted
            self.why = why
            self.outcome = Outcome.UNKNOWN if self.doubtful else Outcome.FAILED

    def _doubt(self, why: str) -> None:
        self.doubtful += 1
        self.why = why
        if self.outcome is not Outcome.OK:
            self.outcome = Outcome.UNKNOWN

    async def send(
        self,
        http: httpx2.AsyncClient,
        url: str,
        body: Mapping[str, object],
        headers: Callable[[], Awaitable[Mapping[str, str]]] | Mapping[str, str],
        *,
        again: Callable[["Call"], Awaitable[bool]],
        heard: Callable[[httpx2.Response], None] = lambda _: None,
    ) -> "Call":
        """Send it until it is answered for certain, or `again` says that this is enough. `headers` may be made anew for
        every attempt, as tokens are; `heard` is shown every answer."""
        while True:
            try:
                others = headers if isinstance(headers, Mapping) else await headers()
                response = await http.post(url, json=dict(body), headers={**others, **self.headers})
            except (httpx2.TransportError, OSError) as error:
                self.unanswered(error)
            else:
                self.answered(response)
                heard(response)
                if not response.is_server_error:
                    return self
            if not await again(self):
                return self


class Recorder:
    """The calls of all clients, in the order in which they were begun."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def invoke(self, door: str, what: str, number: str | None = None) -> Call:
        """A call begins. Until it is settled it counts as unknown."""
        call = Call(door, what, number)
        self.calls.append(call)
        return call

    def invoke_many(self, door: str, what: str, numbers: Sequence[str]) -> list[Call]:
        """Many begin as one, a call for each complaint, with one id."""
        first = Call(door, what, numbers[0], bulk=True)
        calls = [first, *(Call(door, what, number, id=first.id, bulk=True) for number in numbers[1:])]
        self.calls += calls
        return calls

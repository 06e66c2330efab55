"""WhatsApp through Meta's Cloud API. 200 means accepted, and no more: what became of a message, webhooks tell.

An answer with an error code is sorted by the code. Whatever fails before the request has left is about the channel;
once it may have left and no answer came, nobody can say: the outcome is `unknown`, and the message's own webhook may
still settle it, since our delivery's id travels with it.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx2

from services.notify.domain.retries import Fate, Outcome
from services.notify.domain.whatsapp import BadBody, is_about_template, refused, wa_number
from services.notify.senders import Dispatch
from services.notify.senders.bodies import BODIES

LONGEST_WAIT = 24 * 3600.0
_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Way:
    """How a message goes to one number: under which name and in which language, or why not at all."""

    name: str = ""
    language: str = ""
    why_not: Outcome | None = None


class Book(Protocol):
    """What is known of templates and numbers."""

    async def way_to(self, delivery: str, message: str, language: str, number: str) -> Way:
        """How this message goes to this number."""

    async def refused(self, way: Way, code: int) -> None:
        """This template was refused."""


class WhatsApp:
    """One business number. `seconds` bounds a message from dialling to the answer."""

    field = "phone"

    def __init__(self, *, url: str, number_id: str, token: str, seconds: float, book: Book) -> None:
        self._url = f"{url.rstrip('/')}/{number_id}/messages"
        self._book = book
        self._seconds = seconds
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client: httpx2.AsyncClient | None = None

    async def send(self, dispatch: Dispatch) -> Outcome:
        """Send the message's template. Never raises but on cancellation."""
        number = wa_number(dispatch.address)
        if number is None:
            return Outcome(Fate.NO_ADDRESS, "no mobile number on record")
        way = await self._book.way_to(dispatch.id, dispatch.template, dispatch.language, number)
        if way.why_not is not None:
            return way.why_not
        body = BODIES[dispatch.template, way.language]
        try:
            body.filled(dispatch.values)
            given = body.parameters(dispatch.values)
        except BadBody as error:
            return Outcome(Fate.UNWRITTEN, f"not written: {error}")
        parameters = [{"type": "text", "text": value} for value in given]
        template: dict[str, Any] = {"name": way.name, "language": {"code": way.language}}
        if parameters:
            template["components"] = [{"type": "body", "parameters": parameters}]
        outcome = await self._post(number, dispatch.id, {"type": "template", "template": template})
        if outcome.code is not None and is_about_template(outcome.code):
            await self._book.refused(way, outcome.code)
        return outcome

    async def say(self, number: str, text: str, mark: str) -> Outcome:
        """Free words, which only go while the person's window of 24 hours is open."""
        return await self._post(number, mark, {"type": "text", "text": {"body": text, "preview_url": False}})

    async def close(self) -> None:
        """Let the connections go. It may be used again after."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self._seconds, headers=self._headers)
        return self._client

    async def _post(self, number: str, mark: str, message: dict[str, Any]) -> Outcome:
        whole = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": number,
            "biz_opaque_callback_data": mark,
            **message,
        }
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._open().post(self._url, json=whole)
        except _NEVER_LEFT as error:
            return Outcome(Fate.CHANNEL_DOWN, type(error).__name__)
        except (httpx2.HTTPError, TimeoutError) as error:
            return Outcome(Fate.UNKNOWN, type(error).__name__)
        return _read(answer)


def _read(answer: httpx2.Response) -> Outcome:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status_code == 200:
        wamid = _wamid(said)
        if wamid is None:
            return Outcome(Fate.UNKNOWN, "200 without a message id")
        return Outcome(Fate.SENT, "accepted", provider_id=wamid)
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return refused(code if isinstance(code, int) else None, answer.status_code, _retry_after(answer))


def _wamid(said: Any) -> str | None:
    try:
        found = said["messages"][0]["id"]
    except (KeyError, IndexError, TypeError):
        return None
    return found if isinstance(found, str) and found else None


def _retry_after(answer: httpx2.Response) -> float | None:
    """Seconds, whether it says seconds or a date."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdigit():
        return min(float(said), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)

"""Clients of a house that record what they do: complainants at intake, staff at workflow. Over HTTP alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx2

from tests.support.history.people import Complainant, a_complainant
from tests.support.history.recorder import Call, Recorder

Headers = Callable[[], Awaitable[Mapping[str, str]]]
Again = Callable[[Call], Awaitable[bool]]

TEXTED: dict[str, str] = {
    "reassign": "reason",
    "hand_back": "reason",
    "reject": "reason",
    "classify": "reason",
    "take_back": "reason",
    "correct_contact": "reason",
    "reply": "text",
    "note": "text",
    "ask_feedback": "text",
    "refer": "text",
    "return": "text",
    "log_vendor": "text",
    "update_vendor": "text",
    "vendor_answered": "text",
    "request_close": "text",
    "reopen": "text",
}
"""Where an act of the staff carries its words."""


async def once(_: Call) -> bool:
    """An attempt without an answer is the last one."""
    return False


class Desk:
    """Files, speaks and acts; every call is on the recorder. `again` decides whether an attempt that was not answered
    for certain is followed by another with the same key, `twice` whether a call is sent as a double click would."""

    def __init__(
        self,
        recorder: Recorder,
        http: httpx2.AsyncClient,
        *,
        intake: str,
        workflow: str,
        again: Again = once,
        twice: Callable[[], bool] = lambda: False,
    ) -> None:
        self.recorder = recorder
        self.tokens: dict[str, str] = {}
        """The tracking token of each complaint whose filing was answered."""
        self._http, self._intake, self._workflow, self._again = http, intake, workflow, again
        self.twice = twice
        self._filed = 0

    async def file(self, who: Complainant | None = None, **changes: Any) -> Call:
        """Somebody new files a complaint, or `who` does."""
        self._filed += 1
        call = self.recorder.invoke("intake", "file")
        form = (who or a_complainant(self._filed)).form(call.mark, **changes)
        tracking = ""

        def kept(response: httpx2.Response) -> None:
            nonlocal tracking
            if response.is_success:
                tracking = response.json()["tracking_url"].rpartition("/")[2]

        await self._send(call, f"{self._intake}/v1/complaints", form, {}, kept)
        if call.number is not None:
            self.tokens[call.number] = tracking
        return call

    async def say(self, number: str, action: str, **body: Any) -> Call:
        """The complainant answers, refutes, closes, reopens or rates by their link."""
        call = self.recorder.invoke("intake", action, number)
        words: dict[str, Any] = (
            {"score": 4, "comment": call.mark}
            if action == "rate"
            else {"action": action, "text": f"Masih. {call.mark}"}
        )
        url = f"{self._intake}/v1/complaints/{number}/{'rating' if action == 'rate' else 'messages'}"
        headers = {"X-Tracking-Token": self.tokens[number]}
        return await self._send(call, url, words | body, headers)

    async def act(
        self, headers: Headers | Mapping[str, str], number: str, action: str, *, version: int, **body: Any
    ) -> Call:
        """A member of staff, whose token is in the headers, acts on the version they have seen."""
        call = self.recorder.invoke("workflow", action, number)
        words = {TEXTED[action]: f"Telah disemak. {call.mark}"} if action in TEXTED else {}
        if action == "request_close":
            words["solution"] = {"cause": f"Tempoh ditutup. {call.mark}", "steps": "1. Buka\n2. Pos semula"}  # type: ignore[assignment]

        async def with_version() -> Mapping[str, str]:
            who = headers if isinstance(headers, Mapping) else await headers()
            return {**who, "If-Match": f'"v{version}"'}

        url = f"{self._workflow}/v1/complaints/{number}/actions/{action}"
        return await self._send(call, url, words | body, with_version)

    async def assign_many(
        self, headers: Headers | Mapping[str, str], items: Sequence[tuple[str, str, int]]
    ) -> list[Call]:
        """An Admin hands out many at once, each a number, a PIC and the version seen; asked once, whatever comes."""
        calls = self.recorder.invoke_many("workflow", "assign", [number for number, _, _ in items])
        body = {"items": [{"number": number, "pic": pic, "version": version} for number, pic, version in items]}
        who = headers if isinstance(headers, Mapping) else await headers()
        try:
            url = f"{self._workflow}/v1/assignments"
            answer = await self._http.post(url, json=body, headers={**who, **calls[0].headers})
            said = answer.json()["items"] if answer.is_success else None
        except (httpx2.TransportError, OSError) as error:
            for call in calls:
                call.unanswered(error)
            return calls
        for place, call in enumerate(calls):
            if said is None:
                call.answered(answer)
            elif said[place]["ok"]:
                call.accepted()
                call.version = said[place]["version"]
            else:
                call.refused(str(said[place]["problem"]["code"]))
        return calls

    async def _send(
        self,
        call: Call,
        url: str,
        body: Mapping[str, Any],
        headers: Headers | Mapping[str, str],
        heard: Callable[[httpx2.Response], None] = lambda _: None,
    ) -> Call:
        times = 2 if self.twice() else 1
        sending = (call.send(self._http, url, body, headers, again=self._again, heard=heard) for _ in range(times))
        await asyncio.gather(*sending)
        return call

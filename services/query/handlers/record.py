"""Workflow's record, as it is read over HTTP for a rebuild or an audit."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from itertools import islice
from typing import Protocol

import msgspec
from httpx2 import AsyncClient

from shared.envelope import Envelope

PAGE = 2000
AT_ONCE = 200


class Record(Protocol):
    """The truth: whole, and what it says of single subjects after a sequence."""

    total: int
    """How many events of complaints there are; 0 until the first page has come."""

    def pages(self) -> AsyncIterator[list[Envelope]]:
        """All of it, reference facts first, then complaint by complaint."""

    async def of(self, known: Mapping[str, int]) -> list[Envelope]:
        """What these subjects have said after the sequence known of each."""


class _Line(msgspec.Struct):
    cursor: str
    event: Envelope


_LINES = msgspec.json.Decoder(_Line)


class WorkflowRecord:
    """`GET /v1/events`: the next page is on its way while the last one is used."""

    def __init__(self, workflow: AsyncClient, service_token: str) -> None:
        self._workflow = workflow
        self._headers = {"X-Service-Token": service_token}
        self.total = 0

    async def pages(self) -> AsyncIterator[list[Envelope]]:
        """All of it. Raises `HTTPStatusError` when workflow refuses."""
        coming = asyncio.create_task(self._page(""))
        try:
            while lines := await coming:
                coming = asyncio.create_task(self._page(lines[-1].cursor))
                yield [line.event for line in lines]
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def of(self, known: Mapping[str, int]) -> list[Envelope]:
        """What these subjects have said since."""
        letters: list[Envelope] = []
        subjects = iter(known)
        while some := list(islice(subjects, AT_ONCE)):
            since = {subject: known[subject] for subject in some}
            while since:
                lines = await self._ask({"of": [f"{subject}:{sequence}" for subject, sequence in since.items()]})
                letters += [line.event for line in lines]
                said = {line.event.subject: line.event.sequence for line in lines}
                # A full page may have cut a complaint short; an answer that is not full has told it all.
                since = {s: max(at, said.get(s, 0)) for s, at in since.items()} if len(lines) >= PAGE else {}
        return letters

    async def _page(self, after: str) -> list[_Line]:
        return await self._ask({"after": after})

    async def _ask(self, params: dict[str, str | list[str]]) -> list[_Line]:
        answer = await self._workflow.get("/v1/events", params={**params, "limit": str(PAGE)}, headers=self._headers)
        answer.raise_for_status()
        self.total = int(answer.headers.get("Total-Events", self.total))
        return _LINES.decode_lines(answer.content)

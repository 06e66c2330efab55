"""What Admin oversees in every service that hears: how it is, what is stuck, and taking it up again."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.auth import Overseer, Staff
from shared.bus import parked
from shared.bus.consumer import Consumer
from shared.errors import FieldError, Invalid, Text
from shared.metrics import Backlogs, Metrics
from shared.web.described import refusals, shown
from shared.web.edge import Transaction, moment
from shared.web.health import Check, wrongs

LONGEST_PAGE = 200
LETTER: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "source": "workflow",
    "subject": "HD-2026-000123-C",
    "sequence": 4,
    "type": "complaint.replied",
    "reason": "poison",
    "error": "KeyError at services/query/handlers/project.py:41 in move_complaint",
    "behind": 2,
    "at": "2026-03-01T10:15:00+08:00",
}
REDRIVE = {
    "redrive": {
        "operationId": "redrive",
        "description": "Take up all that is parked for this source and subject.",
    }
}

Word = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,300}$")]
"""A source or a subject as letters carry them: printable, without spaces."""


class Letter(BaseModel):
    """A parked letter. `behind` is how many of the same subject wait for it; `error` names kind and place only."""

    id: str
    source: str
    subject: str
    sequence: int
    type: str
    reason: Literal["poison", "behind", "early", "unreadable"]
    error: str | None
    behind: int
    at: str


class Letters(BaseModel):
    """A page of them, newest first."""

    items: list[Letter]
    next: str | None
    as_of: str


class Redrive(BaseModel):
    """Whose letters are to be taken up."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"source": "workflow", "subject": "HD-2026-000123-C"}]}
    )

    source: Word
    subject: Word


class Redriven(BaseModel):
    """How many were handled, how many are still parked, and why the first of those failed again, if it did."""

    handled: int
    parked: int
    error: str | None


class BacklogSize(BaseModel):
    """What waits. Null is what cannot be known now."""

    of: str
    count: int | None
    oldest_seconds: float | None


class Condition(BaseModel):
    """How a service is: what it lacks, and what waits in it."""

    ready: bool
    why: list[str]
    backlogs: list[BacklogSize]


async def _place(after: Annotated[str | None, Query(max_length=400)] = None) -> parked.Place | None:
    if after is None:
        return None
    at, _, last = after.partition("~")
    try:
        place = parked.Place(moment(at), last)
    except ValueError:
        place = None
    if place is None or not last.isascii() or not last.isprintable():
        text = Text("Penanda halaman tidak dikenali", "The place in the list is not known")
        raise Invalid([FieldError("after", "cursor_invalid", text)])
    return place


def routes(
    hearing: Sequence[Consumer], metrics: Metrics, needed: Sequence[Check], wished: Sequence[Check], backlogs: Backlogs
) -> APIRouter:
    """`/v1/health` and, of a service that hears, `/v1/dead-letters`."""
    router = APIRouter(prefix="/v1", tags=["oversight"], responses=refusals(401, 403))

    @router.get("/health", dependencies=[Overseer])
    async def health() -> Condition:
        """What this service lacks, and what waits in it. The portal may ask of its own accord."""
        missing, lacking = await wrongs(needed), await wrongs(wished)
        found = await metrics.look(backlogs)
        sizes = [
            BacklogSize(of=of, count=one.size if one else None, oldest_seconds=one.oldest_seconds if one else None)
            for of, one in found.items()
        ]
        return Condition(ready=not missing, why=missing + lacking, backlogs=sizes)

    if hearing:
        _add_letters(router, hearing[0])
    return router


def _add_letters(router: APIRouter, consumer: Consumer) -> None:
    @router.get(
        "/dead-letters",
        response_model=Letters,
        responses=shown(200, {"items": [LETTER], "next": None, "as_of": LETTER["at"]}, links=REDRIVE),
    )
    async def dead_letters(
        caller: Staff,
        tx: Transaction,
        place: Annotated[parked.Place | None, Depends(_place)],
        heads: Annotated[bool, Query(description="Only the first of each subject: the others wait for it.")] = False,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    ) -> dict[str, Any]:
        """What could not be handled, what waits behind it, and what came too early, newest first."""
        caller.needs("ADMIN")
        items, following = await parked.page(tx, heads=heads, after=place, limit=limit)
        return {
            "items": items,
            "next": f"{following.at.isoformat()}~{following.id}" if following else None,
            "as_of": (await tx.fetchval("select clock_timestamp()")).isoformat(),
        }

    @router.post(
        "/dead-letters/redrive",
        response_model=Redriven,
        responses=shown(200, {"handled": 3, "parked": 0, "error": None}),
    )
    async def redrive(caller: Staff, request: Request, body: Redrive) -> dict[str, Any]:
        """Take up all that is parked for this subject, in order, until one fails again or one is missing."""
        caller.needs("ADMIN")
        taken = await consumer.redrive(body.source, body.subject)
        async with request.app.state.db.transaction() as tx:
            count, error = await parked.left(tx, body.source, body.subject)
        return {"handled": sum(one.outcome in ("applied", "passed") for one in taken), "parked": count, "error": error}

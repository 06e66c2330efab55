"""The matrix as it was, version by version: who changed what, when and why, and what going back would change."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from services.notify.api.rules import LINE, RuleBody, line
from services.notify.domain.changes import Change, between
from services.notify.domain.rules import Rule
from services.notify.store import copies, matrix
from shared.auth import Staff
from shared.errors import NotFound
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1")
LONGEST_PAGE = 50
EARLIEST, LATEST = 1, 2_000_000_000
Number = Annotated[int, Path(ge=EARLIEST, le=LATEST)]

CHANGE: dict[str, Any] = {
    "event": "complaint.received",
    "what": "changed",
    "fields": ["enabled"],
    "before": LINE,
    "after": LINE | {"enabled": False},
}
VERSION: dict[str, Any] = {
    "version": 2,
    "at": "2026-03-01T10:15:00+08:00",
    "saved_by": {"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "name": "Puan Admin"},
    "why": "The complainant is told on assignment.",
    "changes": [CHANGE],
}


class ChangeView(BaseModel):
    """A line that is new, gone, another one, or stands in another place of its event's lines."""

    event: str
    what: Literal["added", "removed", "changed", "moved"]
    fields: list[str]
    before: RuleBody | None
    after: RuleBody | None


class Saver(BaseModel):
    """Who saved a version; the name as it is now, none for somebody nobody told us of."""

    id: str
    name: str | None


class VersionView(BaseModel):
    """A version. Nobody saved what came with the house; `changes` are those since the version before."""

    version: int
    at: str
    saved_by: Saver | None
    why: str | None
    changes: list[ChangeView]


class Versions(BaseModel):
    """A page of versions, newest first."""

    items: list[VersionView]
    next: str | None
    as_of: str


class Earlier(VersionView):
    """A version whole, and what would change if it held again."""

    items: list[RuleBody]
    back: list[ChangeView]


@router.get(
    "/rules/versions",
    response_model=Versions,
    responses=shown(200, {"items": [VERSION], "next": None, "as_of": "2026-03-01T10:16:00+08:00"}) | refusals(403),
)
async def versions(
    caller: Staff,
    tx: Transaction,
    after: Annotated[int | None, Query(ge=EARLIEST, le=LATEST)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 20,
) -> dict[str, Any]:
    """Who changed what, when and why. `after` is the last version seen."""
    caller.needs("ADMIN", "MANAGEMENT")
    found = await matrix.versions(tx, before=after, limit=limit + 1)
    return {
        "items": [
            _version(one, found[place + 1].rules if place + 1 < len(found) else None)
            for place, one in enumerate(found[:limit])
        ],
        "next": str(found[limit - 1].version) if len(found) > limit else None,
        "as_of": (await copies.now(tx)).isoformat(),
    }


@router.get(
    "/rules/versions/{version}",
    response_model=Earlier,
    responses=shown(200, VERSION | {"items": [LINE], "back": [CHANGE]}) | refusals(403, 404),
)
async def version(caller: Staff, tx: Transaction, version: Number) -> dict[str, Any]:
    """That version whole: saved again with PUT /v1/rules, it is the newest."""
    caller.needs("ADMIN", "MANAGEMENT")
    found = await matrix.versions(tx, before=version + 1, limit=2)
    if not found or found[0].version != version:
        raise NotFound
    _, held = await matrix.current(tx)
    return _version(found[0], found[1].rules if len(found) > 1 else None) | {
        "items": [line(rule) for rule in found[0].rules],
        "back": [_change(one) for one in between(held, found[0].rules)],
    }


def _version(one: matrix.Version, before: tuple[Rule, ...] | None) -> dict[str, Any]:
    return {
        "version": one.version,
        "at": one.at.isoformat(),
        "saved_by": None if one.saved_by is None else {"id": one.saved_by, "name": one.name},
        "why": one.why,
        # what came with the house has nothing before it, and is not read as a hundred new lines
        "changes": [] if before is None else [_change(change) for change in between(before, one.rules)],
    }


def _change(one: Change) -> dict[str, Any]:
    what = "added" if one.before is None else "removed" if one.after is None else "changed" if one.fields else "moved"
    return {
        "event": one.event,
        "what": what,
        "fields": list(one.fields),
        "before": None if one.before is None else line(one.before),
        "after": None if one.after is None else line(one.after),
    }

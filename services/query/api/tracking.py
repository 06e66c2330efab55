"""Semakan Aduan, for everybody: a link, an IC and a number, either of them; each shows what process.md allows."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.query.api import examples
from services.query.api.asked import Model, answer, linked
from services.query.api.progress import Catching
from services.query.domain import typed, views
from services.query.handlers import tracking
from shared.auth import Visitor
from shared.db import Database
from shared.errors import FieldError, Invalid, NotFound, Text
from shared.limits import Limits, prefix
from shared.privacy import blind_index
from shared.web import refusals, shown

router = APIRouter(prefix="/v1", tags=["public"])

FATE_SECONDS = 2.0
AN_ADDRESS_A_MINUTE = 60
AN_IC_AN_HOUR = 20
ANSWERS = (
    views.ThreadTold
    | views.Thread
    | views.RegisteringTold
    | views.Registering
    | views.Status
    | views.Sent
    | views.Listed
)
EITHER = Text("Isi No. Kad Pengenalan atau No. Aduan", "Give the identity card number or the complaint number")


class Tracked(BaseModel):
    """What a visitor gives; case, blanks and dashes do not matter."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "HD-2026-000123-C", "ic": "800101990001"}]}
    )

    number: Annotated[str, Field(max_length=60)] = ""
    ic: Annotated[str, Field(max_length=60)] = ""


@router.post(
    "/tracking",
    responses=shown(200, examples.THREAD, model=ANSWERS, links=examples.FETCH_FILE) | refusals(404, 429),
)
async def track(
    request: Request,
    visitor: Visitor,
    db: Model,
    progress: Catching,
    asked: Tracked | None = None,
    x_tracking_token: Annotated[str | None, Header()] = None,
    after: Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9-]*$")] = None,
) -> Response:
    """A link or IC and number: the public thread, with the fate of message `after` if asked. The number alone: status.
    The IC alone: one sentence, hit or miss. A miss and a mismatch answer the same 404."""
    asked = asked or Tracked()
    number, ic = typed.number(asked.number), typed.ic(asked.ic)
    state = request.app.state
    limits: Limits = state.limits
    token = linked(request, x_tracking_token)
    if token is not None:
        async with db.transaction() as tx:
            opened = await tracking.by_link(tx, *token)
        if not after:
            return answer(opened)
        fate = await _fate(db, progress, token[0], after)
        async with db.transaction() as tx:
            return answer({**await tracking.by_link(tx, *token), "message": fate})
    await limits.spend("tracking.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    if x_tracking_token:
        raise NotFound
    if not number and not ic:
        raise Invalid([FieldError("number", "required", EITHER)])
    index = blind_index(state.index_key, "ic", ic)
    if ic:
        await limits.spend("tracking.ic", index, limit=AN_IC_AN_HOUR, seconds=3600)
    if number and ic:
        return await _both(db, progress, number, index, after)
    if ic and state.settings.tracking_by_ic == "link":
        return answer(views.Sent(kind="sent"))
    async with db.transaction() as tx:
        return answer(await tracking.by_number(tx, number) if number else await tracking.by_ic(tx, index))


async def _both(db: Database, progress: Catching, number: str, index: str, after: str | None) -> Response:
    async with db.transaction() as tx:
        thread = await tracking.by_ic_and_number(tx, number, index)
    if not after:
        return answer(thread)
    fate = await _fate(db, progress, thread["number"], after)
    async with db.transaction() as tx:
        return answer({**await tracking.by_ic_and_number(tx, number, index), "message": fate})


async def _fate(db: Database, progress: Catching, number: str, message: str) -> views.Fate:
    async def look() -> views.Fate:
        async with db.transaction() as tx:
            return await tracking.fate(tx, number, message)

    return await progress.until(look, lambda found: found["fate"] != "pending", FATE_SECONDS)


async def spend_on_pair(limits: Limits, visitor: str, ic_index: str) -> None:
    """One try at IC and number, wherever it is made."""
    await limits.spend("tracking.address", prefix(visitor), limit=AN_ADDRESS_A_MINUTE, seconds=60)
    await limits.spend("tracking.ic", ic_index, limit=AN_IC_AN_HOUR, seconds=3600)

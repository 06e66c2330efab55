"""How one wants to be told, for oneself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present
from services.workflow.handlers import preferences
from services.workflow.store import people as store
from shared.errors import NotFound
from shared.events.preferences import GROUPS
from shared.web import Transaction

router = APIRouter(prefix="/v1/staff/current", tags=["accounts"])

EXAMPLE: dict[str, Any] = {"preferences": {"tell.closings": "digest", "quiet": "22:00-07:00", "whatsapp": "on"}}
Word = Annotated[str, Field(max_length=40)]


class Preferences(BaseModel):
    """What was chosen, whole; what is absent is as Admin has set it. `tell.<group>`: `at_once`, `digest` or `off`, and
    only where the rules let one choose; `quiet`: hours in which nothing that can wait is sent; `whatsapp`: `on` or
    `off`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    preferences: dict[Word, Word] = Field(max_length=len(GROUPS) + 2)


@router.get("/preferences")
async def chosen(tx: Transaction, caller: Present) -> Preferences:
    """How one wants to be told, as chosen."""
    member = await store.by_id(tx, UUID(caller.id))
    if member is None:
        raise NotFound
    return Preferences(preferences=member.preferences)


@router.put("/preferences", status_code=204)
async def choose(body: Preferences, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """How one wants to be told from now on."""
    await preferences.choose(tx, caller, body.preferences, correlation=correlation)

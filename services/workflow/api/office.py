"""What the office decides about itself: settings, routing, solutions."""

from typing import Any

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Words
from services.workflow.api.shapes import PIC, Routing, Solutions
from services.workflow.api.time_shapes import Reckoned
from services.workflow.api.times import reckoned
from services.workflow.handlers import office, times
from services.workflow.store import facts
from shared.events.reference import SettingsSaved
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1", tags=["office"], responses=refusals(403))

WORD = {
    "save": {
        "operationId": "save_solution",
        "parameters": {"number": "$response.body#/items/0/number"},
        "description": "Word it anew, publish it or take it back.",
    }
}


class SettingsBody(BaseModel):
    """Numbers of working days, and whether assignment is automatic."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,  # else true would be one day
        json_schema_extra={
            "examples": [
                {
                    "assign_days": 1,
                    "first_answer_days": 3,
                    "solve_days": {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15},
                    "implementor_days": 3,
                    "vendor_escalate_days": 15,
                    "close_lapse_days": 7,
                    "answer_lapse_days": 14,
                    "reopen_days": 14,
                    "automatic_assignment": False,
                    "complex_days": 30,
                    "timers_per_minute": 3000,
                }
            ]
        },
    )
    assign_days: int
    first_answer_days: int
    solve_days: dict[str, int]
    implementor_days: int
    vendor_escalate_days: int
    close_lapse_days: int
    answer_lapse_days: int
    reopen_days: int
    automatic_assignment: bool = False
    complex_days: int = 30
    timers_per_minute: int = 3000


class SettingsChange(SettingsBody):
    """The numbers, and why they are changed."""

    why: Words = Field(default="", max_length=1000)


class VendorDesk(BaseModel):
    """The vendor's helpdesk, which has no account: an office's address. Empty: it is not mailed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"email": "helpdesk@vendor.example"}]})
    email: Words = Field(max_length=254)


class RoutingBody(BaseModel):
    """Module slug -> ids of the PICs who take it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"modules": {"gl": [PIC["id"]]}}]})
    modules: dict[Words, list[str]]


class PublishBody(BaseModel):
    """A solution as it should read, and whether everybody may find it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "symptom": "Baucar tidak dapat diluluskan",
                    "cause": "Tempoh perakaunan ditutup",
                    "steps": "Buka semula tempoh, kemudian luluskan baucar",
                    "published": True,
                }
            ]
        },
    )
    symptom: Words = Field(min_length=1, max_length=200)
    cause: Words = Field(min_length=1, max_length=32_000)
    steps: Words = Field(min_length=1, max_length=32_000)
    published: bool


@router.get("/settings", response_model=SettingsBody)
async def settings(tx: Transaction, caller: Present) -> dict[str, Any]:
    """The office's numbers."""
    caller.needs("ADMIN", "MANAGEMENT")
    found = (await facts.known(tx)).rules.settings
    return {name: getattr(found, name) for name in SettingsBody.model_fields}


@router.put("/settings", response_model=Reckoned)
async def save_settings(
    body: SettingsChange, tx: Transaction, caller: Present, correlation: Correlation
) -> dict[str, Any]:
    """Save all of them; every open deadline follows, and the answer says which moved."""
    caller.needs("ADMIN")
    said = SettingsSaved(**body.model_dump(exclude={"why"}))
    moved = await times.save_settings(tx, said, caller, why=body.why, correlation=correlation)
    return reckoned(moved)


@router.get("/settings/vendor", response_model=VendorDesk)
async def vendor_desk(tx: Transaction, caller: Present) -> dict[str, str]:
    """Where the vendor's helpdesk is written to."""
    caller.needs("ADMIN", "MANAGEMENT")
    return {"email": (await facts.known(tx)).rules.settings.vendor_email}


@router.put("/settings/vendor", status_code=204)
async def save_vendor_desk(body: VendorDesk, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """Have the vendor's helpdesk written to at this address, or not at all."""
    caller.needs("ADMIN")
    why = "E-mel Helpdesk BKP/TTSB dikemas kini"
    await times.save_vendor_email(tx, body.email, caller, why=why, correlation=correlation)


@router.get("/routing", response_model=Routing)
async def routing(tx: Transaction, caller: Present) -> dict[str, Any]:
    """Which PICs take which module."""
    caller.needs("ADMIN", "MANAGEMENT")
    return {"modules": (await facts.routing(tx)).modules}


@router.put("/routing", status_code=204)
async def save_routing(body: RoutingBody, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """Save all of it."""
    caller.needs("ADMIN")
    await office.save_routing(tx, body.modules, correlation=correlation)


@router.get(
    "/solutions",
    response_model=Solutions,
    responses=shown(200, links=WORD),
)
async def solutions(tx: Transaction, caller: Present) -> dict[str, Any]:
    """Every solution, newest first."""
    caller.needs("ADMIN", "PIC", "IMPLEMENTOR", "MANAGEMENT")
    return {"items": [msgspec.to_builtins(one) for one in await facts.solutions(tx)]}


@router.put("/solutions/{number}", status_code=204, responses=refusals(404))
async def save_solution(
    number: str, body: PublishBody, tx: Transaction, caller: Present, correlation: Correlation
) -> None:
    """Word a solution anew, publish it or take it back."""
    caller.needs("ADMIN", "PIC", "IMPLEMENTOR")
    await office.word_solution(tx, number, caller, correlation=correlation, **body.model_dump())

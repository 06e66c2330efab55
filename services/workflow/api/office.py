"""What the office decides about itself: settings, routing, calendar, solutions."""

from datetime import date
from typing import Any

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Words
from services.workflow.api.shapes import PIC, Declared, Holidays, Routing, Solutions
from services.workflow.handlers import office
from services.workflow.store import facts
from shared.errors import NotFound
from shared.events.reference import SettingsSaved
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1", tags=["office"], responses=refusals(403))

WITHDRAW = {
    "withdraw": {
        "operationId": "withdraw_holiday",
        "parameters": {"calendar": "$request.path.calendar", "day": "$response.body#/day"},
    }
}
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
        json_schema_extra={
            "examples": [
                {
                    "assign_days": 1,
                    "first_answer_days": 3,
                    "solve_days": {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15},
                    "implementor_days": 3,
                    "vendor_remind_days": 5,
                    "vendor_escalate_days": 15,
                    "close_lapse_days": 7,
                    "answer_lapse_days": 14,
                    "reopen_days": 14,
                    "automatic_assignment": False,
                }
            ]
        },
    )
    assign_days: int
    first_answer_days: int
    solve_days: dict[str, int]
    implementor_days: int
    vendor_remind_days: int
    vendor_escalate_days: int
    close_lapse_days: int
    answer_lapse_days: int
    reopen_days: int
    automatic_assignment: bool = False


class RoutingBody(BaseModel):
    """Module slug -> ids of the PICs who take it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"modules": {"gl": [PIC["id"]]}}]})
    modules: dict[Words, list[str]]


class HolidayBody(BaseModel):
    """A declared day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"day": "2026-04-01", "name": "Cuti peristiwa", "why": "Pengisytiharan negeri", "works": False}
            ]
        },
    )
    day: date
    name: Words = Field(min_length=1, max_length=200)
    why: Words = Field(min_length=1, max_length=1000)
    works: bool = False


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
    found: dict[str, Any] = msgspec.to_builtins((await facts.known(tx)).rules.settings)
    return found


@router.put("/settings", status_code=204)
async def save_settings(body: SettingsBody, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """Save all of them."""
    caller.needs("ADMIN")
    await office.save_settings(tx, SettingsSaved(**body.model_dump()), correlation=correlation)


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


@router.get("/calendar/{calendar}/holidays", response_model=Holidays, responses=refusals(404))
async def holidays(calendar: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """What was declared, by whom and why; and every holiday that counts."""
    caller.needs("ADMIN", "MANAGEMENT", "PIC", "IMPLEMENTOR")
    if calendar not in office.WEEKENDS:
        raise NotFound
    rules = (await facts.known(tx)).rules
    counted = rules.office if calendar == facts.OFFICE else rules.vendor
    return {"declared": await facts.holidays(tx, calendar), "holidays": sorted(counted.holidays)}


@router.post(
    "/calendar/{calendar}/holidays",
    status_code=201,
    response_model=Declared,
    responses=shown(201, links=WITHDRAW) | refusals(404),
)
async def declare_holiday(
    calendar: str, body: HolidayBody, tx: Transaction, caller: Present, correlation: Correlation
) -> dict[str, str]:
    """Declare a day off, or a working day."""
    caller.needs("ADMIN")
    await office.declare_holiday(
        tx, calendar, body.day, body.name, body.why, caller, works=body.works, correlation=correlation
    )
    return {"day": body.day.isoformat()}


@router.delete("/calendar/{calendar}/holidays/{day}", status_code=204, responses=refusals(404))
async def withdraw_holiday(
    calendar: str, day: date, tx: Transaction, caller: Present, correlation: Correlation
) -> None:
    """Undo a declared day."""
    caller.needs("ADMIN")
    await office.withdraw_holiday(tx, calendar, day, correlation=correlation)


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

"""What the office decides about time: working days, and what happens by itself; and why it happened, or did not."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Words
from services.workflow.api.shapes import PIC, Label, example
from services.workflow.domain import clocks, plan
from services.workflow.domain.times import CLOCK_LABELS, CLOCKS, length
from services.workflow.handlers import calendars, complaints, times
from services.workflow.handlers.calendars import Moved
from services.workflow.store import facts
from shared.errors import NotFound
from shared.events.reference import TimeRule
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1", tags=["times"], responses=refusals(403))

WITHDRAW = {
    "withdraw": {
        "operationId": "withdraw_holiday",
        "parameters": {"calendar": "$request.path.calendar", "day": "$response.body#/day"},
    }
}
READERS = ("ADMIN", "MANAGEMENT", "PIC", "IMPLEMENTOR")


class MovedDeadline(BaseModel):
    """A deadline that moved."""

    number: str
    before: datetime
    after: datetime


class Reckoned(BaseModel):
    """Which open deadlines moved, and how."""

    model_config = example(
        moved=[
            {
                "number": "HD-2026-000123-C",
                "before": "2026-04-01T17:00:00+08:00",
                "after": "2026-04-02T17:00:00+08:00",
            }
        ]
    )

    moved: list[MovedDeadline]


def reckoned(moved: Iterable[Moved]) -> dict[str, Any]:
    """As `Reckoned` has it."""
    return {"moved": [one._asdict() for one in moved]}


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


class Declared(Reckoned):
    """The day that was declared, and which open deadlines moved by it."""

    model_config = example(day="2026-04-01", moved=[])

    day: date


class DeclaredDay(BaseModel):
    """A day the office declared: off, or `works` although the law has it off."""

    day: date
    name: str
    works: bool
    declared_by: UUID
    declared_at: datetime
    why: str


class Holidays(BaseModel):
    """What was declared, and every day off that counts."""

    model_config = example(
        declared=[
            {
                "day": "2026-04-01",
                "name": "Cuti peristiwa",
                "works": False,
                "declared_by": PIC["id"],
                "declared_at": "2026-03-20T10:00:00+08:00",
                "why": "Pengisytiharan negeri",
            }
        ],
        holidays=["2026-04-01"],
    )

    declared: list[DeclaredDay]
    holidays: list[date]


class Rule(BaseModel):
    """What happens by itself at a moment of a clock, in working days after its start or its end."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9_.]+$")
    clock: Literal["assign", "first_answer", "solve", "implementor", "vendor", "answer", "close", "reopen"]
    of: Literal["start", "end"]
    days: int
    every: bool = False
    action: Literal["remind", "escalate", "lapse", "seal"]
    kind: Literal["warn", "remind", "notice"] | None = None
    level: Literal[1, 2] | None = None
    tells: str | None = Field(default=None, max_length=20)
    on: bool = True


WARN: Any = {
    "id": "assign.warn",
    "clock": "assign",
    "of": "end",
    "days": -1,
    "every": False,
    "action": "remind",
    "kind": "warn",
    "level": None,
    "tells": "ADMIN",
    "on": True,
}


class Clock(BaseModel):
    """A clock: its name, the states it runs in, and how many working days it is long."""

    clock: str
    label: Label
    states: list[str]
    days: int


class Rules(BaseModel):
    """What happens by itself. `revision` is stored with every automatic act."""

    model_config = example(
        revision=1,
        clocks=[
            {
                "clock": "assign",
                "label": {"ms": "Agihan kepada PIC", "en": "Assignment to a PIC"},
                "states": ["BARU"],
                "days": 1,
            }
        ],
        rules=[WARN],
    )

    revision: int
    clocks: list[Clock]
    rules: list[Rule]


class RulesBody(BaseModel):
    """The whole set, and why it is changed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"rules": [WARN], "why": "Amaran lebih awal"}]}
    )
    rules: list[Rule] = Field(min_length=1, max_length=200)
    why: Words = Field(min_length=1, max_length=1000)


class Decision(BaseModel):
    """What was decided, by whom and why."""

    at: datetime
    staff: UUID | None
    name: str | None
    why: str
    body: dict[str, Any]


class Decisions(BaseModel):
    """The newest first."""

    model_config = example(
        items=[
            {
                "at": "2026-03-20T10:00:00+08:00",
                "staff": PIC["id"],
                "name": PIC["name"],
                "why": "Amaran lebih awal",
                "body": {"revision": 2},
            }
        ]
    )

    items: list[Decision]


class FiredRule(BaseModel):
    """A rule on one complaint: what became of it, or when it will fire, or why it does not."""

    rule: str
    clock: str
    action: str
    kind: str | None
    level: int | None
    tells: str | None
    standing: str
    at: datetime | None


class RunningClock(BaseModel):
    """A clock that runs now. `days` long, without the `paused` ones."""

    clock: str
    label: Label
    start: datetime
    end: datetime
    days: int
    paused: int
    used: int
    left: int


class Schedule(BaseModel):
    """The clocks that run, and what became or will become of every rule. `standing`: `fired`, `waits`, `off`,
    `level_reached`, `too_late_to_warn`, `clock_stopped`, `clock_not_running`."""

    model_config = example(
        revision=1,
        clocks=[
            {
                "clock": "assign",
                "label": {"ms": "Agihan kepada PIC", "en": "Assignment to a PIC"},
                "start": "2026-03-01T09:00:00+08:00",
                "end": "2026-03-02T17:00:00+08:00",
                "days": 1,
                "paused": 0,
                "used": 0,
                "left": 1,
            }
        ],
        rules=[
            {
                "rule": "assign.escalate1",
                "clock": "assign",
                "action": "escalate",
                "kind": None,
                "level": 1,
                "tells": "ADMIN",
                "standing": "waits",
                "at": "2026-03-02T17:00:00+08:00",
            }
        ],
    )

    revision: int
    clocks: list[RunningClock]
    rules: list[FiredRule]


@router.get("/calendar/{calendar}/holidays", response_model=Holidays, responses=refusals(404))
async def holidays(calendar: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """What was declared, by whom and why; and every holiday that counts."""
    caller.needs(*READERS)
    if calendar not in calendars.WEEKENDS:
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
) -> dict[str, Any]:
    """Declare a day off, or a working day; every open deadline follows."""
    caller.needs("ADMIN")
    moved = await calendars.declare(
        tx, calendar, body.day, body.name, body.why, caller, works=body.works, correlation=correlation
    )
    return {"day": body.day, **reckoned(moved)}


@router.get("/calendar/{calendar}/preview", response_model=Reckoned, responses=refusals(404))
async def preview_holiday(
    calendar: str,
    day: Annotated[date, Query(examples=["2026-04-01"])],
    tx: Transaction,
    caller: Present,
    works: bool = False,
) -> dict[str, Any]:
    """Which open deadlines would move if that day were declared. Changes nothing."""
    caller.needs("ADMIN")
    return reckoned(await calendars.preview(tx, calendar, day, works=works))


@router.delete("/calendar/{calendar}/holidays/{day}", response_model=Reckoned, responses=refusals(404))
async def withdraw_holiday(
    calendar: str, day: date, tx: Transaction, caller: Present, correlation: Correlation
) -> dict[str, Any]:
    """Undo a declared day; every open deadline follows."""
    caller.needs("ADMIN")
    return reckoned(await calendars.withdraw(tx, calendar, day, caller, correlation=correlation))


@router.get("/calendar/{calendar}/decisions", response_model=Decisions, responses=refusals(404))
async def calendar_decisions(calendar: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """What was declared and withdrawn, the newest first."""
    caller.needs("ADMIN", "MANAGEMENT")
    if calendar not in calendars.WEEKENDS:
        raise NotFound
    return {"items": await facts.decisions(tx, calendar)}


@router.get("/time-rules", response_model=Rules)
async def time_rules(tx: Transaction, caller: Present) -> dict[str, Any]:
    """The clocks, and what happens by itself on each."""
    caller.needs(*READERS)
    known = (await facts.known(tx)).rules
    return {
        "revision": known.settings.revision,
        "clocks": [
            {
                "clock": clock,
                "label": CLOCK_LABELS[clock]._asdict(),
                "states": sorted(states),
                "days": length(clock, known.settings),
            }
            for clock, states in CLOCKS.items()
        ],
        "rules": [msgspec.structs.asdict(rule) for rule in known.timed],
    }


@router.put("/time-rules", response_model=Reckoned)
async def save_time_rules(
    body: RulesBody, tx: Transaction, caller: Present, correlation: Correlation
) -> dict[str, Any]:
    """Another set of rules, whole. Refused where it has a hole; the answer names each rule that is wrong and why."""
    caller.needs("ADMIN")
    rules = [TimeRule(**one.model_dump()) for one in body.rules]
    return reckoned(await times.save_rules(tx, rules, caller, why=body.why, correlation=correlation))


@router.get("/settings/decisions", response_model=Decisions)
async def setting_decisions(tx: Transaction, caller: Present) -> dict[str, Any]:
    """Every change of the numbers and the rules: when, who, why. The newest first."""
    caller.needs("ADMIN", "MANAGEMENT")
    return {"items": await facts.decisions(tx, facts.SETTINGS)}


@router.get("/complaints/{number}/schedule", response_model=Schedule, responses=refusals(404))
async def schedule(number: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """What happens next and when, what has happened by itself, and why something did not. Not for the vendor."""
    standing = await complaints.look(tx, number, caller)
    caller.needs(*READERS)
    rules, now = standing.known.rules, standing.now
    return {
        "revision": rules.settings.revision,
        "clocks": [
            {
                "clock": run.clock,
                "label": CLOCK_LABELS[run.clock]._asdict(),
                "start": run.start,
                "end": run.end,
                "days": run.days,
                "paused": run.paused,
                "used": run.calendar.days_between(run.start, now) - run.paused,
                "left": run.calendar.days_left(now, run.end),
            }
            for run in clocks.runs(standing.complaint, rules)
        ],
        "rules": [
            {
                "rule": one.rule.id,
                "clock": one.rule.clock,
                "action": one.rule.action,
                "kind": one.rule.kind,
                "level": one.rule.level,
                "tells": one.rule.tells,
                "standing": one.standing,
                "at": one.at,
            }
            for one in plan.explain(standing.complaint, rules)
        ],
    }

"""What workflow answers with about time, each with an example."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Words
from services.workflow.api.shapes import PIC, Label, example


class MovedDeadline(BaseModel):
    """A deadline that moved by so many working days; fewer than none where it comes sooner."""

    number: str
    before: datetime
    after: datetime
    days: int


class Reckoned(BaseModel):
    """Which open deadlines moved, and how."""

    model_config = example(
        moved=[
            {
                "number": "HD-2026-000123-C",
                "before": "2026-04-01T17:00:00+08:00",
                "after": "2026-04-02T17:00:00+08:00",
                "days": 1,
            }
        ]
    )

    moved: list[MovedDeadline]


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
    declared_by_name: str | None = None
    declared_at: datetime
    why: str


class LegalHoliday(BaseModel):
    """A public holiday by law."""

    day: date
    name: Label


class Holidays(BaseModel):
    """What was declared, what the law has, and every day off that counts. `weekend`: 0 (Monday) to 6 (Sunday)."""

    model_config = example(
        declared=[
            {
                "day": "2026-04-01",
                "name": "Cuti peristiwa",
                "works": False,
                "declared_by": PIC["id"],
                "declared_by_name": PIC["name"],
                "declared_at": "2026-03-20T10:00:00+08:00",
                "why": "Pengisytiharan negeri",
            }
        ],
        holidays=["2026-04-01", "2026-08-31"],
        law=[{"day": "2026-08-31", "name": {"ms": "Hari Kebangsaan", "en": "National Day"}}],
        weekend=[4, 5],
    )

    declared: list[DeclaredDay]
    holidays: list[date]
    law: list[LegalHoliday]
    weekend: list[int]


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
    """The newest first. `delivered`: what held before the first of them, where that is known."""

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
    delivered: dict[str, Any] | None = None


class FiredRule(BaseModel):
    """A rule on one complaint: what became of it, or when it will fire, or why it does not."""

    rule: str
    clock: str
    action: str
    kind: str | None
    level: int | None
    tells: str | None
    of: str
    days: int
    every: bool
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
                "of": "end",
                "days": 0,
                "every": False,
                "standing": "waits",
                "at": "2026-03-02T17:00:00+08:00",
            }
        ],
    )

    revision: int
    clocks: list[RunningClock]
    rules: list[FiredRule]

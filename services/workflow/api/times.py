"""What the office decides about time: working days, and what happens by itself; and why it happened, or did not."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from services.workflow.api.edge import Correlation, Present
from services.workflow.api.time_shapes import (
    Decisions,
    Declared,
    HolidayBody,
    Holidays,
    Reckoned,
    Rules,
    RulesBody,
    Schedule,
)
from services.workflow.domain import clocks, plan
from services.workflow.domain.times import CLOCK_LABELS, CLOCKS, length
from services.workflow.handlers import calendars, complaints, times
from services.workflow.handlers.times import Moved
from services.workflow.store import complaints as stored
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


def reckoned(moved: Iterable[Moved]) -> dict[str, Any]:
    """As `Reckoned` has it."""
    return {"moved": [one._asdict() for one in moved]}


@router.get("/calendar/{calendar}/holidays", response_model=Holidays, responses=refusals(404))
async def holidays(calendar: str, tx: Transaction, caller: Present) -> dict[str, Any]:
    """What was declared, by whom and why; and every holiday that counts."""
    caller.needs(*READERS)
    if calendar not in calendars.WEEKENDS:
        raise NotFound
    rules = (await facts.known(tx)).rules
    counted = rules.office if calendar == facts.OFFICE else rules.vendor
    law = calendars.named_by_law(calendar, await stored.now(tx))
    return {
        "declared": await facts.holidays(tx, calendar),
        "holidays": sorted(counted.holidays),
        "law": [{"day": day, "name": name._asdict()} for day, name in law.items()],
        "weekend": sorted(counted.weekend),
    }


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
    return {"items": await facts.decisions(tx, facts.SETTINGS), "delivered": times.delivered()}


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
                "of": one.rule.of,
                "days": one.rule.days,
                "every": one.rule.every,
                "standing": one.standing,
                "at": one.at,
            }
            for one in plan.explain(standing.complaint, rules)
        ],
    }

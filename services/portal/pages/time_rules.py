"""Peraturan masa: the numbers of working days and the table of what happens by itself, decided by Admin with a why.

The set is sent whole. What has a hole is refused by workflow, and every sentence of the refusal stands beside its rule
with all that was typed. If others have decided in between, nothing is overwritten: the page says so first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import FieldError, Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import refusal, time_forms, times_told, wrong
from services.portal.pages import staff_reading as reading
from services.portal.pages.calendar import SHOWN
from services.portal.pages.time_forms import ADDS, NUMBERS, SHAPES, TOLD, Difference
from services.portal.pages.times_shapes import Clock, Decision, Moved, Rule, Rules, in_order
from services.portal.session import Staff

router = APIRouter(prefix="/staf/peraturan-masa", include_in_schema=False)

PLACE = "/staf/peraturan-masa"
EDITOR = "ADMIN"
LONGEST_WHY = 1000
MOST_DECISIONS = 200
"""As many as workflow gives; what held before the last of so many is not known."""


class Known(NamedTuple):
    """What the page shows beside the form."""

    rules: Rules
    settings: dict[str, Any]


class Decided(NamedTuple):
    """A decision and what it changed; none where it is not known what held before."""

    revision: int
    decision: Decision
    changes: list[str] | None


@router.get("")
async def show(visit: Visiting, staff: Staff) -> Response:
    """The numbers, the rules, and what was decided."""
    return await _page(visit, staff)


@router.get("/{form}")
async def back(form: str, visit: Visiting, _: Staff) -> Response:
    """A GET saves nothing; it leads to the page."""
    return visit.redirect(PLACE) if form in ("nombor", "jadual") else wrong.page(visit, 404)


@router.post("/nombor")
async def save_numbers(visit: Visiting, staff: Staff) -> Response:
    """Other numbers of days."""
    if {"lang", "again"} & visit.typed.keys() or EDITOR not in staff.staff.roles:
        return await _page(visit, staff)
    made, out_of_range = time_forms.numbers(visit.typed)
    errors = {name: _range(visit, name) for name in out_of_range}
    errors |= _why(visit, "numbers-why")
    if errors:
        return await _page(visit, staff, errors, status=422)
    known = await _known(visit, staff)
    body = {**known.settings, **made, "why": visit.typed["numbers-why"].strip()}
    return await _send(visit, staff, known, "/v1/settings", body)


@router.post("/jadual")
async def save_rules(visit: Visiting, staff: Staff) -> Response:
    """Another set of rules."""
    if {"lang", "again"} & visit.typed.keys() or EDITOR not in staff.staff.roles:
        return await _page(visit, staff)
    known = await _known(visit, staff)
    rules, without_days = time_forms.read(known.rules.rules, visit.typed)
    errors = {name: visit.t("times.range") for name in without_days}
    errors |= _why(visit, "rules-why")
    if errors:
        return await _page(visit, staff, errors, status=422, known=known)
    body = {"rules": rules, "why": visit.typed["rules-why"].strip()}
    return await _send(visit, staff, known, "/v1/time-rules", body)


def _range(visit: Visit, name: str) -> str:
    if name == "timers_per_minute":
        return visit.t("times.range.timers")
    return visit.t("times.range")


def _why(visit: Visit, name: str) -> dict[str, str]:
    words = visit.typed.get(name, "").strip()
    if not words:
        return {name: visit.t("times.missing.why")}
    return {name: visit.t("calendar.long", n=LONGEST_WHY)} if len(words) > LONGEST_WHY else {}


async def _known(visit: Visit, staff: Pass) -> Known:
    workflow = visit.desk.clients.workflow
    rules, settings = await asyncio.gather(
        workflow.get("/v1/time-rules", staff.token), workflow.get("/v1/settings", staff.token)
    )
    return Known(reading.shaped(rules, Rules), settings)


async def _send(visit: Visit, staff: Pass, known: Known, path: str, body: dict[str, Any]) -> Response:
    """Have it decided, unless somebody else has since the page was opened; then what moved, or what is wrong."""
    if visit.typed.get("revision") != str(known.rules.revision):
        return await _page(visit, staff, notice=visit.t("times.stale"), status=412, known=known)
    try:
        found = await visit.desk.clients.workflow.send("PUT", path, body, staff.token)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        errors, notice = _flaws(visit, known, problem)
        return await _page(visit, staff, errors, notice, status=422, known=known)
    moved = reading.shaped(found["moved"], list[Moved])
    return await _page(visit, staff, moved=moved, typed={})


def _flaws(visit: Visit, known: Known, problem: Problem) -> tuple[dict[str, str], str]:
    """Workflow's sentences by the fields of the page: a rule's beside the rule, a clock's over its rules."""
    rules = {rule.id: rule for rule in known.rules.rules}
    clocks = {one.clock for one in known.rules.clocks}
    errors: dict[str, str] = {}
    others = []
    for error in problem.errors:
        if error.field in rules or _is_new(error.field, clocks):
            column = "when" if error.code == "not_a_rule" else "n"
            field = f"{error.field}-{column}" if error.field in rules else "new-n"
            if error.field in rules and time_forms.fixed(rules[error.field]):
                field = f"{error.field}-on"
            errors.setdefault(field, _sentence(visit, error, rules.get(error.field)))
        elif error.field in clocks:
            errors.setdefault(f"clock-{error.field}", error.text(visit.language))
        elif error.field == "why":
            errors.setdefault("rules-why", error.text(visit.language))
        else:
            others.append(error.text(visit.language))
    if not errors and not others:
        return refusal.read(visit, problem, ())
    return errors, " ".join(others)


def _is_new(name: str, clocks: set[str]) -> bool:
    clock, _, kind = name.partition(".")
    return clock in clocks and kind.startswith(ADDS)


def _sentence(visit: Visit, error: FieldError, rule: Rule | None) -> str:
    """What is wrong with a rule, without its id, which stands beside it, and with roles by their labels."""
    words = error.text(visit.language).removeprefix(f"{error.field}: ")
    if error.code == "nobody_holds_it":
        told = visit.typed.get(f"{error.field}-tells") or (rule.tells if rule else "")
        return visit.t("times.nobody_holds_it", role=visit.label("role", told))
    return words


async def _page(
    visit: Visit,
    staff: Pass,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    known: Known | None = None,
    typed: Mapping[str, str] | None = None,
    moved: Sequence[Moved] | None = None,
) -> Response:
    if EDITOR not in staff.staff.roles:
        return wrong.page(visit, 403, key="error.denied")
    known = known or await _known(visit, staff)
    decisions, badge, _ = await asyncio.gather(
        _decisions(visit, staff),
        reading.badge(visit, staff),
        visit.desk.reference.load_labels(),
    )
    typed = visit.typed if typed is None else typed
    stored = time_forms.fields(known.rules.rules)
    stored |= {name: str(time_forms.number(known.settings, name) or 0) for name in NUMBERS}
    form = "numbers" if "numbers-why" in typed else "rules" if "rules-why" in typed else ""
    shown = {**{name: value for name, value in stored.items() if not _mine(name, form)}, **typed} if form else stored
    shift = in_order(list(moved or ()))
    return visit.page(
        "staff/time_rules.html",
        status=status,
        place=PLACE,
        badge=badge,
        switch=Switch(form, f"{PLACE}/{'nombor' if form == 'numbers' else 'jadual'}") if form else None,
        numbers=NUMBERS,
        groups=[(clock, _of(known.rules, clock)) for clock in known.rules.clocks],
        # a page shown again goes on from the revision it was opened with, unless the reader has been told of another
        revision=known.rules.revision if status == 412 or not form else typed.get("revision", ""),
        shapes=SHAPES,
        adds=ADDS,
        roles=TOLD,
        typed=shown,
        errors=errors or {},
        summary={name: _in_summary(visit, known, name, words) for name, words in (errors or {}).items()},
        notice=notice,
        decisions=_history(visit, decisions),
        done=moved is not None,
        moved=shift[:SHOWN],
        many=len(shift),
        does=lambda rule: times_told.does(visit, rule.action, rule.kind, rule.level),
        clock_name=lambda name: times_told.clock(visit, name),
        length=lambda clock: _length(visit, known, clock),
        when=lambda rule: times_told.when(visit, rule),
        fixed=time_forms.fixed,
    )


def _mine(name: str, form: str) -> bool:
    """Whether the field belongs to the form that was sent: what is not in it was not ticked."""
    return (name in NUMBERS) == (form == "numbers")


def _of(rules: Rules, clock: Clock) -> list[Rule]:
    return [rule for rule in rules.rules if rule.clock == clock.clock]


def _length(visit: Visit, known: Known, clock: Clock) -> str:
    """How many working days it is long: the solve clock by priority."""
    days = [time_forms.number(known.settings, name) or 0 for name in NUMBERS if name.startswith("solve_days")]
    if clock.clock == "solve" and days:
        return visit.t("times.length", least=min(days), most=max(days))
    return visit.t("aging.days", n=clock.days)


def _in_summary(visit: Visit, known: Known, field: str, words: str) -> str:
    """An error in the summary: which rule or number, and what."""
    rule = next((one for one in known.rules.rules if field.startswith(f"{one.id}-")), None)
    if rule:
        name = f"{times_told.clock(visit, rule.clock)}, {times_told.does(visit, rule.action, rule.kind, rule.level)}"
    elif field in NUMBERS:
        name = visit.t(f"times.number.{field}")
    elif field.startswith("new-"):
        name = visit.t("times.add")
    else:
        return words
    return f"{name}: {words}"


async def _decisions(visit: Visit, staff: Pass) -> dict[str, Any]:
    return await visit.desk.clients.workflow.get("/v1/settings/decisions", staff.token)


def _history(visit: Visit, found: dict[str, Any]) -> list[Decided]:
    """The decisions, each against the one before it."""
    items = reading.shaped(found.get("items") or [], list[Decision])
    delivered = found.get("delivered") or {}
    bodies = [{**one.body, "rules": one.body.get("rules") or delivered.get("rules") or []} for one in items]
    first = [delivered] if delivered and len(items) < MOST_DECISIONS else [None]
    return [
        Decided(
            int(one.body.get("revision") or 0),
            one,
            None if was is None else [_said(visit, each) for each in time_forms.differences(was, body)],
        )
        for one, body, was in zip(items, bodies, [*bodies[1:], *first], strict=False)
    ]


def _said(visit: Visit, change: Difference) -> str:
    """A difference in words."""
    one = change.after if change.after is not None else change.before
    if isinstance(one, Rule):
        name = f"{times_told.clock(visit, one.clock)}, {times_told.does(visit, one.action, one.kind, one.level)}"
    else:
        name = visit.t(f"times.number.{change.name}")
    return f"{name}: {_value(visit, change.before)} → {_value(visit, change.after)}"


def _value(visit: Visit, value: Rule | int | None) -> str:
    if value is None:
        return visit.t("times.absent")
    if isinstance(value, int):
        return str(value)
    if not value.on:
        return visit.t("times.off")
    told = f" ({visit.label('role', value.tells)})" if value.action == "escalate" else ""
    return f"{times_told.when(visit, value)}{told}"

"""What will happen by itself to a complaint, and when: a pure function of the complaint and the office's rules.

The first of it is the complaint's timer; when that has fired, the plan is made anew. A rule fires once in a custody
(a repeating one at each of its distances); a deadline that had passed before the custodian got the ball is escalated
one working day after they got it; nobody lapses sooner after their notice than the rules promise, though we were away.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from services.workflow.domain.clocks import Rules, Run, runs
from services.workflow.domain.complaint import Complaint, Fired
from services.workflow.domain.given import Given
from services.workflow.machine import Action, State
from shared.events.complaint import Cause
from shared.events.reference import TimeRule

ORDER = {"remind": 0, "escalate": 1, "lapse": 2, "seal": 2}


class Planned(NamedTuple):
    """One rule that will fire, unless something happens before."""

    at: datetime
    rule: TimeRule
    nth: int
    run: Run


class Explained(NamedTuple):
    """What became of a rule, or will: `fired`, `waits`, or why it does not apply."""

    rule: TimeRule
    standing: str
    """`fired`, `waits`, `off`, `level_reached`, `too_late_to_warn`, `clock_stopped`, `clock_not_running`."""
    at: datetime | None = None


def plan(complaint: Complaint, rules: Rules) -> tuple[Planned, ...]:
    """All that is to come in the present state, in the order it will fire."""
    found = [
        planned
        for run in runs(complaint, rules)
        for rule in rules.of_clock[run.clock]
        if rule.on
        for planned in _planned(complaint, rule, run, rules)
    ]
    return tuple(sorted(found, key=_order))


def _order(planned: Planned) -> tuple[datetime, int, int]:
    return planned.at, ORDER[planned.rule.action], planned.rule.level or 0


def next_of(complaint: Complaint, rules: Rules) -> Planned | None:
    """The complaint's timer."""
    return next(iter(plan(complaint, rules)), None)


def _planned(complaint: Complaint, rule: TimeRule, run: Run, rules: Rules) -> Iterator[Planned]:
    fired = _fired(complaint, rule)
    if fired is not None and not rule.every:
        return
    if rule.level is not None and complaint.level >= rule.level:
        return
    nth = fired.nth + 1 if fired is not None else 1
    at = _nominal(rule, run, nth)
    since = complaint.custody[-1].since
    if rule.action == "remind" and at <= since:
        return
    if rule.action == "escalate" and run.end <= since:
        at = max(at, run.calendar.due(since, 1 + max(rule.days, 0)))
    if rule.action == "lapse":
        at = max(at, _promised(complaint, run, rules) or at)
    yield Planned(at, rule, nth, run)


def _nominal(rule: TimeRule, run: Run, nth: int) -> datetime:
    if rule.of == "start":
        return run.calendar.due(run.start, rule.days * nth + run.paused)
    return run.calendar.shifted(run.end, rule.days * nth)


def _promised(complaint: Complaint, run: Run, rules: Rules) -> datetime | None:
    """A lapse keeps its distance from the notice that was really given."""
    for rule in rules.of_clock[run.clock]:
        fired = _fired(complaint, rule) if rule.kind == "notice" else None
        if fired is not None:
            left = run.days - rule.days if rule.of == "start" else -rule.days
            return run.calendar.due(fired.at, max(left, 1))
    return None


def _fired(complaint: Complaint, rule: TimeRule) -> Fired | None:
    for one in complaint.fired:
        if one.rule == rule.id:
            return one
    return None


def firing(complaint: Complaint, rules: Rules, now: datetime) -> tuple[Action, Given] | None:
    """What is to be done by now, as an act of SYSTEM; None when nothing is due. Reminders of one kind that have piled
    up are one reminder."""
    due = [planned for planned in plan(complaint, rules) if planned.at <= now]
    if not due:
        return None
    alike = _done_by_one(due)
    last = alike[-1]
    nth = last.nth
    if last.rule.every:
        while _nominal(last.rule, last.run, nth + 1) <= now:
            nth += 1
    cause = Cause(
        rule=last.rule.id,
        revision=rules.settings.revision,
        clock=last.run.clock,
        started_at=last.run.start,
        due=last.run.end,
        days=last.run.days,
        paused_days=last.run.paused,
        at=last.at,
        nth=nth,
        also=tuple(one.rule.id for one in alike if one is not last),
        tells=last.rule.tells,
    )
    return Action(last.rule.action), Given(rule=last.rule.id, kind=last.rule.kind, why=cause)


def _done_by_one(due: list[Planned]) -> list[Planned]:
    """The first that is due, last in the list, after those that are done with by it: reminders of one kind on one clock
    that have piled up, and a warning that comes with what it warns of."""
    first = due[0]
    alike = [one for one in due if (one.rule.clock, one.rule.kind) == (first.rule.clock, first.rule.kind)]
    if first.rule.kind == "warn":
        late = [one for one in due if one.rule.clock == first.rule.clock and one.rule.action == "escalate"]
        return alike + late[:1]
    return alike if first.rule.kind else [first]


def explain(complaint: Complaint, rules: Rules) -> list[Explained]:
    """Of every rule that concerns the complaint's present custody or could: what became of it, and why not."""
    waiting = {planned.rule.id: planned for planned in plan(complaint, rules)}
    running = {run.clock for run in runs(complaint, rules)}
    return [_explained(complaint, rule, waiting.get(rule.id), rule.clock in running) for rule in rules.timed]


def _explained(complaint: Complaint, rule: TimeRule, planned: Planned | None, running: bool) -> Explained:
    fired = _fired(complaint, rule)
    if planned is not None:
        return Explained(rule, "waits", planned.at)
    if fired is not None:
        return Explained(rule, "fired", fired.at)
    if not rule.on:
        return Explained(rule, "off")
    if not running:
        stopped = complaint.open and rule.clock in {"first_answer", "solve"} and complaint.state is not State.BARU
        done = rule.clock == "first_answer" and complaint.first_answered_at is not None
        return Explained(rule, "clock_stopped" if stopped and not done else "clock_not_running")
    if rule.level is not None and complaint.level >= rule.level:
        return Explained(rule, "level_reached")
    return Explained(rule, "too_late_to_warn")

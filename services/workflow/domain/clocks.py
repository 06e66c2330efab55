"""The clocks that run in a state, and custody, the ground of all: every second of an open complaint belongs to exactly
one custodian. A pause moves a deadline by the ends of working days that passed during it, so a day is never counted
twice. A deadline whose breach was reported stays as it was reported while the ball stays where it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.workflow.domain.complaint import Complaint, Span
from services.workflow.domain.times import CLOCKS, rules_of
from services.workflow.machine import Custodian, State
from shared.calendar import Calendar
from shared.events.reference import SettingsSaved, TimeRule

RUNNING = frozenset({Custodian.ADMIN, Custodian.PIC, Custodian.IMPLEMENTOR})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the office has decided about time: its calendar, the vendor's, and the numbers of days."""

    office: Calendar
    vendor: Calendar
    settings: SettingsSaved
    timed: tuple[TimeRule, ...] = field(init=False, repr=False, compare=False)
    """What happens by itself."""
    of_clock: dict[str, tuple[TimeRule, ...]] = field(init=False, repr=False, compare=False)
    """The same by the clock that each counts from."""

    def __post_init__(self) -> None:
        timed = rules_of(self.settings)
        of_clock = {clock: tuple(rule for rule in timed if rule.clock == clock) for clock in CLOCKS}
        object.__setattr__(self, "timed", timed)
        object.__setattr__(self, "of_clock", of_clock)


class Run(NamedTuple):
    """A clock that runs in the complaint's present state: from when, until when, and how long it is."""

    clock: str
    start: datetime
    end: datetime
    days: int
    """Working days it is long, without its pauses."""
    paused: int
    calendar: Calendar


def handed_to(custody: tuple[Span, ...], custodian: Custodian | None, now: datetime) -> tuple[Span, ...]:
    """Custody with the ball passed on; the same when it stays where it is."""
    if custody and custody[-1].custodian is custodian:
        return custody
    return (*custody, Span(custodian, now))


def spans(custody: tuple[Span, ...], now: datetime) -> Iterator[tuple[Custodian | None, datetime, datetime]]:
    """Each custodian with from and until; the last until now."""
    ends = [span.since for span in custody[1:]] + [now]
    for span, end in zip(custody, ends, strict=True):
        yield span.custodian, span.since, max(end, span.since)


def paused_days(custody: tuple[Span, ...], calendar: Calendar, now: datetime) -> int:
    """Working days the complaint clock has stood still."""
    return sum(
        calendar.days_between(start, end) for custodian, start, end in spans(custody, now) if custodian not in RUNNING
    )


def runs(complaint: Complaint, rules: Rules) -> tuple[Run, ...]:
    """The clocks that run now; the one that ends first comes first."""
    settings, since = rules.settings, complaint.custody[-1].since
    entered = complaint.entered_at or since
    match complaint.state:
        case State.BARU:
            found = [_run(complaint, "assign", since, settings.assign_days, rules.office)]
        case State.DIAGIHKAN | State.INPROGRESS:
            paused = paused_days(complaint.custody, rules.office, since)
            clocks = [("solve", solve_days(complaint, settings))]
            if complaint.first_answered_at is None:
                clocks.insert(0, ("first_answer", settings.first_answer_days))
            found = [
                _run(complaint, clock, complaint.submitted_at, days, rules.office, paused) for clock, days in clocks
            ]
        case State.RUJUKAN_IMPLEMENTOR:
            found = [_run(complaint, "implementor", since, settings.implementor_days, rules.office)]
        case State.TINDAKAN_VENDOR:
            found = [_run(complaint, "vendor", since, settings.vendor_escalate_days, rules.vendor)]
        case State.MOHON_MAKLUMBALAS:
            found = [_run(complaint, "answer", entered, settings.answer_lapse_days, rules.office)]
        case State.MOHON_TUTUP:
            found = [_run(complaint, "close", entered, settings.close_lapse_days, rules.office)]
        case State.SELESAI:
            found = [_run(complaint, "reopen", complaint.ended_at or entered, settings.reopen_days, rules.office)]
        case _:
            found = []
    return tuple(sorted(found, key=lambda run: run.end))


def _run(complaint: Complaint, clock: str, start: datetime, days: int, calendar: Calendar, paused: int = 0) -> Run:
    end = calendar.due(start, days + paused)
    reported = next((fired for fired in complaint.fired if fired.clock == clock and fired.at >= fired.due), None)
    if reported is not None and reported.days == days and clock not in {"answer", "close"}:
        end = reported.due
    return Run(clock, start, end, days, paused, calendar)


class Leg(NamedTuple):
    """The vendor's last custody, in working days of the vendor's calendar: `days` long, `used` until now or its end;
    `due` and `left` while it lasts."""

    since: datetime
    until: datetime | None
    due: datetime | None
    days: int
    used: int
    left: int | None


def vendor_leg(complaint: Complaint, rules: Rules, now: datetime) -> Leg | None:
    """How the vendor's last custody stands, or stood at its end; none before the first."""
    legs = [(since, end) for who, since, end in spans(complaint.custody, now) if who is Custodian.VENDOR]
    if not legs:
        return None
    since, end = legs[-1]
    run = next((run for run in runs(complaint, rules) if run.clock == "vendor"), None)
    return Leg(
        since=since,
        until=None if run else end,
        due=run.end if run else None,
        days=rules.settings.vendor_escalate_days,
        used=rules.vendor.days_between(since, end),
        left=rules.vendor.days_left(now, run.end) if run else None,
    )


def solve_days(complaint: Complaint, settings: SettingsSaved) -> int:
    """How long the solve clock is: by priority, or the longer charter of what is Kompleks."""
    days = settings.solve_days.get(complaint.priority, max(settings.solve_days.values()))
    return max(days, settings.complex_days) if complaint.complex else days


def first_answer_by(complaint: Complaint, rules: Rules, now: datetime) -> datetime:
    """By when staff must answer first as the days stand now, or as its breach was reported; moves on while the
    complaint clock stands still."""
    running = next((run for run in runs(complaint, rules) if run.clock == "first_answer"), None)
    if running is not None:
        return running.end
    paused = paused_days(complaint.custody, rules.office, now)
    return rules.office.due(complaint.submitted_at, rules.settings.first_answer_days + paused)


def solve_by(complaint: Complaint, rules: Rules, now: datetime) -> datetime:
    """By when it must be solved, by priority, counting only the complaint clock; moves on while that stands still."""
    paused = paused_days(complaint.custody, rules.office, now)
    return rules.office.due(complaint.submitted_at, solve_days(complaint, rules.settings) + paused)


def due(complaint: Complaint, rules: Rules) -> datetime | None:
    """The custodian's next deadline; none while the complainant has the ball or all is over."""
    if complaint.custodian in {None, Custodian.COMPLAINANT}:
        return None
    return runs(complaint, rules)[0].end


def reopen_until(complaint: Complaint, rules: Rules) -> datetime | None:
    """The end of the reopen window; none while it is open."""
    if complaint.ended_at is None:
        return None
    return rules.office.due(complaint.ended_at, rules.settings.reopen_days)


def within_window(complaint: Complaint, rules: Rules, now: datetime) -> bool:
    """Whether it may still be reopened, as far as time goes."""
    until = reopen_until(complaint, rules)
    return until is not None and now <= until


def shares(complaint: Complaint, rules: Rules, now: datetime) -> dict[str, dict[str, float]]:
    """Seconds and working days per custodian; the seconds of the open life sum to its age."""
    found: dict[str, dict[str, float]] = {str(one): {"seconds": 0.0, "days": 0} for one in Custodian}
    for custodian, start, end in spans(complaint.custody, now):
        if custodian is not None:
            found[custodian]["seconds"] += (end - start).total_seconds()
            found[custodian]["days"] += rules.office.days_between(start, end)
    return found

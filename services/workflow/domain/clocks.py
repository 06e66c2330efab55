"""Three clocks: the complaint's (runs while ADMIN, PIC or IMPLEMENTOR has the ball), the custodian's, the vendor's.

Custody is the ground of all: every second of an open complaint belongs to exactly one custodian. A pause moves a
deadline by the ends of working days that passed during it, so a day is never counted twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.workflow.domain.complaint import Complaint, Span
from services.workflow.machine import Custodian
from shared.calendar import Calendar
from shared.events.reference import SettingsSaved

RUNNING = frozenset({Custodian.ADMIN, Custodian.PIC, Custodian.IMPLEMENTOR})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the office has decided about time: its calendar, the vendor's, and the numbers of days."""

    office: Calendar
    vendor: Calendar
    settings: SettingsSaved


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


def first_answer_by(complaint: Complaint, rules: Rules, now: datetime) -> datetime:
    """By when staff must have said something public."""
    paused = paused_days(complaint.custody, rules.office, now)
    return rules.office.due(complaint.submitted_at, rules.settings.first_answer_days + paused)


def solve_by(complaint: Complaint, rules: Rules, now: datetime) -> datetime:
    """By when it must be solved, by priority, counting only the complaint clock."""
    days = rules.settings.solve_days.get(complaint.priority, max(rules.settings.solve_days.values()))
    return rules.office.due(complaint.submitted_at, days + paused_days(complaint.custody, rules.office, now))


def due(complaint: Complaint, rules: Rules, now: datetime) -> datetime | None:
    """The custodian's next deadline; none while the complainant has the ball or all is over."""
    since = complaint.custody[-1].since
    match complaint.custodian:
        case Custodian.ADMIN:
            return rules.office.due(since, rules.settings.assign_days)
        case Custodian.PIC:
            solve = solve_by(complaint, rules, now)
            return solve if complaint.first_answered_at else min(first_answer_by(complaint, rules, now), solve)
        case Custodian.IMPLEMENTOR:
            return rules.office.due(since, rules.settings.implementor_days)
        case Custodian.VENDOR:
            return rules.vendor.due(since, rules.settings.vendor_escalate_days)
        case _:
            return None


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

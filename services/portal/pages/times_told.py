"""What happens by itself, in words: what a rule does and when, why something happened, what comes next, why not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from services.portal.desk import Visit
from services.portal.pages.staff_shapes import Entry
from services.portal.pages.times_shapes import Cause, Rule, Schedule, Standing
from services.portal.words import stamp

WHYS = ("reminded", "escalated", "lapsed", "sealed")
"""What only timers do."""
ENDS = ("lapse", "seal")
"""What a rule does that tells nobody to act."""
LONG_AFTER = 86400.0
"""Seconds after the end of a clock from which on a rule of its end is not at its end."""


class Told(NamedTuple):
    """Something that happened, or will: when, what, and the rule it goes by."""

    at: datetime
    words: str
    rule: str = ""
    revision: int = 0
    sequence: int = 0


class WhyNot(NamedTuple):
    """Rules of one clock that do not fire, and why."""

    clock: str
    rules: str
    why: str


def clock(visit: Visit, name: str) -> str:
    """What the clock is called."""
    key = f"times.clock.{name}"
    return visit.t(key) if visit.desk.words.has(key) else name


def span(visit: Visit, name: str) -> str:
    """The time that clock runs, as a sentence calls it."""
    key = f"times.span.{name}"
    return visit.t(key) if visit.desk.words.has(key) else name


def does(visit: Visit, action: str, kind: str | None, level: int | None) -> str:
    """What a rule does, in a word or two."""
    key = f"times.does.{kind or action}"
    return visit.t(key, level=level or 1) if visit.desk.words.has(key) else action


def named(visit: Visit, rule: str) -> str:
    """A rule by its id alone: its clock and what it does, as far as the id says so."""
    of, _, what = rule.partition(".")
    kind = what.rstrip("0123456789")
    if not (visit.desk.words.has(f"times.clock.{of}") and visit.desk.words.has(f"times.does.{kind}")):
        return rule
    level = what.removeprefix(kind)
    words = visit.t(f"times.does.{kind}", level=level or 1)
    nth = f" {level}" if level and kind != "escalate" else ""
    return f"{clock(visit, of)}: {words}{nth}"


def shape(of: str, days: int, every: bool) -> str:
    """How a rule counts: the name of its sentence."""
    if every:
        return f"every_{of}"
    if of == "start":
        return "after_start"
    return "at_end" if days == 0 else "before_end" if days < 0 else "after_end"


def when(visit: Visit, rule: Rule | Standing) -> str:
    """When a rule fires: "1 working day before the end"."""
    return visit.t(f"times.when.{shape(rule.of, rule.days, rule.every)}", n=abs(rule.days))


def told_of(visit: Visit, entries: Sequence[Entry]) -> list[Told]:
    """Why everything that happened by itself did, the newest first."""
    found = [told for entry in entries if (told := _told(visit, entry))]
    return found[::-1]


def _told(visit: Visit, entry: Entry) -> Told | None:
    if entry.kind == "rescheduled":
        before, after = _moment(entry.detail.get("due_before")), _moment(entry.detail.get("due"))
        words = visit.t("times.why.rescheduled", before=stamp(before), after=stamp(after), why=entry.text or "-")
        return Told(entry.at, words, sequence=entry.sequence)
    if entry.kind not in WHYS:
        return None
    cause = cause_of(entry)
    if cause is None:
        rule = str(entry.detail.get("rule") or "")
        return Told(entry.at, named(visit, rule), rule, sequence=entry.sequence) if rule else None
    return Told(entry.at, why(visit, entry, cause), cause.rule, cause.revision, entry.sequence)


def cause_of(entry: Entry) -> Cause | None:
    """The rule and its inputs, where the event kept them."""
    try:
        return msgspec.convert(entry.detail.get("cause"), Cause, strict=False)
    except msgspec.ValidationError:
        return None


def why(visit: Visit, entry: Entry, cause: Cause) -> str:
    """Why it happened, from what was kept with it and from nothing else."""
    kind = str(entry.detail.get("kind") or "remind") if entry.kind == "reminded" else entry.kind
    key = f"times.why.{kind}"
    words = visit.t(
        key if visit.desk.words.has(key) else "times.why.remind",
        who=visit.label("role", cause.tells) or visit.t("times.nobody"),
        span=span(visit, cause.clock),
        n=cause.days,
        start=stamp(cause.started_at),
        due=stamp(cause.due),
    )
    more = [words]
    if cause.nth > 1:
        more.append(visit.t("times.why.nth", nth=cause.nth))
    if cause.paused_days:
        more.append(visit.t("times.why.paused", n=cause.paused_days))
    if cause.also:
        more.append(visit.t("times.why.also", rules="; ".join(named(visit, one) for one in cause.also)))
    return " ".join(more)


def next_of(visit: Visit, schedule: Schedule) -> list[Told]:
    """What will happen by itself, unless something happens before: the soonest first."""
    waiting = [one for one in schedule.rules if one.standing == "waits" and one.at is not None]
    ends = {one.clock: one.end for one in schedule.clocks}
    return [
        Told(one.at, _will(visit, one, one.at, ends.get(one.clock)), one.rule, schedule.revision)
        for one in sorted(waiting, key=lambda one: (one.at, one.rule))
        if one.at is not None
    ]


def _will(visit: Visit, one: Standing, at: datetime, end: datetime | None) -> str:
    says: dict[str, Any] = {
        "what": does(visit, one.action, one.kind, one.level),
        "who": visit.label("role", one.tells) or visit.t("times.nobody"),
        "at": stamp(at),
        "span": span(visit, one.clock),
    }
    ends = one.action in ENDS
    late = one.of == "end" and one.days <= 0 and end is not None and (at - end).total_seconds() > LONG_AFTER
    if late:
        return visit.t("times.next.after_notice" if ends else "times.next.over", **says, end=stamp(end))
    moment = visit.t(f"times.at.{shape(one.of, one.days, one.every)}", n=abs(one.days), span=says["span"])
    return visit.t("times.next.end" if ends else "times.next", **says, when=moment)


def why_not(visit: Visit, schedule: Schedule) -> list[WhyNot]:
    """Every rule that does not fire, by clock and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in schedule.rules:
        if one.standing not in ("fired", "waits"):
            words = f"{does(visit, one.action, one.kind, one.level)} ({when(visit, one)})"
            found.setdefault((one.clock, one.standing), []).append(words)
    return [
        WhyNot(clock(visit, name), "; ".join(rules), _reason(visit, standing))
        for (name, standing), rules in found.items()
    ]


def _reason(visit: Visit, standing: str) -> str:
    key = f"times.not.{standing}"
    return visit.t(key) if visit.desk.words.has(key) else standing


def fired(schedule: Schedule) -> Iterable[Standing]:
    """The rules that have fired in the present custody."""
    return (one for one in schedule.rules if one.standing == "fired")


def _moment(value: Any) -> datetime | None:
    try:
        return msgspec.convert(value, datetime, strict=False)
    except msgspec.ValidationError:
        return None

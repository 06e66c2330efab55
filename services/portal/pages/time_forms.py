"""The table of time rules as a form holds it: rules into fields, fields into rules, and what differs between two sets.

A field of a rule is named `<rule>-<column>`; the fields of the rule that may be added begin with `new-`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from services.portal.pages.times_shapes import Rule
from services.portal.pages.times_told import shape

NUMBERS = (
    "assign_days",
    "first_answer_days",
    "solve_days.Kritikal",
    "solve_days.Tinggi",
    "solve_days.Sederhana",
    "solve_days.Rendah",
    "complex_days",
    "implementor_days",
    "vendor_escalate_days",
    "answer_lapse_days",
    "close_lapse_days",
    "reopen_days",
    "timers_per_minute",
)
"""The numbers Admin decides, in the order of a complaint's way. What stands in a map is named `<map>.<key>`."""
LEAST, MOST = 1, 365
MOST_TIMERS = 1_000_000
SHAPES = ("before_end", "at_end", "after_end", "after_start", "every_start", "every_end")
"""The ways a rule counts."""
TOLD = ("ADMIN", "MANAGEMENT")
"""Whom an escalation may tell."""
ADDS = ("warn", "remind", "notice")
"""What may be added: reminders. The ends and the levels of a clock are there, on or off."""
NEW = "new"


class Difference(NamedTuple):
    """One fact of a decision: of a number its name, of a rule the rule; before and after, none where it was not."""

    name: str
    before: Rule | int | None
    after: Rule | int | None


def fixed(rule: Rule) -> bool:
    """Whether it happens at the end of its clock and nowhere else."""
    return rule.action in ("lapse", "seal")


def fields(rules: Sequence[Rule]) -> dict[str, str]:
    """The set as the form holds it."""
    found: dict[str, str] = {}
    for rule in rules:
        found[f"{rule.id}-n"] = str(abs(rule.days)) if rule.days else ""
        found[f"{rule.id}-when"] = shape(rule.of, rule.days, rule.every)
        found[f"{rule.id}-tells"] = rule.tells or ""
        if rule.on:
            found[f"{rule.id}-on"] = "1"
    return found


def read(rules: Sequence[Rule], typed: Mapping[str, str]) -> tuple[list[Rule], list[str]]:
    """The set as it was typed over `rules`, and the fields that hold no number of days."""
    found: list[Rule] = []
    wrong: list[str] = []
    for rule in rules:
        if typed.get(f"{rule.id}-out") and rule.action == "remind":
            continue
        changed = msgspec.structs.replace(rule, on=bool(typed.get(f"{rule.id}-on")))
        if not fixed(rule):
            of, days, every = _counted(rule.id, typed, wrong)
            tells = typed.get(f"{rule.id}-tells") or rule.tells
            changed = msgspec.structs.replace(
                changed, of=of, days=days, every=every, tells=tells if rule.action == "escalate" else rule.tells
            )
        found.append(changed)
    added = _added(found, rules, typed, wrong)
    return [*found, *([added] if added else [])], wrong


def _counted(name: str, typed: Mapping[str, str], wrong: list[str]) -> tuple[str, int, bool]:
    how = typed.get(f"{name}-when", "")
    if how not in SHAPES:
        how = SHAPES[0]
    of = "start" if how.endswith("start") else "end"
    if how == "at_end":
        return of, 0, False
    days = whole(typed.get(f"{name}-n", ""))
    if days is None or not LEAST <= days <= MOST:
        wrong.append(f"{name}-n")
        days = 0
    return of, -days if how == "before_end" else days, how.startswith("every")


def _added(found: Sequence[Rule], rules: Sequence[Rule], typed: Mapping[str, str], wrong: list[str]) -> Rule | None:
    clock, kind = typed.get(f"{NEW}-clock", ""), typed.get(f"{NEW}-kind", "")
    if not clock or kind not in ADDS:
        return None
    of, days, every = _counted(NEW, typed, wrong)
    names = {rule.id for rule in (*found, *rules)}
    place = next(n for n in range(1, 1000) if f"{clock}.{kind}{n}" not in names)
    alike = [rule for rule in rules if rule.clock == clock and rule.action == "remind"]
    tells = next((rule.tells for rule in [*(r for r in alike if r.kind == kind), *alike] if rule.tells), "COMPLAINANT")
    return Rule(
        id=f"{clock}.{kind}{place}",
        clock=clock,
        of=of,
        days=days,
        every=every,
        action="remind",
        kind=kind,
        tells=tells,
    )


def whole(text: str) -> int | None:
    """A whole number as it was typed."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def number(settings: Mapping[str, Any], name: str) -> int | None:
    """One of the numbers."""
    first, _, key = name.partition(".")
    value = settings.get(first)
    value = value.get(key) if key and isinstance(value, Mapping) else value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def numbers(typed: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The numbers as they were typed, shaped as workflow takes them, and the fields that hold none in range."""
    made: dict[str, Any] = {}
    wrong = []
    for name in NUMBERS:
        value = whole(typed.get(name, ""))
        least, most = (0, MOST_TIMERS) if name == "timers_per_minute" else (LEAST, MOST)
        if value is None or not least <= value <= most:
            wrong.append(name)
            continue
        first, _, key = name.partition(".")
        if key:
            made.setdefault(first, {})[key] = value
        else:
            made[first] = value
    return made, wrong


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What one decision changed against the one before it."""
    found = [
        Difference(name, was, now)
        for name in NUMBERS
        if (was := number(before, name)) != (now := number(after, name)) and now is not None
    ]
    rules = _rules(before), _rules(after)
    if all(rules):
        for name in {**rules[0], **rules[1]}:
            was_rule, is_rule = rules[0].get(name), rules[1].get(name)
            if was_rule != is_rule:
                found.append(Difference(name, was_rule, is_rule))
    return found


def _rules(settings: Mapping[str, Any]) -> dict[str, Rule]:
    try:
        return {one.id: one for one in msgspec.convert(settings.get("rules") or [], list[Rule])}
    except msgspec.ValidationError:
        return {}

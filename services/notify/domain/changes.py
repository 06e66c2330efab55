"""What differs between two versions of the matrix, line by line, in the order of the later one."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import msgspec

from services.notify.domain.rules import Rule

IGNORED = frozenset({"position", "event"})


@dataclass(frozen=True, slots=True)
class Change:
    """A line that came, went or is another one now. Without `before` it is new, without `after` it is gone; with both
    and no `fields`, the lines of its event stand in another order."""

    event: str
    before: Rule | None
    after: Rule | None
    fields: tuple[str, ...] = ()
    """Which of its parts differ."""


def between(before: Sequence[Rule], after: Sequence[Rule]) -> list[Change]:
    """The changes from one to the other; none where both say the same."""
    events = dict.fromkeys(rule.event for rule in (*after, *before))
    return [
        change
        for event in events
        for change in _of_event(
            event, [rule for rule in before if rule.event == event], [rule for rule in after if rule.event == event]
        )
    ]


def _of_event(event: str, before: list[Rule], after: list[Rule]) -> list[Change]:
    pairs = _pairs(before, after)
    found = []
    for was, now in pairs:
        differing = _differing(was, now) if was is not None and now is not None else ()
        if was is None or now is None or differing:
            found.append(Change(event, was, now, differing))
    kept = [(was, now) for was, now in pairs if was is not None and now is not None]
    in_old_order = sorted(kept, key=lambda pair: pair[0].position)
    moved = next((pair for pair, old in zip(kept, in_old_order, strict=True) if pair is not old), None)
    return found if moved is None else [*found, Change(event, *moved)]


def _pairs(before: list[Rule], after: list[Rule]) -> list[tuple[Rule | None, Rule | None]]:
    """Each line with what it was: the very same first, then whoever is told the same, then whoever is told at all."""
    left = list(before)
    was: dict[int, Rule] = {}
    likenesses: tuple[Callable[[Rule], Hashable], ...] = (
        lambda rule: repr(_parts(rule)),
        lambda rule: (rule.audience, rule.channel, rule.template),
        lambda rule: (rule.audience, rule.channel),
        lambda rule: rule.audience,
    )
    for likeness in likenesses:
        for place, rule in enumerate(after):
            if place not in was and (one := next((old for old in left if likeness(old) == likeness(rule)), None)):
                was[place] = one
                left.remove(one)
    return [(was.get(place), rule) for place, rule in enumerate(after)] + [(rule, None) for rule in left]


def _differing(was: Rule, now: Rule) -> tuple[str, ...]:
    pairs = zip_longest(_parts(was).items(), _parts(now).items())
    return tuple(name for (name, old), (_, new) in pairs if old != new)


def _parts(rule: Rule) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(rule, name) for name in rule.__struct_fields__ if name not in IGNORED}
    return fields | {"condition": msgspec.to_builtins(rule.condition)}

"""The lines of one event as a form holds them: lines into fields, fields into lines.

A field of line `n` is named `l<n>-<part>`; a question of its condition `l<n>-if-<question>`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.portal.pages.notices_shapes import Line, Message

MOST_LINES = 30
CHOICES = ("", "at_once,digest", "at_once,digest,off", "at_once,off", "digest,at_once", "digest,at_once,off")
"""What staff may choose, the first of each being what holds until they do."""
KINDS, LEVELS = ("warn", "remind", "notice"), ("0", "1", "2")
_ITEM = re.compile(r"items\.(\d+)\.(\w+)")
_FIELD = {"enabled": "on", "batched": "template", "condition": "if"}


def fields(lines: Sequence[Line]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What the form shows of these lines: single fields, and those that may be ticked several times."""
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    told = [line for line in lines if line.audience is not None]
    for n, line in enumerate(told):
        single |= {
            f"l{n}-was": str(n),
            f"l{n}-audience": line.audience or "",
            f"l{n}-channel": line.channel or "",
            f"l{n}-template": line.template or "",
            f"l{n}-choices": ",".join(line.choices),
        }
        single |= {f"l{n}-{name}": "1" for name, on in (("on", line.enabled), ("urgent", line.urgent)) if on}
        for name, wanted in line.condition.items():
            if isinstance(wanted, list):
                several[f"l{n}-if-{name}"] = [str(one) for one in wanted]
            else:
                single[f"l{n}-if-{name}"] = "yes" if wanted else "no"
    single["lines"] = str(len(told))
    single["told"] = "some" if told else "nobody"
    return single, several


def count(typed: Mapping[str, str]) -> int:
    """How many lines the form has."""
    written = typed.get("lines", "")
    return min(int(written), MOST_LINES) if written.isascii() and written.isdecimal() else 0


def kept(typed: Mapping[str, str]) -> list[int]:
    """The numbers of the lines that were not taken out."""
    return [n for n in range(count(typed)) if not typed.get(f"l{n}-out")]


def read(
    event: str,
    typed: Mapping[str, str],
    sent: Sequence[tuple[str, str]],
    held: Sequence[Line],
    messages: Mapping[str, Message],
) -> list[dict[str, Any]]:
    """The event's lines as typed. What a form knows nothing of stays as it was in the line it came from."""
    if typed.get("told") == "nobody":
        return [{"event": event, "why": typed.get("none-why", "").strip()}]
    told = [line for line in held if line.audience is not None]
    return [_line(event, n, typed, sent, told, messages) for n in kept(typed)]


def _line(
    event: str,
    n: int,
    typed: Mapping[str, str],
    sent: Sequence[tuple[str, str]],
    told: Sequence[Line],
    messages: Mapping[str, Message],
) -> dict[str, Any]:
    was = typed.get(f"l{n}-was", "")
    before = told[int(was)] if was.isascii() and was.isdecimal() and int(was) < len(told) else Line(event)
    template = typed.get(f"l{n}-template", "")
    choices = typed.get(f"l{n}-choices", "")
    line: dict[str, Any] = msgspec.to_builtins(before)
    return line | {
        "audience": typed.get(f"l{n}-audience", ""),
        "channel": typed.get(f"l{n}-channel", ""),
        "template": template,
        "enabled": bool(typed.get(f"l{n}-on")),
        "urgent": bool(typed.get(f"l{n}-urgent")),
        "choices": [one for one in choices.split(",") if one],
        # a message that lists several events is gathered, and no other is: nothing to decide
        "batched": messages[template].batched if template in messages else before.batched,
        "condition": _condition(f"l{n}-if-", sent),
    }


def _condition(prefix: str, sent: Sequence[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in sent:
        name = field.removeprefix(prefix)
        if name == field or not value:
            continue
        if name in ("has_pic", "has_claimant"):
            found[name] = value == "yes"
        elif name == "actor_is_not_recipient":
            found[name] = True
        else:
            found.setdefault(name, []).append(int(value) if name == "level" and value.isdecimal() else value)
    return found


def condition(n: int, single: Mapping[str, str], several: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What line `n` asks, of the fields a form shows."""
    every = {**{name: [value] for name, value in single.items()}, **several}
    return _condition(f"l{n}-if-", [(name, value) for name, values in every.items() for value in values])


def moved(typed: Mapping[str, str], sent: Sequence[tuple[str, str]], again: str) -> list[tuple[str, str]]:
    """All fields with what a button of the form asks for: `add` a line, `up-<n>` to move line n before the one
    above it, `out-<n>` to leave one out."""
    lines = count(typed)
    order = list(range(lines))
    if again.startswith("up-") and again[3:].isdecimal() and 0 < int(again[3:]) < lines:
        n = int(again[3:])
        order[n - 1], order[n] = order[n], order[n - 1]
    order = [n for n in order if not typed.get(f"l{n}-out")]
    place = {f"l{n}": f"l{new}" for new, n in enumerate(order)}
    found = []
    for name, value in sent:
        line, dash, part = name.partition("-")
        if line in place:
            found.append((f"{place[line]}{dash}{part}", value))
        elif not re.fullmatch(r"l\d+", line) and name != "lines":
            found.append((name, value))
    more = again == "add" and len(order) < MOST_LINES
    if more:
        found += [(f"l{len(order)}-on", "1"), (f"l{len(order)}-channel", "email")]
    return [*found, ("lines", str(len(order) + more))]


def place_of(field: str, first: int, numbers: Sequence[int]) -> str | None:
    """The form's field for one of notify's, where the event's lines begin at `first` of what was sent; None for a
    line of another event or for the whole."""
    found = _ITEM.fullmatch(field)
    if found is None or not 0 <= int(found[1]) - first < len(numbers):
        return None
    part = _FIELD.get(found[2], found[2])
    return f"l{numbers[int(found[1]) - first]}-{part}"

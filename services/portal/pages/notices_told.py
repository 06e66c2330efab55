"""The matrix in the office's words: events, people, conditions, why somebody is told and why not, what changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.portal.desk import Visit
from services.portal.pages.notices_shapes import Change, Line, Matrix, Message, Silent, Told
from services.portal.words import stamp

EMPTY = ("pic", "previous_pic", "claimant", "vendor_desk")
"""Audiences that are one person of the complaint: there may be none."""
LISTS = ("in_state", "from_state", "custodian", "kind", "level")
ANSWERS = ("has_pic", "has_claimant")


def event(visit: Visit, name: str) -> str:
    """What happened; one nobody has words for yet keeps its name."""
    key = f"notices.event.{name}"
    return visit.t(key) if visit.desk.words.has(key) else name


def when(visit: Visit, name: str) -> str:
    """A sentence that says when it happens."""
    key = f"notices.when.{name}"
    return visit.t(key) if visit.desk.words.has(key) else ""


def audience(visit: Visit, name: str | None) -> str:
    """Who is meant."""
    key = f"notices.audience.{name}"
    return visit.t(key) if visit.desk.words.has(key) else name or "-"


def channel(visit: Visit, name: str | None) -> str:
    """By which way."""
    key = f"notices.channel.{name}"
    return visit.t(key) if visit.desk.words.has(key) else name or "-"


def title(visit: Visit, messages: Mapping[str, Message], template: str | None) -> str:
    """What the message is called: its subject."""
    found = messages.get(template or "")
    return found.title[visit.language] if found else template or "-"


def why_nobody(visit: Visit, line: Line) -> str:
    """Why nobody is told of the line's event."""
    return nobody(visit, line.event, line.why)


def nobody(visit: Visit, event: str, why: str | None) -> str:
    """Why nobody is told of it. What came with the house is said in the page's language as long as it stands
    unchanged."""
    key = f"notices.none.{event}"
    words = visit.desk.words
    delivered = words.has(key) and why in (words.text("en", key), words.text("ms", key))
    return visit.t(key) if delivered else why or ""


def condition(visit: Visit, asked: Mapping[str, Any], only: Sequence[str] | None = None) -> str:
    """When the line holds, in words; `only` these questions of it. Empty where it always does."""
    said = []
    for name, wanted in asked.items():
        if only is not None and name not in only:
            continue
        if name in ANSWERS:
            said.append(visit.t(f"notices.if.{name}.{'yes' if wanted else 'no'}"))
        elif name in LISTS and wanted:
            values = _listed(visit, [value(visit, name, one) for one in wanted])
            said.append(visit.t(f"notices.if.{name}", values=values))
        elif name == "actor_is_not_recipient" and wanted:
            said.append(visit.t("notices.if.actor_is_not_recipient"))
    return f" {visit.t('notices.and')} ".join(said)


def value(visit: Visit, name: str, one: object) -> str:
    """One value a condition may ask for."""
    if name in ("in_state", "from_state"):
        return visit.label("state", str(one))
    if name == "custodian":
        return visit.label("role", str(one))
    return visit.t(f"notices.kind.{one}") if name == "kind" else str(one)


def choices(visit: Visit, allowed: Sequence[str]) -> str:
    """What staff may choose; empty where there is nothing to choose."""
    if not allowed:
        return ""
    return visit.t("notices.choices.some", choices=chosen(visit, allowed))


def chosen(visit: Visit, allowed: Sequence[str]) -> str:
    """The ways a message may come, in their order."""
    return _listed(visit, [visit.t(f"notices.choices.{one}") for one in allowed])


def _listed(visit: Visit, words: Sequence[str]) -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} {visit.t('notices.or')} {last}" if most else last


def because(visit: Visit, one: Told) -> str:
    """Why this person is told."""
    key = f"notices.because.{one.audience}"
    said = visit.t(key) if visit.desk.words.has(key) else audience(visit, one.audience)
    if one.stands_in_for:
        return f"{said}, {visit.t('notices.because.deputy', name=one.stands_in_for)}"
    return said


def held_back(visit: Visit, one: Told, lines: Sequence[Line]) -> str:
    """Why this person is not told, or not at once. Empty where they simply are."""
    if one.reason is None:
        return ""
    if one.reason == "duplicate_person" and one.told_as is not None and one.told_as < len(lines):
        return visit.t("notices.reason.duplicate_person", audience=audience(visit, lines[one.told_as].audience))
    if one.held_until is not None:
        return visit.t("notices.reason.quiet.until", at=stamp(one.held_until))
    key = f"notices.reason.{one.reason}"
    if one.reason == "duplicate_person":
        key = "notices.reason.duplicate_person.plain"
    return visit.t(key) if visit.desk.words.has(key) else one.reason


def reached_nobody(visit: Visit, one: Silent, lines: Sequence[Line]) -> str:
    """Why a line reaches nobody: its condition, or that there is nobody there."""
    asked = lines[one.line].condition if one.line < len(lines) else {}
    if one.unmet:
        return visit.t("notices.unmet", condition=condition(visit, asked, one.unmet))
    return visit.t(f"notices.empty.{one.audience if one.audience in EMPTY else 'any'}")


def changes(visit: Visit, matrix: Matrix, found: Sequence[Change]) -> list[tuple[str, list[str]]]:
    """What changed, by event, a sentence each."""
    said: dict[str, list[str]] = {}
    for change in found:
        said.setdefault(change.event, []).append(_change(visit, matrix, change))
    return [(event(visit, name), sentences) for name, sentences in said.items()]


def _line(visit: Visit, matrix: Matrix, line: Line) -> str:
    if line.audience is None:
        return f"{visit.t('notices.nobody')} ({why_nobody(visit, line)})"
    parts = f"{audience(visit, line.audience)} ({channel(visit, line.channel)}), “{_title(visit, matrix, line)}”"
    asked = condition(visit, line.condition)
    return f"{parts}, {asked}" if asked else parts


def _title(visit: Visit, matrix: Matrix, line: Line) -> str:
    return title(visit, matrix.messages, line.template)


def _change(visit: Visit, matrix: Matrix, change: Change) -> str:
    line = change.after or change.before
    if line is None or change.what == "moved":
        return visit.t("notices.change.moved")
    if change.what in ("added", "removed"):
        return visit.t(f"notices.change.{change.what}", line=_line(visit, matrix, line))
    before = change.before or line
    differences = "; ".join(_field(visit, matrix, name, before, line) for name in change.fields)
    return visit.t("notices.change.of", line=_line(visit, matrix, before), what=differences)


def _field(visit: Visit, matrix: Matrix, name: str, before: Line, after: Line) -> str:
    if name == "enabled":
        return visit.t("notices.change.on" if after.enabled else "notices.change.off")
    if name == "urgent":
        return visit.t("notices.change.urgent" if after.urgent else "notices.change.calm")
    if name == "batched":
        return visit.t("notices.change.batched")
    written = {
        "template": lambda line: f"“{_title(visit, matrix, line)}”",
        "channel": lambda line: channel(visit, line.channel),
        "audience": lambda line: audience(visit, line.audience),
        "condition": lambda line: condition(visit, line.condition) or visit.t("notices.always"),
        "choices": lambda line: f"“{choices(visit, line.choices) or visit.t('notices.choices.none')}”",
        "why": lambda line: f"“{why_nobody(visit, line)}”",
    }.get(name)
    if written is None:
        return name
    return visit.t(f"notices.change.{name}", before=written(before), after=written(after))

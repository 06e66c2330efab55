"""What the services say of themselves, put into the office's words: a light for each thing people rely on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.portal.clients.overseen import Backlog, Condition

Say = Callable[..., str]
LATE_SECONDS = 30.0
MANY = 100
"""So many waiting are behind, even where each has only just come."""
MISSED_SECONDS = 300.0


class Light(NamedTuple):
    """One thing people rely on: good, warn or bad, and what that means."""

    name: str
    tone: str
    lines: list[str]


class Rely(NamedTuple):
    """What somebody relies on, the service that does it, and what may wait there."""

    name: str
    service: str
    waits: tuple[str, ...]


RELIED_ON = (
    Rely("new", "intake", ("outbox",)),
    Rely("acts", "workflow", ("stream:INTAKE", "outbox")),
    Rely("times", "workflow", ("timers",)),
    Rely("mail", "notify", ("stream:WORKFLOW", "deliveries")),
    Rely("lists", "query", ("stream:WORKFLOW",)),
)


def lights(t: Say, conditions: Mapping[str, Condition | None], *, live: bool) -> list[Light]:
    """All of them, in the order of a complaint's way."""
    found = [_light(t, rely, conditions.get(rely.service)) for rely in RELIED_ON]
    moving = Light("live", "good" if live else "warn", [t("health.live.good" if live else "health.live.warn")])
    return [*found, moving, _stuck(t, conditions)]


def _light(t: Say, rely: Rely, condition: Condition | None) -> Light:
    if condition is None or not condition.ready:
        return Light(rely.name, "bad", [t(f"health.{rely.name}.bad"), t("health.call")])
    lines = [line for of in rely.waits for line in _behind(t, rely.name, condition.of(of))]
    if rely.name == "mail":
        lines += _unsent(t, condition)
    return Light(rely.name, "warn" if lines else "good", lines or [t(f"health.{rely.name}.good")])


def _behind(t: Say, name: str, backlog: Backlog) -> Iterator[str]:
    if backlog.count is None:
        yield t("health.apart")
        return
    seconds = backlog.oldest_seconds or 0.0
    late = MISSED_SECONDS if backlog.of == "timers" else LATE_SECONDS
    if backlog.count and (seconds >= late or backlog.count >= MANY):
        words = t(f"health.{name}.{backlog.of.partition(':')[0]}", n=backlog.count)
        yield f"{words} {t('health.oldest', age=age(t, seconds))}" if seconds >= 1 else words
        yield t("health.kept")


def _unsent(t: Say, condition: Condition) -> Iterator[str]:
    for of, key in (
        ("deliveries:failed", "health.mail.failed"),
        ("deliveries:unknown", "health.mail.unknown"),
        ("templates:refused", "health.mail.templates"),
    ):
        if count := condition.of(of).count:
            yield t(key, n=count)


def _stuck(t: Say, conditions: Mapping[str, Condition | None]) -> Light:
    known = [one for one in conditions.values() if one is not None]
    parked = sum(one.of("parked").count or 0 for one in known)
    early = [one.of("early") for one in known if (one.of("early").oldest_seconds or 0.0) >= LATE_SECONDS]
    lines = [t("health.stuck.parked", n=parked)] if parked else []
    held = sum(one.of("mails:held").count or 0 for one in known)
    lines += [t("health.stuck.mails", n=held)] if held else []
    lines += [t("health.stuck.early", n=sum(one.count or 0 for one in early))] if early else []
    if len(known) < len(conditions):
        lines.append(t("health.stuck.unknown"))
    return Light("stuck", "warn" if lines else "good", lines or [t("health.stuck.good")])


def age(t: Say, seconds: float) -> str:
    """So long, in the unit a person would use."""
    units: tuple[tuple[str, int, Any], ...] = (("days", 86400, 2), ("hours", 3600, 2), ("minutes", 60, 1))
    for name, unit, least in units:
        if seconds >= unit * least:
            return t(f"health.{name}", n=int(seconds // unit))
    return t("health.seconds", n=int(seconds))

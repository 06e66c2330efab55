"""What a member of staff has chosen, within what the rule allows, and until when their quiet hours hold a message."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from services.notify.domain.own import DigestDue
from services.notify.domain.rules import CHOOSERS, TOLD, Choice, Rule
from shared.events.preferences import GROUPS, QUIET, TELL, WHATSAPP, YES

GROUP_OF: Mapping[str, str] = {event: group for group, events in GROUPS.items() for event in events}
"""The group in which an event is chosen; what is in none is told as the rule says."""
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def choice_of(rule: Rule, preferences: Mapping[str, str]) -> Choice:
    """How this rule's message comes to somebody with these preferences."""
    if rule.audience not in CHOOSERS or not rule.choices or rule.urgent:
        return "at_once"
    wanted = preferences.get(TELL + GROUP_OF.get(rule.event, ""))
    return next((choice for choice in rule.choices if choice == wanted), rule.choices[0])


def consents(preferences: Mapping[str, str]) -> bool:
    """Whether they want WhatsApp messages."""
    return preferences.get(WHATSAPP) == YES


def quiet_until(preferences: Mapping[str, str], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end that hold now; None outside of them, and where none (or none that can be read) are
    chosen."""
    hours = _HOURS.fullmatch(preferences.get(QUIET, ""))
    if hours is None:
        return None
    first, last = time(int(hours[1]), int(hours[2])), time(int(hours[3]), int(hours[4]))
    here = now.astimezone(zone)
    today, clock = here.date(), here.time()
    if first <= last:
        return datetime.combine(today, last, zone) if first <= clock < last else None
    if clock >= first:
        return datetime.combine(today + timedelta(days=1), last, zone)
    return datetime.combine(today, last, zone) if clock < last else None


@dataclass(frozen=True, slots=True)
class Offer:
    """A group as one member of staff may choose it. `limits`: the events of it that leave less choice than the
    group."""

    group: str
    choices: tuple[Choice, ...]
    default: Choice
    """What holds until they choose."""
    events: tuple[str, ...]
    limits: Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class Offers:
    """All that one member of staff may choose, and what they may not."""

    groups: tuple[Offer, ...]
    fixed: tuple[str, ...]
    """Events that always come at once."""
    digest: bool
    whatsapp: bool
    """Some rule would tell them by WhatsApp, if they agree to it."""


def offers(rules: Iterable[Rule], roles: Collection[str], queues: Collection[str], *, digest: bool) -> Offers:
    """What the rules that are on let somebody with these roles and queues choose. Without a digest nothing can be
    gathered."""
    mine = [rule for rule in rules if rule.enabled and rule.audience in _audiences(roles, queues)]
    allowed: dict[str, list[tuple[Choice, ...]]] = {}
    for rule in mine:
        given = () if rule.urgent else tuple(one for one in rule.choices if digest or one != "digest")
        allowed.setdefault(rule.event, []).append(given)
    found = []
    for group, events in GROUPS.items():
        told = {event: _common(allowed[event]) for event in events if event in allowed}
        choices = tuple(one for one in get_args(Choice) if any(one in given for given in told.values()))
        if len(choices) > 1:
            first = {given[0] for event in told for given in allowed[event] if given}
            limits = {event: given for event, given in told.items() if set(given) != set(choices)}
            default = first.pop() if len(first) == 1 else "at_once"
            found.append(Offer(group, choices, default, tuple(told), limits))
    chosen = {event for offer in found for event in offer.events}
    fixed = tuple(event for event in allowed if event not in chosen and event in TOLD and event != DigestDue.wire)
    return Offers(tuple(found), fixed, digest, any(rule.channel == "whatsapp" for rule in mine))


def _common(given: list[tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """What all the rules allow that would tell somebody of one event: of several roles the strictest holds."""
    return tuple(one for one in get_args(Choice) if all(one in choices for choices in given)) or ("at_once",)


def _audiences(roles: Collection[str], queues: Collection[str]) -> frozenset[str]:
    held = {
        "PIC": {"pic", "previous_pic"},
        "ADMIN": {"admins"},
        "MANAGEMENT": {"management"},
    }
    queued = {"implementor_queue", "claimant"} if "IMPLEMENTOR" in queues else set()
    return frozenset().union(queued, *(told for role, told in held.items() if role in roles))

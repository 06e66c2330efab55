"""What a member of staff has chosen, within what the rule allows, and until when their quiet hours hold a message."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notify.domain.rules import CHOOSERS, Choice, Rule
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

"""Business time and the calendars, read together."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.query.domain.ageing import Moment
from services.query.domain.names import Names
from shared.calendar import Calendar
from shared.db import Tx

CALENDAR = "calendar.name as calendar, calendar.zone, calendar.weekend, calendar.holidays"
"""What `moment_of` reads of each calendar."""


async def moment(tx: Tx) -> Moment:
    """Now, and the calendars as last heard."""
    return moment_of(
        await tx.fetch(f"select helpdesk.now() as now, {CALENDAR} from (values (1)) once left join calendar on true")
    )


def moment_of(rows: Sequence[Any]) -> Moment:
    """The same of rows that say `now` and a calendar each; of none, `now` alone."""
    calendars = {
        row["calendar"]: _calendar(row["zone"], tuple(row["weekend"]), tuple(row["holidays"]))
        for row in rows
        if row["calendar"] is not None
    }
    return Moment(rows[0]["now"], calendars)


async def names(tx: Tx) -> Names:
    """What all staff and modules are called: a few dozen, read sooner than joined to fifty rows."""
    row = await tx.fetchrow(
        """
        select (select coalesce(jsonb_object_agg(id, name), '{}') from staff) as staff,
            (select coalesce(jsonb_object_agg(slug, jsonb_build_object('ms', name_ms, 'en', name_en)), '{}')
                from module) as modules
        """
    )
    return Names(row["staff"], row["modules"])


@lru_cache(maxsize=8)
def _calendar(zone: str, weekend: tuple[int, ...], holidays: tuple[date, ...]) -> Calendar:
    """The same one for the same days: what is worked out of a calendar is kept with it."""
    return Calendar(ZoneInfo(zone), frozenset(weekend), frozenset(holidays))

"""Business time and the calendars, read together."""

from zoneinfo import ZoneInfo

from services.query.domain.ageing import Moment
from shared.calendar import Calendar
from shared.db import Tx


async def moment(tx: Tx) -> Moment:
    """Now, and the calendars as last heard."""
    rows = await tx.fetch(
        "select helpdesk.now() as now, name, zone, weekend, holidays from (values (1)) once left join calendar on true"
    )
    calendars = {
        row["name"]: Calendar(ZoneInfo(row["zone"]), frozenset(row["weekend"]), frozenset(row["holidays"]))
        for row in rows
        if row["name"] is not None
    }
    return Moment(rows[0]["now"], calendars)

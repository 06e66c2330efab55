"""Copies of what workflow has said, and all of it together as one view of the office."""

from zoneinfo import ZoneInfo

from asyncpg import Record
from sqlalchemy.dialects.postgresql import insert

from services.intake.domain.form import Form
from services.intake.domain.office import UNHEARD_ANSWER_DAYS, UNHEARD_CALENDAR, ZONE, Office
from services.intake.store import form as forms
from services.intake.store.tables import calendar_copy, settings_copy
from shared.calendar import Calendar
from shared.db import Tx, sql
from shared.events.reference import CalendarSaved, SettingsSaved
from shared.limits import SPEND, Spending

OFFICE = "kelantan"
_VERSIONS = f"""
    (select version from form) as form, (select version from calendar_copy where name = '{OFFICE}') as calendar,
    (select first_answer_days from settings_copy) as first_answer_days
"""
_LOOK = f"select helpdesk.now() as now, {_VERSIONS}"
_DOOR = f"""
    with counted as ({SPEND}), moment as materialized (select helpdesk.now() as now)
    select moment.now, counted.count, counted.left, {_VERSIONS},
           case when $4 and counted.count <= $5 then
               next_in_year(extract(year from moment.now at time zone $6)::int)
           end as number
    from counted, moment
"""


async def keep_calendar(tx: Tx, saved: CalendarSaved, version: int) -> None:
    """Keep this calendar unless a newer one is kept."""
    row = insert(calendar_copy).values(
        name=saved.name,
        zone=saved.zone,
        weekend=list(saved.weekend),
        holidays=list(saved.holidays),
        version=version,
    )
    newer = row.on_conflict_do_update(
        index_elements=["name"],
        set_={name: row.excluded[name] for name in ("zone", "weekend", "holidays", "version")},
        where=calendar_copy.c.version < row.excluded.version,
    )
    await tx.execute(*sql(newer))


async def keep_settings(tx: Tx, saved: SettingsSaved, version: int) -> None:
    """Keep these settings unless newer ones are kept."""
    row = insert(settings_copy).values(only=True, first_answer_days=saved.first_answer_days, version=version)
    newer = row.on_conflict_do_update(
        index_elements=["only"],
        set_={name: row.excluded[name] for name in ("first_answer_days", "version")},
        where=settings_copy.c.version < row.excluded.version,
    )
    await tx.execute(*sql(newer))


class Known:
    """Form and calendar by heart: each is read again only when its version has moved. One per process.

    Never asked inside a transaction that has itself changed them: what is rolled back must not be remembered.
    """

    def __init__(self) -> None:
        self._form = Form(0, (), (), ())
        self._calendar = UNHEARD_CALENDAR
        self._calendar_version = 0

    @property
    def form(self) -> Form:
        """The form as it was when it was last looked at: empty before the first time."""
        return self._form

    async def office(self, tx: Tx) -> Office:
        """The office now: business time, form, calendar, days to the first answer."""
        return await self._seen(tx, await tx.fetchrow(_LOOK))

    async def door(self, tx: Tx, spending: Spending, *, numbered: bool) -> tuple[Office, int | None]:
        """As `office`, with a visitor counted and, where it is wanted and they may come in, the next number of the
        office's year: in one statement, whose transaction must be its own. Raises `TooMany`."""
        row = await tx.fetchrow(_DOOR, *spending.counted(), numbered, spending.limit, ZONE.key)
        spending.settle(row["count"], row["left"])
        return await self._seen(tx, row), row["number"]

    async def _seen(self, tx: Tx, row: Record) -> Office:
        if row["form"] is not None and row["form"] != self._form.version:
            self._form = await forms.load(tx)
        if row["calendar"] is not None and row["calendar"] != self._calendar_version:
            await self._read_calendar(tx)
        return Office(
            now=row["now"],
            form=self._form,
            calendar=self._calendar,
            first_answer_days=row["first_answer_days"] or UNHEARD_ANSWER_DAYS,
        )

    async def _read_calendar(self, tx: Tx) -> None:
        row = await tx.fetchrow("select zone, weekend, holidays, version from calendar_copy where name = $1", OFFICE)
        self._calendar = Calendar(
            zone=ZoneInfo(row["zone"]), weekend=frozenset(row["weekend"]), holidays=frozenset(row["holidays"])
        )
        self._calendar_version = row["version"]

"""The office's working days and the vendor's: as the law has them, and as they were declared days ahead."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays

from services.workflow.domain.clocks import Rules
from services.workflow.handlers import times
from services.workflow.handlers.times import Moved
from services.workflow.store import complaints, facts
from shared.auth import Caller
from shared.calendar import Calendar
from shared.db import Tx
from shared.errors import NotFound, Text
from shared.events.reference import CalendarSaved

ZONE = "Asia/Kuala_Lumpur"
FRIDAY_SATURDAY, SATURDAY_SUNDAY = (4, 5), (5, 6)
WEEKENDS = {facts.OFFICE: FRIDAY_SATURDAY, facts.VENDOR: SATURDAY_SUNDAY}
PLACES = {facts.OFFICE: "KTN", facts.VENDOR: "PJY"}
YEARS_BACK, YEARS_AHEAD = 6, 2


async def keep(tx: Tx, *, correlation: str) -> bool:
    """Say the calendars that differ from what was last said; whether any did."""
    now = await complaints.now(tx)
    return any([await _keep(tx, name, now, correlation=correlation) for name in WEEKENDS])


async def declare(
    tx: Tx, calendar: str, day: date, name: str, why: str, caller: Caller, *, works: bool, correlation: str
) -> list[Moved]:
    """A day off (or a working day, where `works`) the library does not know: who, when and why are kept, and every
    open deadline is reckoned anew. Answers which moved. Raises `NotFound`."""
    now = await _known(tx, calendar)
    await facts.declare(tx, calendar, day, name, why, UUID(caller.id), now, works=works)
    body = {"day": day.isoformat(), "name": name, "works": works, "declared": True}
    return await _settled(tx, calendar, now, body, f"{name} ({day:%d-%m-%Y}): {why}", caller, correlation)


async def withdraw(tx: Tx, calendar: str, day: date, caller: Caller, *, correlation: str) -> list[Moved]:
    """Undo a declared day; the same follows. Raises `NotFound`."""
    now = await _known(tx, calendar)
    if not await facts.withdraw(tx, calendar, day):
        raise NotFound
    why = f"Pengisytiharan {day:%d-%m-%Y} ditarik balik"
    return await _settled(tx, calendar, now, {"day": day.isoformat(), "declared": False}, why, caller, correlation)


async def preview(tx: Tx, calendar: str, day: date, *, works: bool) -> list[Moved]:
    """Which deadlines would move if that day were declared; nothing is changed. Raises `NotFound`."""
    await _known(tx, calendar)
    rules = (await facts.known(tx)).rules
    return await times.moves(tx, _with_day(rules, calendar, day, works=works))


def legal_holidays(name: str, years: Iterable[int]) -> set[date]:
    """Kelantan's public holidays, or the federal territory's for the vendor in Putrajaya."""
    return set(holidays.country_holidays("MY", subdiv=PLACES[name], years=years))


def named_by_law(name: str, now: datetime) -> dict[date, Text]:
    """The same days with their names, for the years the calendar covers."""
    return dict(_named(name, tuple(_years(now))))


@lru_cache(maxsize=4)
def _named(name: str, years: tuple[int, ...]) -> dict[date, Text]:
    ms, en = (
        holidays.country_holidays("MY", subdiv=PLACES[name], years=years, language=language)
        for language in ("ms_MY", "en_US")
    )
    return {day: Text(called, en.get(day) or called) for day, called in sorted(ms.items())}


async def _settled(
    tx: Tx, calendar: str, now: datetime, body: dict[str, object], why: str, caller: Caller, correlation: str
) -> list[Moved]:
    await facts.decided(tx, calendar, now, UUID(caller.id), why, body)
    if not await _keep(tx, calendar, now, correlation=correlation):
        return []
    return await times.reckon_anew(tx, why, correlation=correlation)


async def _known(tx: Tx, calendar: str) -> datetime:
    if calendar not in WEEKENDS:
        raise NotFound
    return await complaints.now(tx)


async def _keep(tx: Tx, name: str, now: datetime, *, correlation: str) -> bool:
    """Two who declare at once follow each other."""
    await facts.hold(tx, name)
    declared = await facts.holidays(tx, name)
    days = legal_holidays(name, _years(now)) | {row["day"] for row in declared if not row["works"]}
    days -= {row["day"] for row in declared if row["works"]}
    saved = CalendarSaved(name=name, zone=ZONE, weekend=WEEKENDS[name], holidays=tuple(sorted(days)))
    last = await facts.get(tx, name)
    if last is not None and last.open_as(CalendarSaved) == saved:
        return False
    await facts.save(tx, name, saved, correlation=correlation)
    return True


def _with_day(rules: Rules, calendar: str, day: date, *, works: bool) -> Rules:
    before = rules.office if calendar == facts.OFFICE else rules.vendor
    days = before.holidays - {day} if works else before.holidays | {day}
    after = Calendar(before.zone, before.weekend, days)
    office, vendor = (after, rules.vendor) if calendar == facts.OFFICE else (rules.office, after)
    return Rules(office, vendor, rules.settings)


def _years(now: datetime) -> range:
    year = now.astimezone(ZoneInfo(ZONE)).year
    return range(year - YEARS_BACK, year + YEARS_AHEAD + 1)

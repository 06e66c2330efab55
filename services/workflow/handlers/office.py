"""What the office decides about itself: working days, numbers of days, who takes which module, what was learnt."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import msgspec

from services.workflow.domain.complaint import Complaint
from services.workflow.machine import Role
from services.workflow.store import complaints, facts, people
from shared.auth import Caller
from shared.db import Tx
from shared.envelope import Envelope
from shared.errors import FieldError, Invalid, NotFound, Text
from shared.events.reference import CalendarSaved, FormSaved, RoutingSaved, SettingsSaved, SolutionSaved

ZONE = "Asia/Kuala_Lumpur"
FRIDAY_SATURDAY, SATURDAY_SUNDAY = (4, 5), (5, 6)
WEEKENDS = {facts.OFFICE: FRIDAY_SATURDAY, facts.VENDOR: SATURDAY_SUNDAY}
SOLVE_DAYS = {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15}
YEARS_BACK, YEARS_AHEAD = 6, 2


async def found(tx: Tx, *, correlation: str) -> None:
    """Make sure the office's facts stand: settings once, calendars as the law of the coming years has them now."""
    if await facts.get(tx, facts.SETTINGS) is None:
        await facts.save(tx, facts.SETTINGS, SettingsSaved(solve_days=SOLVE_DAYS), correlation=correlation)
    if await facts.get(tx, facts.ROUTING) is None:
        await facts.save(tx, facts.ROUTING, RoutingSaved(modules={}), correlation=correlation)
    now = await complaints.now(tx)
    for name in (facts.OFFICE, facts.VENDOR):
        await keep_calendar(tx, name, now, correlation=correlation)


async def keep_calendar(tx: Tx, name: str, now: datetime, *, correlation: str) -> None:
    """Say the calendar when it differs from what was last said. Two who declare at once follow each other."""
    await facts.hold(tx, name)
    declared = await facts.holidays(tx, name)
    days = legal_holidays(name, _years(now)) | {row["day"] for row in declared if not row["works"]}
    days -= {row["day"] for row in declared if row["works"]}
    saved = CalendarSaved(name=name, zone=ZONE, weekend=WEEKENDS[name], holidays=tuple(sorted(days)))
    last = await facts.get(tx, name)
    if last is None or last.open_as(CalendarSaved) != saved:
        await facts.save(tx, name, saved, correlation=correlation)


def legal_holidays(name: str, years: Iterable[int]) -> set[date]:
    """Kelantan's public holidays, or the federal territory's for the vendor in Putrajaya."""
    return set(holidays.country_holidays("MY", subdiv="KTN" if name == facts.OFFICE else "PJY", years=years))


def _years(now: datetime) -> range:
    year = now.astimezone(ZoneInfo(ZONE)).year
    return range(year - YEARS_BACK, year + YEARS_AHEAD + 1)


async def remember_form(tx: Tx, _said: FormSaved, envelope: Envelope) -> None:
    """Keep a copy of what the form offers: module slugs are checked against it."""
    await facts.keep_heard(tx, envelope)


async def save_settings(tx: Tx, settings: SettingsSaved, *, correlation: str) -> None:
    """New numbers of days. Raises `Invalid`."""
    days = [value for name, value in _numbers(settings) if name.endswith("_days")]
    if set(settings.solve_days) != set(SOLVE_DAYS) or not all(1 <= day <= 365 for day in days):
        text = Text("1 hingga 365 hari bekerja bagi setiap satu", "1 to 365 working days for each")
        raise Invalid([FieldError("settings", "out_of_range", text)])
    await facts.save(tx, facts.SETTINGS, settings, correlation=correlation)


def _numbers(settings: SettingsSaved) -> Iterable[tuple[str, int]]:
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if isinstance(value, dict):
            yield from ((f"{priority}_days", days) for priority, days in value.items())
        elif not isinstance(value, bool):
            yield name, value


async def save_routing(tx: Tx, modules: dict[str, list[str]], *, correlation: str) -> None:
    """Which PICs take which module. Raises `Invalid` for somebody who is no active PIC."""
    pics = {str(member.id) for member, _ in await people.everybody(tx) if member.active and Role.PIC in member.roles}
    strangers = {pic for team in modules.values() for pic in team} - pics
    if strangers:
        text = Text("Hanya PIC aktif boleh dipilih", "Only active PICs can be chosen")
        raise Invalid([FieldError("modules", "not_a_pic", text)])
    routing = RoutingSaved(modules={module: tuple(team) for module, team in modules.items()})
    await facts.save(tx, facts.ROUTING, routing, correlation=correlation)


async def suggested_pics(tx: Tx, complaint: Complaint) -> list[dict[str, object]]:
    """Active PICs, those of the complaint's module first, then by how much they hold."""
    team = (await facts.routing(tx)).modules.get(complaint.module, ())
    found = [
        {
            "id": str(member.id),
            "name": member.name,
            "load": load,
            "modules": member.modules,
            "of_module": complaint.module in member.modules or str(member.id) in team,
            "absent": False,
        }
        for member, load in await people.everybody(tx)
        if member.active and Role.PIC in member.roles
    ]
    return sorted(found, key=lambda one: (not one["of_module"], one["load"], one["name"]))


async def declare_holiday(
    tx: Tx, calendar: str, day: date, name: str, why: str, caller: Caller, *, works: bool, correlation: str
) -> None:
    """A day off (or a working day, where `works`) the library does not know: who, when and why are kept."""
    if calendar not in WEEKENDS:
        raise NotFound
    now = await complaints.now(tx)
    await facts.declare(tx, calendar, day, name, why, UUID(caller.id), now, works=works)
    await keep_calendar(tx, calendar, now, correlation=correlation)


async def withdraw_holiday(tx: Tx, calendar: str, day: date, *, correlation: str) -> None:
    """Undo a declared day. Raises `NotFound`."""
    if not await facts.withdraw(tx, calendar, day):
        raise NotFound
    await keep_calendar(tx, calendar, await complaints.now(tx), correlation=correlation)


async def keep_solution(tx: Tx, complaint: Complaint, caller: Caller, *, correlation: str) -> None:
    """What this complaint taught: symptom, cause, steps. Asked to close again, it is replaced and unpublished."""
    if complaint.solution is None:
        return
    solution = SolutionSaved(
        id=complaint.number,
        number=complaint.number,
        module=complaint.module,
        symptom=complaint.title,
        cause=complaint.solution.cause,
        steps=complaint.solution.steps,
        published=False,
        author=caller.name,
    )
    await facts.save(tx, f"solution:{complaint.number}", solution, correlation=correlation)


async def word_solution(
    tx: Tx,
    number: str,
    caller: Caller,
    *,
    symptom: str,
    cause: str,
    steps: str,
    published: bool,
    correlation: str,
) -> None:
    """Word a solution anew and say whether everybody may find it. Raises `NotFound`."""
    envelope = await facts.get(tx, f"solution:{number}")
    if envelope is None:
        raise NotFound
    before = envelope.open_as(SolutionSaved)
    solution = msgspec.structs.replace(
        before, symptom=symptom, cause=cause, steps=steps, published=published, author=caller.name
    )
    await facts.save(tx, f"solution:{number}", solution, correlation=correlation)

"""What happens by itself: timers that are over, and what the office decides about time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from services.workflow.domain import acts, plan, sight, times
from services.workflow.domain.clocks import Rules, due
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import NOT_EMAIL, Given, is_email
from services.workflow.handlers import versions
from services.workflow.machine import Action, Custodian, Facts, Role
from services.workflow.store import complaints, facts, people
from services.workflow.store.complaints import Loaded, Version
from shared import logs
from shared.auth import Caller
from shared.db import Tx
from shared.errors import FieldError, Invalid, Text
from shared.events.complaint import Actor
from shared.events.reference import SettingsSaved, TimeRule

SOLVE_DAYS = {"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15}
SYSTEM = Actor(role=Role.SYSTEM)
MOST_TIMERS_A_MINUTE = 1_000_000


class Moved(NamedTuple):
    """A deadline that moved."""

    number: str
    before: datetime
    after: datetime
    days: int
    """By how many working days; fewer than none where it comes sooner."""


class Fired(NamedTuple):
    """What one sweep did: how many timers, and how late the latest of them was, in seconds."""

    timers: int
    late: float


async def fire_due(tx: Tx, limit: int) -> Fired:
    """Do what is due by now, the oldest first, at most `limit` of it. A timer that its complaint no longer has, because
    the rules changed under it, is only set anew."""
    held = await complaints.hold_due(tx, limit)
    if not held:
        return Fired(0, 0.0)
    rules = held[0].known.rules
    versions_, stale, late = [], [], 0.0
    for loaded in held:
        fired = _fired(loaded, rules)
        if fired is None:
            stale.append((loaded.complaint.number, versions.timer(loaded.complaint, rules)))
        else:
            versions_.append(fired[0])
            late = max(late, fired[1])
    await complaints.save_held(tx, versions_)
    await complaints.set_timers(tx, stale)
    return Fired(len(held), late)


def _fired(loaded: Loaded, rules: Rules) -> tuple[Version, float] | None:
    firing = plan.firing(loaded.complaint, rules, loaded.now)
    if firing is None:
        return None
    action, given = firing
    after, event = acts.act(loaded.complaint, action, given, SYSTEM, _facts(loaded, rules), rules, loaded.now)
    late = (loaded.now - given.why.at).total_seconds() if given.why else 0.0
    return versions.version(after, event, rules, correlation=str(uuid7())), late


async def reckon_anew(tx: Tx, why: str, *, correlation: str) -> list[Moved]:
    """Every open deadline and timer by the rules as they stand now, in one go. A deadline whose breach was reported
    stays. Answers which moved."""
    rules = (await facts.known(tx)).rules
    moved, saved, timers = [], [], []
    for loaded in await complaints.hold_open(tx):
        before, after = loaded.complaint.due, due(loaded.complaint, rules)
        if before == after or before is None or after is None:
            timers.append((loaded.complaint.number, versions.timer(loaded.complaint, rules)))
            continue
        given = Given(text=why)
        complaint, event = acts.act(
            loaded.complaint, Action.RESCHEDULE, given, SYSTEM, _facts(loaded, rules), rules, loaded.now
        )
        saved.append(versions.version(complaint, event, rules, correlation=correlation))
        moved.append(_moved(complaint, before, after, rules))
    await complaints.save_held(tx, saved)
    await complaints.set_timers(tx, timers)
    logs.get("times").info("times.reckoned", moved=len(moved), kept=len(timers))
    return moved


async def moves(tx: Tx, rules: Rules) -> list[Moved]:
    """Which deadlines would move under other rules."""
    found = []
    for complaint in await complaints.every_open(tx):
        after = due(complaint, rules)
        if complaint.due is not None and after is not None and complaint.due != after:
            found.append(_moved(complaint, complaint.due, after, rules))
    return found


def _moved(complaint: Complaint, before: datetime, after: datetime, rules: Rules) -> Moved:
    """In the days of whoever works on it now."""
    calendar = rules.vendor if complaint.custodian is Custodian.VENDOR else rules.office
    days = calendar.days_between(before, after) - calendar.days_between(after, before)
    return Moved(complaint.number, before, after, days)


async def save_settings(
    tx: Tx, settings: SettingsSaved, caller: Caller, *, why: str = "", correlation: str
) -> list[Moved]:
    """New numbers of days; every open deadline follows them. Answers which moved. Raises `Invalid`."""
    in_range = (
        all(1 <= days <= 365 for days in _days(settings)) and 0 <= settings.timers_per_minute <= MOST_TIMERS_A_MINUTE
    )
    if set(settings.solve_days) != set(SOLVE_DAYS) or not in_range:
        text = Text("1 hingga 365 hari bekerja bagi setiap satu", "1 to 365 working days for each")
        raise Invalid([FieldError("settings", "out_of_range", text)])
    before = await _settings(tx)
    settings = msgspec.structs.replace(settings, rules=before.rules, vendor_email=before.vendor_email)
    return await _decided(tx, settings, before, caller, why or "Tetapan dikemas kini", correlation)


def delivered() -> dict[str, object]:
    """The numbers and rules of an office that has changed nothing."""
    settings = SettingsSaved(solve_days=SOLVE_DAYS, rules=times.DEFAULT)
    found: dict[str, object] = msgspec.to_builtins(settings)
    return found


async def save_vendor_email(tx: Tx, email: str, caller: Caller, *, why: str, correlation: str) -> None:
    """Where the vendor's helpdesk is written to; nowhere, if empty. Raises `Invalid`."""
    email = email.strip()
    if email and not is_email(email):
        raise Invalid([NOT_EMAIL])
    before = await _settings(tx)
    settings = msgspec.structs.replace(before, vendor_email=email, revision=before.revision + 1)
    await facts.save(tx, facts.SETTINGS, settings, correlation=correlation)
    now = await complaints.now(tx)
    await facts.decided(tx, facts.SETTINGS, now, UUID(caller.id), why, msgspec.to_builtins(settings))


async def save_rules(tx: Tx, rules: Sequence[TimeRule], caller: Caller, *, why: str, correlation: str) -> list[Moved]:
    """Another set of rules, whole. Raises `Invalid`, naming each rule that is wrong and why."""
    before = await _settings(tx)
    return await _decided(tx, msgspec.structs.replace(before, rules=tuple(rules)), before, caller, why, correlation)


async def _settings(tx: Tx) -> SettingsSaved:
    """As they are; whoever else would change them waits."""
    await facts.hold(tx, facts.SETTINGS)
    return (await facts.known(tx)).rules.settings


async def _decided(
    tx: Tx, settings: SettingsSaved, before: SettingsSaved, caller: Caller, why: str, correlation: str
) -> list[Moved]:
    await _refuse_flaws(tx, times.rules_of(settings), settings)
    settings = times.told(msgspec.structs.replace(settings, revision=before.revision + 1))
    await facts.save(tx, facts.SETTINGS, settings, correlation=correlation)
    now = await complaints.now(tx)
    await facts.decided(tx, facts.SETTINGS, now, UUID(caller.id), why, msgspec.to_builtins(settings))
    return await reckon_anew(tx, why, correlation=correlation)


async def _refuse_flaws(tx: Tx, rules: tuple[TimeRule, ...], settings: SettingsSaved) -> None:
    held = {role for member, _ in await people.everybody(tx) if member.active for role in member.roles}
    if flaws := times.flaws(rules, settings, held):
        raise Invalid(flaws)


def _facts(loaded: Loaded, rules: Rules) -> Facts:
    return sight.facts(loaded.complaint, Role.SYSTEM, rules, loaded.now, pic_is_active=loaded.pic_is_active)


def _days(settings: SettingsSaved) -> list[int]:
    named = [name for name in settings.__struct_fields__ if name.endswith("_days") and name != "solve_days"]
    return [*settings.solve_days.values(), *(getattr(settings, name) for name in named)]

"""Who is absent, and who stands in for them. What changes is said, so that followers know whom to tell instead."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.workflow.handlers.people import say
from services.workflow.machine import Role
from services.workflow.store import absences, audit, complaints, people
from services.workflow.store.absences import Absence
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.errors import Denied, FieldError, Invalid, NotFound, Text

LONGEST_DAYS = 366
_ACT_FOR_ANYBODY = frozenset({Role.ADMIN})


async def set_absence(
    tx: Tx,
    caller: Caller,
    *,
    staff: UUID,
    from_day: date,
    until_day: date,
    deputy: UUID | None,
    why: str,
    correlation: str,
) -> UUID:
    """Somebody will be away: Admin says it of anybody, a PIC of themselves. Raises `Denied`, `Invalid`."""
    _refuse_strangers(caller, staff)
    await absences.hold(tx, [staff] if deputy is None else [staff, deputy])
    errors = await _faults(tx, staff, from_day, until_day, deputy)
    if errors:
        raise Invalid(errors)
    now = await complaints.now(tx)
    absence = Absence(uuid7(), staff, from_day, until_day, deputy, why, UUID(caller.id), now)
    await absences.add(tx, absence)
    await audit.record(tx, UUID(caller.id), "absence_set", member=staff)
    await say(tx, staff, correlation)
    return absence.id


async def end_absence(tx: Tx, caller: Caller, absence_id: UUID, *, correlation: str) -> None:
    """They are back, or do not go: what has been stays on record, the rest never was. Raises `NotFound`."""
    absence = await absences.by_id(tx, absence_id)
    today = await absences.today(tx)
    if absence is None or absence.until_day < today:
        raise NotFound
    if str(absence.staff) != caller.id and _ACT_FOR_ANYBODY.isdisjoint(caller.roles):
        raise NotFound
    if absence.from_day < today:
        await absences.end_by(tx, absence.id, date.fromordinal(today.toordinal() - 1))
    else:
        await absences.remove(tx, absence.id)
    await audit.record(tx, UUID(caller.id), "absence_ended", member=absence.staff)
    await say(tx, absence.staff, correlation)


def _refuse_strangers(caller: Caller, staff: UUID) -> None:
    if str(staff) != caller.id and _ACT_FOR_ANYBODY.isdisjoint(caller.roles):
        raise Denied(needs=[str(Role.ADMIN)])


async def _faults(tx: Tx, staff: UUID, from_day: date, until_day: date, deputy: UUID | None) -> list[FieldError]:
    member = await people.by_id(tx, staff)
    if member is None or not member.active:
        return [FieldError("staff", "not_staff", Text("Tiada kakitangan aktif ini", "There is no such active member"))]
    errors = _wrong_days(from_day, until_day, await absences.today(tx))
    if errors:
        return errors
    other = await absences.overlapping(tx, staff, from_day, until_day)
    if other is not None:
        text = Text(f"Sudah ada ketidakhadiran {_span_ms(other)}", f"There is already an absence {_span_en(other)}")
        errors.append(FieldError("from", "overlaps", text))
    standing_in = await absences.deputised(tx, staff, from_day, until_day)
    if standing_in is not None:
        text = Text(
            f"Beliau timbalan kepada PIC lain {_span_ms(standing_in)}; tukar timbalan itu dahulu",
            f"They stand in for another PIC {_span_en(standing_in)}; change that deputy first",
        )
        errors.append(FieldError("from", "is_deputy", text))
    return errors + (await _wrong_deputy(tx, member, from_day, until_day, deputy) if deputy is not None else [])


def _wrong_days(from_day: date, until_day: date, today: date) -> list[FieldError]:
    if until_day < from_day:
        text = Text("Tarikh akhir mendahului tarikh mula", "The last day is before the first")
        return [FieldError("until", "before_start", text)]
    if until_day < today:
        return [FieldError("until", "over", Text("Tarikh ini telah berlalu", "This day has passed"))]
    if (until_day - from_day).days >= LONGEST_DAYS:
        text = Text(f"Tidak melebihi {LONGEST_DAYS} hari", f"At most {LONGEST_DAYS} days")
        return [FieldError("until", "too_long", text)]
    return []


async def _wrong_deputy(tx: Tx, member: Member, from_day: date, until_day: date, deputy_id: UUID) -> list[FieldError]:
    if Role.PIC not in member.roles:
        text = Text("Hanya PIC mempunyai timbalan", "Only a PIC has a deputy")
        return [FieldError("deputy", "nothing_to_stand_in_for", text)]
    deputy = await people.by_id(tx, deputy_id)
    if deputy is None or deputy.id == member.id or not deputy.active or Role.PIC not in deputy.roles:
        text = Text("Timbalan mesti PIC lain yang aktif", "The deputy must be another active PIC")
        return [FieldError("deputy", "not_a_pic", text)]
    away = await absences.overlapping(tx, deputy_id, from_day, until_day)
    if away is not None:
        text = Text(f"Timbalan ini sendiri tidak hadir {_span_ms(away)}", f"This deputy is absent {_span_en(away)}")
        return [FieldError("deputy", "absent", text)]
    return []


def _span_ms(absence: Absence) -> str:
    return f"dari {absence.from_day:%d-%m-%Y} hingga {absence.until_day:%d-%m-%Y}"


def _span_en(absence: Absence) -> str:
    return f"from {absence.from_day:%d-%m-%Y} to {absence.until_day:%d-%m-%Y}"

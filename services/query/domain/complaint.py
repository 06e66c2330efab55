"""The row of a complaint, and what an event makes of it."""

from datetime import UTC, datetime
from typing import NamedTuple

from services.query.domain.said import Change, Filing, Standing


class Row(NamedTuple):
    """A complaint as it is listed: where it stands, what was filed, and what only some events bring."""

    number: str
    version: int
    submitted_at: datetime
    changed_at: datetime
    state_since: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    ic_index: str
    ic_masked: str
    name: str
    phone_masked: str
    email_masked: str
    whatsapp_consent: bool
    language: str
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    module: str
    module_ms: str
    module_en: str
    title: str
    priority: str
    complex: bool
    robot_check: str
    answer_by: datetime
    reply_by: datetime | None
    state: str
    phase: str
    custodian: str | None
    outcome: str | None
    open: bool
    level: int
    due: datetime | None
    by_due: datetime
    pic_id: str | None
    pic_name: str | None
    claimant_id: str | None
    claimant_name: str | None
    holder: str | None
    first_act: bool
    can: list[str]
    reopen_until: datetime | None
    closing: int
    rated: bool
    duplicate_of: str | None
    vendor_reference: str | None
    seen_by: list[str]
    linked_to: str | None
    reject_reason: str | None
    vendor_logs: list[str]


def filed(standing: Standing, filing: Filing) -> Row:
    """The first row of a complaint."""
    return Row(
        **standing._asdict(),
        **filing._asdict(),
        state_since=standing.changed_at,
        ended_at=None if standing.open else standing.changed_at,
        closed_at=None,
        complex=False,
        reply_by=None,
        closing=0 if standing.open else 1,
        rated=False,
        duplicate_of=None,
        vendor_reference=None,
        reject_reason=None,
        vendor_logs=[],
    )


def moved(row: Row, to: Standing, change: Change) -> Row:
    """The row after its next event."""
    module = change.module or row.module
    return row._replace(
        **to._asdict(),
        state_since=row.state_since if row.state == to.state else to.changed_at,
        ended_at=None if to.open else row.ended_at or to.changed_at,
        closed_at=(row.closed_at or to.changed_at) if to.state == "DITUTUP" else None,
        closing=row.closing + (row.open and not to.open),
        rated=not to.open and (row.rated or change.rated),
        reply_by=(change.reply_by or row.reply_by) if to.custodian == "COMPLAINANT" else None,
        priority=change.priority or row.priority,
        module=module,
        # another module than the one filed under is named by the form, not by the filing
        module_ms=row.module_ms if module == row.module else module,
        module_en=row.module_en if module == row.module else module,
        complex=row.complex if change.complex is None else change.complex,
        duplicate_of=change.duplicate_of or (None if to.open else row.duplicate_of),
        reject_reason=change.reject_reason or (None if to.open else row.reject_reason),
        vendor_reference=row.vendor_reference if change.vendor_reference is None else change.vendor_reference,
        vendor_logs=_logs(row, change),
        phone_masked=change.phone_masked or row.phone_masked,
        email_masked=change.email_masked or row.email_masked,
    )


def _logs(row: Row, change: Change) -> list[str]:
    """The vendor's log numbers, the first told first, each once."""
    told = change.vendor_reference
    return row.vendor_logs if told is None or told in row.vendor_logs else [*row.vendor_logs, told]


def counted(row: Row) -> tuple[tuple[str, ...], bool, str | None, str | None, bool]:
    """What the tally counts a complaint under."""
    return tuple(row.seen_by), row.open, row.custodian, row.holder, row.first_act


def hour_of_deadline(row: Row) -> tuple[datetime, tuple[str, ...]] | None:
    """What its deadline is counted under: the beginning of the hour it falls into, and who reads it."""
    if row.due is None:
        return None
    return row.due.astimezone(UTC).replace(minute=0, second=0, microsecond=0), tuple(row.seen_by)

"""The ledger as staff read it: alerts, deliveries and their attempts, newest first, addresses masked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_

from services.notify.domain.retries import RETRYABLE
from services.notify.store.tables.copies import complaint, staff, vendor_desk
from services.notify.store.tables.ledger import alert, attempt, delivery, rule
from shared.db import Tx, sql


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deliveries; what is None is not asked. `since` and `until` are about when they were planned."""

    number: str | None = None
    status: str | None = None
    channel: str | None = None
    reason: str | None = None
    event: str | None = None
    staff: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def page(tx: Tx, sought: Sought, *, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """Deliveries and where the next page starts, if there is one."""
    query = _deliveries().where(*_asked(sought)).order_by(delivery.c.seq.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(delivery.c.seq < before)
    rows = await tx.fetch(*sql(query))
    return await _items(tx, rows[:limit]), rows[limit - 1]["seq"] if len(rows) > limit else None


def _asked(sought: Sought) -> list[ColumnElement[bool]]:
    recipient = None if sought.staff is None else f"staff:{sought.staff}"
    equal = {
        delivery.c.number: sought.number,
        delivery.c.status: sought.status,
        delivery.c.channel: sought.channel,
        delivery.c.reason: sought.reason,
        delivery.c.recipient: recipient,
        alert.c.event: sought.event,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if sought.since is not None:
        found.append(delivery.c.planned_at >= sought.since)
    if sought.until is not None:
        found.append(delivery.c.planned_at < sought.until)
    return found


async def alerts(
    tx: Tx, number: str, *, before: tuple[datetime, str] | None, limit: int
) -> tuple[list[dict[str, Any]], tuple[datetime, str] | None]:
    """What happened to this complaint, each with all that was planned for it, or why nobody is told; and where the
    next page starts."""
    about = select(delivery.c.event_id).where(delivery.c.number == number)
    query = (
        select(alert.c.event_id, alert.c.event, alert.c.at, alert.c.rules, rule.c.why)
        .outerjoin(
            rule,
            and_(rule.c.version == alert.c.rules, rule.c.event == alert.c.event, rule.c.audience.is_(None)),
        )
        .where(or_(alert.c.number == number, alert.c.event_id.in_(about)))
        .order_by(alert.c.at.desc(), alert.c.event_id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(tuple_(alert.c.at, alert.c.event_id) < before)
    rows = await tx.fetch(*sql(query))
    shown = [row["event_id"] for row in rows[:limit]]
    told: dict[str, list[dict[str, Any]]] = {}
    query = _deliveries().where(delivery.c.event_id.in_(shown), delivery.c.number == number).order_by(delivery.c.seq)
    for item in await _items(tx, await tx.fetch(*sql(query))):
        told.setdefault(item["event_id"], []).append(item)
    items = [
        {
            "id": row["event_id"],
            "event": row["event"],
            "at": _text(row["at"]),
            "rules": row["rules"],
            "nobody": row["why"],
            "deliveries": told.get(row["event_id"], []),
        }
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return items, None if last is None else (last["at"], last["event_id"])


async def _items(tx: Tx, rows: Sequence[Any]) -> list[dict[str, Any]]:
    carriers = {row["carried_by"] or row["id"] for row in rows}
    attempts, receipts = await _attempts(tx, carriers), await _receipts(tx, carriers)
    items = []
    for row in rows:
        carrier = row["carried_by"] or row["id"]
        more = {"attempts": attempts.get(carrier, []), "receipts": receipts.get(carrier, [])}
        items.append(_item(row) | more)
    return items


async def one(tx: Tx, id: UUID) -> dict[str, Any] | None:
    """One delivery, or None."""
    rows = await tx.fetch(*sql(_deliveries().where(delivery.c.id == id)))
    return next(iter(await _items(tx, rows)), None)


def _deliveries() -> Select[Any]:
    by_phone, hers = delivery.c.channel == "whatsapp", delivery.c.recipient.startswith("complainant:")
    masked = func.coalesce(
        delivery.c.masked,
        case((by_phone, staff.c.phone_masked), else_=staff.c.email_masked),
        vendor_desk.c.email_masked,
        case((and_(hers, by_phone), complaint.c.phone_masked), (hers, complaint.c.email_masked)),
    )
    return (
        select(
            delivery.c.id,
            delivery.c.seq,
            delivery.c.carried_by,
            delivery.c.event_id,
            alert.c.event,
            delivery.c.rules,
            delivery.c.rule,
            delivery.c.urgent,
            delivery.c.next_at,
            delivery.c.number,
            delivery.c.template,
            delivery.c.recipient,
            delivery.c.audience,
            delivery.c.name,
            masked.label("masked"),
            delivery.c.channel,
            delivery.c.status,
            delivery.c.reason,
            delivery.c.planned_at,
            delivery.c.changed_at,
        )
        .join(alert, alert.c.event_id == delivery.c.event_id)
        .outerjoin(complaint, complaint.c.number == delivery.c.number)
        .outerjoin(staff, delivery.c.recipient == func.concat("staff:", staff.c.id))
        .outerjoin(vendor_desk, delivery.c.recipient == "vendor:desk")
    )


async def _attempts(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    query = (
        select(attempt.c.delivery, attempt.c.at, attempt.c.result, attempt.c.detail)
        .where(attempt.c.delivery.in_(list(ids)))
        .order_by(attempt.c.id)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in await tx.fetch(*sql(query)):
        found.setdefault(row["delivery"], []).append(
            {"at": _text(row["at"]), "result": row["result"], "detail": row["detail"]}
        )
    return found


async def _receipts(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What the provider said of its messages, in the order it happened."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = await tx.fetch(
        """
        select a.delivery, r.status, r.at, r.code from receipt r join attempt a on a.provider_id = r.wamid
        where a.delivery = any($1::uuid[])
        order by r.at, array_position(array['sent', 'delivered', 'read', 'failed'], r.status)
        """,
        list(ids),
    )
    for row in rows:
        found.setdefault(row["delivery"], []).append(
            {"at": _text(row["at"]), "status": row["status"], "code": row["code"]}
        )
    return found


def _item(row: Any) -> dict[str, Any]:
    kind, _, person = row["recipient"].partition(":")
    return {
        "id": str(row["id"]),
        "event_id": row["event_id"],
        "event": row["event"],
        "rules": row["rules"],
        "rule": row["rule"],
        "complaint": row["number"],
        "template": row["template"],
        "audience": row["audience"],
        "recipient": {
            "kind": kind,
            "id": person if kind == "staff" else None,
            "name": row["name"],
            "masked": row["masked"],
        },
        "channel": row["channel"],
        "urgent": row["urgent"],
        "carried_by": None if row["carried_by"] is None else str(row["carried_by"]),
        "status": row["status"],
        "reason": row["reason"],
        "next_at": None if row["next_at"] is None else _text(row["next_at"]),
        "retryable": (row["status"], row["reason"]) in RETRYABLE,
        "at": _text(row["planned_at"]),
        "changed_at": _text(row["changed_at"]),
    }


def _text(moment: datetime) -> str:
    return moment.isoformat()

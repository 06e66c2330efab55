"""The ledger as staff read it: deliveries with their attempts, newest first, addresses masked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select

from services.notify.store.tables import alert, attempt, complaint, delivery, staff, vendor_desk
from shared.db import Tx, sql


async def page(
    tx: Tx, *, number: str | None, status: str | None, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Deliveries and where the next page starts, if there is one."""
    query = _deliveries().order_by(delivery.c.seq.desc()).limit(limit + 1)
    if number is not None:
        query = query.where(delivery.c.number == number)
    if status is not None:
        query = query.where(delivery.c.status == status)
    if before is not None:
        query = query.where(delivery.c.seq < before)
    rows = await tx.fetch(*sql(query))
    attempts = await _attempts(tx, {row["carried_by"] or row["id"] for row in rows[:limit]})
    items = [_item(row, attempts.get(row["carried_by"] or row["id"], [])) for row in rows[:limit]]
    return items, rows[limit - 1]["seq"] if len(rows) > limit else None


async def one(tx: Tx, id: UUID) -> dict[str, Any] | None:
    """One delivery, or None."""
    row = await tx.fetchrow(*sql(_deliveries().where(delivery.c.id == id)))
    if row is None:
        return None
    carrier = row["carried_by"] or row["id"]
    return _item(row, (await _attempts(tx, {carrier})).get(carrier, []))


def _deliveries() -> Select[Any]:
    masked = func.coalesce(
        delivery.c.masked,
        staff.c.email_masked,
        vendor_desk.c.email_masked,
        case((delivery.c.recipient.startswith("complainant:"), complaint.c.email_masked)),
    )
    return (
        select(
            delivery.c.id,
            delivery.c.seq,
            delivery.c.carried_by,
            alert.c.event,
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


def _item(row: Any, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    kind, _, person = row["recipient"].partition(":")
    return {
        "id": str(row["id"]),
        "event": row["event"],
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
        "status": row["status"],
        "reason": row["reason"],
        "at": _text(row["planned_at"]),
        "changed_at": _text(row["changed_at"]),
        "attempts": attempts,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat()

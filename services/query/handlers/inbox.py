"""Lists as the caller may see them."""

from typing import Any

from services.query.domain import folders, readers, views
from services.query.domain.ageing import Moment
from services.query.domain.folders import Filters, Folder, Sort
from services.query.domain.names import Names
from services.query.store import lists, reference
from shared.db import Tx
from shared.principals import Caller


async def show_inbox(
    tx: Tx, caller: Caller, *, folder: Folder, filters: Filters, sort: Sort | None, after: str, limit: int
) -> views.Inbox:
    """A page of a folder, the counts of all folders, and the badge. Raises `Invalid` for a cursor of another order."""
    moment, counts, badge = await lists.standing(tx, caller)
    page: views.Page = {"items": [], "next": None, "as_of": moment.now}
    if counts[folder]:  # an empty one is not looked through: for who sees nothing of it, that would be all of it
        page = await _page(tx, caller, moment, folder, filters, sort, after, limit)
    return {**page, "folders": counts, "badge": badge}


async def show_badge(tx: Tx, caller: Caller) -> views.Badge:
    """How many complaints wait for the caller's first act."""
    return {"badge": await lists.badge(tx, caller)}


async def show_page(
    tx: Tx, caller: Caller, *, filters: Filters, sort: Sort | None, after: str, limit: int
) -> views.Page:
    """A page of a list. Raises `Invalid` for a cursor of another order."""
    return await _page(tx, caller, await reference.moment(tx), "all", filters, sort, after, limit)


async def _page(
    tx: Tx,
    caller: Caller,
    moment: Moment,
    folder: Folder,
    filters: Filters,
    sort: Sort | None,
    after: str,
    limit: int,
) -> views.Page:
    order = folders.sort_of(folder, sort)
    position = folders.position(order, after) if after else None
    names = await reference.names(tx)
    await lists.plan_for_this_caller(tx)
    rows = await lists.page(
        tx, caller, moment.now, folder=folder, filters=filters, sort=order, after=position, limit=limit + 1
    )
    columns, _ = folders.ORDERS[order]
    more = len(rows) > limit
    ended = folders.cursor(order, [rows[limit - 1][name] for name in columns]) if more else None
    return {
        "items": [row_view(row, caller, moment, names) for row in rows[:limit]],
        "next": ended,
        "as_of": moment.now,
    }


def row_view(row: Any, caller: Caller, moment: Moment, names: Names) -> views.Row:
    """A row for this reader: the vendor's leg without who complained."""
    vendor = "VENDOR" in caller.roles and readers.sees_only_the_vendors_leg(caller.principals, row["seen_by"])
    days, calendar_days = moment.ages(row["submitted_at"], row["ended_at"])
    return {
        "number": row["number"],
        "version": row["version"],
        "ic_masked": readers.HIDDEN_IC if vendor else row["ic_masked"],
        "name": readers.masked_name(row["name"]) if vendor else row["name"],
        "department": row["department"],
        "department_name": row["department_name"],
        "ptj": row["ptj"],
        "ptj_name": row["ptj_name"],
        "title": row["title"],
        "submitted_at": row["submitted_at"],
        "module": row["module"],
        "module_name": names.module(row["module"], row["module_ms"], row["module_en"]),
        "state": row["state"],
        "phase": row["phase"],
        "custodian": row["custodian"],
        "outcome": row["outcome"],
        "priority": row["priority"],
        "complex": row["complex"],
        "level": row["level"],
        "pic": names.person(row["pic_id"], row["pic_name"]),
        "claimant": names.person(row["claimant_id"], row["claimant_name"]),
        "age_days": days,
        "age_calendar_days": calendar_days,
        "due": row["due"],
        "left_days": moment.days_left(row["due"], row["custodian"]),
        "mine": readers.is_mine(caller, row["holder"], row["custodian"], row["seen_by"]),
        "first_act": readers.waits_for_first_act(
            caller,
            first_act=row["first_act"],
            custodian=row["custodian"],
            pic=row["pic_id"],
            claimant=row["claimant_id"],
        ),
        "vendor_logs": list(row["vendor_logs"]),
    }

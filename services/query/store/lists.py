"""Lists, counts and the badge: what staff page through. Every statement begins with who may see what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.query.domain.ageing import ZONE, Moment
from services.query.domain.folders import ORDERS, Filters, Folder
from services.query.domain.readers import VENDOR
from services.query.domain.typed import number_start
from services.query.store import reference
from shared.db import Tx
from shared.principals import Caller

COLUMNS = """
    c.number, c.version, c.ic_masked, c.name, c.department, c.department_name, c.ptj, c.ptj_name, c.title,
    c.submitted_at, c.module, c.module_ms, c.module_en, c.state, c.phase, c.custodian, c.outcome, c.priority, c.complex,
    c.level, c.pic_id, c.pic_name, c.claimant_id, c.claimant_name, c.due, c.by_due, c.ended_at, c.holder, c.first_act,
    c.seen_by, c.vendor_logs
"""

FOLDERS: dict[Folder, str] = {
    "mine": "c.holder = any({me}) and coalesce('staff:' || c.holder = any(c.seen_by), false)",
    "unassigned": "c.custodian = any(array['ADMIN'])",
    "waiting": "c.custodian in ('COMPLAINANT', 'VENDOR')",
    "overdue": "c.by_due < {now}",
    "all": "true",
    "closed": "not c.open",
}
"""Mine: I have the ball, or somebody whom I stand in for. Unassigned: nobody has picked it up. Waiting: for the
complainant or the vendor. What has ended has no custodian."""
THE_VENDORS = f"c.custodian = 'VENDOR' and coalesce('{VENDOR}' = any(c.seen_by), false)"
"""What the vendor has is mine too, where I work for the vendor: nobody there holds it in person."""
SMALL: tuple[Folder, ...] = ("mine", "unassigned", "waiting")
"""Folders with an index of their own. The planner takes who holds a complaint and who reads it for unrelated, expects
next to nothing, and would sort all of the folder for its first page: there it is not to see what `coalesce` hides, and
reads in the index's order until the page is full."""


class _Where:
    """Conditions joined by `and`, their values numbered as they come."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[object] = []

    def value(self, value: object, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"

    def folder(self, folder: Folder, caller: Caller, now: datetime) -> None:
        condition = FOLDERS[folder]
        if "{me}" in condition:
            condition = condition.format(me=self.value(caller.selves, "text[]"))
        if folder == "mine" and "VENDOR" in caller.roles:
            condition = f"({condition} or {THE_VENDORS})"
        if "{now}" in condition:
            condition = condition.format(now=self.value(now, "timestamptz"))
        self.conditions.append(condition)

    def one_of(self, column: str, values: Sequence[str]) -> None:
        if values:
            self.conditions.append(f"{column} = any({self.value(list(values), 'text[]')})")


async def plan_for_this_caller(tx: Tx) -> None:
    """Before the others: a plan made for nobody in particular would read a hundred thousand rows for an Admin who
    needs the first fifty."""
    await tx.execute("set local plan_cache_mode = force_custom_plan")


async def page(
    tx: Tx,
    caller: Caller,
    now: datetime,
    *,
    folder: Folder,
    filters: Filters,
    sort: str,
    after: Sequence[object] | None,
    limit: int,
) -> list[Any]:
    """Up to `limit` rows the caller may see, after the position given."""
    where = _Where()
    _visible(where, caller, filters, small=folder in SMALL or filters.mine)
    where.folder(folder, caller, now)
    if filters.mine:
        where.folder("mine", caller, now)
    if filters.overdue:
        where.folder("overdue", caller, now)
    _narrow(where, filters)
    columns, direction = ORDERS[sort]
    if sort == "-ended":
        where.conditions.append("c.ended_at is not null")
    if after is not None:
        kinds = ["text" if name == "number" else "timestamptz" for name in columns]
        values = ", ".join(where.value(value, kind) for value, kind in zip(after, kinds, strict=True))
        compared = ">" if direction == "asc" else "<"
        where.conditions.append(f"({', '.join(f'c.{name}' for name in columns)}) {compared} ({values})")
    led_by = _led_by(caller, folder, filters) if sort == "due" else []
    order = ", ".join(f"c.{name} {direction}" for name in (*led_by, *columns))
    # First which, out of an index that knows the readers, then their rows: of those in between none is touched.
    which = (
        f"select c.number from complaint c where {' and '.join(where.conditions)}"
        f" order by {order} limit {where.value(limit, 'int')}"
    )
    rows = await tx.fetch(
        f"select {COLUMNS} from complaint c where c.number = any(array({which})) order by {order}", *where.values
    )
    return list(rows)


def _led_by(caller: Caller, folder: Folder, filters: Filters) -> list[str]:
    """The column that the right index begins with, where a single value of it is asked for. The order names it first:
    that changes nothing in it, but no other index has it, and the planner cannot walk all complaints by their deadlines
    until it has met fifty that fit."""
    if folder == "mine" or filters.mine:
        return ["holder"] if len(caller.selves) == 1 and "VENDOR" not in caller.roles else []
    if folder in SMALL:
        return ["custodian"] if folder == "unassigned" else []
    asked = {
        "state": filters.states,
        "module": filters.modules,
        "pic_id": filters.pics,
        "phase": filters.phases,
        "department": filters.departments,
        "priority": filters.priorities,
    }
    return [column for column, values in asked.items() if len(values) == 1][:1]


def _visible(where: _Where, caller: Caller, filters: Filters, *, small: bool) -> None:
    """Who sees only the vendor's leg finds nothing by words or an IC it may not read: there the title and its own log
    numbers count."""
    everyone = [principal for principal in caller.principals if principal != VENDOR]
    words = where.value(filters.q, "text") if filters.q and number_start(filters.q) is None else None
    if words is None and filters.ic_index is None:
        seen = f"c.seen_by && {where.value(caller.principals, 'text[]')}"
        where.conditions.append(f"coalesce({seen}, false)" if small else seen)
        return
    full = f"c.seen_by && {where.value(everyone, 'text[]')}"
    if words is None:
        where.conditions.append(full)
        return
    query = f"websearch_to_tsquery('indonesian', {words})"
    found = f"{full} and exists (select from words w where w.number = c.number and w.search @@ {query})"
    if VENDOR in caller.principals:
        found += f" or '{VENDOR}' = any(c.seen_by) and to_tsvector('indonesian',"
        found += f" c.title || ' ' || array_to_string(c.vendor_logs, ' ')) @@ {query}"
    where.conditions.append(f"({found})")


def _narrow(where: _Where, filters: Filters) -> None:
    start = number_start(filters.q)
    if start is not None:
        where.conditions.append(f"replace(c.number, '-', '') like {where.value(start + '%', 'text')}")
    if filters.ic_index is not None:
        where.conditions.append(f"c.ic_index = {where.value(filters.ic_index, 'text')}")
    where.one_of("c.state", filters.states)
    where.one_of("c.phase", filters.phases)
    where.one_of("c.outcome", filters.outcomes)
    where.one_of("c.module", filters.modules)
    where.one_of("c.department", filters.departments)
    where.one_of("c.ptj", filters.ptj)
    where.one_of("c.pic_id", filters.pics)
    where.one_of("c.priority", filters.priorities)
    if filters.first_day is not None:
        start_of = datetime(filters.first_day.year, filters.first_day.month, filters.first_day.day, tzinfo=ZONE)
        where.conditions.append(f"c.submitted_at >= {where.value(start_of, 'timestamptz')}")
    if filters.last_day is not None:
        end_of = datetime(filters.last_day.year, filters.last_day.month, filters.last_day.day, tzinfo=ZONE)
        where.conditions.append(f"c.submitted_at < {where.value(end_of + timedelta(days=1), 'timestamptz')}")


BADGE = """
    coalesce(sum(n) filter (where c.first_act and (
        c.custodian = 'PIC' and c.holder = any($2::text[])
        or c.custodian = 'IMPLEMENTOR' and c.holder is null and $3
        or c.custodian = 'ADMIN' and $4
    )), 0)::int as badge
"""
"""What waits for the caller's first act: as PIC, in their queue and claimed by nobody, or as Admin."""
STANDING = f"""
with clock as materialized (select helpdesk.now() as now),
moment as materialized (select now, date_trunc('hour', now, 'UTC') as hour from clock),
counts as materialized (
    select {BADGE},
        coalesce(sum(n) filter (
            where {FOLDERS["mine"].format(me="$2::text[]")} or $5 and {THE_VENDORS}
        ), 0)::int as mine,
        coalesce(sum(n) filter (where {FOLDERS["unassigned"]}), 0)::int as unassigned,
        coalesce(sum(n) filter (where {FOLDERS["waiting"]}), 0)::int as waiting,
        coalesce(sum(n), 0)::int as all,
        coalesce(sum(n) filter (where {FOLDERS["closed"]}), 0)::int as closed
    from tally c where c.seen_by && $1::text[]
), overdue as materialized (
    select (select coalesce(sum(n), 0) from deadlines d where d.hour < moment.hour and d.seen_by && $1)
        + (select count(*) from complaint c
            where c.by_due >= moment.hour and c.by_due < moment.now and coalesce(c.seen_by && $1, false)) as overdue
    from moment
)
select moment.now, counts.*, overdue.overdue::int, {reference.CALENDAR}
from moment cross join counts cross join overdue left join calendar on true
"""


async def standing(tx: Tx, caller: Caller) -> tuple[Moment, dict[str, int], int]:
    """Now, how many complaints of the caller's lie in each folder, and how many wait for their first act; all of one
    moment. What does not depend on the hour is summed, and so are the deadlines of hours gone by: counted is only what
    fell due in this one."""
    rows = await tx.fetch(STANDING, *_whose(caller), "VENDOR" in caller.roles)
    return reference.moment_of(rows), {folder: rows[0][folder] for folder in FOLDERS}, rows[0]["badge"]


async def badge(tx: Tx, caller: Caller) -> int:
    """How many complaints wait for the caller's first act."""
    return int(await tx.fetchval(f"select {BADGE} from tally c where c.seen_by && $1::text[]", *_whose(caller)))


def _whose(caller: Caller) -> tuple[list[str], list[str], bool, bool]:
    return caller.principals, caller.selves, "IMPLEMENTOR" in caller.queues, "ADMIN" in caller.roles


async def version(tx: Tx, typed_number: str) -> int:
    """How far the model has come with a complaint; 0 where it has not heard of it."""
    return int(
        await tx.fetchval("select version from complaint where replace(number, '-', '') = $1", typed_number) or 0
    )

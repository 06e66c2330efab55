"""Lists, counts and the badge: what staff page through. Every statement begins with who may see what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.query.domain.ageing import ZONE
from services.query.domain.folders import ORDERS, Filters, Folder
from services.query.domain.readers import VENDOR
from services.query.domain.typed import number_start
from shared.db import Tx
from shared.principals import Caller

COLUMNS = """
    c.number, c.version, c.ic_masked, c.name, c.department, c.department_name, c.ptj, c.ptj_name, c.title,
    c.submitted_at, c.module, coalesce(m.name_ms, c.module_ms) as module_ms,
    coalesce(m.name_en, c.module_en) as module_en, c.state, c.phase, c.custodian, c.outcome, c.priority, c.complex,
    c.level, c.pic_id, coalesce(p.name, c.pic_name) as pic_name, c.claimant_id,
    coalesce(i.name, c.claimant_name) as claimant_name, c.due, c.by_due, c.ended_at, c.holder, c.first_act, c.seen_by,
    c.vendor_logs
"""
NAMES = """
    left join module m on m.slug = c.module
    left join staff p on p.id = c.pic_id
    left join staff i on i.id = c.claimant_id
"""
"""Modules and people by their present names."""

FOLDERS: dict[Folder, str] = {
    "mine": "c.holder = {me} and 'staff:' || c.holder = any(c.seen_by)",
    "unassigned": "c.open and c.custodian = 'ADMIN'",
    "waiting": "c.open and c.custodian in ('COMPLAINANT', 'VENDOR')",
    "overdue": "c.by_due < {now}",
    "all": "true",
    "closed": "not c.open",
}
"""Mine: I have the ball, or somebody whom I stand in for.
Unassigned: nobody has picked it up. Waiting: for the complainant or the vendor."""


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
            # One is compared as one: of several the index cannot tell whose deadline comes first.
            alone = len(caller.selves) == 1
            me = self.value(caller.selves[0], "text") if alone else self.value(caller.selves, "text[]")
            condition = condition.format(me=me if alone else f"any({me})")
        if "{now}" in condition:
            condition = condition.format(now=self.value(now, "timestamptz"))
        self.conditions.append(condition)

    def one_of(self, column: str, values: Sequence[str]) -> None:
        if len(values) == 1:
            self.conditions.append(f"{column} = {self.value(values[0], 'text')}")
        elif values:
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
    _visible(where, caller, filters)
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
    order = ", ".join(f"c.{name} {direction}" for name in columns)
    return list(
        await tx.fetch(
            f"select {COLUMNS} from complaint c {NAMES} where {' and '.join(where.conditions)}"
            f" order by {order} limit {where.value(limit, 'int')}",
            *where.values,
        )
    )


def _visible(where: _Where, caller: Caller, filters: Filters) -> None:
    """Who sees only the vendor's leg finds nothing by words or an IC it may not read: there the title and its own log
    numbers count."""
    everyone = [principal for principal in caller.principals if principal != VENDOR]
    words = where.value(filters.q, "text") if filters.q and number_start(filters.q) is None else None
    if words is None and filters.ic_index is None:
        where.conditions.append(f"c.seen_by && {where.value(caller.principals, 'text[]')}")
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


async def counts(tx: Tx, caller: Caller, now: datetime) -> dict[str, int]:
    """How many complaints of the caller's lie in each folder. Only what depends on the hour or on one person is
    counted; the rest is summed."""
    row = await tx.fetchrow(
        f"""
        select
            (select count(*) from complaint c where {FOLDERS["mine"].format(me="any($2::text[])")}) as mine,
            coalesce(sum(n) filter (where {FOLDERS["unassigned"]}), 0)::int as unassigned,
            coalesce(sum(n) filter (where {FOLDERS["waiting"]}), 0)::int as waiting,
            (select count(*) from complaint c
                where c.seen_by && $1 and {FOLDERS["overdue"].format(now="$3::timestamptz")}) as overdue,
            coalesce(sum(n), 0)::int as all,
            coalesce(sum(n) filter (where {FOLDERS["closed"]}), 0)::int as closed
        from tally c where c.seen_by && $1::text[]
        """,
        caller.principals,
        caller.selves,
        now,
    )
    return dict(row)


async def badge(tx: Tx, caller: Caller) -> int:
    """How many complaints wait for the caller's first act: three counts, each inside an index."""
    return int(
        await tx.fetchval(
            """
            select
                (select count(*) from complaint
                    where first_act and custodian = 'PIC' and pic_id = any($2::text[]) and seen_by && $1)
                + case when $3 then (select count(*) from complaint
                    where first_act and custodian = 'IMPLEMENTOR' and claimant_id is null and seen_by && $1) else 0 end
                + case when $4 then (select count(*) from complaint
                    where first_act and custodian = 'ADMIN' and seen_by && $1) else 0 end
            """,
            caller.principals,
            caller.selves,
            "IMPLEMENTOR" in caller.queues,
            "ADMIN" in caller.roles,
        )
    )


async def version(tx: Tx, typed_number: str) -> int:
    """How far the model has come with a complaint; 0 where it has not heard of it."""
    return int(
        await tx.fetchval("select version from complaint where replace(number, '-', '') = $1", typed_number) or 0
    )

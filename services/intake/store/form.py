"""The form's lists, saved whole. The version counts up with every list saved, and is the event's sequence."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from services.intake.domain.form import Department, Form, Module, Ptj
from services.intake.store.tables import department, form, module, ptj
from shared.db import Tx, sql


async def load(tx: Tx) -> Form:
    """All lists as they are now; version 0 and empty before the form is opened."""
    version = await tx.fetchval(*sql(select(form.c.version)))
    modules = await tx.fetch(*sql(select(module).order_by(module.c.position, module.c.slug)))
    departments = await tx.fetch(*sql(select(department).order_by(department.c.number, department.c.slug)))
    centres = await tx.fetch(*sql(select(ptj).order_by(ptj.c.code)))
    return Form(
        version=version or 0,
        modules=tuple(Module(**dict(row)) for row in modules),
        departments=tuple(Department(**dict(row)) for row in departments),
        ptj=tuple(Ptj(**dict(row)) for row in centres),
    )


async def hold(tx: Tx) -> int:
    """The form's version, held against other editors until the commit."""
    version = await tx.fetchval(*sql(select(form.c.version).with_for_update()))
    return int(version or 0)


async def open_first(tx: Tx) -> bool:
    """Make the form's row; false if it is open already. A twin waits for the first to commit."""
    opened = await tx.fetchval("insert into form values (true, 0) on conflict do nothing returning true")
    return opened is not None


async def is_open(tx: Tx) -> bool:
    """Whether there is a form at all."""
    return bool(await tx.fetchval("select exists (select from form where version > 0)"))


async def replace_modules(tx: Tx, modules: Sequence[Module]) -> None:
    """The whole list."""
    await _replace(tx, module, [_row(module, one) for one in modules])


async def replace_departments(tx: Tx, departments: Sequence[Department]) -> None:
    """The whole list; PTJ are checked at the commit."""
    await _replace(tx, department, [_row(department, one) for one in departments])


async def replace_ptj(tx: Tx, centres: Sequence[Ptj]) -> None:
    """The whole list."""
    await _replace(tx, ptj, [_row(ptj, one) for one in centres])


async def count_up(tx: Tx) -> int:
    """The version after this change."""
    version = await tx.fetchval(*sql(update(form).values(version=form.c.version + 1).returning(form.c.version)))
    return int(version)


async def _replace(tx: Tx, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    await tx.execute(*sql(delete(table)))
    if rows:
        await tx.execute(*sql(insert(table).values(list(rows))))


def _row(table: Table, value: object) -> dict[str, Any]:
    return {column.name: getattr(value, column.name) for column in table.columns}

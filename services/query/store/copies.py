"""Copies of what others say of themselves: the newest, whole."""

from shared.db import Tx
from shared.events import reference as said


async def keep_staff(tx: Tx, event: said.StaffSaved) -> None:
    """A member of staff, without contact: nobody here needs it."""
    await tx.execute(
        """
        insert into staff (id, name, active, roles, queues, modules) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set name = excluded.name, active = excluded.active, roles = excluded.roles,
            queues = excluded.queues, modules = excluded.modules
        """,
        event.id,
        event.name,
        event.active,
        list(event.roles),
        list(event.queues),
        list(event.modules),
    )


async def keep_calendar(tx: Tx, event: said.CalendarSaved) -> None:
    """An office's working days."""
    await tx.execute(
        """
        insert into calendar (name, zone, weekend, holidays) values ($1, $2, $3, $4)
        on conflict (name) do update set zone = excluded.zone, weekend = excluded.weekend, holidays = excluded.holidays
        """,
        event.name,
        event.zone,
        list(event.weekend),
        sorted(event.holidays),
    )


async def keep_settings(tx: Tx, event: said.SettingsSaved) -> None:
    """The office's numbers."""
    await tx.execute(
        """
        insert into office_settings (name, said) values ('settings', $1)
        on conflict (name) do update set said = excluded.said
        """,
        event,
    )


async def keep_form(tx: Tx, event: said.FormSaved) -> None:
    """What the public form offers, and its modules by name."""
    await tx.execute(
        "insert into form (name, said) values ('form', $1) on conflict (name) do update set said = excluded.said", event
    )
    await tx.execute(
        """
        insert into module (slug, code, name_ms, name_en)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
        on conflict (slug) do update set code = excluded.code, name_ms = excluded.name_ms, name_en = excluded.name_en
        """,
        [module.slug for module in event.modules],
        [module.code for module in event.modules],
        [module.name_ms for module in event.modules],
        [module.name_en for module in event.modules],
    )


async def keep_solution(tx: Tx, event: said.SolutionSaved) -> None:
    """What a solved complaint taught."""
    await tx.execute(
        """
        insert into solution (id, number, module, symptom, cause, steps, published, author)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (id) do update set number = excluded.number, module = excluded.module, symptom = excluded.symptom,
            cause = excluded.cause, steps = excluded.steps, published = excluded.published, author = excluded.author
        """,
        event.id,
        event.number,
        event.module,
        event.symptom,
        event.cause,
        event.steps,
        event.published,
        event.author,
    )

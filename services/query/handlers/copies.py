"""Reference facts: keep a copy of the newest."""

from services.query.store import copies
from shared.db import Tx
from shared.envelope import Envelope
from shared.events import reference as said


async def copy_staff(tx: Tx, event: said.StaffSaved, _: Envelope) -> None:
    """Who works here."""
    await copies.keep_staff(tx, event)


async def copy_calendar(tx: Tx, event: said.CalendarSaved, _: Envelope) -> None:
    """Which days count."""
    await copies.keep_calendar(tx, event)


async def copy_settings(tx: Tx, event: said.SettingsSaved, _: Envelope) -> None:
    """How many days what may take."""
    await copies.keep_settings(tx, event)


async def copy_form(tx: Tx, event: said.FormSaved, _: Envelope) -> None:
    """What modules and departments are called."""
    await copies.keep_form(tx, event)


async def copy_solution(tx: Tx, event: said.SolutionSaved, _: Envelope) -> None:
    """What solved a problem."""
    await copies.keep_solution(tx, event)

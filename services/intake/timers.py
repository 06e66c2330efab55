"""What nobody asks for: opening the form on an empty record, and forgetting what has served."""

import asyncio
import csv
from collections.abc import Callable
from importlib import resources

from uuid_utils.compat import uuid7

from services.intake.domain.form import Department, Module, Ptj
from services.intake.handlers import public as handlers
from services.intake.handlers.public import Cause
from shared import logs
from shared.blobs.uploads import Uploads
from shared.db import Database, is_transient

SWEEP_SECONDS = 600.0
RETRY_SECONDS = 1.0


class Timers:
    """Opens the form once, then sweeps every ten minutes. Both may happen in several replicas at once."""

    def __init__(self, db: Database, uploads: Uploads, poke: Callable[[], None]) -> None:
        self._db = db
        self._uploads = uploads
        self._poke = poke
        self._log = logs.get("timers")

    async def run(self) -> None:
        """Until cancelled."""
        opened = False
        while True:
            try:
                if not opened:
                    await self._open_form()
                    opened = True
                async with self._db.transaction() as tx:
                    await handlers.sweep(tx)
                await self._uploads.sweep()
                await asyncio.sleep(SWEEP_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("timers.held_up", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _open_form(self) -> None:
        cause = Cause(id=str(uuid7()), correlation=str(uuid7()))
        async with self._db.transaction() as tx:
            opened = await handlers.open_form(tx, first_modules(), first_departments(), first_ptj(), cause)
        if opened:
            self._poke()
            self._log.info("form.opened")


def first_modules() -> list[Module]:
    """The modules a new system starts with."""
    return [
        Module(
            slug=row["slug"],
            code=row["code"] or None,
            name_ms=row["name_ms"],
            name_en=row["name_en"],
            position=int(row["position"]),
            code_confirmed=row["code_confirmed"] == "1",
        )
        for row in _rows("modules.csv")
    ]


def first_departments() -> list[Department]:
    """The departments a new system starts with."""
    return [
        Department(
            slug=row["short_name"],
            number=int(row["number"]),
            name=row["name"],
            category=row["group"],
            active=row["active"] == "1",
        )
        for row in _rows("departments.csv")
    ]


def first_ptj() -> list[Ptj]:
    """The responsibility centres a new system starts with."""
    return [Ptj(code=row["code"], department=row["department"], name=row["name"]) for row in _rows("ptj.csv")]


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("services.intake") / "data" / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))

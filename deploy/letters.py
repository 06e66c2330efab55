"""Dead letters from the command line: what services have parked is taken up again, whether they run or not."""

import importlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from shared.bus import parked
from shared.db import Database
from shared.events import REGISTER


@dataclass(frozen=True)
class Redriven:
    """What became of one subject's letters in one service."""

    service: str
    subject: str
    handled: int
    parked: int
    error: str | None

    def __str__(self) -> str:
        left = f", {self.parked} still parked" if self.parked else ""
        return f"{self.service}: {self.subject}: {self.handled} handled{left}{f': {self.error}' if self.error else ''}."


async def redrive(urls: Mapping[str, str], subject: str | None = None) -> AsyncIterator[Redriven]:
    """Take up everything parked in these services (name -> database), or what is about one subject, each subject in a
    transaction of its own."""
    for service, url in urls.items():
        hears = importlib.import_module(f"services.{service}.subscriptions").HEARS
        db = Database(url, name=f"{service}-redrive", size=1)
        await db.open()
        try:
            async with db.transaction() as tx:
                found = await parked.subjects(tx, subject)
            for source, about in found:
                async with db.transaction() as tx:
                    taken = await parked.redrive(tx, source, about, hears, REGISTER)
                    count, error = await parked.left(tx, source, about)
                handled = sum(one.outcome in ("applied", "passed") for one in taken)
                yield Redriven(service, about, handled, count, error)
        finally:
            await db.close()

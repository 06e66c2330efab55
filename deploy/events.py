"""`helpdesk events rebuild` and `audit`: progress while they work, and what they found."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from deploy.local.environments import database_url, environment
from deploy.local.home import Home
from deploy.local.keys import Keys
from deploy.local.processes import Trouble
from deploy.local.row import Row
from services.query import main as query
from services.query.domain.parity import Parity
from services.query.handlers.rebuild import CannotProject, NeverQuiet, Tell
from services.query.store.beside import Busy
from services.workflow.domain.record import flaws
from shared.envelope import Envelope, is_reference
from shared.events import REGISTER
from shared.events.complaint import ComplaintEvent

STAGES = {"project": "Events projected", "index": "Indexes made", "compare": "Parts compared"}
LINE_EVERY = 10
"""Lines of progress where there is no terminal: one for every tenth."""
OUTBOX_SECONDS = 60.0
"""How long an event may wait to be said before an audit calls it stuck."""
LISTENERS = ("intake", "workflow", "notify", "query")


@contextmanager
def progress(console: Console) -> Iterator[Tell]:
    """A bar a stage with rate and remaining time; plain lines where nobody looks."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(STAGES[stage], total=of, rate="")
            speed = bars.tasks[tasks[stage]].speed
            rate = f"{speed:,.0f}/s" if speed and stage == "project" else ""
            bars.update(tasks[stage], completed=done, total=of, rate=rate)

        yield tell


def _lines(console: Console) -> Tell:
    said: dict[str, int] = {}

    def tell(stage: str, done: int, of: int) -> None:
        tenth = done * LINE_EVERY // max(of, 1)
        if tenth > said.get(stage, 0):
            said[stage] = tenth
            console.print(f"{STAGES[stage]}: {done} of {of}", soft_wrap=True)

    return tell


@contextmanager
def _in_words() -> Iterator[None]:
    """What can go wrong, in a line each."""
    try:
        yield
    except Busy:
        raise Trouble("A rebuild or an audit is running already. This one did nothing.") from None
    except CannotProject as error:
        raise Trouble(
            f"The record cannot be projected: {error}: {error.__cause__}. The old model serves on."
        ) from error
    except NeverQuiet:
        raise Trouble("There was no moment to change over in. The old model serves on; try again.") from None
    except asyncpg.InvalidSchemaNameError:
        raise Trouble("The second schema is missing: stop and start the system once.") from None


def rebuild(row: Row, keys: Keys, home: Home) -> None:
    """Make query's model anew while the old one serves, and say how it went."""
    os.environ.update(environment("query", row, keys, home))
    console = Console(highlight=False)
    with _in_words(), progress(console) as tell:
        projected, parity, moved = query.rebuild(tell)
    for line in compared(parity):
        console.print(line, soft_wrap=True, markup=False)
    console.print(
        f"{projected} events were projected. The new model serves: readers waited {moved.readers_waited:.0f} ms,"
        f" consumers {moved.consumers_waited:.0f} ms.",
        soft_wrap=True,
    )


def compared(parity: Parity) -> list[str]:
    """What comparing old and new found, a line each."""
    lines = [f"{parity.equal} complaints are equal in the old model and the record's; {parity.differing} differ."]
    lines += [f"  {number}: {why}" for number, why in parity.why.items()]
    if parity.differing > len(parity.why):
        lines.append(f"  and {parity.differing - len(parity.why)} more")
    if parity.reference:
        lines.append(f"  Not the same as the record's facts: {', '.join(parity.reference)}.")
    if not parity.exact:
        lines.append("The record is the truth.")
    return lines


@dataclass
class Checked:
    """What the record itself is found to be, page by page; `finish` closes the last complaint."""

    events: int = 0
    complaints: int = 0
    flawed: dict[str, str] = field(default_factory=dict)
    twice: int = 0
    _ids: set[bytes] = field(default_factory=set)
    _open: list[Envelope] = field(default_factory=list)

    def hear(self, page: list[Envelope]) -> None:
        """The next page: complaint by complaint, reference facts before."""
        for letter in page:
            own = UUID(letter.id).bytes
            self.twice += own in self._ids
            self._ids.add(own)
        told = [*self._open, *(letter for letter in page if not is_reference(letter.type))]
        self.events += len(told) - len(self._open)
        courses = [list(letters) for _, letters in groupby(told, key=lambda letter: letter.subject)]
        self._open = courses.pop() if courses else []
        for course in courses:
            self._check(course)

    def finish(self) -> None:
        """No more pages."""
        if self._open:
            self._check(self._open)
        self._open = []

    def _check(self, course: list[Envelope]) -> None:
        self.complaints += 1
        opened = [(letter, letter.open_as(REGISTER[letter.dataschema])) for letter in course]
        told = [(letter, event) for letter, event in opened if isinstance(event, ComplaintEvent)]
        found = next(flaws(told), None)
        if found is not None:
            self.flawed[course[0].subject] = found


def audit(row: Row, keys: Keys, home: Home) -> bool:
    """Check the record, what waits, and query's model against it; prints a table and answers whether all is well."""
    os.environ.update(environment("query", row, keys, home))
    console, checked = Console(highlight=False), Checked()
    with _in_words(), progress(Console(highlight=False, stderr=True)) as tell:
        parity, late = query.audit(tell, checked.hear)
    checked.finish()
    oldest, parked = asyncio.run(waiting({name: database_url(name, row, keys) for name in LISTENERS}))
    rows = [
        ("Sequences and steps", f"{checked.events} events of {checked.complaints} complaints", _named(checked.flawed)),
        ("Ids", "each once", [f"{checked.twice} come twice"] if checked.twice else []),
        ("Outboxes", "all said", [f"{name}: {age:.0f} s old" for name, age in oldest.items() if age > OUTBOX_SECONDS]),
        ("Parked letters", "none", [f"{service}: {what}" for service, what in parked.items()]),
        ("Query has heard", "to the record's end", _named({one.subject: f"{one.has} of {one.other}" for one in late})),
        ("Query's model", f"{parity.equal} complaints equal", [] if parity.exact else compared(parity)),
    ]  # fmt: skip
    _print(console, rows)
    return not any(wrong for _, _, wrong in rows)


def _named(wrong: dict[str, str], most: int = 10) -> list[str]:
    lines = [f"{subject}: {why}" for subject, why in list(wrong.items())[:most]]
    return [*lines, f"and {len(wrong) - most} more"] if len(wrong) > most else lines


def _print(console: Console, rows: list[tuple[str, str, list[str]]]) -> None:
    table = Table(expand=False)
    for column in ("Checked", "", "Found"):
        table.add_column(column)
    for name, well, wrong in rows:
        table.add_row(name, "wrong" if wrong else "ok", "\n".join(wrong) if wrong else well)
    console.print(table, markup=False)


async def waiting(urls: dict[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """By service, the age in seconds of what is not said yet, and what is parked."""
    oldest, parked = {}, {}
    for service, url in urls.items():
        connection = await asyncpg.connect(url)
        try:
            if await connection.fetchval("select to_regclass('outbox')"):
                age = "select extract(epoch from clock_timestamp() - min(at)) from outbox"
                oldest[service] = float(await connection.fetchval(age) or 0.0)
            if await connection.fetchval("select to_regclass('parked')"):
                reasons = Counter(row["reason"] for row in await connection.fetch("select reason from parked"))
                if reasons:
                    parked[service] = ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))
        finally:
            await connection.close()
    return oldest, parked

"""A complaint's five transitions, each durable in a transaction of its own, in turns with DBOS' five-step workflow."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from benchmarks import figures, peers
from benchmarks.crew import FIVE, Crew, hired
from benchmarks.figures import Figure
from benchmarks.stage import Stage, a_database
from deploy.local.tether import tethered

PLACE = "line"
ROUNDS = 5
COMPLAINTS = 60
WORKFLOWS = 20
AT_ONCE = 16
HISTORY = 1_500
"""Complaints written in all: what the relay carries, the model projects and the lists show afterwards."""
STILL_OPEN = 10
"""Every tenth stays open somewhere on its way."""


async def measure(stage: Stage) -> list[Figure]:
    """CPU of this process for a transition, handler to commit, one after another; the rate with sixteen at once."""
    place = await stage.place(PLACE)
    costs, walls, theirs, crowded = [], [], [], []
    async with a_database(place.url("workflow"), AT_ONCE) as db:
        crew = await hired(place, db)
        number = await _in_turn(crew, 1, 20)  # warm
        with a_dbos(await _a_database_for_dbos(stage)) as dbos:
            for _ in range(ROUNDS):
                received = [await crew.receive(number + n) for n in range(COMPLAINTS)]
                number += COMPLAINTS
                wall, cpu = time.perf_counter(), time.process_time()
                for n, complaint in enumerate(received):
                    await _walk(crew, complaint, n, len(FIVE))
                costs.append((time.process_time() - cpu) / COMPLAINTS / len(FIVE))
                walls.append((time.perf_counter() - wall) / COMPLAINTS)
                if dbos:
                    theirs.append(dbos.five(WORKFLOWS))
        while number <= HISTORY:
            upto = min(number + 400, HISTORY + 1)
            crowded.append(await _at_once(crew, range(number, upto)))
            number = upto
    found = [
        figures.of(
            f"A transition, client CPU in store and domain, {AT_ONCE} at once",
            [cpu * 1e6 for _, cpu in crowded],
            "us",
            aim=figures.at_most(500),
            note="handler to commit, in process",
            head=True,
        ),
        figures.of(
            "A transition, client CPU in store and domain, one after another",
            [cost * 1e6 for cost in costs],
            "us",
            aim=figures.at_most(500),
            note="the same, and the process sleeps and wakes for every answer of Postgres",
            head=True,
        ),
        figures.of("Transitions, one process", [rate for rate, _ in crowded], "/s", note=f"{AT_ONCE} at once"),
        figures.of("Five durable transitions, one after another", [wall * 1e3 for wall in walls], "ms"),
    ]
    if not theirs:
        return [*found, figures.one("DBOS beside it", 0, "", note=peers.why_not() or "")]
    return [
        *found,
        figures.of("DBOS, a durable workflow of five steps", [wall * 1e3 for wall, _ in theirs], "ms"),
        figures.of("DBOS, CPU of five steps", [cpu * 1e3 for _, cpu in theirs], "ms"),
        figures.of(
            "Five durable transitions, CPU, DBOS' five steps over ours",
            figures.ratios([cpu for _, cpu in theirs], [cost * len(FIVE) for cost in costs]),
            "x",
            note="higher is better for us",
            head=True,
        ),
    ]


async def _in_turn(crew: Crew, first: int, count: int) -> int:
    for n in range(first, first + count):
        await _walk(crew, await crew.receive(n), n, len(FIVE))
    return first + count


async def _walk(crew: Crew, number: str, n: int, steps: int) -> None:
    for version, action in enumerate(FIVE[:steps], 1):
        await crew.act(number, version, action, crew.pics[n % len(crew.pics)])


async def _at_once(crew: Crew, numbers: range) -> tuple[float, float]:
    """Transitions a second and CPU seconds for each, receiving not counted; some complaints stay where they are, for
    the lists."""
    received = dict(zip(numbers, [await crew.receive(n) for n in numbers], strict=True))
    waiting = iter(received.items())
    done = 0

    async def work() -> None:
        nonlocal done
        for n, number in waiting:
            steps = n // STILL_OPEN % len(FIVE) if n % STILL_OPEN == 0 else len(FIVE)
            await _walk(crew, number, n // STILL_OPEN, steps)
            done += steps

    wall, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return done / (time.perf_counter() - wall), (time.process_time() - cpu) / done


class Dbos:
    """DBOS in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def five(self, workflows: int) -> tuple[float, float]:
        """Wall and CPU seconds for each of so many workflows of five steps."""
        print(workflows, file=self._process.stdin, flush=True)
        took = self.heard()
        return took["wall"] / workflows, took["cpu"] / workflows

    def heard(self) -> dict[str, float]:
        """Its next line."""
        assert self._process.stdout is not None
        said: dict[str, float] = json.loads(self._process.stdout.readline())
        return said


@contextmanager
def a_dbos(url: str | None) -> Iterator[Dbos | None]:
    """DBOS on its own database, or none where it could not be installed."""
    if url is None:
        yield None
        return
    program = Path(peers.__file__).parent / "programs" / "dbos_five.py"
    process = subprocess.Popen(
        tethered([str(peers.PYTHON), str(program), url], signal.SIGKILL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        dbos = Dbos(process)
        dbos.heard()
        yield dbos
    finally:
        process.kill()
        process.wait()


async def _a_database_for_dbos(stage: Stage) -> str | None:
    if peers.why_not():
        return None
    admin = await asyncpg.connect(stage.postgres.url())
    await admin.execute("create database dbos")
    await admin.close()
    return stage.postgres.url("dbos")

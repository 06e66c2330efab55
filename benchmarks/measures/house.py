"""What `make run` takes: seconds until everything is ready, on an empty home and on one that is there, and the memory
of all its processes once they are idle (PSS: shared pages count once)."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import figures, machine
from benchmarks.figures import Figure
from benchmarks.stage import Stage
from deploy.local.home import ROOT, Home
from deploy.local.launcher import why_not_ready
from deploy.local.processes import Trouble, end
from deploy.local.row import Row
from deploy.local.services import APPS
from deploy.local.tether import tethered

FIRST_ROWS = range(9500, 9591, 45)
WARM_STARTS = 3
IDLE_SECONDS = 3.0
READY_SECONDS = 120.0


async def measure(stage: Stage) -> list[Figure]:
    """The launcher itself, started as `make run` starts it."""
    home, row = Home(stage.path / "run"), _free_row()
    cold, _ = await _once(home, row)
    warm = [await _once(home, row) for _ in range(WARM_STARTS)]
    parts = [memory for _, memory in warm]
    everything = [sum(memory.values()) for memory in parts]
    ours = [sum(mib for name, mib in memory.items() if name not in ("postgres", "nats")) for memory in parts]
    return [
        figures.of("Memory of everything, idle (PSS)", everything, "MiB", head=True),
        figures.of("Memory of the launcher, four services, portal and mailbox (PSS)", ours, "MiB"),
        *(figures.of(f"Memory of {name} (PSS)", [memory[name] for memory in parts], "MiB") for name in parts[0]),
        figures.one("From `make run` to ready, nothing there yet", cold, "s", head=True),
        figures.of("From `make run` to ready, data there", [seconds for seconds, _ in warm], "s", head=True),
    ]


async def _once(home: Home, row: Row) -> tuple[float, dict[str, float]]:
    """Seconds until ready, and MiB by program."""
    started = time.perf_counter()
    process = subprocess.Popen(
        tethered([sys.executable, "-P", "-m", "deploy.cli", "run", "--port", str(row.first)], signal.SIGTERM),
        cwd=ROOT,
        env={**os.environ, "HELPDESK_HOME": str(home.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not all(why_not_ready(row.url(name)) is None for name in APPS):
            if process.poll() is not None or time.perf_counter() - started > READY_SECONDS:
                raise Trouble("make run did not get ready")
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - started
        await asyncio.sleep(IDLE_SECONDS)
        pids = {**home.state()["children"], "launcher": process.pid}
        return seconds, {name: sum(map(machine.pss_mib, _family(pid, pids))) for name, pid in pids.items()}
    finally:
        end(process, signal.SIGTERM, within=40)


def _family(pid: int, named: dict[str, int]) -> list[int]:
    """A process and its children, but for those that have a name of their own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(kin for child in map(int, children) if child not in named.values() for kin in _family(child, named))]


def _free_row() -> Row:
    for first in FIRST_ROWS:
        try:
            Row(first).claim(0.0)
        except Trouble:
            continue
        return Row(first)
    raise Trouble("None of the rows of ports from 9500 on is free.")

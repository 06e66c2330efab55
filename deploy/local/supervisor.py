"""Keeps the programs of one machine alive, and ends them in order. One thread, no event loop: it forks.

The signals it lives by are blocked and waited for, so there are no handlers: nothing is ever interrupted halfway.
"""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local.children import Forked
from deploy.local.processes import Trouble, last_line

STOPPING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
SIGNALS = {*STOPPING, signal.SIGCHLD}
FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0
SETTLED = 30.0
"""Seconds after which a program counts as well again: its next death waits the first delay."""
TICK = 0.2


class Program(Protocol):
    """A forked service, Postgres or NATS."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def poll(self) -> int | None: ...
    def ask(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Charge:
    """A program and how it has been doing."""

    program: Program
    started: float = field(default_factory=time.monotonic)
    delay: float = FIRST_DELAY
    again: float | None = None
    """When it is to be started again; None while it runs."""

    def ended(self, line: str, now: float) -> str:
        if now - self.started > SETTLED:
            self.delay = FIRST_DELAY
        self.again = now + self.delay
        line = f"{line}; again in {self.delay:g} s"
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        return line


def how(program: Program, returncode: int) -> str:
    """In a few words, with its last ones where it gave up by itself."""
    if returncode < 0:
        return f"{program.name} was ended by {signal.Signals(-returncode).name}"
    return f"{program.name} ended with {returncode} ({last_line(program.log)})"


def hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def asked_to_stop(within: float = 0.0) -> bool:
    """Whether somebody wants us to end; waits at most `within` seconds, less when a program dies."""
    info = signal.sigtimedwait(SIGNALS, within)
    while info is not None:
        if info.si_signo in STOPPING:
            return True
        info = signal.sigtimedwait(SIGNALS, 0)
    return False


class Supervisor:
    """Programs in the order they were started, and the groups they are to be ended in."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._say, self._changed = say, changed
        self._charges: list[Charge] = []

    @property
    def pids(self) -> dict[str, int]:
        programs = [charge.program for charge in self._charges]
        return {program.name: program.pid for program in programs if program.pid is not None}

    def start(self, program: Program) -> None:
        """The first start: what goes wrong now is the caller's to tell."""
        program.start()
        self._charges.append(Charge(program))
        self._changed()

    def restart(self, name: str, environment: Mapping[str, str]) -> None:
        """Ends a service and starts it with other settings."""
        for charge in self._charges:
            if charge.program.name == name and isinstance(charge.program, Forked):
                charge.program.stop()
                charge.program.environment.update(environment)
                charge.program.start()
                charge.started, charge.again = time.monotonic(), None
        self._changed()

    def look_after(self) -> None:
        """Notices who died and starts whose time has come; one line each."""
        for charge in self._charges:
            now = time.monotonic()
            if charge.again is None:
                returncode = charge.program.poll()
                if returncode is not None:
                    self._say(charge.ended(how(charge.program, returncode), now))
                    self._changed()
            elif now >= charge.again:
                try:
                    charge.program.start()
                except (Trouble, OSError) as trouble:
                    self._say(charge.ended(str(trouble), time.monotonic()))
                else:
                    charge.started, charge.again = time.monotonic(), None
                    self._changed()

    def stop(self, groups: Sequence[Sequence[str]]) -> None:
        """Ends group after group, everything within a group at once. A second wish to stop makes it quick."""
        hurry = False
        for group in groups:
            programs = [charge.program for charge in self._charges if charge.program.name in group]
            for program in programs:
                program.ask()
            for program in programs:
                hurry = hurry or asked_to_stop()
                if hurry and program.name not in ("postgres", "nats"):
                    program.kill()
                else:
                    program.stop()

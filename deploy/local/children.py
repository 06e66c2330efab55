"""Processes forked from the launcher: they share its imports' memory, start in an instant and cannot outlive it."""

import contextlib
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.processes import wait_until
from deploy.local.tether import die_with_parent


def fork(work: Callable[[], None], log: Path, environment: Mapping[str, str], *, console: bool) -> int:
    """Runs `work` in a child and returns its pid. Only from a process with one thread and no event loop.

    The child has a session of its own (Ctrl-C at the terminal is the launcher's), writes into `log`, and is killed by
    the kernel when the launcher ends: services are built to be killed at any time. With `console` only its errors go
    into the log.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    launcher = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _settle(launcher, log, environment, console)
        work()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _settle(launcher: int, log: Path, environment: Mapping[str, str], console: bool) -> None:
    os.setsid()
    die_with_parent(signal.SIGKILL, launcher)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 2), *([] if console else [(output, 1)])):
        os.dup2(source, target)
    os.closerange(3, 1024)  # the launcher's lock above all
    os.environ.update(environment)
    gc.enable()


class Forked:
    """A child that is started again when it dies."""

    def __init__(
        self, name: str, work: Callable[[], None], log: Path, environment: Mapping[str, str], *, console: bool = False
    ) -> None:
        self.name, self.log = name, log
        self.pid: int | None = None
        self.returncode: int | None = None
        self.environment = dict(environment)
        self._work, self._console = work, console

    def start(self) -> None:
        self.returncode = None
        self.pid = fork(self._work, self.log, self.environment, console=self._console)

    def poll(self) -> int | None:
        """How it ended (a negative signal number, or its exit code), None while it runs."""
        if self.pid is not None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid, self.returncode = None, os.waitstatus_to_exitcode(status)
        return self.returncode

    def ask(self) -> None:
        """To end, in its own time."""
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def stop(self, within: float = 8.0) -> None:
        self.ask()
        until = time.monotonic() + within
        if not wait_until(lambda: self.pid is None or self.poll() is not None, until - time.monotonic()):
            self.kill()

    def kill(self) -> None:
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid, self.returncode = None, -signal.SIGKILL

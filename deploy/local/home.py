"""`.run/`: everything one machine keeps. One copy at a time, and what is known about the copy that runs."""

import errno
import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

from deploy.local.processes import Trouble

ROOT = Path(__file__).resolve().parents[2]
FRESH_BYTES = 300 * 2**20
"""A fresh database, its write-ahead log and the streams take some 80 MB; the rest is room to work."""
WORKING_BYTES = 50 * 2**20
LOG_BYTES = 20 * 2**20


def plainly(error: OSError, path: Path) -> Trouble:
    """What the machine said, as one line for a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(f"The disk under {path} is full.")
    return Trouble(f"{path} cannot be used: {error.strerror or error}.")


class Home:
    """The directory, and who lives in it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = (path or Path(os.environ.get("HELPDESK_HOME") or ROOT / ".run")).absolute()
        self.keys = self.path / "keys.json"
        self.logins = self.path / "logins.json"
        self.postgres = self.path / "postgres"
        self.nats = self.path / "nats"
        self.blobs = self.path / "blobs"
        self._state = self.path / "state.json"
        self._lock: int | None = None

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def occupy(self) -> None:
        """Makes the directory ours for as long as this process lives. Raises Trouble when it cannot be."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711)  # where Postgres must really become nobody, it has to get through
            for part in (self.path / "logs", self.blobs):
                part.mkdir(exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise plainly(error, self.path) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            state = self.state()
            where = f" (pid {state['pid']}, http://127.0.0.1:{state['port']})" if state else ""
            raise Trouble(f"Another copy{where} is running on {self.path}. Stop that one first.") from error
        free, needed = shutil.disk_usage(self.path).free, WORKING_BYTES if self.postgres.exists() else FRESH_BYTES
        if free < needed:
            raise Trouble(
                f"The disk under {self.path} is full: {free // 2**20} MB are free, {needed // 2**20} MB are needed."
            )

    def occupied(self) -> bool:
        """Whether a copy runs on it now."""
        try:
            probe = os.open(self.path / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(probe)
        return False

    def state(self) -> dict[str, Any]:
        """What the running copy, or one that was killed, wrote about itself: pid, port, clock, children."""
        try:
            found: dict[str, Any] = json.loads(self._state.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def write_state(self, state: dict[str, Any]) -> None:
        write(self._state, state)

    def forget_state(self) -> None:
        self._state.unlink(missing_ok=True)

    def fresh_log(self, name: str) -> Path:
        """The log to append to; one that grew large starts anew."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.rename(log.with_suffix(".log.1"))
        return log


def write(path: Path, value: Any) -> None:
    """JSON that only its owner reads, there whole or not at all."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """Text that only its owner reads, there whole or not at all."""
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)

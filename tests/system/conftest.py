"""The whole system, started as a newcomer starts it: `helpdesk run` in a directory of its own, on a row of its own;
with SYSTEM=composed by `helpdesk up`, in containers and volumes of its own.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from deploy.local.processes import Trouble, wait_until
from deploy.local.row import LAST, PLACES, Row

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 300.0
expect.set_options(timeout=60_000)  # a page that is built while much else is done; what is there is not waited for
COMPOSED = os.environ.get("SYSTEM") == "composed"


@dataclass
class Helpdesk:
    """A running helpdesk: its addresses, its logins, its mailbox."""

    home: Path
    row: Row
    end: Callable[[], None]

    def url(self, name: str) -> str:
        return self.row.url(name)

    def logins(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads((self.home / "logins.json").read_text())
        return found

    def login(self, role: str, position: int = 0) -> dict[str, str]:
        return [one for one in self.logins() if one["role"] == role][position]

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """What was caught, newest first."""
        query = {"channel": "email"} | ({"to": to} if to else {})
        answer = httpx2.get(f"{self.url('mailbox')}/v1/messages", params=query)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def free_row() -> Row:
    """A row in which every port is free now."""
    for first in range(20000 + os.getpid() % 200 * 50, LAST, 50):
        with contextlib.suppress(Trouble):
            row = Row(first)
            row.claim(patience=0.0)
            return row
    raise AssertionError(f"no row of {len(PLACES)} free ports")


@pytest.fixture(scope="session")
def start_helpdesk() -> Iterator[Callable[[], Helpdesk]]:
    """Starts a helpdesk with an empty home; all of them end with the tests."""
    started: list[Helpdesk] = []

    def start() -> Helpdesk:
        home = Path(tempfile.mkdtemp(prefix="helpdesk-home-"))
        started.append(_composed(home, free_row()) if COMPOSED else _launched(home, free_row()))
        return started[-1]

    yield start
    for one in started:
        one.end()


def _environment(home: Path, row: Row) -> dict[str, str]:
    """One address files more here than any office in an hour; what the limits do is shown by test_abuse."""
    return {**os.environ, "HELPDESK_HOME": str(home), "PORT": str(row.first), "RATE_LIMITS": "off"}


def _launched(home: Path, row: Row) -> Helpdesk:
    with (home / "launcher.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "run", "--tethered"],
            cwd=ROOT,
            env=_environment(home, row),
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def end() -> None:
        process.send_signal(signal.SIGTERM)
        process.wait(120)

    made = Helpdesk(home, row, end)
    try:
        assert wait_until(lambda: process.poll() is not None or _is_ready(made), READY_SECONDS), "not ready in time"
        assert process.poll() is None, (home / "launcher.log").read_text()[-3000:]
    except AssertionError:
        end()
        raise
    return made


def _composed(home: Path, row: Row) -> Helpdesk:
    def helpdesk(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.cli", *arguments]
        told = _environment(home, row)
        return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)

    def end() -> None:
        assert helpdesk("down", "--data", "delete", "--yes").returncode == 0

    begun = helpdesk("up")
    if begun.returncode != 0:
        end()
        raise AssertionError(begun.stdout[-3000:] + begun.stderr[-3000:])
    return Helpdesk(home / "compose", row, end)


def _is_ready(helpdesk: Helpdesk) -> bool:
    for name in ("intake", "workflow", "notify", "query", "portal"):
        try:
            if httpx2.get(f"{helpdesk.url(name)}/readyz", timeout=2).status_code != 200:
                return False
        except httpx2.HTTPError:
            return False
    return (helpdesk.home / "logins.json").exists()


@pytest.fixture(scope="session")
def helpdesk(start_helpdesk: Callable[[], Helpdesk]) -> Helpdesk:
    """One helpdesk for all the tests that leave it as they found it."""
    return start_helpdesk()

"""`helpdesk up` and `helpdesk down` where Docker is not what they need: one line that says so, and nothing done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

NO_COMPOSE = '[ "$1" != compose ] || exit 1'
NO_DAEMON = '[ "$1" != version ] || { echo "Cannot connect to the daemon" >&2; exit 1; }'


def helpdesk(command: str, path: Path, home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", command, *more],
        env={**os.environ, "PATH": str(path), "HELPDESK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["up", "down"])
@pytest.mark.parametrize(
    ("docker", "said"),
    [
        (None, "Docker is missing here"),
        (NO_COMPOSE, "The docker here has no compose"),
        (NO_DAEMON, "Docker does not answer (Cannot connect to the daemon)"),
    ],
)
def test_what_is_missing_is_said_in_one_line(tmp_path: Path, command: str, docker: str | None, said: str) -> None:
    programs, home = tmp_path / "bin", tmp_path / "run"
    programs.mkdir()
    if docker is not None:
        (programs / "docker").write_text(f"#!/bin/sh\n{docker}\n")
        (programs / "docker").chmod(0o755)
    done = helpdesk(command, programs, home)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"{said}: make up needs Docker with compose; make run needs neither.\n"
    assert not home.exists()


def test_the_keys_of_the_containers_data_are_not_reset_without_the_data(tmp_path: Path) -> None:
    kept = tmp_path / "run" / "compose" / "keys.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    done = helpdesk("reset", tmp_path, tmp_path / "run", "--yes")
    assert done.returncode == 1
    assert "make down DATA=delete" in done.stderr
    assert kept.exists()

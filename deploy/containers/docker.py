"""Docker with compose, asked by its own command line. What goes wrong is one line for the person at the keyboard."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from deploy.local.processes import Trouble

NEEDED = "make up needs Docker with compose; make run needs neither"


def required() -> None:
    """Raises Trouble where there is no Docker, no compose, or nobody answers."""
    if shutil.which("docker") is None:
        raise Trouble(f"Docker is missing here: {NEEDED}.")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        raise Trouble(f"The docker here has no compose: {NEEDED}.")
    asked = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        raise Trouble(f"Docker does not answer ({_last_line(asked.stderr)}): {NEEDED}.")


def compose(*arguments: str, options: Sequence[str] = ()) -> int:
    """Runs `docker compose`, which tells of itself on the terminal; into a file it tells only what goes wrong."""
    progress = [] if sys.stderr.isatty() else ["--progress", "quiet"]
    return subprocess.run(["docker", "compose", *progress, *options, *arguments], check=False).returncode


def asked(*arguments: str) -> list[str]:
    """The lines that docker answers. Raises Trouble with what it says instead."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode != 0:
        raise Trouble(f"docker {arguments[0]}: {_last_line(done.stderr)}")
    return done.stdout.split()


def last_words(options: Sequence[str], name: str) -> str:
    """The last line that a container of the composed system wrote, if any."""
    command = ["docker", "compose", *options, "logs", "--no-log-prefix", "--tail", "1", name]
    return _last_line(subprocess.run(command, capture_output=True, text=True, check=False).stdout)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]

"""Makes .venv from a lock, with nothing but Python's standard library: `python3 deploy/bootstrap.py [--dev]`.

Run any number of times: where the installed lock is the one asked for, it answers in well under 0.2 s. A virtual
environment that was copied or moved, or whose Python is gone, is made anew: its scripts point to the old place.
Written for any Python 3, so that one that is too old is told so.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
UV = "uv==0.13.9"
LOCKS = {"dev": ROOT / "requirements-dev.lock", "run": ROOT / "requirements.lock"}
"""The first holds all that the second does."""

COMMAND = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -P -m deploy.cli "$@"
"""


def stamp(kind: str) -> str:
    """What a finished installation of this lock, in this place, by this Python, leaves behind."""
    lock = hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()
    return "\n".join([kind, str(VENV), f"{sys.version_info[0]}.{sys.version_info[1]}", lock, UV])


def installed() -> str:
    """The stamp of the environment that is there, or nothing where it cannot be used."""
    try:
        return STAMP.read_text() if PYTHON.exists() else ""
    except OSError:
        return ""


def call(*command: object, quiet: bool = False) -> None:
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    settings = {"VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    if not os.access(Path.home(), os.W_OK):
        settings.update(UV_NO_CACHE="1", PIP_NO_CACHE_DIR="1")
    if "UV_LINK_MODE" not in outside:
        settings["UV_LINK_MODE"] = "copy"  # a link would tie the environment to a cache it does not own
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env={**outside, **settings}, **streams)  # type: ignore[call-overload]


def check_venv_module() -> None:
    for module in ("venv", "ensurepip"):  # Debian has the one without the other
        try:
            __import__(module)
        except ImportError:
            sys.exit("Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv")


def make_environment() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    call(sys.executable, "-m", "venv", VENV)


def install(lock: Path) -> None:
    """By uv, which also removes what the lock no longer names; where uv cannot be had, by pip."""
    pip = (PYTHON, "-m", "pip", "install", "--quiet")
    try:
        call(*pip, UV, quiet=True)
        call(VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", lock, quiet=True)
    except (OSError, subprocess.CalledProcessError):
        call(*pip, "--require-hashes", "-r", lock)


def connect() -> None:
    """The project's packages are importable, and its one command runs, from anywhere."""
    for packages in (VENV / "lib").glob("python*/site-packages"):
        (packages / "helpdesk.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "helpdesk"
    command.write_text(COMMAND)
    command.chmod(0o755)


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make run PYTHON=python3.12")
    wanted = "dev" if "--dev" in sys.argv[1:] else "run"
    if installed() in (stamp("dev"), stamp(wanted)):
        return
    with LOCKS["run"].open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # two makes at once: the second finds the work done
        before = installed()
        if before in (stamp("dev"), stamp(wanted)):
            return
        if before.startswith("dev"):  # what tests need stays, whatever is asked for today
            wanted = "dev"
        anew = before.splitlines()[1:3] != stamp(wanted).splitlines()[1:3]  # another place or Python, or nothing yet
        if anew:
            check_venv_module()
        print(f"Installing into .venv what {LOCKS[wanted].name} names (once) ...", flush=True)
        if anew:
            make_environment()
        STAMP.unlink(missing_ok=True)
        install(LOCKS[wanted])
        connect()
        STAMP.write_text(stamp(wanted))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed: {' '.join(map(str, error.cmd[:4]))} ... ended with {error.returncode}.")
    except OSError as error:
        sys.exit(f"Installing into {VENV} failed: {error.strerror or error}.")
    except KeyboardInterrupt:
        sys.exit(130)

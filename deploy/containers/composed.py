"""`make up` and `make down`: the composed system of one `.run/`, with its keys and logins in `.run/compose/`.

Its data lies in volumes that are named after the place of `.run/`, so that two copies on one machine never meet.
"""

import hashlib
import shlex
import shutil
import time
from pathlib import Path

from deploy import staff
from deploy.containers import docker, told
from deploy.local import office, panel
from deploy.local.home import ROOT, Home, write, write_text
from deploy.local.keys import load_or_make
from deploy.local.launcher import why_not_ready
from deploy.local.processes import Trouble, wait_until
from deploy.local.row import Row
from deploy.local.services import APPS

FILE = ROOT / "deploy" / "compose.yaml"
READY_SECONDS = 120.0
OURS = "label=com.docker.compose.project="


def place(home: Home) -> Home:
    """Where the composed system's keys and logins are kept."""
    return Home(home.path / "compose")


def project(home: Home) -> str:
    """The name that its containers, volumes and images begin with."""
    return f"helpdesk-{hashlib.sha256(str(home.path).encode()).hexdigest()[:8]}"


def options(home: Home) -> list[str]:
    """What makes `docker compose` mean this system."""
    return ["--env-file", str(place(home).path / "compose.env")]


def up(home: Home, port: int) -> None:
    """Builds and starts it, and returns when it is ready. Any number of times; the data stays."""
    begun = time.monotonic()
    docker.required()
    row, kept = Row(port), place(home)
    if not docker.asked("ps", "-q", "--filter", f"{OURS}{project(home)}"):
        row.claim(patience=0.0, command="make up")
    _tell(home, row)
    print(f"Building and starting Helpdesk iSPEKS in containers ({project(home)}) ...", flush=True)
    if docker.compose("up", "--build", "--detach", "--remove-orphans", options=options(home)) != 0:
        said = docker.last_words(options(home), "setting-up")
        raise Trouble(f"The containers did not start, see above{f'; setting up says: {said}' if said else ''}")
    if not wait_until(lambda: not laggards(row), READY_SECONDS):
        raise Trouble(f"Not ready after {READY_SECONDS:g} s: {'; '.join(laggards(row))}")
    print(panel.ready(row, kept, time.monotonic() - begun, f"make down stops it all. Logs: {logs(home)}"))


def down(home: Home, *, delete: bool = False) -> None:
    """Stops it and removes its containers; with `delete` its volumes, images and keys too."""
    docker.required()
    name = project(home)
    if docker.compose("down", "--remove-orphans", options=["--project-name", name]) != 0:
        raise Trouble("The containers could not be removed.")
    if not delete:
        print(f"Stopped. The data stays in the volumes {name}_*.")
        return
    for kind, remove in (("volume", ("volume", "rm")), ("image", ("image", "rm", "--force"))):
        found = docker.asked(kind, "ls", "-q", "--filter", f"{OURS}{name}")
        if found:
            docker.asked(*remove, *dict.fromkeys(found))
    shutil.rmtree(place(home).path, ignore_errors=True)
    print("Stopped, and everything it kept is deleted.")


def logs(home: Home) -> str:
    """The command that shows them."""
    return shlex.join(["docker", "compose", *options(home), "logs", "--follow"])


def laggards(row: Row) -> list[str]:
    """Who is not ready, and why, as they say it themselves."""
    return [f"{name}: {why}" for name in APPS if (why := why_not_ready(row.url(name))) is not None]


def _tell(home: Home, row: Row) -> None:
    """Keys and logins, made once, and from them what each container and compose itself are told."""
    own, kept = office.said(home), place(home)
    kept.path.mkdir(parents=True, exist_ok=True)
    kept.path.chmod(0o700)
    keys = load_or_make(kept.keys)
    logins = panel.read_logins(kept)
    if not logins:
        logins = staff.demo_logins()
        write(kept.logins, logins)
    told.write(kept.path, row, keys, logins, own)
    ports = {f"{name.upper()}_PORT": str(row.port(name)) for name in told.PUBLISHED}
    itself = {"COMPOSE_FILE": str(FILE), "COMPOSE_PROJECT_NAME": project(home), "TOLD": str(kept.path), **ports}
    write_text(kept.path / "compose.env", told.lines(itself))


def kept_by(home: Home) -> Path | None:
    """Where the keys of a composed system lie, if there is one: its volumes are worth nothing without them."""
    path = place(home).path
    return path if path.exists() else None

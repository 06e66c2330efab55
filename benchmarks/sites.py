"""django-helpdesk beside us: a site of 1,000 and one of 100,000 tickets, served by gunicorn."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from benchmarks import load, peers
from benchmarks.stage import Stage
from deploy.local.processes import Trouble, end, free_port, listens, wait_until
from deploy.local.tether import tethered

PROGRAMS = Path(__file__).parent / "programs"
WORKERS = "2"


@dataclass(frozen=True, slots=True)
class Site:
    """One that serves, and the requests a browser makes for its list of tickets: the page, then its rows."""

    port: int
    process: "subprocess.Popen[bytes]"
    page: bytes
    rows: bytes

    async def list(self) -> float:
        """Milliseconds for both."""
        page, rows = await _asked(self.port, self.page), await _asked(self.port, self.rows)
        return (page.seconds + rows.seconds) * 1e3


async def opened(stage: Stage, name: str, tickets: int) -> Site:
    """A site on a database of its own."""
    admin = await asyncpg.connect(stage.postgres.url())
    await admin.execute(f"create database {name}")
    await admin.close()
    where = urlsplit(stage.postgres.url(name))
    place = f"host=127.0.0.1;port={where.port};name={name};user=postgres;password={stage.keys.postgres_password}"
    told = {**os.environ, "DATABASE": place, "PYTHONPATH": str(PROGRAMS)}
    filling = await asyncio.create_subprocess_exec(
        *(str(peers.PYTHON), str(PROGRAMS / "django_site.py"), "fill", str(tickets)),
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said, wrong = await filling.communicate()
    if filling.returncode != 0:
        raise Trouble(f"django-helpdesk could not be filled: {wrong.decode().strip().splitlines()[-1]}")
    port, headers = free_port(), {"Cookie": f"sessionid={said.decode().split()[-1]}"}
    with (stage.path / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            tethered(
                [
                    str(peers.PYTHON),
                    "-m",
                    "gunicorn",
                    "-w",
                    WORKERS,
                    "-b",
                    f"127.0.0.1:{port}",
                    "django_site:application",
                ],
                signal.SIGTERM,
            ),
            env=told,
            stdout=log,
            stderr=log,
        )
    if not wait_until(lambda: listens(port) or process.poll() is not None, 30) or process.poll() is not None:
        raise Trouble("django-helpdesk did not start")
    page = load.request("GET", "/tickets/", headers)
    found = re.search(rb'"(/datatables_ticket_list/[^"]+)"', (await _asked(port, page)).body)
    if found is None:
        raise Trouble("django-helpdesk's list has no rows to ask for")
    return Site(port, process, page, load.request("GET", f"{found[1].decode()}?draw=1&start=0&length=25", headers))


async def _asked(port: int, request: bytes) -> load.Answer:
    """On a connection of its own: gunicorn's plain workers keep none."""
    [answer] = await load.all_of(port, [request], connections=1, expect=200)
    return answer


@contextmanager
def closing(sites: dict[str, Site]) -> Iterator[None]:
    """End them with the block."""
    try:
        yield
    finally:
        for site in sites.values():
            end(site.process, signal.SIGTERM)

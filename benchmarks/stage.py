"""Where everything is played: one Postgres with fsync on, and places of a database and a broker each, all in a
directory that goes away. Services run in processes of their own, started as `make run` starts them."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.machine import cpu_seconds
from deploy import staff
from deploy.local.database import SERVICES, in_database, migrate, prepare
from deploy.local.environments import environment
from deploy.local.home import ROOT, Home
from deploy.local.keys import Keys, make
from deploy.local.launcher import MODEST, why_not_ready
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.processes import Trouble, end, free_port, last_line, listens, wait_until
from deploy.local.row import Row
from deploy.local.tether import tethered
from services.workflow.handlers import office
from shared.bus.connection import Bus
from shared.db import Database

TEMPLATE = "bench_template"
SERVICE = """
import gc, sys
from deploy.local.services import import_once, serve
import_once()  # as the launcher does: what was imported is not looked through for garbage
gc.enable()
serve(sys.argv[1])()
"""
BARE = "from benchmarks.programs.bare import serve; serve()"


@dataclass(frozen=True, slots=True)
class Served:
    """A serving process."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def cpu(self) -> float:
        """CPU seconds it has used so far."""
        return cpu_seconds(self.process.pid)

    def stop(self) -> None:
        """End it."""
        end(self.process, signal.SIGTERM)


class Place:
    """A database with every service's tables and the demo's staff, and a broker with empty streams."""

    def __init__(self, stage: "Stage", name: str) -> None:
        self.stage, self.name = stage, name
        self.nats = Nats(
            stage.path / f"nats-{name}", free_port(), stage.keys.passwords, stage.path / f"nats-{name}.log"
        )
        self.ports = {service: free_port() for service in (*SERVICES, "smtp", "mailbox")}
        self.served: list[Served] = []

    @property
    def admin_url(self) -> str:
        """The database, as Postgres' owner."""
        return self.stage.postgres.url(self.name)

    def url(self, service: str) -> str:
        """The database, as one service."""
        return self.stage.postgres.url(self.name, service, self.stage.keys.passwords[service])

    def serve(self, name: str, **told: str) -> Served:
        """Start a service (or the mailbox) and wait until it is ready."""
        row = Row(0)  # every port in it is said below
        own = environment(name, row, self.stage.keys, self.stage.home)
        if name in SERVICES:
            own |= {"DATABASE_URL": self.url(name), "NATS_URL": self.nats.url(name)}
        smtp = {"SMTP_PORT": str(self.ports["smtp"])} if "SMTP_PORT" in own else {}
        served = self.start(name, [SERVICE, name], self.ports[name], {**own, **smtp, **told})
        url = f"http://127.0.0.1:{served.port}"
        if not wait_until(lambda: why_not_ready(url) is None, 60):
            raise Trouble(f"{name} is not ready: {why_not_ready(url)}")
        return served

    def start(self, name: str, program: list[str], port: int, told: dict[str, str]) -> Served:
        """Start a Python program that serves on `port`, and wait until it does."""
        log = self.stage.path / f"{self.name}-{name}.log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                tethered([sys.executable, "-c", *program], signal.SIGKILL),
                cwd=ROOT,
                env={**os.environ, "LOG_FORMAT": "json", **told, "HOST": "127.0.0.1", "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        served = Served(name, port, process)
        self.served.append(served)
        if not wait_until(lambda: listens(port) or process.poll() is not None, 60) or process.poll() is not None:
            raise Trouble(f"{name} did not start: {last_line(log)} ({log})")
        return served

    def close(self) -> None:
        """End all of it."""
        for served in self.served:
            served.stop()
        self.nats.stop()


class Stage:
    """Postgres, the keys, and where files lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = Home(path / "home")
        self.home.blobs.mkdir(parents=True)
        self.keys: Keys = make()
        log = path / "postgres.log"
        settings = {**MODEST, "max_wal_size": "2GB"}
        self.postgres = Postgres(path / "postgres", free_port(), self.keys.postgres_password, log, settings)
        self.places: list[Place] = []

    def open(self) -> None:
        """Start Postgres and make the template of all places. From the main thread, before any event loop."""
        self.postgres.start()
        asyncio.run(self._make_template())

    async def place(self, name: str, *, like: str = TEMPLATE) -> Place:
        """A new place: a copy of the template, or of another place's database that nobody is connected to."""
        admin = await asyncpg.connect(self.postgres.url())
        try:
            await admin.execute(f'create database "{name}" template "{like}" strategy file_copy')
        finally:
            await admin.close()
        place = Place(self, name)
        self.places.append(place)
        place.nats.start()
        for speaker in ("intake", "workflow"):
            async with a_bus(place.nats.url(speaker), speaker) as bus:
                await bus.ensure_stream(speaker.upper())
        return place

    def find(self, name: str) -> Place | None:
        """A place made before."""
        return next((place for place in self.places if place.name == name), None)

    def close(self) -> None:
        """End everything."""
        for place in self.places:
            place.close()
        self.postgres.stop()

    async def _make_template(self) -> None:
        await prepare(self.postgres.url(), TEMPLATE, self.keys.passwords)
        url = in_database(self.postgres.url(), TEMPLATE)
        urls = {name: self.postgres.url(TEMPLATE, name, self.keys.passwords[name]) for name in SERVICES}
        await migrate(urls)
        await staff.seed(urls["workflow"], self.keys, staff.demo_logins)
        async with a_database(urls["workflow"], 1) as workflow, workflow.transaction() as tx:
            await office.found(tx, correlation="bench")
        admin = await asyncpg.connect(url)
        await admin.execute("vacuum analyze")
        await admin.close()


@asynccontextmanager
async def a_bus(url: str, name: str) -> AsyncIterator[Bus]:
    """A line to a broker, as services have it, until the block ends."""
    bus = Bus(url, name=name)
    running = asyncio.create_task(bus.run())
    try:
        await bus.until_connected()
        yield bus
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def a_database(url: str, size: int = 10) -> AsyncIterator[Database]:
    """A pool, as services have it, until the block ends."""
    database = Database(url, name="bench", size=size)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def a_stage() -> Iterator[Stage]:
    """A stage in a directory of its own, until the block ends."""
    path = Path(tempfile.mkdtemp(prefix="helpdesk-bench-"))
    path.chmod(0o711)  # where Postgres must really become nobody, it has to get through
    stage = Stage(path)
    try:
        stage.open()
        yield stage
    finally:
        stage.close()
        shutil.rmtree(path, ignore_errors=True)

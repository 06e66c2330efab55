"""Real Postgres and real NATS for tests: from the wheels, or with INFRA=containers from testcontainers. Same fixtures.

A server of each kind per test process; a private database per test, copied from a template in which all migrations are
applied (10 ms); a broker with an empty store per test (50 ms).
"""

import asyncio
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg

from deploy.local.database import SERVICES, in_database, migrate, prepare
from deploy.local.nats import USERS, Nats
from deploy.local.postgres import VOLATILE, Postgres
from deploy.local.processes import free_port

T = TypeVar("T")
CONTAINERS = os.environ.get("INFRA") == "containers"
POSTGRES_IMAGE = os.environ.get("POSTGRES_IMAGE", "postgres:18")
NATS_IMAGE = os.environ.get("NATS_IMAGE", "nats:2.15-alpine")
ADMIN_PASSWORD = "postgres"
PASSWORDS = {user: f"{user}-secret" for user in USERS}
"""Of the roles in Postgres and the users of NATS alike."""


def description() -> str:
    if CONTAINERS:
        return f"testcontainers ({POSTGRES_IMAGE}, {NATS_IMAGE})"
    return "Postgres and NATS from wheels"


class Aside:
    """An event loop in a thread of its own, so that sync fixtures can await whatever loop the test itself runs."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="infra", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], within: float = 60.0) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def url(self) -> str: ...


class WheelPostgres:
    """Our own launcher's Postgres in a directory that goes away with it."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="helpdesk-postgres-"))
        self._home.chmod(0o711)  # where Postgres must really become nobody, it has to get here
        self._server = Postgres(
            self._home / "data",
            free_port(),
            ADMIN_PASSWORD,
            self._home / "log",
            {**VOLATILE, "max_connections": "200"},
        )

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def url(self) -> str:
        return self._server.url()


@dataclass(frozen=True)
class Database:
    """A private database with every service's tables."""

    admin_url: str

    def url(self, role: str) -> str:
        where = self.admin_url.rpartition("@")[2]
        return f"postgresql://{role}:{PASSWORDS[role]}@{where}"


class Databases:
    """The server of this test process, and the template its databases are copied from."""

    TEMPLATE = "helpdesk_template"

    def __init__(self) -> None:
        self._aside = Aside()
        self._server = make_postgres()
        self._numbers = itertools.count(1)

    def start(self) -> None:
        try:
            self._server.start()
            self._aside.run(self._make_template())
        except BaseException:
            self._aside.close()
            self._server.stop()
            raise

    def stop(self) -> None:
        self._aside.run(self._admin.close())
        self._aside.close()
        self._server.stop()

    async def _make_template(self) -> None:
        template = in_database(self._server.url(), self.TEMPLATE)
        await prepare(self._server.url(), self.TEMPLATE, PASSWORDS)
        await migrate({service: Database(template).url(service) for service in SERVICES})
        self._admin = await asyncpg.connect(self._server.url())

    def make(self) -> Database:
        name = f"test_{next(self._numbers)}"
        # Rights on a database are not copied with it; the services' own connect right comes from PUBLIC's default here.
        self._aside.run(self._admin.execute(f"create database {name} template {self.TEMPLATE} strategy file_copy"))
        return Database(in_database(self._server.url(), name))

    def drop(self, database: Database) -> None:
        self._aside.run(self._admin.execute(f"drop database {database.admin_url.rpartition('/')[2]} with (force)"))


class Broker(Protocol):
    """A NATS server with an empty store. Faults: kill it, start it again, or start it without its memory."""

    def url(self, user: str) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def forget(self) -> None:
        """Wipes the store of a stopped or killed server."""


class Brokers(Protocol):
    """Where tests get their brokers."""

    def make(self) -> Broker: ...
    def take_back(self, broker: Broker) -> None: ...
    def stop(self) -> None: ...


class WheelBroker(Nats):
    def __init__(self, home: Path) -> None:
        super().__init__(home / "nats", free_port(), PASSWORDS, home / "log")

    def forget(self) -> None:
        shutil.rmtree(self.store, ignore_errors=True)


class WheelBrokers:
    """A server of its own for each test."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="helpdesk-nats-"))

    def make(self) -> WheelBroker:
        broker = WheelBroker(Path(tempfile.mkdtemp(dir=self._home)))
        broker.start()
        return broker

    def take_back(self, broker: Broker) -> None:
        broker.kill()

    def stop(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)


def make_postgres() -> Server:
    if CONTAINERS:
        from tests.support.containers import ContainerPostgres

        return ContainerPostgres()
    return WheelPostgres()


def make_brokers() -> Brokers:
    if CONTAINERS:
        from tests.support.containers import ContainerBrokers

        return ContainerBrokers()
    return WheelBrokers()

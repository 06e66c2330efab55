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
from deploy.local.nats import CONFIG, USERS, Nats, environment, greets
from deploy.local.postgres import VOLATILE, Postgres
from deploy.local.processes import free_port, wait_until

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


def publish(container: Any, port: int, at: int | None = None) -> None:
    """On 127.0.0.1 only: testcontainers' own methods would publish to the whole network."""
    container.ports = {port: ("127.0.0.1", at)}


class ContainerPostgres:
    def __init__(self) -> None:
        from testcontainers.community.postgres import PostgresContainer

        options = [part for name, value in VOLATILE.items() for part in ("-c", f"{name}={value}")]
        self._server = PostgresContainer(
            POSTGRES_IMAGE, username="postgres", password=ADMIN_PASSWORD, dbname="postgres", driver=None
        ).with_command(["postgres", "-c", "max_connections=200", *options])
        publish(self._server, 5432)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def url(self) -> str:
        return f"postgresql://postgres:{ADMIN_PASSWORD}@127.0.0.1:{self._server.get_exposed_port(5432)}/postgres"


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
        self._server: Server = ContainerPostgres() if CONTAINERS else WheelPostgres()
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


class WheelBroker(Nats):
    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="helpdesk-nats-"))
        super().__init__(self._home / "nats", free_port(), PASSWORDS, self._home / "log")

    def forget(self) -> None:
        shutil.rmtree(self.store, ignore_errors=True)

    def discard(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)


class ContainerBroker:
    STORE = "/tmp/nats"  # noqa: S108 - inside the container

    def __init__(self) -> None:
        from testcontainers.community.nats import NatsContainer

        self._port = free_port()
        self._server = NatsContainer(NATS_IMAGE).with_command(["-c", "/helpdesk/nats.conf"])
        publish(self._server, 4222, self._port)  # fixed, so that it survives a restart
        self._server.with_envs(**environment(PASSWORDS, "0.0.0.0", 4222, self.STORE))  # noqa: S104 - published on 127.0.0.1
        self._server.with_copy_into_container(CONFIG.read_bytes(), "/helpdesk/nats.conf")
        self._running: Any = None

    def url(self, user: str) -> str:
        return f"nats://{user}:{PASSWORDS[user]}@127.0.0.1:{self._port}"

    def start(self) -> None:
        if self._running is None:
            self._server.start()
            self._running = self._server.get_wrapped_container()
        else:
            self._running.start()
        assert wait_until(lambda: greets(self._port), within=15.0)

    def stop(self) -> None:
        self._running.stop()

    def kill(self) -> None:
        self._running.kill()

    def forget(self) -> None:
        self._running.start()
        self._running.exec_run(["rm", "-rf", self.STORE])
        self._running.kill()

    def discard(self) -> None:
        self._server.stop()


def make_broker() -> WheelBroker | ContainerBroker:
    return ContainerBroker() if CONTAINERS else WheelBroker()

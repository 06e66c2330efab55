"""INFRA=containers: the fixtures' Postgres and NATS out of images, behind the same doors as those out of wheels.

conftest.py sets testcontainers' variables before this is imported. Ports are published on 127.0.0.1 only.
"""

from typing import Any

import nats
from testcontainers.community.nats import NatsContainer
from testcontainers.community.postgres import PostgresContainer

from deploy.local.nats import CONFIG, environment, greets, url
from deploy.local.postgres import VOLATILE
from deploy.local.processes import free_port, wait_until
from tests.support.infra import ADMIN_PASSWORD, NATS_IMAGE, PASSWORDS, POSTGRES_IMAGE, Aside, Broker


def publish(container: Any, port: int, at: int | None = None) -> None:
    """On 127.0.0.1 only: testcontainers' own methods would publish to the whole network."""
    container.ports = {port: ("127.0.0.1", at)}


class ContainerPostgres:
    def __init__(self) -> None:
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


class ContainerBroker:
    """One container for all tests of the process, as starting one takes seconds. Between tests it loses its streams."""

    STORE = "/tmp/nats"  # noqa: S108 - inside the container
    CLEANER = "{ user: cleaner, password: cleaner }"
    """May do everything, which no user of the product may."""

    def __init__(self) -> None:
        self._port = free_port()
        config = CONFIG.read_text().replace("users = [", f"users = [\n    {self.CLEANER}", 1)
        self._server = NatsContainer(NATS_IMAGE).with_command(["-c", "/helpdesk/nats.conf"])
        publish(self._server, 4222, self._port)  # fixed, so that it survives a restart
        self._server.with_envs(**environment(PASSWORDS, "0.0.0.0", 4222, self.STORE))  # noqa: S104 - published on 127.0.0.1
        self._server.with_copy_into_container(config.encode(), "/helpdesk/nats.conf")
        self._server.start()
        self._container: Any = self._server.get_wrapped_container()

    def url(self, user: str) -> str:
        return url(user, PASSWORDS, self._port)

    def start(self) -> None:
        self._container.start()
        assert wait_until(lambda: greets(self._port), within=60)

    def stop(self) -> None:
        self._container.stop()

    def kill(self) -> None:
        self._container.kill()

    def forget(self) -> None:
        self._container.start()
        self._container.exec_run(["rm", "-rf", self.STORE])
        self._container.kill()

    async def lose_streams(self) -> None:
        client = await nats.connect(f"nats://cleaner:cleaner@127.0.0.1:{self._port}")
        for stream in await client.jetstream().streams_info():
            await client.jetstream().delete_stream(stream.config.name or "")
        await client.close()

    def remove(self) -> None:
        self._server.stop()


class ContainerBrokers:
    def __init__(self) -> None:
        self._aside = Aside()
        self._broker = ContainerBroker()

    def make(self) -> ContainerBroker:
        if not greets(self._broker._port):
            self._broker.start()
        self._aside.run(self._broker.lose_streams())
        return self._broker

    def take_back(self, broker: Broker) -> None:
        """It stays for the next test."""

    def stop(self) -> None:
        self._aside.close()
        self._broker.remove()

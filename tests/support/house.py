"""The four services and the portal in this process, each on a port of its own, with their loops: the whole house but
for the launcher. One event loop in one thread; tests of any kind may call it over HTTP or work inside it with `run`.
"""

import asyncio
import importlib
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx2
import uvicorn
from fastapi import FastAPI

from deploy.local.processes import wait_until
from shared.principals import Caller
from tests.integration.workflow.office import CREW, Office
from tests.support import infra, keys

T = TypeVar("T")
SERVICES = ("intake", "workflow", "notify", "query")
READY_SECONDS = 120.0


@dataclass
class House:
    """Running. `office` is workflow with its crew, `http` a plain client without a base address."""

    apps: dict[str, FastAPI]
    ports: dict[str, int]
    office: Office
    broker: infra.Broker
    http: httpx2.Client
    _loop: asyncio.AbstractEventLoop
    _servers: list[uvicorn.Server] = field(default_factory=list)
    _callers: dict[str, Caller] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def run(self, work: Coroutine[Any, Any, T], within: float = 60.0) -> T:
        """Do it in the house's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def token(self, who: str) -> str:
        """A fresh one: they last a minute only."""
        tokens = self.apps["workflow"].state.staff_tokens
        if who not in self._callers:
            self._callers[who] = tokens.check(self.office.tokens[who])
        token, _ = tokens.issue(self._callers[who], datetime.now(UTC))
        self.office.tokens[who] = token
        return str(token)

    def is_ready(self, name: str) -> bool:
        try:
            return self.http.get(f"{self.url(name)}/readyz").status_code == 200
        except httpx2.HTTPError:
            return False


@contextmanager
def a_house(
    databases: infra.Databases, brokers: infra.Brokers, *, rate_limits: str = "on", smtp_port: int | None = None
) -> Iterator[House]:
    """A house on a database and a broker of its own, until the block ends. It mails only where an SMTP port is told."""
    database, broker = databases.make(), brokers.make()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="house", daemon=True)
    thread.start()
    # Bound before anybody is told of it, so that nobody else can take it in between.
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in (*SERVICES, "portal")}
    ports = {name: one.getsockname()[1] for name, one in sockets.items()}
    apps = {name: _app(name, database, broker, ports, rate_limits, smtp_port) for name in (*SERVICES, "portal")}
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{ports['workflow']}", timeout=20)
    http = httpx2.Client(timeout=20)
    house = House(apps, ports, Office(apps["workflow"], client, database), broker, http, loop)
    serving = [asyncio.run_coroutine_threadsafe(_serve(house, name, sockets[name]), loop) for name in apps]
    try:
        assert wait_until(lambda: all(house.is_ready(name) for name in apps), within=READY_SECONDS), "not ready in time"
        for who in CREW:
            house.run(house.office.hire(who))
            house.token(who)
        yield house
    finally:
        for server in house._servers:
            server.should_exit = True
        for one in serving:
            one.result(30)
        http.close()
        house.run(client.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        brokers.take_back(broker)
        databases.drop(database)


def _app(
    name: str,
    database: infra.Database,
    broker: infra.Broker,
    ports: dict[str, int],
    rate_limits: str,
    smtp_port: int | None,
) -> FastAPI:
    environment = keys.settings(
        name,
        database.url(name) if name in SERVICES else "",
        broker.url(name),
        rate_limits=rate_limits,
        mail_from="helpdesk@example.my",
        sending="off" if smtp_port is None else "on",
        smtp_port=smtp_port or 1,
        smtp_tls="none",
        public_url=f"http://127.0.0.1:{ports['portal']}",
        **{f"{service}_url": f"http://127.0.0.1:{ports[service]}" for service in SERVICES},
    )
    settings = importlib.import_module(f"services.{name}.settings").Settings(**environment)
    app: FastAPI = importlib.import_module(f"services.{name}.main").create_app(settings)
    return app


async def _serve(house: House, name: str, listening: socket.socket) -> None:
    config = uvicorn.Config(
        house.apps[name],
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    house._servers.append(server)
    await server.serve([listening])

"""Fixtures of every test: a private database, a private broker. Started only when a test asks for them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

if os.environ.get("INFRA") == "containers":  # testcontainers reads these when it is imported
    os.environ["TESTCONTAINERS_CONNECTION_MODE"] = "docker_host"
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
    os.environ.setdefault("TC_MAX_TRIES", "600")

from tests.support import infra

HERE = Path(__file__).parent

ROOMS = ("system", "faults", "integration", "contract", "unit", "architecture")
"""The dearest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests, the files that take minutes go out first: begun last, they would leave one
    process at work and the others idle."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda one: ROOMS.index(one.path.relative_to(HERE).parts[0]))


def pytest_report_header() -> str:
    return f"infrastructure: {infra.description()}"


@pytest.fixture(scope="session")
def databases() -> Iterator[infra.Databases]:
    server = infra.Databases()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database(databases: infra.Databases) -> Iterator[infra.Database]:
    """A database of this test's own, with every service's tables; `.url(role)` and `.admin_url`."""
    made = databases.make()
    yield made
    databases.drop(made)


@pytest.fixture(scope="session")
def brokers() -> Iterator[infra.Brokers]:
    made = infra.make_brokers()
    yield made
    made.stop()


@pytest.fixture
def broker(brokers: infra.Brokers) -> Iterator[infra.Broker]:
    """A NATS server that knows nothing yet; `.url(user)`. The test may kill it, start it again, and make it forget."""
    server = brokers.make()
    yield server
    brokers.take_back(server)

"""Intake, running on a private database and a private broker."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.intake.desk import Intake, running
from tests.support.infra import Broker, Database


@pytest.fixture
async def intake(database: Database, broker: Broker) -> AsyncIterator[Intake]:
    async with running(database, broker) as intake:
        yield intake


@pytest.fixture
async def limited(database: Database, broker: Broker) -> AsyncIterator[Intake]:
    """With its rate limits on."""
    async with running(database, broker, rate_limits="on") as intake:
        yield intake

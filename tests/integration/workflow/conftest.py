"""A running workflow with its office."""

from collections.abc import AsyncIterator

import pytest

from services.workflow.main import create_app
from services.workflow.settings import Settings
from tests.integration.workflow.office import CREW, Office
from tests.support import keys
from tests.support.infra import Broker, Database
from tests.support.serving import serving


@pytest.fixture
async def office(database: Database, broker: Broker) -> AsyncIterator[Office]:
    """Workflow on a private database and broker, with its crew logged in."""
    environment = keys.settings("workflow", database.url("workflow"), broker.url("workflow"))
    app = create_app(Settings(**environment))
    async with serving(app) as client:
        made = Office(app, client, database)
        await app.state.house.until_it_stands()
        for who in CREW:
            await made.hire(who)
        yield made

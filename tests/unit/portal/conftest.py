"""A played outside, the portal on it, and a browser before the portal."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.unit.portal.outside import Outside, browser, portal


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
async def visitor(outside: Outside) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without scripts, before the portal."""
    async with browser(portal(outside)) as client:
        yield client

"""One house for all the tests that leave it whole."""

from collections.abc import Iterator

import pytest

from tests.faults.estate import Estate
from tests.faults.journey import People


@pytest.fixture(scope="session")
def _people() -> Iterator[People]:
    estate = Estate()
    try:
        estate.start()
        people = People(estate)
        yield people
        people.close()
    finally:
        estate.stop()


@pytest.fixture
def people(_people: People) -> People:
    """Of an estate in which everything is ready, and nobody has died yet."""
    _people.estate.withdraw_requests()
    _people.estate.tend()
    _people.estate.until_ready()
    _people.estate.deaths.clear()
    return _people


@pytest.fixture
def estate(people: People) -> Estate:
    return people.estate

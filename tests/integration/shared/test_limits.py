"""How often is too often: exact counts, refused requests counted as well."""

import asyncio

import pytest

from shared.db import Database
from shared.errors import TooMany
from shared.limits import Limits, prefix
from tests.integration.shared.line import run


async def spend(limits: Limits, key: str = "198.51.100.7", bucket: str = "login", limit: int = 3) -> bool:
    try:
        await limits.spend(bucket, key, limit=limit, seconds=60)
    except TooMany:
        return False
    return True


async def test_the_fourth_of_three_is_too_many_and_says_when_to_come_back(teller: Database) -> None:
    limits = Limits(teller, on=True)
    assert [await spend(limits) for _ in range(3)] == [True] * 3
    with pytest.raises(TooMany) as refused:
        await limits.spend("login", "198.51.100.7", limit=3, seconds=60)
    assert 55 <= refused.value.retry_after <= 60


async def test_each_key_and_each_bucket_counts_for_itself(teller: Database) -> None:
    limits = Limits(teller, on=True)
    for _ in range(4):
        await spend(limits)
    assert await spend(limits, key="198.51.100.8")
    assert await spend(limits, bucket="tracking")
    assert not await spend(limits)


async def test_refused_requests_count_and_the_window_starts_anew_when_it_is_over(teller: Database) -> None:
    limits = Limits(teller, on=True)
    for _ in range(6):
        await spend(limits)
    assert (await run(teller, "select count from spent"))[0]["count"] == 6
    await run(teller, "update spent set started = started - interval '61 seconds'")
    assert await spend(limits)
    assert (await run(teller, "select count from spent"))[0]["count"] == 1


async def test_at_the_same_time_exactly_as_many_pass_as_may(teller: Database) -> None:
    limits = Limits(teller, on=True)
    passed = await asyncio.gather(*(spend(limits, limit=5) for _ in range(20)))
    assert sum(passed) == 5


async def test_a_success_forgives(teller: Database) -> None:
    limits = Limits(teller, on=True)
    for _ in range(4):
        await spend(limits)
    await limits.forget("login", "198.51.100.7")
    assert await spend(limits)


async def test_switched_off_it_allows_everything_and_asks_nobody(teller: Database) -> None:
    limits = Limits(teller, on=False)
    assert [await spend(limits) for _ in range(10)] == [True] * 10
    assert await run(teller, "select 1 from spent") == []


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_household_shares_one_address(address: str, shared: str) -> None:
    assert prefix(address) == shared

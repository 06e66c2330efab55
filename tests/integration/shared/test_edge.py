"""The HTTP edge: what is answered has been committed, and a double click has one effect."""

import asyncio

import httpx2
import pytest

from shared.db import Database
from shared.web.edge import forget_answers
from tests.integration.shared.line import run
from tests.integration.shared.served import a_service
from tests.support import infra
from tests.support.eventually import eventually


async def written(teller: Database) -> list[str]:
    return [row["text"] for row in await run(teller, "select text from written order by 1")]


# --- the transaction ----------------------------------------------------------------------------------------------


async def test_when_the_answer_is_there_the_effect_is_for_everybody_to_see(
    client: httpx2.AsyncClient, teller: Database
) -> None:
    for number in range(20):
        answer = await client.post("/write", json={"text": f"{number:02d}"})
        assert answer.status_code == 201
        assert (await written(teller))[-1] == f"{number:02d}"


async def test_a_commit_that_fails_is_no_success(client: httpx2.AsyncClient, teller: Database) -> None:
    """A plain `yield` dependency would have answered 201 before it knew."""
    await run(teller, "alter table written add constraint late unique (text) deferrable initially deferred")
    assert (await client.post("/write", json={"text": "twice"})).status_code == 201
    again = await client.post("/write", json={"text": "twice"})
    assert (again.status_code, again.json()["code"]) == (500, "internal")
    assert await written(teller) == ["twice"]


async def test_a_route_that_raises_leaves_nothing_behind(client: httpx2.AsyncClient, teller: Database) -> None:
    refused = await client.post("/write-and-fail", json={"text": "refused"})
    broken = await client.post("/write-and-fail", json={"text": "broken"})
    assert (refused.status_code, broken.status_code) == (409, 500)
    assert await written(teller) == []


async def test_after_the_commit_and_only_then_the_relay_is_poked(database: infra.Database, teller: Database) -> None:
    await run(teller, "create table written (text text)")
    poked: list[int] = []
    async with a_service(database.url("workflow"), poke=lambda: poked.append(1)) as client:
        await client.post("/write-and-fail", json={"text": "refused"})
        assert poked == []
        await client.post("/write", json={"text": "kept"})
        assert poked == [1]


async def test_when_every_connection_is_taken_it_says_to_come_back(
    database: infra.Database, teller: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(teller, "create table written (text text)")
    async with a_service(database.url("workflow"), size=1) as client, teller.transaction() as tx:
        await client.get("/readyz")  # the one connection stands
        monkeypatch.setattr("shared.db.ACQUIRE_SECONDS", 0.1)
        await tx.execute("lock table written in access exclusive mode")
        waiting = asyncio.create_task(client.post("/write", json={"text": "first"}))

        async def taken() -> bool:
            rows = await tx.fetch("select 1 from pg_locks where relation = 'written'::regclass and not granted")
            return len(rows) > 0

        _: bool = await eventually(taken)
        second = await client.post("/write", json={"text": "second"})
        assert (second.status_code, second.json()["code"]) == (503, "unavailable")
        assert second.headers["Retry-After"] == "2"
        first = await waiting
        assert first.status_code == 503, "a lock nobody lets go of is waited for two seconds"


# --- once ---------------------------------------------------------------------------------------------------------

KEY = {"Idempotency-Key": "01890a5d-ac96-774b-bcce-b302099a8057"}


async def test_twins_at_the_same_time_have_one_effect_and_one_answer(
    client: httpx2.AsyncClient, teller: Database
) -> None:
    posts = [client.post("/once", json={"text": "twin"}, headers=KEY) for _ in range(5)]
    answers = await asyncio.gather(*posts)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, b'{"text":"twin"}')}
    assert await written(teller) == ["twin"]


async def test_without_a_key_each_post_counts(client: httpx2.AsyncClient, teller: Database) -> None:
    for _ in range(2):
        assert (await client.post("/once", json={"text": "again"})).status_code == 201
    assert await written(teller) == ["again", "again"]


async def test_a_key_stands_for_one_content(client: httpx2.AsyncClient, teller: Database) -> None:
    await client.post("/once", json={"text": "one"}, headers=KEY)
    other = await client.post("/once", json={"text": "two"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert await written(teller) == ["one"]


async def test_an_effect_that_failed_is_not_remembered_as_done(client: httpx2.AsyncClient, teller: Database) -> None:
    failed = await client.post("/once", json={"text": "fails"}, headers=KEY)
    later = await client.post("/once", json={"text": "mended"}, headers=KEY)
    assert (failed.status_code, later.status_code) == (500, 201)
    assert await written(teller) == ["mended"]


async def test_answers_are_forgotten_after_two_days(client: httpx2.AsyncClient, teller: Database) -> None:
    await client.post("/once", json={"text": "old"}, headers=KEY)
    await run(teller, "update idempotency set at = at - interval '47 hours'")
    async with teller.transaction() as tx:
        await forget_answers(tx)
    await client.post("/once", json={"text": "old"}, headers=KEY)
    assert await written(teller) == ["old"]
    await run(teller, "update idempotency set at = at - interval '2 hours'")
    async with teller.transaction() as tx:
        await forget_answers(tx)
    await client.post("/once", json={"text": "old"}, headers=KEY)
    assert await written(teller) == ["old", "old"]

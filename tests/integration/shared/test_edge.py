"""The HTTP edge: what is answered has been committed, what failed is a problem in both languages, and readiness names
what is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared import errors, web
from shared.bus.connection import Bus
from shared.db import Database
from shared.errors import DomainError, FieldError, Text
from shared.settings import ServiceSettings
from shared.web import Once, Transaction
from shared.web.edge import forget_answers
from shared.web.problems import NUMBERS
from tests.integration.shared.line import run
from tests.support import infra, keys
from tests.support.eventually import eventually
from tests.support.serving import serving

router = APIRouter()
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


class Body(BaseModel):
    """What is to be written down."""

    text: str
    number: int = 0


@router.post("/write", status_code=201)
async def write(body: Body, tx: Transaction) -> dict[str, str]:
    await tx.execute("insert into written values ($1)", body.text)
    return {"text": body.text}


@router.post("/write-and-fail")
async def write_and_fail(body: Body, tx: Transaction) -> None:
    await tx.execute("insert into written values ($1)", body.text)
    if body.text == "refused":
        raise errors.Refused("not_now", Text("Bukan sekarang.", "Not now."), allowed=["later"])
    raise RuntimeError("a secret: 800101990001")


@router.post("/once")
async def write_once(body: Body, tx: Transaction, once: Once) -> Response:
    async def effect() -> dict[str, str]:
        if body.text == "fails":
            raise RuntimeError("broken")
        await tx.execute("insert into written values ($1)", body.text)
        await tx.execute("select pg_sleep(0.05)")
        return {"text": body.text}

    return await once.answer(201, effect)


@router.post("/raise/{name}")
async def raise_named(name: str) -> None:
    raise RAISED[name]


@router.get("/secret-path/{token}")
async def secret_path(token: str) -> str:
    return token


@router.get("/misfit", response_model=Body)
async def misfit() -> dict[str, object]:
    return {"text": ["canary"], "number": 1}


TEXT = Text("Ayat Melayu.", "English sentence.")
RAISED: dict[str, Exception] = {
    "invalid": errors.Invalid([FieldError("ic", "not_ic", TEXT)]),
    "not_found": errors.NotFound(),
    "refused": errors.Refused("not_now", TEXT, allowed=["later"]),
    "conflict": errors.Conflict("stale", TEXT, version=7),
    "if_match": errors.Conflict("if_match_required", TEXT),
    "denied": errors.Denied(needs=["ADMIN"]),
    "unknown": errors.Unknown(),
    "too_many": errors.TooMany(17),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock"),
    "timeout": TimeoutError("no connection is free"),
    "network": ConnectionResetError("peer"),
    "row": asyncpg.NotNullViolationError("null value"),
    "bug": RuntimeError("a secret: 800101990001"),
}


@asynccontextmanager
async def a_service(url: str, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    settings = ServiceSettings(**keys.settings("test", url, "nats://127.0.0.1:1", **more.pop("told", {})))
    db = Database(url, name="edge", size=more.pop("size", 10))
    app = web.create_app("edge", about="A made-up service.", settings=settings, routers=[router], db=db, **more)
    async with serving(app) as client:
        yield client


@pytest.fixture
async def client(database: infra.Database, teller: Database) -> AsyncIterator[httpx2.AsyncClient]:
    await run(teller, "create table written (text text)")
    async with a_service(database.url("workflow")) as served:
        yield served


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


# --- problems -----------------------------------------------------------------------------------------------------


def test_every_error_of_ours_has_its_number() -> None:
    family = set(DomainError.__subclasses__())
    assert set(NUMBERS) == family
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.parametrize(
    ("name", "status", "code", "facts"),
    [
        ("invalid", 422, "invalid", {}),
        ("not_found", 404, "not_found", {}),
        ("refused", 409, "not_now", {"allowed": ["later"]}),
        ("conflict", 412, "stale", {"version": 7}),
        ("if_match", 428, "if_match_required", {}),
        ("denied", 403, "denied", {"needs": ["ADMIN"]}),
        ("unknown", 401, "login_required", {}),
        ("too_many", 429, "rate_limited", {"retry_after": 17}),
        ("deadlock", 503, "unavailable", {}),
        ("timeout", 503, "unavailable", {}),
        ("network", 503, "unavailable", {}),
        ("row", 500, "internal", {}),
        ("bug", 500, "internal", {}),
    ],
)
async def test_an_error_is_a_problem_with_a_code_and_its_facts_in_both_languages(
    name: str, status: int, code: str, facts: dict[str, Any]
) -> None:
    async with a_service(NOWHERE) as client:
        answer = await client.post(f"/raise/{name}")
    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["type"] == f"urn:helpdesk:problem:{code}"
    assert said["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert said["messages"]["ms"] != said["messages"]["en"] == said["detail"]
    assert {fact: said[fact] for fact in facts} == facts
    assert "secret" not in answer.text
    assert answer.headers.get("Retry-After") == {429: "17", 503: "2"}.get(status)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


async def test_each_field_that_is_wrong_is_named_in_both_languages(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/write", json={"number": "many"})
    assert [(one["field"], one["code"], one["ms"], one["en"]) for one in answer.json()["errors"]] == [
        ("text", "required", "Wajib diisi", "Required"),
        ("number", "int_parsing", "Nilai tidak sah", "Not a valid value"),
    ]


async def test_a_request_is_named_by_the_portals_id_or_by_one_of_our_own(client: httpx2.AsyncClient) -> None:
    given = "01890a5d-ac96-774b-bcce-b302099a8057"
    answer = await client.get("/livez", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given
    for bad in ("x", "a b", given + "0", "<script>"):
        answer = await client.get("/livez", headers={"X-Request-ID": bad})
        assert answer.headers["x-request-id"] != bad


# --- health -------------------------------------------------------------------------------------------------------


async def ready(client: httpx2.AsyncClient) -> tuple[int, list[str]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()["why"]


async def test_without_postgres_it_lives_and_says_that_postgres_is_what_it_lacks() -> None:
    async def age() -> float:
        raise ConnectionRefusedError

    async with a_service(NOWHERE, outbox_age=age) as client:
        status, why = await ready(client)
        assert (status, len(why)) == (503, 1)
        assert why[0].startswith("postgres: ConnectionRefusedError")
        assert (await client.get("/livez")).status_code == 200
        figures = await client.get("/metrics")
        assert figures.status_code == 200, "its other figures are worth most just now"
        assert "http_requests_total" in figures.text


async def test_without_the_broker_it_is_not_ready_at_first_and_stays_ready_later(database: infra.Database) -> None:
    bus = Bus("nats://127.0.0.1:1", name="edge")
    there = False

    async def broker() -> str | None:
        return None if there else await bus.why_not_ready()

    async with a_service(database.url("workflow"), wished=[broker]) as client:
        assert await ready(client) == (503, ["nats: not connected"])
        there = True
        assert await ready(client) == (200, [])
        there = False
        assert await ready(client) == (200, ["nats: not connected"]), "it serves, and catches up later"


async def test_what_it_needs_of_its_own_is_named_beside_the_rest(database: infra.Database) -> None:
    async def form() -> str | None:
        return "intake: the form is not open yet"

    async with a_service(database.url("workflow"), needed=[form]) as client:
        assert await ready(client) == (503, ["intake: the form is not open yet"])


async def test_the_age_of_what_is_unsaid_is_told(database: infra.Database) -> None:
    async def age() -> float:
        return 12.5

    async with a_service(database.url("workflow"), outbox_age=age) as client:
        assert (await client.get("/readyz")).json()["outbox_oldest_seconds"] == 12.5
        assert "outbox_oldest_seconds 12.5" in (await client.get("/metrics")).text


async def test_a_loop_that_raises_is_started_again(database: infra.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.app.RESTART_SECONDS", 0.0)
    runs = 0

    async def stumbling() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise RuntimeError("stumbled")
        await asyncio.Event().wait()

    async with a_service(database.url("workflow"), loops=[stumbling]):
        await eventually(lambda: runs == 3)


# --- logs ---------------------------------------------------------------------------------------------------------


def lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines()]


async def test_one_line_an_arrival_names_the_route_and_never_the_path(
    database: infra.Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_service(database.url("workflow"), told={"log_level": "INFO"}) as client:
        await client.get("/secret-path/canary-token?ic=canary-ic", headers={"X-Tracking-Token": "canary-header"})
        await client.get("/livez")
    (line,) = [one for one in lines(capsys.readouterr().out) if one["event"] == "answered"]
    assert (line["route"], line["method"], line["status"]) == ("/secret-path/{token}", "GET", 200)
    assert len(line["correlation"]) == 36
    assert "canary" not in json.dumps(line)


async def test_what_a_failed_statement_quotes_is_kept_out_of_the_log(
    database: infra.Database, teller: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(teller, "create table written (text text, more text not null)")
    async with a_service(database.url("workflow")) as client:
        assert (await client.post("/write", json={"text": "canary-complaint"})).status_code == 500
    logged = capsys.readouterr().out
    assert "NotNullViolationError" in logged
    assert "canary" not in logged


async def test_an_answer_that_does_not_fit_its_form_is_kept_out_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with a_service(NOWHERE) as client:
        assert (await client.get("/misfit")).status_code == 500
    logged = capsys.readouterr().out
    assert "ResponseValidationError" in logged
    assert "canary" not in logged

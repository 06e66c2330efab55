"""Readiness names what is wrong, figures are always told, and a log line never quotes anybody."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from shared.bus.connection import Bus
from shared.db import Database
from shared.metrics import Waiting
from tests.integration.shared.line import run
from tests.integration.shared.served import NOWHERE, a_service
from tests.support import infra
from tests.support.eventually import eventually

# --- health -------------------------------------------------------------------------------------------------------


async def ready(client: httpx2.AsyncClient) -> tuple[int, list[str]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()["why"]


async def test_without_postgres_it_lives_and_says_that_postgres_is_what_it_lacks() -> None:
    async def unsaid() -> Waiting:
        raise ConnectionRefusedError

    async with a_service(NOWHERE, backlogs={"outbox": unsaid}) as client:
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
    async def unsaid() -> Waiting:
        return Waiting(3, 12.5)

    async with a_service(database.url("workflow"), backlogs={"outbox": unsaid}) as client:
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


async def test_of_a_fault_of_ours_the_log_says_what_and_where_and_not_what_was_in_hand(
    database: infra.Database, teller: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(teller, "create table written (text text)")
    async with a_service(database.url("workflow")) as client:
        assert (await client.post("/write-and-fail", json={"text": "any"})).status_code == 500
    (line,) = [one for one in lines(capsys.readouterr().out) if one["event"] != "answered"]
    assert line["exception"].endswith(" in write_and_fail")
    assert "RuntimeError at tests/integration/shared/served.py:" in line["exception"]
    assert "800101990001" not in line["exception"].rpartition("\n")[2]


async def test_an_answer_that_does_not_fit_its_form_is_kept_out_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with a_service(NOWHERE) as client:
        assert (await client.get("/misfit")).status_code == 500
    logged = capsys.readouterr().out
    assert "ResponseValidationError" in logged
    assert "canary" not in logged

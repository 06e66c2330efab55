"""Asking for tracking links: always the same answer, and only workflow's side knows whether there is anything."""

from typing import Any

import httpx2
import pytest

from services.intake.domain.numbers import complaint_number
from shared.envelope import decode
from shared.events.intake import TrackingLinkRequested
from shared.privacy import blind_index, parse_key
from tests.integration.intake.desk import IC, OTHER_IC, Intake, fields, fresh_key, from_address
from tests.support.keys import INDEX_KEY


async def ask(intake: Intake, address: str = "10.0.0.1", **body: Any) -> httpx2.Response:
    return await intake.client.post("/v1/tracking-links", json=body, headers=fresh_key() | from_address(address))


async def requested(intake: Intake) -> list[TrackingLinkRequested]:
    rows = await intake.rows("select body from event where type = 'tracking_link.requested' order by at")
    return [decode(row["body"]).open_as(TrackingLinkRequested) for row in rows]


async def test_hit_and_miss_are_answered_and_said_the_same(intake: Intake) -> None:
    number = (await intake.filed())["number"]
    answers = [
        await ask(intake, ic=IC),
        await ask(intake, ic=OTHER_IC),
        await ask(intake, number=number),
        await ask(intake, number=complaint_number(2026, 999_999)),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"{}")}
    events = await requested(intake)
    index = parse_key(INDEX_KEY)
    assert [(event.ic_index, event.number) for event in events] == [
        (blind_index(index, "ic", IC), None),
        (blind_index(index, "ic", OTHER_IC), None),
        (None, number),
        (None, complaint_number(2026, 999_999)),
    ]


async def test_each_request_is_a_subject_of_its_own(intake: Intake) -> None:
    await ask(intake, ic=IC)
    await ask(intake, ic=IC, language="en")
    rows = await intake.rows("select about, sequence, id from event where type = 'tracking_link.requested'")
    assert {row["sequence"] for row in rows} == {1}
    assert all(row["about"] == str(row["id"]) for row in rows)
    assert sorted(event.language for event in await requested(intake)) == ["en", "ms"]


MALFORMED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {"ic": "required"}),
    ({"ic": "1"}, {"ic": "ic"}),
    ({"number": "HD-1"}, {"number": "number"}),
    ({"number": "a\0"}, {"number": "number"}),
    ({"ic": 5}, {"ic": "string_type"}),
    ({"ic": IC, "email": "x@example.test"}, {"email": "unexpected"}),
]


async def test_a_malformed_request_is_a_field_error(intake: Intake) -> None:
    for body, said_of in MALFORMED:
        assert fields(await ask(intake, **body)) == said_of


async def test_the_same_key_asks_once(intake: Intake) -> None:
    once = fresh_key()
    for _ in range(2):
        assert (await intake.client.post("/v1/tracking-links", json={"ic": IC}, headers=once)).status_code == 202
    assert len(await requested(intake)) == 1


async def test_ten_an_hour_for_an_address(limited: Intake) -> None:
    statuses = [(await ask(limited, number=complaint_number(2026, at))).status_code for at in range(1, 12)]
    assert statuses == [202] * 10 + [429]


@pytest.mark.parametrize("by", [{"ic": IC}, {"number": complaint_number(2026, 1)}])
async def test_an_owner_gets_three_an_hour_and_nobody_is_told(limited: Intake, by: dict[str, str]) -> None:
    answers = [await ask(limited, f"10.0.0.{at}", **by) for at in range(5)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"{}")}
    assert len(await requested(limited)) == 3

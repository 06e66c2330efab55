"""What comes the straight way is read as FastAPI would read it; what cannot be read so, FastAPI refuses itself."""

import json

import pytest
from fastapi import APIRouter, Request

from services.intake.api import bodies
from services.intake.api.straight import Straight
from tests.integration.intake.desk import Intake, fields, filing


async def test_json_by_another_name_is_taken_too(intake: Intake) -> None:
    for name in ("application/json; charset=utf-8", "application/vnd.helpdesk+json"):
        body = json.dumps(filing(altcha=await intake.solved()))
        answer = await intake.client.post("/v1/complaints", content=body, headers={"Content-Type": name})
        assert answer.status_code == 201, answer.text


async def test_a_form_that_does_not_say_it_is_json_is_refused(intake: Intake) -> None:
    body = json.dumps(filing())
    for headers in ({"Content-Type": "text/plain"}, {}):
        answer = await intake.client.post("/v1/complaints", content=body, headers=headers)
        assert answer.status_code == 422
    assert await intake.count("submission") == 0


async def test_a_form_nested_too_deeply_is_malformed(intake: Intake) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await intake.client.post("/v1/complaints", content=b"[" * 100_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_missing_form_is_one_wrong_field(intake: Intake) -> None:
    answer = await intake.client.post("/v1/complaints", headers={"Content-Type": "application/json"})
    assert fields(answer) == {"": "required"}


def test_a_route_that_takes_more_does_not_go_the_straight_way() -> None:
    router = APIRouter(route_class=Straight)

    async def file(body: bodies.Filing, request: Request, idempotency_key: str, page: int) -> None: ...

    with pytest.raises(TypeError, match="takes more"):
        router.post("/")(file)

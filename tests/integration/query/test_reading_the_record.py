"""How a rebuild reads the record over HTTP."""

from collections.abc import Sequence

import httpx2
import msgspec
import pytest

from services.query.handlers.record import WorkflowRecord
from shared.envelope import Envelope
from tests.integration.query.rebuilding import NUMBERS, RECORD


def pages_of(letters: Sequence[Envelope], requests: list[httpx2.QueryParams]) -> httpx2.MockTransport:
    """Workflow's `GET /v1/events` over these, ten a page."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["X-Service-Token"] == "a token"
        requests.append(request.url.params)
        known = dict(one.rsplit(":", 1) for one in request.url.params.get_list("of"))
        if known:
            told = [one for one in letters if one.sequence > int(known.get(one.subject, 99))]
        else:
            cursor = request.url.params["after"]
            told = list(letters[int(cursor or -1) + 1 :][:10])
        lines = [msgspec.json.encode({"cursor": str(letters.index(one)), "event": one}) for one in told]
        headers = {"Total-Events": "25"} if not request.url.params.get("after") and not known else {}
        return httpx2.Response(200, content=b"".join(line + b"\n" for line in lines), headers=headers)

    return httpx2.MockTransport(answer)


async def test_the_record_is_read_page_by_page_with_the_service_token() -> None:
    requests: list[httpx2.QueryParams] = []
    async with httpx2.AsyncClient(transport=pages_of(RECORD[:25], requests), base_url="http://workflow") as client:
        record = WorkflowRecord(client, "a token")
        read = [letter async for page in record.pages() for letter in page]
        assert [letter.id for letter in read] == [letter.id for letter in RECORD[:25]]
        assert record.total == 25
        number = NUMBERS[0]
        told = await record.of({number: 7, "nobody": 3})
    assert [letter.sequence for letter in told] == [one.sequence for one in RECORD[:25] if one.subject == number][7:]


async def test_more_subjects_than_one_request_takes_are_asked_for_in_several() -> None:
    requests: list[httpx2.QueryParams] = []
    async with httpx2.AsyncClient(transport=pages_of(RECORD, requests), base_url="http://workflow") as client:
        told = await WorkflowRecord(client, "a token").of({f"nobody-{n}": 1 for n in range(450)} | {NUMBERS[19]: 0})
    assert [len(params.get_list("of")) for params in requests] == [200, 200, 51]
    assert [letter.id for letter in told] == [one.id for one in RECORD if one.subject == NUMBERS[19]]


async def test_a_workflow_that_refuses_ends_the_rebuild() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(401))
    async with httpx2.AsyncClient(transport=transport, base_url="http://workflow") as client:
        with pytest.raises(httpx2.HTTPStatusError):
            await anext(WorkflowRecord(client, "wrong").pages())

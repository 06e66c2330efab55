"""Every error is a problem, at its own number, in both languages, and tells nothing it should not."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from shared.errors import DomainError
from shared.web.problems import NUMBERS
from tests.integration.shared.served import NOWHERE, a_service


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


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"text": "a", "text": "a"}', "text"),
        (b'{"text": "a", "te\\u0078t": "b"}', "text"),
        (b'{"text": "a", "more": [{"x": {"y": 1, "z": 2, "y": 3}}]}', "y"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "?"),
        (b'{"' + b"k" * 5000 + b'": 1, "' + b"k" * 5000 + b'": 2}', "k" * 100),
    ],
    ids=["plain", "escaped", "deep inside", "half a letter", "long"],
)
async def test_a_field_said_twice_is_named_whatever_comes_in_which_piece(
    client: httpx2.AsyncClient, body: bytes, field: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield body[:10]
        yield body[10:]

    for content in (body, pieces()):
        answer = await client.post("/write", content=content, headers={"Content-Type": "application/json"})
        said = answer.json()
        assert (answer.status_code, said["code"], said["messages"]["ms"] != "") == (422, "invalid", True)
        assert [(one["field"], one["code"]) for one in said["errors"]] == [(field, "repeated")]


async def test_a_request_is_named_by_the_portals_id_or_by_one_of_our_own(client: httpx2.AsyncClient) -> None:
    given = "01890a5d-ac96-774b-bcce-b302099a8057"
    answer = await client.get("/livez", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given
    for bad in ("x", "a b", given + "0", "<script>"):
        answer = await client.get("/livez", headers={"X-Request-ID": bad})
        assert answer.headers["x-request-id"] != bad

"""The clients: what goes along with a call, and what comes back as what."""

import httpx2
import msgspec
import pytest

from services.portal.clients import Clients, Problem, Proof, Unavailable, visitor
from tests.unit.portal.outside import NUMBER, TOKEN, Outside, answer, browser, portal, problem, settings


@pytest.fixture
def clients(outside: Outside) -> Clients:
    return Clients.to(settings(), outside.transport())


async def test_a_call_carries_the_service_token_and_the_visitor_s_address(outside: Outside, clients: Clients) -> None:
    visitor.set("203.0.113.7")
    await clients.intake.form()
    visitor.set("2001:db8::1")
    await clients.intake.form()
    first, second = outside.calls("GET", "/v1/form")
    assert first.headers["X-Service-Token"] == "service-token"
    assert first.headers["Forwarded"] == "for=203.0.113.7"
    assert second.headers["Forwarded"] == 'for="[2001:db8::1]"'


@pytest.mark.parametrize(("trusted", "visitor"), [("203.0.113.0/24", "198.51.100.9"), ("", "203.0.113.7")])
async def test_only_a_proxy_that_is_trusted_says_who_the_visitor_is(
    outside: Outside, trusted: str, visitor: str
) -> None:
    async with browser(portal(outside, trusted_proxies=trusted)) as page:
        await page.get("/", headers={"X-Forwarded-For": "198.51.100.1, 198.51.100.9"})
    assert {asked.headers["Forwarded"] for asked in outside.calls("GET", "/v1/form")} == {f"for={visitor}"}


async def test_a_service_that_is_away_is_unavailable(outside: Outside, clients: Clients) -> None:
    outside.down.add("intake")
    with pytest.raises(Unavailable) as told:
        await clients.intake.form()
    assert told.value.service == "intake"


async def test_a_broken_service_and_an_answer_that_makes_no_sense_are_unavailable(
    outside: Outside, clients: Clients
) -> None:
    for reply in (answer({"x": 1}, 500), answer({"x": 1}, 503, **{"Retry-After": "7"}), answer({"departments": 3})):
        outside.on("GET", "/v1/form", reply)
        with pytest.raises(Unavailable):
            await clients.intake.form()


async def test_members_nobody_asked_for_are_ignored(outside: Outside, clients: Clients) -> None:
    outside.on("GET", "/v1/badge", answer({"badge": 4, "new": True}))
    assert await clients.query.badge("t") == 4


async def test_a_refusal_carries_its_code_words_fields_and_facts(outside: Outside, clients: Clients) -> None:
    refusal = problem(409, "refused", "Tidak boleh", "Not now", errors=[("x", "m", "e")], state="BARU", retry_after=9)
    outside.on("POST", f"/v1/complaints/{NUMBER}/actions/reply", refusal)
    with pytest.raises(Problem) as told:
        await clients.workflow.act(NUMBER, "reply", {"text": "x"}, "t", version=7, key="k" * 8)
    found = told.value
    assert (found.status, found.code, found.retry_after) == (409, "refused", 9)
    assert (found.text["ms"], found.text["en"]) == ("Tidak boleh", "Not now")
    assert found.fields("en") == {"x": "e"}
    assert found.facts["state"] == "BARU"
    asked = outside.last("POST", f"/v1/complaints/{NUMBER}/actions/reply")
    assert asked.headers["If-Match"] == '"v7"'
    assert asked.headers["Authorization"] == "Bearer t"


async def test_a_refusal_without_a_readable_body_is_still_a_refusal(outside: Outside, clients: Clients) -> None:
    outside.on("GET", "/v1/badge", httpx2.Response(403, content=b"<html>no"))
    with pytest.raises(Problem) as told:
        await clients.query.badge("t")
    assert told.value.status == 403


async def test_a_link_proves_itself_in_a_header_and_never_in_the_body(outside: Outside, clients: Clients) -> None:
    await clients.intake.say(NUMBER, "answer", "ya", "k" * 8, token=TOKEN)
    asked = outside.last("POST", f"/v1/complaints/{NUMBER}/messages")
    assert asked.headers["X-Tracking-Token"] == TOKEN
    assert asked.body == {"action": "answer", "text": "ya", "attachments": []}
    await clients.intake.say(NUMBER, "answer", "ya", "k" * 8, proof=Proof("800101990001", "Aminah", None))
    asked = outside.last("POST", f"/v1/complaints/{NUMBER}/messages")
    assert "X-Tracking-Token" not in asked.headers
    assert asked.body["ic"] == "800101990001"
    assert TOKEN not in msgspec.json.encode(asked.body).decode()


@pytest.mark.parametrize("number", ["", ".", "..", "../tracking-links?x=", "a/b", "HD 1", "HD\n1", "x" * 65, "ñ"])
async def test_a_number_is_one_part_of_a_path_or_names_nothing(outside: Outside, clients: Clients, number: str) -> None:
    for call in (
        clients.intake.say(number, "answer", "x", "k" * 8),
        clients.intake.rate(number, 5, "", "k" * 8),
        clients.workflow.complaint(number, "t"),
        clients.workflow.act(NUMBER, number, {}, "t"),
    ):
        with pytest.raises(Problem) as told:
            await call
        assert told.value.status == 404
    assert outside.asked == []


@pytest.mark.parametrize("token", ["a\r\nX-Service-Token: x", "tokén", "\x00"])
async def test_a_token_that_no_service_gave_reaches_none(outside: Outside, clients: Clients, token: str) -> None:
    with pytest.raises(Problem) as told:
        await clients.query.track(token=token)
    assert told.value.status == 401
    assert outside.asked == []


async def test_a_path_stays_a_path(outside: Outside, clients: Clients) -> None:
    with pytest.raises(Problem):
        await clients.query.get("/v1/complaints/HD-1?seen=#x", "t")
    assert outside.asked[-1].path == "/v1/complaints/HD-1?seen=#x"
    assert outside.asked[-1].params == {}

"""Who of the staff is here: sessions in the cookie, tokens in memory, one renewal for many requests."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.portal.clients import Clients, Problem
from services.portal.session import Sessions, onward
from tests.unit.portal.outside import LOGIN, Asked, Outside, answer, problem, settings


def ends_in(seconds: float, token: str) -> httpx2.Response:
    """A token that ends so soon."""
    return answer({**LOGIN, "token": token, "expires_at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()})


@pytest.fixture
def sessions(outside: Outside) -> Sessions:
    return Sessions(Clients.to(settings(), outside.transport()).workflow)


async def test_a_token_with_time_left_is_used_again(outside: Outside, sessions: Sessions) -> None:
    outside.on("POST", "/v1/sessions/current", ends_in(60, "fresh"))
    assert [(await sessions.current("s")).token for _ in range(3)] == ["fresh"] * 3
    assert len(outside.calls("POST", "/v1/sessions/current")) == 1
    assert outside.last("POST", "/v1/sessions/current").headers["X-Session"] == "s"


async def test_a_token_about_to_end_is_renewed_before_it_is_used(outside: Outside, sessions: Sessions) -> None:
    outside.on("POST", "/v1/sessions/current", ends_in(9, "old"))
    await sessions.current("s")
    outside.on("POST", "/v1/sessions/current", ends_in(60, "new"))
    assert (await sessions.current("s")).token == "new"


async def test_many_requests_of_one_session_wait_for_one_renewal(outside: Outside, sessions: Sessions) -> None:
    outside.on("POST", "/v1/sessions/current", ends_in(60, "fresh"))
    found = await asyncio.gather(*(sessions.current("s") for _ in range(20)))
    assert {one.token for one in found} == {"fresh"}
    assert len(outside.calls("POST", "/v1/sessions/current")) == 1


async def test_a_session_that_has_ended_is_over_for_everyone_who_waits(outside: Outside, sessions: Sessions) -> None:
    outside.on("POST", "/v1/sessions/current", problem(401, "session_ended"))
    found = await asyncio.gather(*(sessions.current("s") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(one, Problem) and one.status == 401 for one in found)


async def test_after_a_logout_the_token_at_hand_is_gone_too(outside: Outside, sessions: Sessions) -> None:
    outside.on("POST", "/v1/sessions/current", ends_in(60, "fresh"))
    await sessions.current("s")
    await sessions.log_out("s")
    await sessions.current("s")
    assert len(outside.calls("POST", "/v1/sessions/current")) == 2


async def test_two_people_are_two_people(outside: Outside, sessions: Sessions) -> None:
    def renewed(asked: Asked) -> httpx2.Response:
        return ends_in(60, f"token of {asked.headers['X-Session']}")

    outside.on("POST", "/v1/sessions/current", renewed)
    assert (await sessions.current("a")).token == "token of a"
    assert (await sessions.current("b")).token == "token of b"
    assert (await sessions.current("a")).token == "token of a"


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("/staf/peti-masuk?folder=mine", "/staf/peti-masuk?folder=mine"),
        ("https://evil.example/", "/staf"),
        ("//evil.example/", "/staf"),
        ("/\\evil.example/", "/staf"),
        ("/\tx\n", "/staf"),
        ("javascript:alert(1)", "/staf"),
        ("", "/staf"),
    ],
)
def test_a_login_leads_on_into_this_site_only(url: str, leads: str) -> None:
    assert onward(url) == leads

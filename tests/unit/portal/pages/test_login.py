"""Log in, log out, and the way back to where one was."""

import httpx2
import pytest

from tests.unit.portal.outside import AISYAH, LOGIN, Outside, answer, problem
from tests.unit.portal.reading import Page

IC = "800101990001"


async def log_in(visitor: httpx2.AsyncClient, **typed: str) -> httpx2.Response:
    return await visitor.post("/log-masuk", data={"ic": IC, "password": "rahsia", **typed})


async def test_a_staff_page_leads_to_the_login_and_back(visitor: httpx2.AsyncClient) -> None:
    sent_away = await visitor.get("/staf/lencana?x=1")
    assert (sent_away.status_code, sent_away.headers["Location"]) == (303, "/log-masuk?next=%2Fstaf%2Flencana%3Fx%3D1")
    form = Page(await visitor.get(sent_away.headers["Location"])).form("login")
    assert form.fields["next"] == "/staf/lencana?x=1"
    back = await log_in(visitor, next=form.fields["next"])
    assert (back.status_code, back.headers["Location"]) == (303, "/staf/lencana?x=1")
    assert "3 aduan menunggu tindakan pertama anda" in Page(await visitor.get("/staf/lencana?x=1")).text


async def test_the_cookie_is_the_session_and_no_script_can_read_it(visitor: httpx2.AsyncClient) -> None:
    cookie = (await log_in(visitor)).headers["set-cookie"]
    assert cookie.startswith("sesi=sesi-rahsia;")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "token-1" not in cookie


async def test_a_wrong_password_is_one_sentence_and_is_not_shown_again(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/sessions", problem(401, "login_failed"))
    answer_ = await log_in(visitor, password="salah-sekali")
    page = Page(answer_)
    assert page.status == 422
    assert "No. Kad Pengenalan atau kata laluan tidak betul." in page.text
    assert "salah-sekali" not in page.html
    assert page.form("login").fields["ic"] == IC
    assert "set-cookie" not in answer_.headers


async def test_a_locked_account_says_for_how_long(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/sessions", problem(429, "locked", retry_after=890))
    page = Page(await log_in(visitor))
    assert (page.status, "Cuba semula dalam 15 minit" in page.text) == (429, True)


async def test_empty_fields_ask_nobody(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    page = Page(await log_in(visitor, ic=" ", password=""))
    assert "Terdapat 2 ralat" in page.text
    assert outside.asked == []


async def test_while_workflow_is_away_the_login_says_so(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.down.add("workflow")
    page = Page(await log_in(visitor))
    assert page.status == 503
    assert page.form("login").fields["ic"] == IC


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_a_login_never_leads_to_another_site(visitor: httpx2.AsyncClient, evil: str) -> None:
    assert (await log_in(visitor, next=evil)).headers["Location"] == "/staf"
    assert Page(await visitor.get("/log-masuk", params={"next": evil})).form("login").fields["next"] == "/staf"


async def test_a_logout_ends_the_session_everywhere(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await log_in(visitor)
    assert (await visitor.get("/log-keluar")).headers["Location"] == "/staf"
    assert outside.calls("DELETE", "/v1/sessions/current") == []
    out = await visitor.post("/log-keluar")
    assert out.headers["Location"] == "/log-masuk?keluar=1"
    assert outside.last("DELETE", "/v1/sessions/current").headers["X-Session"] == "sesi-rahsia"
    assert (await visitor.get("/staf/lencana")).status_code == 303


async def test_a_logout_forgets_the_session_even_while_workflow_is_away(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    await log_in(visitor)
    outside.down.add("workflow")
    await visitor.post("/log-keluar")
    assert (await visitor.get("/staf/lencana")).headers["Location"].startswith("/log-masuk")


async def test_a_fragment_of_an_ended_session_sends_the_whole_page_to_the_login(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/sessions/current", problem(401, "session_ended"))
    visitor.cookies.set("sesi", "old")
    answer_ = await visitor.get("/staf/lencana", headers={"HX-Request": "true"})
    assert answer_.status_code == 204
    assert answer_.headers["HX-Redirect"].startswith("/log-masuk")


async def test_staff_pages_speak_the_language_of_the_person_until_they_choose(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/sessions", answer({**LOGIN, "staff": {**AISYAH, "language": "en"}}))
    await log_in(visitor)
    assert "3 complaints wait for your first act" in (await visitor.get("/staf/lencana")).text
    assert "3 aduan menunggu tindakan pertama anda" in (await visitor.get("/staf/lencana?lang=ms")).text


async def test_what_a_role_may_not_see_is_said_kindly(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await log_in(visitor)
    outside.on("GET", "/v1/badge", problem(403, "denied"))
    page = Page(await visitor.get("/staf/lencana"))
    assert page.status == 403
    assert "Peranan anda tidak membenarkannya" in page.text


async def test_the_badge_is_a_fragment(visitor: httpx2.AsyncClient) -> None:
    await log_in(visitor)
    html = (await visitor.get("/staf/lencana")).text
    assert html.strip().startswith('<span class="count"')
    assert ">3<" in html

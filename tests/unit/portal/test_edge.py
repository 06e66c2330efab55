"""The skin: what a browser may do with our pages, and who may post to them."""

import httpx2
import pytest
from starlette.datastructures import Headers

from services.portal.edge import foreign
from tests.unit.portal.outside import TOKEN, Outside, browser, portal

ORIGIN = "https://aduan.kelantan.gov.my"


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, True),
        ({"origin": ORIGIN}, False),
        ({"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "null"}, True),
        ({}, False),
    ],
)
def test_a_post_from_another_site_is_known_by_its_headers(headers: dict[str, str], refused: bool) -> None:
    assert foreign(Headers(headers), ORIGIN, token_in_path=False) is refused


def test_a_page_that_gives_no_referrer_may_post_by_the_token_in_its_address() -> None:
    assert foreign(Headers({"origin": "null"}), ORIGIN, token_in_path=True) is False
    assert foreign(Headers({"origin": "https://evil.example"}), ORIGIN, token_in_path=True) is True


@pytest.mark.parametrize(
    "path", ["/", "/semak", "/hantar", "/semakan", "/log-masuk", "/log-keluar", f"/a/{TOKEN}/balas"]
)
async def test_no_other_site_can_post_anything(outside: Outside, visitor: httpx2.AsyncClient, path: str) -> None:
    answer = await visitor.post(path, data={"ic": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Permintaan ini tidak datang daripada laman kami" in answer.text
    assert outside.asked == []


@pytest.mark.parametrize("path", ["/", "/semakan", "/nope", "/log-masuk", f"/a/{TOKEN}", "/robots.txt"])
async def test_every_answer_tells_the_browser_to_run_nothing_but_ours(visitor: httpx2.AsyncClient, path: str) -> None:
    headers = (await visitor.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")


async def test_what_can_be_read_can_be_asked_about(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    for path in ("/", f"/a/{TOKEN}", "/static/components.css"):
        asked = await visitor.head(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert int(asked.headers["Content-Length"]) > 0
    assert (await visitor.head("/hantar")).status_code == 405
    assert outside.calls("POST", "/v1/complaints") == []


async def test_no_page_carries_a_script_or_a_style_of_its_own(visitor: httpx2.AsyncClient) -> None:
    for path in ("/", "/semakan", f"/a/{TOKEN}", "/panduan"):
        html = (await visitor.get(path)).text
        assert "<style" not in html
        assert " style=" not in html
        assert html.count("<script") == html.count("<script src=")
        assert "://" not in html


async def test_a_tracking_link_is_told_to_no_other_page(visitor: httpx2.AsyncClient) -> None:
    assert (await visitor.get(f"/a/{TOKEN}")).headers["Referrer-Policy"] == "no-referrer"


async def test_an_unforeseen_fault_is_a_page_and_wears_the_same_skin(outside: Outside) -> None:
    def broken(_: object) -> httpx2.Response:
        raise RuntimeError("a secret of the inside")

    outside.on("GET", "/v1/form", broken)
    async with browser(portal(outside)) as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert "berlaku ralat di pihak kami" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_over_https_cookies_are_bound_to_the_host(outside: Outside) -> None:
    async with browser(portal(outside, public_url="https://portal.test")) as client:
        answer = await client.post("/log-masuk", data={"ic": "800101990001", "password": "x"})
        assert "Strict-Transport-Security" in answer.headers
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sesi=sesi-rahsia;")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))


async def test_a_form_larger_than_any_honest_one_is_refused_with_a_page(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.post("/semak", data={"description": "x" * (1024 * 1024)})
    assert answer.status_code == 413
    assert "Kandungan terlalu besar" in answer.text


async def test_neither_token_nor_ic_is_logged(outside: Outside, capsys: pytest.CaptureFixture[str]) -> None:
    app = portal(outside)
    async with app.router.lifespan_context(app), browser(app) as client:
        await client.get(f"/a/{TOKEN}")
        await client.post("/semakan", data={"ic": "800101990001"})
        await client.get("/semakan?ic=800101990001")
        outside.down.add("query")
        await client.get(f"/a/{TOKEN}")
    said = capsys.readouterr().out
    assert "/a/{token}" in said
    assert TOKEN not in said
    assert "800101990001" not in said

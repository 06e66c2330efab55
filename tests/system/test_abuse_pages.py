"""What a browser may do with the portal's pages, and who may make it post there: every page and every form."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute

from services.portal import main as portal
from services.portal.settings import Settings
from tests.integration.workflow.office import NUMBER, PASSWORD, staff_ic
from tests.support import infra, keys
from tests.support.house import SERVICES, House, a_house

ROUTES = [route for router in portal.ROUTERS for route in router.routes if isinstance(route, APIRoute)]
PAGES = sorted({route.path for route in ROUTES if "GET" in (route.methods or ())})
FORMS = sorted({route.path for route in ROUTES if "POST" in (route.methods or ())})
STREAMS = {"/staf/langsung"}
"""Open for as long as somebody listens."""
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
EXTENDED = {"style-src-attr": "'unsafe-inline'"}
"""What a report page may, beside."""


@pytest.fixture(scope="module")
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    with a_house(databases, brokers, rate_limits="off") as made:
        made.run(made.office.bring(NUMBER, "INPROGRESS"))
        yield made


@pytest.fixture(scope="module")
def admin(house: House) -> Iterator[httpx2.Client]:
    """Logged in as Admin, and not led on by redirects."""
    with httpx2.Client(base_url=house.url("portal"), timeout=60) as client:
        answer = client.post("/log-masuk", data={"ic": staff_ic("admin"), "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


def filled(path: str) -> str:
    """An address of this page; what it names is mostly not there, which has a page as well."""
    return re.sub(r"\{number[^}]*\}", NUMBER, re.sub(r"\{(?!number)[^}]*\}", "x", path))


@pytest.mark.parametrize("path", [path for path in PAGES if path not in STREAMS])
@pytest.mark.parametrize("who", ["a visitor", "an admin"])
def test_every_page_says_what_a_browser_may_do_with_it(path: str, who: str, house: House, admin: httpx2.Client) -> None:
    visitor = httpx2.Client(base_url=house.url("portal"), timeout=60)
    with visitor:
        answer = (admin if who == "an admin" else visitor).get(filled(path))
    assert answer.status_code < 500, f"{answer.status_code} {answer.text[:300]}"
    given = answer.headers
    if "sandbox" not in given["content-security-policy"]:  # a file is only saved, or shown as a picture
        rules = dict(rule.strip().split(" ", 1) for rule in given["content-security-policy"].split(";") if rule.strip())
        assert rules == POLICY or rules == POLICY | EXTENDED
    assert given["x-content-type-options"] == "nosniff"
    assert given["x-frame-options"] == "DENY"
    assert given["referrer-policy"] in ("same-origin", "no-referrer")
    assert given["cross-origin-opener-policy"] == "same-origin"
    assert given["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in given["permissions-policy"]
    assert given["cache-control"], "whether it may be kept is said"
    if given.get("content-type", "").startswith("text/html"):
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", answer.text), "a script in the page"
        assert not re.search(r"\son[a-z]+=", re.sub(r">[^<]*<", "><", answer.text)), "a handler in the page"
        assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//(?!127\.0\.0\.1)""", answer.text), "elsewhere"


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/staf") and path not in STREAMS])
def test_a_staff_page_is_for_staff(path: str, house: House) -> None:
    answer = httpx2.get(house.url("portal") + filled(path))
    assert answer.status_code in (303, 401), answer.text[:300]
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/log-masuk?next=")


FOREIGN: dict[str, dict[str, str]] = {
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "nonsense": {"Sec-Fetch-Site": "x"},
    "another origin": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "another origin that says it is ours": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
}


@pytest.mark.parametrize("path", FORMS)
def test_no_other_site_makes_a_browser_post(path: str, admin: httpx2.Client) -> None:
    for name, headers in FOREIGN.items():
        for language, said in (("ms", 'lang="ms"'), ("en", 'lang="en"')):
            cookies = "; ".join([f"{one.name}={one.value}" for one in admin.cookies.jar if one.name != "lang"])
            asked = headers | {"Cookie": f"{cookies}; lang={language}"}
            answer = admin.post(filled(path), data={"text": "x"}, headers=asked)
            assert answer.status_code == 403, f"{name}: {answer.status_code}"
            assert said in answer.text, f"{name}: the page is in {language}"
            assert answer.headers["content-security-policy"]
    if not path.startswith(("/a/", "/kata-laluan/", "/vendor/")):
        answer = admin.post(filled(path), data={"text": "x"}, headers={"Origin": "null"})
        assert answer.status_code == 403, "a page that hides where it comes from"


def test_a_form_of_our_own_is_taken(house: House) -> None:
    wrong = {"ic": staff_ic("admin"), "password": "salah"}
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": house.url("portal")},
        {"Sec-Fetch-Site": "none"},
        {"Origin": house.url("portal")},
        {},
    ):
        answer = httpx2.post(f"{house.url('portal')}/log-masuk", data=wrong, headers=headers)
        assert answer.status_code == 422, headers


def cookies_of(answer: httpx2.Response) -> dict[str, set[str]]:
    """Name -> attributes of what was set."""
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        name, _, rest = line.partition("=")
        found[name] = {part.strip().lower() for part in rest.split(";")[1:]}
    return found


def test_cookies_are_for_this_site_and_not_for_scripts(house: House) -> None:
    body = {"ic": staff_ic("pic"), "password": PASSWORD, "next": "//evil.example/"}
    answer = httpx2.post(f"{house.url('portal')}/log-masuk", data=body)
    assert answer.headers["location"] == "/staf", "a login leads nowhere else"
    assert cookies_of(answer) == {"sesi": {"httponly", "samesite=lax", "path=/"}}
    spoken = httpx2.get(f"{house.url('portal')}/?lang=en")
    assert cookies_of(spoken)["lang"] >= {"httponly", "samesite=lax", "path=/"}
    again = httpx2.post(f"{house.url('portal')}/log-masuk", data=body, headers={"Cookie": "sesi=" + "a" * 43})
    assert "sesi=" + "a" * 43 not in again.headers["set-cookie"], "no session that somebody else chose"


def test_over_https_the_session_is_bound_to_the_host(house: House) -> None:
    answer = asyncio.run(_log_in_over_https(house))
    assert cookies_of(answer) == {"__Host-sesi": {"httponly", "samesite=lax", "path=/", "secure"}}
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def _log_in_over_https(house: House) -> httpx2.Response:
    environment: dict[str, Any] = keys.settings("portal", "", "nats://127.0.0.1:1", mail_from="x@example.my") | {
        "public_url": "https://helpdesk.example.my",
        **{f"{service}_url": house.url(service) for service in SERVICES},
    }
    app = portal.create_app(Settings(**environment))
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="https://helpdesk.example.my") as client,
    ):
        return await client.post("/log-masuk", data={"ic": staff_ic("management"), "password": PASSWORD})


@pytest.mark.parametrize("path", ["/", "/borang", "/semakan", "/log-masuk", "/staf", "/staf/", "/tiada", "/borang/"])
def test_no_page_is_built_from_the_host_that_was_asked(path: str, house: House) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = httpx2.get(house.url("portal") + path, headers=headers)
    assert answer.status_code < 500
    assert "evil.example" not in answer.text + str(answer.headers)


def test_a_form_too_large_or_bent_is_a_page_in_both_languages(house: House) -> None:
    for content, kind in (
        (b"text=" + b"a" * 2_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=x" % n for n in range(5_000)), "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"text=%00%ff%fe", "application/x-www-form-urlencoded"),
        (b'{"ic": 1}', "application/json"),
    ):
        pages = []
        for language in ("ms", "en"):
            headers = {"Content-Type": kind, "Cookie": f"lang={language}"}
            answer = httpx2.post(f"{house.url('portal')}/log-masuk", content=content, headers=headers)
            assert 400 <= answer.status_code < 500, f"{kind}: {answer.status_code}"
            assert answer.headers["content-type"].startswith("text/html")
            assert f'lang="{language}"' in answer.text
            pages.append(answer.text)
        assert pages[0] != pages[1]

"""Pages that only tell, and the pages for what went wrong: in both languages, with a way on."""

import re
from typing import Any

import httpx2
import pytest

from services.portal.pages.about import PAGES
from tests.unit.portal.outside import AISYAH, Outside
from tests.unit.portal.pages.staffing import ADMIN, IMPLEMENTOR, MANAGEMENT, VENDOR, enter, staffed
from tests.unit.portal.reading import Page


@pytest.mark.parametrize("language", ["ms", "en"])
@pytest.mark.parametrize("name", PAGES)
async def test_every_telling_page_is_there_in_both_languages(
    visitor: httpx2.AsyncClient, name: str, language: str
) -> None:
    answer = await visitor.get(f"/{name}?lang={language}")
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.text


async def test_no_link_inside_the_site_leads_nowhere(visitor: httpx2.AsyncClient) -> None:
    seen: dict[str, int] = {}
    waiting = ["/", "/log-masuk"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        page = Page(await visitor.get(path))
        seen[path] = page.status
        assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
        waiting += [link.partition("#")[0] for link in page.links if link.startswith("/")]
    assert {path: status for path, status in seen.items() if status != 200} == {}
    assert {f"/{name}" for name in PAGES} <= set(seen)


async def test_every_page_has_its_frame(visitor: httpx2.AsyncClient) -> None:
    for path in ("/", "/semakan", "/panduan", "/nope", "/log-masuk"):
        page = Page(await visitor.get(path))
        for said in (
            "Laman rasmi Kerajaan Negeri Kelantan",
            "Langkau ke kandungan utama",
            "Blok 4, Kompleks Kota Darulnaim",
            "Kemas kini terakhir",
        ):
            assert said in page.text, (path, said)
        for link in ("#main", "/privasi", "/keselamatan", "/penafian", "/peta-laman"):
            assert link in page.links, (path, link)
        assert page.html.count("<h1") == 1


async def test_a_page_that_is_not_there_shows_the_way_on(visitor: httpx2.AsyncClient) -> None:
    page = Page(await visitor.get("/tiada-di-sini"))
    assert page.status == 404
    assert "Halaman tidak dijumpai" in page.text
    assert {"/", "/semakan"} <= set(page.links)
    assert "Page not found" in Page(await visitor.get("/tiada-di-sini?lang=en")).text


async def test_a_page_opened_the_wrong_way_shows_the_way_on(visitor: httpx2.AsyncClient) -> None:
    page = Page(await visitor.get("/hantar"))
    assert page.status == 405
    assert "hanya menerima borang yang dihantar" in page.text


async def test_the_robot_check_is_intake_s(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    assert (await visitor.get("/robot")).json() == {"algorithm": "SHA-256"}
    outside.down.add("intake")
    assert (await visitor.get("/robot")).status_code == 503


async def test_crawlers_are_kept_from_what_is_private(visitor: httpx2.AsyncClient) -> None:
    robots = (await visitor.get("/robots.txt")).text
    assert "Disallow: /a/" in robots
    assert "Disallow: /staf" in robots


async def test_readiness_names_what_is_away(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.down.add("query")
    answer = await visitor.get("/readyz")
    assert "query does not answer" in answer.json()["why"]
    assert (await visitor.get("/livez")).status_code == 200
    assert "http_requests_total" in (await visitor.get("/metrics")).text


@pytest.mark.parametrize(
    "staff", [ADMIN, AISYAH, IMPLEMENTOR, VENDOR, MANAGEMENT], ids=lambda one: str(one["roles"][0])
)
async def test_the_staff_guide_leads_nowhere_its_reader_may_not_go(
    visitor: httpx2.AsyncClient, outside: Outside, staff: dict[str, Any]
) -> None:
    staffed(outside, staff)
    await enter(visitor)
    guide = Page(await visitor.get("/staf/panduan"))
    told = {"PIC": "pic", "IMPLEMENTOR": "implementor", "VENDOR": "vendor", "ADMIN": "triage", "MANAGEMENT": "notices"}
    sections = set(re.findall(r'<h2 id="(\w+)"', guide.html))
    assert {role for role, section in told.items() if section in sections} >= set(staff["roles"])
    shut = {"PIC": "/staf/pemberitahuan", "MANAGEMENT": "/staf/borang", "VENDOR": "/staf/ketidakhadiran"}
    assert shut.get(staff["roles"][0]) not in guide.links

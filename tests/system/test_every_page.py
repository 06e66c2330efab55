"""Every page the portal can show, as far as it is built unlike the others before it: nothing for axe, and nothing wider
than the screen. Axe takes a second for four hundred elements: of a list's rows that are built alike it reads one."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.system.test_public_pages import WIDTHS, Server, chromium, server, visiting
from tests.unit.portal.walk import Shown, walked

__all__ = ["chromium", "server"]

ALIKE_AWAY = """() => {
  const said = (at) => ["class", "role"].includes(at.name) ? at.name + at.value : at.name;
  const part = (one) => [one.tagName, ...[...one.attributes].map(said)].join(" ");
  const built = (row) => [row, ...row.querySelectorAll("*")].map(part).join();
  for (const list of document.querySelectorAll("ol, ul, dl, tbody")) {
    const seen = new Set();
    for (const row of [...list.children]) {
      if (seen.has(built(row))) row.remove();
      seen.add(built(row));
    }
  }
}"""
DOUBLED = (
    """() => [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, n, all) => all.indexOf(id) < n)"""
)
_BUILT_OF = re.compile(r'<(\w+)(?:[^>]*?\sclass="([^"]*)")?[^>]*>')


def unlike(pages: list[Shown]) -> Iterator[Shown]:
    """The pages with a part that none before them had."""
    seen: set[tuple[str, str]] = set()
    for page in pages:
        parts = {(found[1], found[2] or "") for found in _BUILT_OF.finditer(page.html)}
        if page.html.startswith("<!doctype html>") and parts - seen:
            seen |= parts
            yield page


def test_no_page_has_anything_for_axe_or_is_wider_than_the_screen(chromium: Browser, server: Server) -> None:
    with ThreadPoolExecutor(1) as aside:  # Playwright keeps a loop of its own in this thread
        pages = list(unlike(aside.submit(lambda: asyncio.run(walked("ms"))).result().pages))
    assert len(pages) > 40, "the walk still meets the whole portal"
    wrong: list[object] = []
    # as served: what scripts do with a page is the other tests' matter, and here there is no service behind it
    with visiting(chromium) as page:
        page.route("**/*.js", lambda route: route.abort())
        page.route("**/staf/**", lambda route: route.abort())  # frames
        shown = pages[0]
        page.route("**/the-page", lambda route: route.fulfill(body=shown.html, content_type="text/html; charset=utf-8"))
        for shown in pages:
            page.goto(f"{server.url}/the-page")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append((shown.path, "wider than", width))
            wrong += [(shown.path, "twice on the page", name) for name in page.evaluate(DOUBLED)]
            page.evaluate(ALIKE_AWAY)
            found = Axe().run(page).response["violations"]
            wrong += [(shown.path, one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found]
    assert wrong == []

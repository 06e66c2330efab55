"""Somebody who opens pages, and what they keep of each of them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.unit.portal.outside import (
    Outside,
)
from tests.unit.portal.reading import Page


@dataclass
class Shown(HTMLParser):
    """A page as it was shown: what is said on it, leaf by leaf, without what people wrote."""

    path: str
    status: int
    html: str
    header: str
    lang: str = ""
    says: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    strange: list[tuple[str, str]] = field(default_factory=list)

    VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "path", "rect"})
    SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label", "data-none", "data-left", "data-over", "label")

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = at.get("lang", "")
        other = "lang" in at and at["lang"] != self.lang
        typed = "typed" in at.get("class", "").split() or tag in ("bdi", "script", "style", "textarea", "code")
        muted = other or typed or (bool(self._open) and self._open[-1][1])
        if other:
            self.strange.append((at["lang"], self.rawdata[: self.getpos()[1]][-1:]))
        if not muted:
            self.says += [at[name] for name in self.SPOKEN if at.get(name)]
        if tag not in self.VOID:
            self._open.append((tag, muted))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or (self._open and self._open[-1][1]):
            return
        self.says.append(words)
        if self._open and self._open[-1][0] == "time":
            self.times.append(words)


@dataclass
class Walk:
    """One walk: the pages, the keys asked for, the templates loaded."""

    language: str
    pages: list[Shown] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)


class Walker:
    """A visitor who opens everything."""

    def __init__(self, walk: Walk, outside: Outside, client: httpx2.AsyncClient) -> None:
        self.walk = walk
        self.outside = outside
        self.client = client
        self.sentences: frozenset[str] = frozenset()
        """The keys there are."""

    async def get(self, path: str) -> Page:
        return self.shown(path, await self.client.get(path))

    async def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Page:
        return self.shown(path, await self.client.post(path, data=data or {}, headers=headers))

    def shown(self, path: str, answered: httpx2.Response) -> Page:
        if answered.text and "html" in answered.headers.get("content-type", ""):
            language = answered.headers.get("content-language", "")
            self.walk.pages.append(Shown(path, answered.status_code, answered.text, language))
        return Page(answered)

"""HTML of a mail as text. What mail programs mark as the mail that is answered is left out; nothing is ever run."""

import re
from html.parser import HTMLParser

UNSEEN = frozenset({"head", "style", "script", "title", "template", "noscript", "object", "svg", "select"})
BLOCKS = frozenset(
    {
        "p",
        "div",
        "tr",
        "table",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "blockquote",
        "hr",
        "center",
    }
    | {"section", "article", "header", "footer", "dl", "dt", "dd", "form"}
)
VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "embed", "wbr", "source", "track"})
QUOTED = re.compile(r"gmail_quote|gmail_attr|moz-cite|yahoo_quoted|protonmail_quote|zmail_extra|ms-outlook-mobile-ref")
FROM_HERE = re.compile(r"divRplyFwdMsg|appendonsend|mail-editor-reference-message|reply-intro|stopSpelling", re.I)
DEEPEST = 400
LONGEST = 400_000


class _Text(HTMLParser):
    def __init__(self, *, cut: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._cut = cut
        self._open: list[str] = []
        self._hidden_from: int | None = None
        self.over = False
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._cut and FROM_HERE.search(given.get("id", "")):
            self.over = True
        if tag == "br" or tag in BLOCKS:
            self._say("\n")
        if tag == "li":
            self._say("- ")
        if tag in VOID:
            return
        if len(self._open) < DEEPEST:
            self._open.append(tag)
            if self._hidden_from is None and self._is_hidden(tag, given):
                self._hidden_from = len(self._open)
        if tag == "a":
            self._link = given.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link.startswith(("http://", "https://")):
            shown = "".join(self.said[-3:])
            if self._link not in shown and self._link.rstrip("/") not in shown:
                self._say(f" <{self._link}>")
        if tag == "a":
            self._link = ""
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
            if self._hidden_from is not None and len(self._open) < self._hidden_from:
                self._hidden_from = None
        if tag in BLOCKS:
            self._say("\n")
        elif tag in {"td", "th"}:
            self._say("\t")

    def handle_data(self, data: str) -> None:
        self._say(data if "pre" in self._open else re.sub(r"[ \t\r\n\f]+", " ", data))

    def _is_hidden(self, tag: str, given: dict[str, str]) -> bool:
        if tag in UNSEEN or re.search(r"display\s*:\s*none", given.get("style", ""), re.I):
            return True
        marked = f"{given.get('class', '')} {given.get('id', '')}"
        return self._cut and (bool(QUOTED.search(marked)) or (tag == "blockquote" and given.get("type") == "cite"))

    def _say(self, text: str) -> None:
        if self._hidden_from is None and not self.over:
            self.said.append(text)


def as_text(html: str) -> str:
    """The text of it without the mail it answers; all of it, where nothing else would be left."""
    return _read(html, cut=True) or _read(html, cut=False)


def _read(html: str, *, cut: bool) -> str:
    parser = _Text(cut=cut)
    parser.feed(html[:LONGEST])
    parser.close()
    lines = [" ".join(line.replace("\u00a0", " ").split()) for line in "".join(parser.said).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

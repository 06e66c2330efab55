"""Reads a page as a browser without scripts does: its forms, what is in their fields, where their buttons lead."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2


@dataclass
class Form:
    """One form: what it would send now."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    ticked: dict[str, list[str]] = field(default_factory=dict)
    """All that is ticked, where several may be."""
    files: list[tuple[str, str]] = field(default_factory=list)
    """Files it carries, by the field that carries them."""

    def sent(self, **typed: str) -> dict[str, str | list[str]]:
        """Everything it would send, with these things typed."""
        carried: dict[str, list[str]] = {}
        for name, value in self.files:
            carried.setdefault(name, []).append(value)
        return {**self.fields, **typed, **carried}


class Page(HTMLParser):
    """An answer, read. `text` is all its visible words."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.url = str(answer.url)
        self.html = answer.text
        self.forms: dict[str, Form] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self.title = ""
        self._words: list[str] = []
        self._in: list[str] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self.feed(self.html)
        self.text = " ".join(" ".join(self._words).split())

    def form(self, name: str) -> Form:
        """The form of that id."""
        return self.forms[name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if "id" in at:
            self.ids.append(at["id"])
        if tag in ("title", "script", "style", "textarea"):
            self._in.append(tag)
        if tag == "a":
            self.links.append(at.get("href", ""))
        elif tag == "form":
            self._form = self.forms.setdefault(at.get("id", at.get("action", "")), Form(at.get("action", "")))
        elif self._form is None:
            return
        elif tag == "textarea":
            self._area = at.get("name", "")
            self._form.fields[self._area] = ""
        elif tag == "select":
            self._select = at["name"]
            self._form.fields[self._select] = ""
        elif tag == "option" and self._select:
            self._form.choices.setdefault(self._select, []).append(at["value"])
            if "selected" in at:
                self._form.fields[self._select] = at["value"]
        elif tag == "input" and "name" in at:
            self._input(self._form, at)

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._area is not None:
            # a browser drops the line end right after the tag
            self._form.fields[self._area] = self._form.fields[self._area].removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form.fields[self._area] += data
        elif self._in and self._in[-1] == "title":
            self.title += data
        elif not self._in:
            self._words.append(data)

    def _input(self, form: Form, at: dict[str, str]) -> None:
        kind, name, value = at.get("type", "text"), at["name"], at.get("value", "")
        if kind == "file":
            return
        if name.partition(".")[0] == "files":
            form.files.append((name, value))
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in at:
                form.fields[name] = value
                form.ticked.setdefault(name, []).append(value)
        else:
            form.fields[name] = value

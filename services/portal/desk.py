"""What every page has at hand: the clients, the words, the templates, and the visit it answers."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal.assets import Assets
from services.portal.clients import Clients, Pass
from services.portal.enclosure import Enclosure, file_size, is_kept, kept_field
from services.portal.reference import Reference
from services.portal.sent import Chosen, Sent, read
from services.portal.settings import Settings
from services.portal.words import DEFAULT, LANGUAGES, Words, long_date, long_day, short_date, stamp, unbroken

if TYPE_CHECKING:
    from pathlib import Path

    from services.portal.live import Live
    from services.portal.session import Sessions

YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Desk:
    """The portal's parts, made once at start."""

    settings: Settings
    clients: Clients
    words: Words
    assets: Assets
    templates: Environment
    reference: Reference
    sessions: "Sessions"
    live: "Live"


def templates(folder: "Path", assets: Assets) -> Environment:
    """The template environment: everything escaped, every unknown name loud."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.url
    environment.filters["stamp"] = stamp
    environment.filters["short_date"] = short_date
    environment.filters["unbroken"] = unbroken
    environment.filters["file_size"] = file_size
    return environment


@dataclass(frozen=True, slots=True)
class Switch:
    """How the language switch keeps what is typed: it sends that form to `action`, which shows the page again."""

    form: str
    action: str


class Visit:
    """One arrival: what was asked and typed, in which language to answer, and the answering."""

    def __init__(self, request: Request, desk: Desk, typed: Mapping[str, str]) -> None:
        self.request = request
        self.desk = desk
        self.typed = typed
        self.sent: list[tuple[str, str]] = []
        """Every field of the form in its order, for those that may be sent several times."""
        asked = typed.get("lang") or request.query_params.get("lang")
        self._chosen = asked if asked in LANGUAGES else None
        kept = request.cookies.get("lang", "")
        self.chosen: list[Chosen] = []
        """The files that came with the form."""
        self.enclosures: dict[str, Enclosure] = {}
        """The files of its texts once they were handed on, by the action they belong to."""
        self.language = self._chosen or (kept if kept in LANGUAGES else DEFAULT)
        self.staff: Pass | None = None

    @property
    def spoke(self) -> bool:
        """Whether the visitor has ever chosen a language here."""
        return self._chosen is not None or self.request.cookies.get("lang") in LANGUAGES

    def t(self, key: str, /, **values: object) -> str:
        """The sentence for `key` in the page's language."""
        return self.desk.words.text(self.language, key, **values)

    def label(self, kind: str, name: str | None) -> str:
        """The label of a state, phase, outcome, action or role in the page's language."""
        return self.desk.reference.label(kind, name, self.language)

    def several(self, name: str) -> list[str]:
        """All values of a field that may be sent several times."""
        return [value for field, value in self.sent if field == name]

    def enclosure(self, scope: str = "") -> Enclosure:
        """The files that hang on the text being written."""
        return self.enclosures.get(scope, Enclosure())

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The files taken so far, as fields of a form that sends everything again."""
        handed_on = {kept_field(scope) for scope in self.enclosures}
        still = [(name, value) for name, value in self.sent if is_kept(name) and name not in handed_on]
        return still + [
            (kept_field(scope), file.packed) for scope, one in self.enclosures.items() for file in one.files
        ]

    def key_of(self, *words: str) -> str:
        """The Idempotency-Key of these words sent from the rendered form that this visit sends."""
        said = "\0".join([self.typed.get("key", ""), *words])
        return hashlib.sha256(said.encode()).hexdigest()[:40]

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        switch: Switch | None = None,
        **facts: Any,
    ) -> HTMLResponse:
        """Render a page or a fragment. `switch` names the form whose contents a change of language must keep."""
        other = next(language for language in LANGUAGES if language != self.language)
        asked = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        text = self.desk.templates.get_template(template).render(
            t=self.t,
            language=self.language,
            other_language=other,
            other_url=f"{self.request.url.path}?{urlencode([*asked, ('lang', other)])}",
            switch=switch,
            staff=self.staff.staff if self.staff else None,
            known=self.desk.words.has,
            label=self.label,
            long_date=partial(long_date, language=self.language),
            day=partial(long_day, language=self.language),
            settings=self.desk.settings,
            limits=self.desk.reference.limits,
            enclosure=self.enclosure,
            **{"path": self.request.url.path, **facts},
        )
        response = HTMLResponse(text, status_code=status, headers=dict(headers or {}))
        response.headers["Content-Language"] = self.language
        self._remember_language(response)
        return response

    def redirect(self, url: str) -> Response:
        """Go on by GET."""
        response = RedirectResponse(url, status_code=303)
        self._remember_language(response)
        return response

    def cookie(self, response: Response, name: str, value: str, *, max_age: int | None = None, path: str = "/") -> None:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        secure = self.desk.settings.secure
        response.set_cookie(name, value, max_age=max_age, path=path, httponly=True, samesite="lax", secure=secure)

    def _remember_language(self, response: Response) -> None:
        if self._chosen:
            self.cookie(response, "lang", self._chosen, max_age=YEAR)


async def visit(request: Request) -> AsyncIterator[Visit]:
    """The visit of this request, with its form read: the first value of each field, line ends as they were typed."""
    desk: Desk = request.app.state.desk
    sent = await read(request, desk.reference.limits) if request.method == "POST" else Sent([], [])
    try:
        typed: dict[str, str] = {}
        for name, value in sent.words:
            typed.setdefault(name, value)
        begun = Visit(request, desk, typed)
        begun.sent = sent.words
        begun.chosen = sent.chosen
        # an error page is in the language, and for the person, of the visit it ends
        request.state.visit = begun
        yield begun
    finally:
        await sent.close()


Visiting = Annotated[Visit, Depends(visit)]

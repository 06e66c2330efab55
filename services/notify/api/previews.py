"""A message as its reader would have it, of a real complaint, in both languages. Nothing is sent, its links open
nothing, and no IC or phone number stands in it."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from jinja2 import TemplateError
from pydantic import BaseModel

from services.notify.domain.facts import Facts, Matter
from services.notify.domain.placeholders import fill_account
from services.notify.domain.rules import DESK, TOLD, Message
from services.notify.domain.shown import as_it_was, as_it_would_be
from services.notify.domain.whatsapp import BadBody
from services.notify.senders.bodies import BODIES
from services.notify.senders.letters import LANGUAGES, SAMPLES, EmptyPlaceholder, Letters, sample
from services.notify.store import copies, ledger, matrix
from shared.auth import Staff
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Text
from shared.events.accounts import AccountEvent
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1")
SAMPLE_LINK = "contoh"
"""Stands in a link where the right to open it would."""
LETTER = {
    "subject": "[HD-2026-000123-C] Aduan diagihkan kepada tuan/puan",
    "text": "Assalamualaikum W.B.T. dan Salam Sejahtera, ...",
    "html": "<!DOCTYPE html>...",
}
PREVIEW: dict[str, Any] = {
    "template": "agihan_pic",
    "reader": "staff",
    "batched": False,
    "complaint": "HD-2026-000123-C",
    "event": "complaint.assigned",
    "happened_at": "2026-03-01T10:15:00+08:00",
    "letters": {"ms": LETTER, "en": LETTER},
}


class LetterView(BaseModel):
    """The message as written."""

    subject: str
    text: str
    html: str
    whatsapp: str | None = None
    """As a person reads it there; none where the message has no body for it."""


class Preview(BaseModel):
    """A message in both languages. Without `happened_at` the event has not happened to this complaint, and what only
    it would say is made up."""

    template: str
    reader: str
    batched: bool
    complaint: str | None
    event: str | None
    happened_at: str | None
    letters: dict[str, LetterView]


@router.get("/previews", response_model=Preview, responses=shown(200, PREVIEW) | refusals(403, 404))
async def preview(
    request: Request,
    caller: Staff,
    tx: Transaction,
    template: Annotated[str, Query(max_length=60, examples=["akuan_terima"])],
    complaint: Annotated[str | None, Query(max_length=30)] = None,
    event: Annotated[str | None, Query(max_length=60)] = None,
) -> dict[str, Any]:
    """This message of this complaint: as it was on the last event it tells of, or as it would be. What is about an
    account, or is looked at without a complaint, is made up."""
    caller.needs("ADMIN", "MANAGEMENT")
    letters: Letters = request.app.state.letters
    message = letters.messages.get(template)
    if message is None:
        raise NotFound
    matter = await copies.matter(tx, complaint) if complaint else None
    if complaint and matter is None:
        text = Text("Tiada aduan dengan nombor ini", "There is no complaint with this number")
        raise Invalid([FieldError("complaint", "unknown", text)])
    told, facts = await _event(tx, template, event, matter)
    page = _Page(
        letters, template, message, told, matter, await _now(tx, matter), request.app.state.settings.public_url
    )
    try:
        written = page.written(facts)
    except (EmptyPlaceholder, TemplateError):
        if facts is None and event is None:
            raise
        if facts is None:
            text = Text("Mesej ini bukan untuk peristiwa ini", "This message is not about this event")
            raise Invalid([FieldError("event", "another_event", text)]) from None
        # of long ago, before the event said all it does now: better a made-up value than no message
        facts, written = None, page.written(None)
    return {
        "template": template,
        "reader": message.reader,
        "batched": message.batched,
        "complaint": complaint if matter else None,
        "event": told,
        "happened_at": facts.at.isoformat() if facts else None,
        "letters": written,
    }


async def _event(tx: Tx, template: str, event: str | None, matter: Matter | None) -> tuple[str | None, Facts | None]:
    """Which event the message tells of, and its facts if it has happened to this complaint: the one that is asked for,
    else the first that has happened of those with a rule for the message."""
    rules = (await matrix.current(tx))[1]
    events = list(dict.fromkeys(rule.event for rule in rules if rule.template == template))
    if event is not None and event in TOLD:
        events = [event]
    for name in events:
        if matter is not None and (facts := await ledger.last_told(tx, matter.number, name)) is not None:
            return name, facts
    return (events[0] if events else None), None


async def _now(tx: Tx, matter: Matter | None) -> Facts:
    """What would be said of any event of the complaint that happened now."""
    stands = await copies.standing(tx, matter.number) if matter is not None else None
    pic = (stands or {}).get("pic") or {}
    due = (stands or {}).get("due")
    return Facts(at=await copies.now(tx), pic=pic.get("name"), due=datetime.fromisoformat(due) if due else None)


class _Page(NamedTuple):
    """What a preview is made of."""

    letters: Letters
    template: str
    message: Message
    event: str | None
    matter: Matter | None
    now: Facts
    base: str

    def written(self, facts: Facts | None) -> dict[str, dict[str, str | None]]:
        """The message in both languages. Raises like `Letters.write`."""
        return {language: self._letter(language, facts) for language in LANGUAGES}

    def _letter(self, language: str, facts: Facts | None) -> dict[str, str | None]:
        one = self._values(language, facts)
        values = one | {"bil": 1, "senarai": [one]}
        written = self.letters.write(self.message.reader, self.template, language, values)
        mail = {"subject": written.subject, "text": written.text, "html": written.html}
        return mail | {"whatsapp": self._whatsapp(language, values)}

    def _whatsapp(self, language: str, values: dict[str, Any]) -> str | None:
        body = BODIES.get((self.template, language))
        try:
            return None if body is None else body.filled(values)
        except BadBody:
            return None

    def _values(self, language: str, facts: Facts | None) -> dict[str, Any]:
        kind = TOLD.get(self.event or "")
        made_up = sample(kind, everything=True) if kind is not None else dict(SAMPLES)
        base = self.base.rstrip("/")
        if kind is not None and issubclass(kind, AccountEvent):
            of = Facts(at=self.now.at, by="admin", minutes=30)
            return made_up | fill_account(SAMPLES["nama"], of, link=f"{base}/kata-laluan/{SAMPLE_LINK}")
        link = f"{base}{self._path()}"
        if self.matter is None:
            return made_up | {"pautan": link}
        reader = self.message.reader
        if facts is not None:
            return as_it_was(self.matter, facts, language=language, reader=reader, link=link)
        return as_it_would_be(self.matter, self.now, made_up, language=language, reader=reader, link=link)

    def _path(self) -> str:
        """Where its link would lead: no right to anything is in it."""
        if self.message.reader == "complainant":
            return f"/a/{SAMPLE_LINK}"
        if self.message.reader == DESK:
            return f"/vendor/{SAMPLE_LINK}"
        return f"/staf/aduan/{self.matter.number}" if self.matter else "/staf/aduan"

"""A message as its reader would have it, of a real complaint, in both languages. Nothing is sent, its links open
nothing, and no IC or phone number stands in it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from jinja2 import TemplateError
from pydantic import BaseModel

from services.notify.domain.facts import Facts, Matter, fill_account
from services.notify.domain.rules import DESK, TOLD, Message
from services.notify.domain.shown import as_it_was, as_it_would_be
from services.notify.senders.letters import LANGUAGES, SAMPLES, EmptyPlaceholder, Letters, sample
from services.notify.store import copies, ledger, matrix
from shared.auth import Staff
from shared.db import Tx
from shared.errors import FieldError, Invalid, NotFound, Text
from shared.events.accounts import AccountEvent
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1")
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
    template: Annotated[str, Query(max_length=60)],
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
    base: str = request.app.state.public_url
    written = {
        language: _write(letters, template, message, language, _values(matter, told, facts, message, language, base))
        for language in LANGUAGES
    }
    if any(letter is None for letter in written.values()):
        # of long ago, before the event said all it does now: better a made-up value than no message
        facts = None
        written = {
            language: _write(letters, template, message, language, _values(matter, told, None, message, language, base))
            for language in LANGUAGES
        }
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
    events = [event] if event in TOLD else list(dict.fromkeys(r.event for r in rules if r.template == template))
    for name in events if matter is not None else ():
        facts = await ledger.last_told(tx, matter.number, name) if matter else None
        if facts is not None:
            return name, facts
    return (events[0] if events else None), None


def _values(
    matter: Matter | None, event: str | None, facts: Facts | None, message: Message, language: str, base: str
) -> dict[str, Any]:
    kind = TOLD.get(event or "")
    made_up = sample(kind, everything=True) if kind else dict(SAMPLES)
    if kind is not None and issubclass(kind, AccountEvent):
        at = Facts(at=copies_at(facts), by="admin", minutes=30)
        return made_up | fill_account(SAMPLES["nama"], at, link=f"{base}/kata-laluan/contoh")
    made_up["pautan"] = _link(base, message.reader, matter)
    if matter is None:
        return made_up
    about = {"language": language, "reader": message.reader, "link": made_up["pautan"]}
    if facts is not None:
        return as_it_was(matter, facts, **about)
    return as_it_would_be(matter, Facts(at=matter.submitted_at), made_up, **about)

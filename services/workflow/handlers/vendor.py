"""The vendor's leg as the vendor's helpdesk sees it by its signed link: the report and what followed on it, its files,
an update, an answer. The link opens one leg, as long as that is open; of everything else it says that there is no such
thing. Whoever holds it acts as the vendor, without an account, and the record says so."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from services.workflow.domain import acts, given, sight
from services.workflow.domain.given import Given
from services.workflow.handlers import versions
from services.workflow.machine import Action, Role, State, row_for
from services.workflow.machine.step import refusal
from services.workflow.store import complaints, facts, record
from services.workflow.store.complaints import Loaded
from shared.blobs import uploads
from shared.blobs.file import File
from shared.db import Tx
from shared.errors import NotFound
from shared.events import REGISTER
from shared.events.complaint import Actor, ComplaintEvent
from shared.events.workflow import Received

BY_LINK = Actor(role=Role.VENDOR, name="Helpdesk BKP/TTSB", by_link=True)
SAID = frozenset({"complaint.vendor_logged", "complaint.vendor_updated"})
"""What an open leg consists of; the answer ends it."""


class Link(NamedTuple):
    """A signed link whose signature is good: the complaint, and when the leg it opens began (whole seconds)."""

    number: str
    since: datetime

    @property
    def owner(self) -> str:
        """Who brings files by it."""
        return f"vendor:{self.number}:{int(self.since.timestamp())}"


class Leg(NamedTuple):
    """An open leg: the complaint as it was filed and as it stands, and what was said on the leg, oldest first."""

    loaded: Loaded
    filed: Received
    said: list[tuple[int, ComplaintEvent]]
    module: tuple[str, str]
    """Its present name, ms and en."""


async def look(tx: Tx, link: Link) -> Leg:
    """The leg. Raises `NotFound` when it is not open (any more)."""
    loaded = await _open(tx, link)
    filed: Received | None = None
    said: list[tuple[int, ComplaintEvent]] = []
    for envelope in await record.history(tx, link.number):
        if envelope.sequence == 1:
            filed = envelope.open_as(Received)
        elif envelope.type in SAID:
            event = envelope.open_as(REGISTER[envelope.dataschema])
            if isinstance(event, ComplaintEvent) and "V" in event.audience and event.at >= _since(loaded):
                said.append((envelope.sequence, event))
    if filed is None:
        raise LookupError(f"the record of {link.number} does not begin with its receipt")
    module = await facts.module(tx, loaded.complaint.module)
    named = (module.name_ms, module.name_en) if module else (filed.module_ms, filed.module_en)
    return Leg(loaded, filed, said, named)


async def file(tx: Tx, link: Link, id: str) -> File:
    """A file that hangs on the leg. Raises `NotFound`."""
    leg = await look(tx, link)
    found = next((file for _, event in leg.said for file in event.files if file.id == id), None)
    if found is None:
        raise NotFound
    return found


async def check(tx: Tx, link: Link) -> None:
    """Raises `NotFound` unless the leg is open."""
    await _open(tx, link)


async def act(tx: Tx, link: Link, action: Action, words: Given, *, correlation: str) -> int:
    """An update or the answer; the complaint's new version. Raises `NotFound`, `Invalid`."""
    loaded = await _open(tx, link, lock=True)
    complaint, now, pic_is_active, known = loaded
    asked = sight.facts(complaint, Role.VENDOR, known.rules, now, pic_is_active=pic_is_active)
    row = row_for(complaint.state, action, asked)
    if row is None:
        raise refusal(complaint.state, action, ())
    words = given.checked(words, row, modules=known.modules)
    files = await uploads.use(tx, words.attachments, link.owner, link.number)
    words = msgspec.structs.replace(words, files=files)
    after, event = acts.act(complaint, action, words, BY_LINK, asked, known.rules, now)
    await complaints.save(tx, versions.version(after, event, known.rules, correlation=correlation))
    return after.version


async def _open(tx: Tx, link: Link, *, lock: bool = False) -> Loaded:
    loaded = await complaints.load(tx, link.number, lock=lock)
    if loaded is None or loaded.complaint.state is not State.TINDAKAN_VENDOR:
        raise NotFound
    if int(_since(loaded).timestamp()) != int(link.since.timestamp()):
        raise NotFound
    return loaded


def _since(loaded: Loaded) -> datetime:
    return loaded.complaint.custody[-1].since

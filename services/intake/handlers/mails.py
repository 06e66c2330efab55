"""An answer by mail: passed on under its complaint, told as a bounce, or held for Admin, who lets it through or
discards it. Nothing that was accepted is dropped in silence, and the same mail counts once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from services.intake.domain import thread
from services.intake.domain.mail import judged
from services.intake.domain.mail.judged import Bounced, Held, Ours, Passed, Reason, Verdict
from services.intake.domain.mail.reading import Read, digest
from services.intake.domain.texts import TEXT_LIMIT
from services.intake.domain.thread import Words
from services.intake.handlers.public import Cause, enveloped
from services.intake.store import mails, record, submissions
from services.intake.store.mails import COMPLAINANT, Mail
from shared.blobs import uploads
from shared.blobs.file import File
from shared.db import Tx
from shared.envelope import Envelope, Event
from shared.errors import NotFound, Refused, Text
from shared.events.intake import MailBounced, MailHeld, StaffMailed
from shared.events.mails import StaffMailRefused
from shared.principals import Caller
from shared.privacy import Keyring, mask_email
from shared.reply_tokens import ReplyTokens

OWNER = "mail"
"""Whose uploads the files of a mail are until it is passed on."""
DECIDED = Text("Mel ini telah diputuskan.", "This mail has been decided on.")
MAY_NOT_GO_ON = Text(
    "Mel ini tidak boleh diteruskan: tidak diketahui siapa pengirimnya.",
    "This mail cannot be let through: it is not known who wrote it.",
)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What an answer by mail is judged and said with. `staff_action`: what a member of staff's mail does."""

    ours: Ours
    tokens: ReplyTokens
    ring: Keyring
    staff_action: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail for one recipient, judged. `read` is None where it could not be read."""

    recipient: str
    raw: bytes
    read: Read | None
    verdict: Verdict

    @property
    def key(self) -> str:
        """The same mail for the same recipient has the same."""
        known_by = self.read.id if self.read is not None and self.read.id else digest(self.raw)
        sender = self.read.senders[0].lower() if self.read is not None and self.read.senders else ""
        return hashlib.sha256("\0".join([known_by, sender, self.recipient.lower()]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The files of a mail once they were checked: those that were taken, and those that were not, with why."""

    taken: tuple[str, ...] = ()
    refused: tuple[tuple[str, Text], ...] = ()


class Full(Exception):
    """As many mails are held as there may be: the server must keep this one for now."""


def arrived(room: Mailroom, raw: bytes, read: Read | None, *, recipient: str, sender: str) -> Arrival:
    """Judge a mail."""
    verdict = judged.judge(read, recipient=recipient, sender=sender, ours=room.ours, tokens=room.tokens)
    return Arrival(recipient, raw, read, verdict)


async def came_before(tx: Tx, arrival: Arrival) -> bool:
    """Whether it was taken already: its server sends it again."""
    return await mails.is_known(tx, arrival.key)


async def take(tx: Tx, room: Mailroom, arrival: Arrival, enclosure: Enclosure, correlation: str) -> str:
    """Keep a mail and say what it says, once; answers what became of it. Raises `Full`."""
    mail, verdict = _kept(room, arrival), arrival.verdict
    if mail.number is not None and await submissions.complainant(tx, mail.number) is None:
        mail, verdict = replace(mail, status="held", reason=Reason.BAD_TOKEN, proved=False), Held(Reason.BAD_TOKEN)
    if mail.status == "held" and await mails.is_full(tx):
        raise Full
    if not await mails.add(tx, mail if mail.status == "held" else _bare(mail)):
        return "repeated"
    if mail.status == "held":
        await _say_held(tx, mail.reason or "", mail.number, correlation)
    if isinstance(verdict, Bounced):
        await _say_bounce(tx, verdict, str(mail.id), correlation)
    if isinstance(verdict, Passed):
        text = judged.words(mail.text, enclosure.refused, files=len(enclosure.taken))
        await _say(tx, room, mail, text, enclosure.taken, Cause(mail.message or "", correlation))
    return mail.reason or mail.status


async def hold_refused(tx: Tx, said: StaffMailRefused, letter: Envelope) -> None:
    """Workflow did not do what a member of staff's mail asked for: it is held, with what was said, for Admin."""
    if await mails.hold_said(tx, said.message, Reason.NOT_ALLOWED, said.why_ms):
        await _say_held(tx, Reason.NOT_ALLOWED, said.number, letter.correlationid)


async def look(tx: Tx, id: UUID, caller: Caller, room: Mailroom) -> dict[str, Any]:
    """A held mail with its sender's address; the look is on record. Raises `NotFound`."""
    row = await mails.one(tx, id)
    if row is None:
        raise NotFound
    await mails.looked(tx, id, caller.id, caller.name)
    sealed = row["sender_sealed"]
    sender = room.ring.open(sealed, about=str(id), field="email") if sealed else None
    return row | {"sender": sender, "looks": await mails.looks(tx, id)}


async def to_go_on(tx: Tx, id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """A held mail that may be let through. Raises `NotFound`, `Refused`."""
    row = await _undecided(tx, id, lock=lock)
    if not goes_on(row):
        raise Refused("mail_may_not_go_on", MAY_NOT_GO_ON, reason=row["reason"])
    return row


async def let_through(
    tx: Tx, room: Mailroom, id: UUID, enclosure: Enclosure, caller: Caller, why: str, correlation: str
) -> None:
    """Say a held mail after all, as its own person's. Raises as `to_go_on`."""
    row = await to_go_on(tx, id, lock=True)
    mail = Mail(id=id, key="", status="let_through", number=row["number"], person=row["person"], text=row["text"])
    cause = Cause(str(uuid7()), correlation)
    await mails.decide(tx, id, status="let_through", staff=caller.id, name=caller.name, why=why, message=cause.id)
    if row["said"] is not None:
        await _say_again(tx, room, mail, row["said"], cause)
        return
    text = judged.words(mail.text, enclosure.refused, files=len(enclosure.taken))
    await _say(tx, room, mail, text, enclosure.taken, cause)


async def discard(tx: Tx, id: UUID, caller: Caller, why: str) -> None:
    """Nothing more becomes of it. Raises `NotFound`, `Refused`."""
    await _undecided(tx, id, lock=True)
    await mails.decide(tx, id, status="discarded", staff=caller.id, name=caller.name, why=why, message=None)


def goes_on(row: dict[str, Any]) -> bool:
    """Whether a person may let it through."""
    of_staff = row["person"] not in (None, COMPLAINANT)
    known = row["number"] is not None and row["status"] == "held"
    return judged.may_go_on(Reason(row["reason"]), known=known, of_staff=of_staff, proved=row["proved"])


def _kept(room: Mailroom, arrival: Arrival) -> Mail:
    read, verdict, new = arrival.read, arrival.verdict, uuid7()
    sender = read.senders[0] if read is not None and read.senders else ""
    kept = Mail(
        id=new,
        key=arrival.key,
        status="held",
        sender_sealed=room.ring.seal(sender, about=str(new), field="email") if sender else None,
        sender_masked=mask_email(sender)[:100] if sender else "",
        subject=read.subject if read else "",
        text=read.text[:TEXT_LIMIT] if read else "",
        enclosed=tuple({"name": one.name, "size": len(one.content)} for one in read.files) if read else (),
        size=len(arrival.raw),
        raw=arrival.raw,
    )
    if isinstance(verdict, Bounced):
        return replace(kept, status="bounce")
    if verdict.replying is not None:
        kept = replace(kept, number=verdict.replying.number, person=verdict.replying.staff or COMPLAINANT)
    if isinstance(verdict, Passed):
        return replace(kept, status="said", message=str(uuid7()), proved=True)
    return replace(kept, reason=verdict.reason, proved=verdict.proved)


def _bare(mail: Mail) -> Mail:
    """What stays of one that was passed on: that it came. Its words stand in the record."""
    return replace(mail, raw=None, subject="", text="", sender_sealed=None, enclosed=())


async def _say(tx: Tx, room: Mailroom, mail: Mail, text: str, ids: Sequence[str], cause: Cause) -> None:
    number = mail.number or ""
    files = await uploads.use(tx, ids, OWNER, number)
    said = {"text": text, "attachments": [file.id for file in files], "files": msgspec.to_builtins(files)}
    if mail.person != COMPLAINANT:
        await mails.keep_said(tx, mail.id, said)
        await _say_again(tx, room, mail, said, cause)
        return
    words = Words(action="answer", text=text)
    await _record(
        tx, number, thread.acted(words, number=number, message=cause.id, proof=thread.MAIL, files=files), cause
    )


async def _say_again(tx: Tx, room: Mailroom, mail: Mail, said: Mapping[str, Any], cause: Cause) -> None:
    event = StaffMailed(
        number=mail.number or "",
        message=cause.id,
        staff=mail.person or "",
        action=room.staff_action,
        text=said["text"],
        attachments=tuple(said["attachments"]),
        files=tuple(msgspec.convert(said["files"], list[File])),
    )
    await _record(tx, event.number, event, cause)


async def _record(tx: Tx, number: str, event: Event, cause: Cause) -> None:
    held = await submissions.next_event(tx, number, None)
    if held is None:
        raise NotFound
    sequence, now = held
    await record.record(tx, [enveloped(event, number, sequence, now, cause)])


async def _say_held(tx: Tx, reason: str, number: str | None, correlation: str) -> None:
    now = await submissions.business_time(tx)
    event = MailHeld(reason=reason, number=number, at=now)
    await record.record(tx, [enveloped(event, str(uuid7()), 1, now, Cause(str(uuid7()), correlation))])


async def _say_bounce(tx: Tx, bounced: Bounced, id: str, correlation: str) -> None:
    now = await submissions.business_time(tx)
    event = MailBounced(delivery=bounced.delivery, status=bounced.status, at=now)
    await record.record(tx, [enveloped(event, id, 1, now, Cause(str(uuid7()), correlation))])


async def _undecided(tx: Tx, id: UUID, *, lock: bool) -> dict[str, Any]:
    row = await mails.one(tx, id, lock=lock)
    if row is None:
        raise NotFound
    if row["status"] != "held":
        raise Refused("mail_decided", DECIDED, status=row["status"])
    return row

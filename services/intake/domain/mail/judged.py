"""Whose mail it is, and what becomes of it: passed on, told as a bounce, or held for Admin with one reason of a fixed
list. From proves nothing by itself; the reply address does, where From is the address that it was made for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.intake.domain.mail.reading import Read
from services.intake.domain.texts import TEXT_LIMIT
from shared.errors import Text, Unknown
from shared.reply_tokens import Replying, ReplyTokens

LONGEST_WAY = 30
"""Servers. A mail that went through more goes in circles."""
_ANSWERED_BY_MACHINE = re.compile(
    r"^(automatic reply|auto(matic)?[- ]?(reply|response)|autoreply|out of (the )?office|balasan automatik"
    r"|jawapan automatik|tidak berada di pejabat|undeliver(ed|able)|mail delivery (failed|failure|subsystem)"
    r"|delivery status notification|returned mail|read:|dibaca:)",
    re.I,
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ABOUT_OURS = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@([^<>\s@]+)>")
ONLY_FILES = "(Lampiran sahaja / Attachments only)"
SHORTENED = "\n[Dipendekkan: melebihi 32,000 aksara / Shortened: over 32,000 characters]"


class Reason(StrEnum):
    """Why a mail is held."""

    NO_TOKEN = "no_token"  # noqa: S105 - a word, no secret
    """Sent to the mailbox and to no complaint's reply address."""
    BAD_TOKEN = "bad_token"  # noqa: S105 - a word, no secret
    """A reply address that is none of ours, or of before the key was changed."""
    STRANGER = "stranger"
    """From is not the address that the mail which is answered was sent to."""
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    """A report about no mail of ours, or of a delay."""
    LOOP = "loop"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TOO_OFTEN = "too_often"
    NOT_ALLOWED = "not_allowed"
    """Workflow refused what a member of staff's mail asked for."""


MAY_GO_ON = frozenset({Reason.STRANGER, Reason.AUTO_REPLY, Reason.TOO_OFTEN, Reason.NOT_ALLOWED})
"""Held mails that a person may let through, where it is known whose they are."""


@dataclass(frozen=True, slots=True)
class Ours:
    """How our mail looks from outside: the mailbox that is answered to, and the address we write from."""

    mailbox: str
    mail_from: str

    def token_in(self, address: str) -> str | None:
        """The token of a reply address, empty for the bare mailbox; None where it is not ours at all."""
        local, _, host = address.strip().strip("<>").rpartition("@")
        ours, _, our_host = self.mailbox.rpartition("@")
        name, _, token = local.partition("+")
        return token if (name.lower(), host.lower()) == (ours.lower(), our_host.lower()) else None

    def wrote(self, address: str) -> bool:
        """Whether this is an address of ours."""
        return self.token_in(address) is not None or address.strip().lower() == self.mail_from.lower()

    @property
    def hosts(self) -> frozenset[str]:
        """Where our Message-IDs come from."""
        return frozenset(one.rpartition("@")[2].lower() for one in (self.mailbox, self.mail_from) if one)


@dataclass(frozen=True, slots=True)
class Bounced:
    """One of our mails was given up."""

    delivery: str
    status: str


@dataclass(frozen=True, slots=True)
class Passed:
    """An answer to be passed on."""

    replying: Replying


@dataclass(frozen=True, slots=True)
class Held:
    """For Admin. `proved`: From is the address that the reply address was made for."""

    reason: Reason
    replying: Replying | None = None
    proved: bool = False


Verdict = Bounced | Passed | Held


def judge(read: Read | None, *, recipient: str, sender: str, ours: Ours, tokens: ReplyTokens) -> Verdict:
    """`read` is None for what could not be read; `sender` is the envelope's, empty for a report."""
    replying, bad = _replying(recipient, ours, tokens)
    if read is None:
        return Held(Reason.UNREADABLE, replying)
    if read.is_report:
        return _report(read, replying)
    proved = replying is not None and len(read.senders) == 1 and tokens.is_for(replying, read.senders[0])
    if _circles(read, ours):
        return Held(Reason.LOOP, replying, proved)
    if not sender or _by_machine(read):
        return Held(Reason.AUTO_REPLY, replying, proved)
    if replying is None:
        return Held(Reason.BAD_TOKEN if bad else Reason.NO_TOKEN)
    if not proved:
        return Held(Reason.STRANGER, replying)
    if not read.text and not read.files:
        return Held(Reason.EMPTY, replying, proved)
    return Passed(replying)


def may_go_on(reason: Reason, *, known: bool, of_staff: bool, proved: bool) -> bool:
    """Whether a person may let this one through. Nobody's words are put into a colleague's mouth."""
    return known and reason in MAY_GO_ON and (proved or not of_staff)


def words(text: str, refused: Sequence[tuple[str, Text]], *, files: int) -> str:
    """The text of the message: their own words, and which files were not taken and why."""
    notes = [f"[Lampiran tidak diterima / Not attached: {name} - {why.ms} / {why.en}]" for name, why in refused]
    said = text or (ONLY_FILES if files else "")
    below = "\n".join(notes)
    room = TEXT_LIMIT - len(below) - len(SHORTENED) - 2
    if len(said) > room:
        said = said[:room].rstrip() + SHORTENED
    return "\n\n".join(part for part in (said, below) if part)


def _replying(recipient: str, ours: Ours, tokens: ReplyTokens) -> tuple[Replying | None, bool]:
    token = ours.token_in(recipient)
    if not token:
        return None, False
    try:
        return tokens.check(token), False
    except Unknown:
        return None, True


def _report(read: Read, replying: Replying | None) -> Verdict:
    about = _ABOUT_OURS.fullmatch(read.report.about) if read.report else None
    if read.report is None or not read.report.failed or about is None:
        return Held(Reason.BOUNCE, replying)
    return Bounced(str(UUID(about[1])), read.report.status)


def _circles(read: Read, ours: Ours) -> bool:
    made = _ABOUT_OURS.fullmatch(read.id)
    by_us = made is not None and made[2].lower() in ours.hosts
    return by_us or any(ours.wrote(one) for one in read.senders) or read.hops > LONGEST_WAY or "x-loop" in read.heads


def _by_machine(read: Read) -> bool:
    heads = read.heads
    return (
        heads.get("auto-submitted", "no").split(";")[0].strip() != "no"
        or heads.get("precedence", "") in _BULK
        or any(name in heads for name in ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"))
        or _ANSWERED_BY_MACHINE.match(read.subject) is not None
    )

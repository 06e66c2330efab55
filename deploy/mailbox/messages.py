"""The messages that were caught: bounded in memory, and in a file that survives a restart."""

import email
import email.policy
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from uuid import uuid4

import msgspec

KEPT = 2_000
NUMBER = re.compile(r"HD-\d{4}-\d{6,}-[0-9A-Z]")
COMPLAINT = re.compile(rf"\[({NUMBER.pattern})\]")


class Message(msgspec.Struct, frozen=True):
    """One message to one person, by whatever channel."""

    id: str
    channel: str
    to: str
    subject: str
    text: str
    html: str | None
    at: datetime
    complaint: str | None
    mail: str | None = None
    """The mail's own Message-ID: a mail that came twice is recognisably the same one."""
    reply_to: str | None = None
    """Where an answer goes, as the mail says."""
    sender: str | None = None
    """Who wrote it, where it came in: a person's answer."""
    wamid: str | None = None
    """WhatsApp's id of a message."""
    template: str | None = None
    opaque: str | None = None
    """What the caller wants told back with each status."""


def read_mail(raw: bytes, recipients: list[str], at: datetime) -> list[Message]:
    """A mail as it came over SMTP, once for each recipient of its envelope."""
    mail = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    subject = str(mail.get("Subject", ""))
    found = COMPLAINT.search(subject)
    return [
        Message(
            id=uuid4().hex,
            channel="email",
            to=recipient,
            subject=subject,
            text=_part(mail, "plain") or "",
            html=_part(mail, "html"),
            at=at,
            complaint=found.group(1) if found else None,
            mail=str(mail["Message-ID"]).strip() if mail["Message-ID"] else None,
            reply_to=_reply_to(mail),
        )
        for recipient in recipients
    ]


def _reply_to(mail: EmailMessage) -> str | None:
    found = parseaddr(str(mail.get("Reply-To", "")))[1]
    return found if "@" in found else None


def _part(mail: EmailMessage, kind: str) -> str | None:
    body = mail.get_body(preferencelist=(kind,))
    if body is None:
        return None
    try:
        return str(body.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError):  # a character set nobody knows
        payload = body.get_payload(decode=True)
        return payload.decode(errors="replace") if isinstance(payload, bytes) else ""


class Messages:
    """The last `KEPT`, oldest first."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: deque[Message] = deque(maxlen=KEPT)

    def load(self) -> None:
        """Reads what an earlier run left; a line cut off by a killed run is left out. Drops what is over the bound."""
        lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        for line in lines:
            try:
                self._kept.append(msgspec.json.decode(line, type=Message))
            except msgspec.DecodeError:
                continue
        if len(self._kept) < len(lines):
            aside = self._file.with_suffix(".new")
            aside.write_bytes(b"".join(msgspec.json.encode(message) + b"\n" for message in self._kept))
            aside.replace(self._file)

    def add(self, messages: list[Message]) -> None:
        with self._file.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(message) + b"\n" for message in messages))
        self._kept.extend(messages)

    def newest(self, to: str = "", channel: str = "", complaint: str = "") -> Iterator[Message]:
        for message in reversed(self._kept):
            if (
                (not to or message.to.lower() == to.lower())
                and (not channel or message.channel == channel)
                and (not complaint or message.complaint == complaint)
            ):
                yield message

    def get(self, identity: str) -> Message | None:
        return next((message for message in self._kept if message.id == identity), None)


def now() -> datetime:
    return datetime.now(UTC)

"""Bytes of a mail -> what stands in it. Whatever they are, this answers or raises `Unreadable`; a wrong charset is read
as well as it can be, and control characters and halves of characters go."""

import hashlib
import re
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

import msgspec

from services.intake.domain.mail.markup import as_text
from services.intake.domain.mail.quoted import own_words
from services.intake.domain.mail.reports import Report, report_of

HEAD_BYTES = 256 * 1024
MOST_PARTS = 200
MOST_FILES = 20
TEXT_BYTES = 4 * 1024 * 1024
PASTED_BYTES = 6 * 1024
"""A pasted picture that is smaller is an ornament of a signature."""
_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_UNPLAIN_NAME = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "us-ascii": "utf-8"}
"""What is written where the narrower one is said."""
_ID = re.compile(r"<[^<>\s]{1,250}>")


class Unreadable(Exception):
    """No mail that can be taken apart."""


class Enclosed(msgspec.Struct, frozen=True):
    """A file that came with it."""

    name: str
    content: bytes


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it was read. `heads` are the first of each header that something is judged by, in small letters."""

    id: str
    senders: tuple[str, ...]
    subject: str
    heads: dict[str, str]
    hops: int
    report: Report | None
    is_report: bool
    text: str
    files: tuple[Enclosed, ...]


JUDGED_BY = (
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "x-autoreply",
    "x-autorespond",
    "x-loop",
)


def read(raw: bytes) -> Read:
    """Take it apart. Raises `Unreadable`."""
    end = raw.find(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.find(b"\n\n")
    if (end if end >= 0 else len(raw)) > HEAD_BYTES:
        raise Unreadable("too much before the text")
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        parts = _parts(mail)
        text = own_words(_text(parts))
        found = _ID.search(_head(mail, "message-id"))
        return Read(
            id=found[0] if found else "",
            senders=_senders(mail),
            subject=_clean(" ".join(_head(mail, "subject").split()))[:200],
            heads={name: _head(mail, name).strip().lower()[:200] for name in JUDGED_BY if name in mail},
            hops=len(mail.get_all("received", [])),
            report=report_of(mail),
            is_report=mail.get_content_type() == "multipart/report",
            text=text,
            files=tuple(_files(parts)),
        )
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, MemoryError) as error:
        raise Unreadable(type(error).__name__) from error


def digest(raw: bytes) -> str:
    """What a mail without a Message-ID is known by: all but what servers on its way put on top."""
    _, _, below = raw.partition(b"\nFrom:")
    return hashlib.sha256(below or raw).hexdigest()


def _parts(mail: Message) -> list[Message]:
    """The leaves, without what stands inside an attached mail."""
    found: list[Message] = []
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
        else:
            found.append(part)
        if len(found) + len(waiting) > MOST_PARTS:
            raise Unreadable("too many parts")
    return found


def _text(parts: list[Message]) -> str:
    """Plain text where there is any to be seen, otherwise the HTML as text."""
    shown = [part for part in parts if not _is_file(part)]
    plain = "\n\n".join(_decoded(part) for part in shown if part.get_content_type() == "text/plain").strip()
    if plain:
        return plain
    return "\n\n".join(as_text(_decoded(part)) for part in shown if part.get_content_type() == "text/html").strip()


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_name(part)) or part.get_content_maintype() != "text"


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload[:TEXT_BYTES] if isinstance(payload, bytes) else b""
    text = _clean(_in_charset(raw, str(part.get_content_charset() or "")))
    if part.get_content_type() == "text/plain" and _parameter(part, "format").lower() == "flowed":
        return _unflowed(text, spaces_go=_parameter(part, "delsp").lower() == "yes")
    return text


def _in_charset(raw: bytes, said: str) -> str:
    for charset in (_WIDER.get(said.lower(), said), said, "utf-8", "windows-1252"):
        try:
            return raw.decode(charset) if charset else raw.decode("utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def _unflowed(text: str, *, spaces_go: bool) -> str:
    """Lines that were broken for the way are one again (RFC 3676)."""
    whole: list[str] = []
    open_line = False
    for line in text.split("\n"):
        bare = line[1:] if line.startswith(" ") else line
        flows = bare.endswith(" ") and bare != "-- " and not bare.startswith(">")
        piece = bare[:-1] if flows and spaces_go else bare
        if open_line and not bare.startswith(">") and bare != "-- ":
            whole[-1] += piece
        else:
            whole.append(piece)
        open_line = flows
    return "\n".join(whole)


def _files(parts: list[Message]) -> list[Enclosed]:
    found: list[Enclosed] = []
    for part in parts:
        if not _is_file(part) or part.get_content_type() in {"message/delivery-status", "text/calendar"}:
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        shown = part.get_content_disposition() != "attachment" or "content-id" in part
        pasted = shown and part.get_content_maintype() == "image"
        if pasted and len(content) < PASTED_BYTES:
            continue
        name = _name(part) or _made_up(part, len(found) + 1)
        found.append(Enclosed(_plain_name(name), content))
    return found[:MOST_FILES]


def _made_up(part: Message, place: int) -> str:
    kinds = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "message/rfc822": "eml"}
    return f"lampiran-{place}.{kinds.get(part.get_content_type(), 'bin')}"


def _plain_name(name: str) -> str:
    """As an upload's name may be: without paths and signs that mean something to a file system."""
    plain = _UNPLAIN_NAME.sub("_", name).strip().lstrip(".") or "lampiran"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= 120 else f"{stem[:100]}{dot}{ending[:19]}"


def _name(part: Message) -> str:
    try:
        return _words(str(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError):
        return "lampiran.bin"


def _parameter(part: Message, name: str) -> str:
    found = part.get_param(name)
    return found if isinstance(found, str) else ""


def _senders(mail: Message) -> tuple[str, ...]:
    given = [str(one) for one in mail.get_all("from", [])][:10]
    return tuple(address.strip() for _, address in getaddresses(given) if "@" in address)[:10]


def _head(mail: Message, name: str) -> str:
    return _words(str(mail.get(name, "")))[:2000]


def _words(text: str) -> str:
    """A header's encoded words decoded, as far as they can be."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, LookupError):
        return _clean(text)
    decoded = [_in_charset(one, said or "") if isinstance(one, bytes) else one for one, said in pieces]
    return _clean("".join(decoded))


def _clean(text: str) -> str:
    return _UNKEPT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

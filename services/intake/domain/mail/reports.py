"""Delivery reports (RFC 3464): whether one says that a mail was given up, and which mail that was."""

import re
from email.message import Message

import msgspec

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,250}>)", re.I | re.M)
MOST = 64 * 1024


class Report(msgspec.Struct, frozen=True):
    """What a report says of one mail. `failed` where it was given up for good; `about` is that mail's Message-ID."""

    failed: bool
    status: str
    about: str


def report_of(mail: Message) -> Report | None:
    """The report a mail is, or None where it is none."""
    if mail.get_content_type() != "multipart/report" or not isinstance(mail.get_payload(), list):
        return None
    failed, status, about = False, "", ""
    for part in mail.get_payload():
        if not isinstance(part, Message):
            continue
        match part.get_content_type():
            case "message/delivery-status":
                said = _plain(part)
                failed = failed or re.search(rb"^action:\s*failed\b", said, re.I | re.M) is not None
                found = _STATUS.search(_line(said, b"status"))
                status = status or (found[1] if found else "")
            case "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers":
                found_id = _ID.search(_plain(part))
                about = about or (found_id[1].decode("ascii", "replace") if found_id else "")
    return Report(failed, status, about)


def _line(said: bytes, name: bytes) -> str:
    found = re.search(rb"^" + name + rb":\s*(.{0,80})", said, re.I | re.M)
    return found[1].decode("ascii", "replace") if found else ""


def _plain(part: Message) -> bytes:
    """What stands in it, however it was parsed: heads of inner messages, or an encoded text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        said = b"\n".join(one.as_bytes() for one in payload if isinstance(one, Message))
    else:
        decoded = part.get_payload(decode=True)
        said = decoded if isinstance(decoded, bytes) else b""
    return said[:MOST].replace(b"\r\n", b"\n")

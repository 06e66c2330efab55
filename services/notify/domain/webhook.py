"""What a webhook of WhatsApp says: receipts of our messages, and what people wrote. Pure.

Whatever is not understood is left out, and never makes the rest unheard. What people are called, and their profile's
name, is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.notify.domain.retries import Status
from services.notify.domain.whatsapp import wa_number

STATUSES = {one.value: one for one in (Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED)}
LONGEST_TEXT = 4_096
LONGEST_ID = 512


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a message of ours came. `delivery` is the id that we gave it on its way, where it came back."""

    wamid: str
    status: Status
    at: datetime
    code: int | None
    delivery: UUID | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote. `number` is None for one who is known to WhatsApp otherwise than by number; `answers` is
    our message that they answered, where they answered one."""

    wamid: str
    number: str | None
    kind: str
    text: str | None
    at: datetime
    answers: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything one webhook says."""

    receipts: tuple[Receipt, ...]
    said: tuple[Said, ...]


class NotUnderstood(ValueError):
    """Not JSON, or nothing of WhatsApp's."""


def read(raw: bytes, number_id: str) -> Heard:
    """What is said to this business number. Raises `NotUnderstood`."""
    try:
        payload: Any = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise NotUnderstood("not JSON") from error
    if not isinstance(payload, dict) or payload.get("object") != "whatsapp_business_account":
        raise NotUnderstood("not about a WhatsApp business account")
    values = [value for value in _values(payload) if _our_number(value, number_id)]
    receipts = [_receipt(one) for value in values for one in _dicts(value.get("statuses"))]
    said = [_said(one) for value in values for one in _dicts(value.get("messages"))]
    return Heard(
        tuple(one for one in receipts if one is not None),
        tuple(one for one in said if one is not None),
    )


def _values(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in _dicts(payload.get("entry")):
        for change in _dicts(entry.get("changes")):
            value = change.get("value")
            if change.get("field") == "messages" and isinstance(value, dict):
                yield value


def _our_number(value: dict[str, Any], number_id: str) -> bool:
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and metadata.get("phone_number_id") == number_id


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _receipt(one: dict[str, Any]) -> Receipt | None:
    wamid, status = _id(one.get("id")), STATUSES.get(str(one.get("status")))
    if wamid is None or status is None:
        return None
    errors = _dicts(one.get("errors"))
    code = errors[0].get("code") if errors else None
    return Receipt(
        wamid,
        status,
        _moment(one.get("timestamp")),
        code if isinstance(code, int) else None,
        _uuid(one.get("biz_opaque_callback_data")),
    )


def _said(one: dict[str, Any]) -> Said | None:
    wamid, kind = _id(one.get("id")), one.get("type")
    if wamid is None or not isinstance(kind, str):
        return None
    context = one.get("context")
    sender = one.get("from")
    return Said(
        wamid,
        wa_number(sender) if isinstance(sender, str) and sender.isascii() and sender.isdigit() else None,
        kind[:40],
        _text(one, kind),
        _moment(one.get("timestamp")),
        _id(context.get("id")) if isinstance(context, dict) else None,
    )


def _text(one: dict[str, Any], kind: str) -> str | None:
    part = one.get(kind)
    if not isinstance(part, dict):
        return None
    found = next((part[name] for name in ("body", "text", "caption") if isinstance(part.get(name), str)), None)
    return None if found is None or not found.strip() else found.replace("\x00", "")[:LONGEST_TEXT]


def _id(found: Any) -> str | None:
    return found if isinstance(found, str) and 0 < len(found) <= LONGEST_ID and "\x00" not in found else None


def _uuid(found: Any) -> UUID | None:
    try:
        return UUID(found) if isinstance(found, str) else None
    except ValueError:
        return None


def _moment(found: Any) -> datetime:
    """Seconds since 1970, as text; the beginning of time for anything else."""
    try:
        return datetime.fromtimestamp(int(found), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)

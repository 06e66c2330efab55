"""What was given with an act, checked against what its row needs. Every missing or bad field gets its own sentence."""

import re
import unicodedata
from typing import Any

import msgspec
import phonenumbers

from services.workflow.domain.reasons import RejectReason
from services.workflow.machine import Action, Row
from shared.blobs.file import File
from shared.errors import FieldError, Invalid, Text
from shared.events.complaint import Cause, Person, Routed
from shared.events.intake import Contact

TEXT_LIMIT = 32_000
LINE_LIMIT = 200
PRIORITIES = ("Kritikal", "Tinggi", "Sederhana", "Rendah")
REQUIRED = Text("Wajib diisi", "Required")
OWN_WORDS = Text("Nyatakan sebabnya dengan perkataan sendiri", "Say why in your own words")
ONE_OF = Text("Isi sekurang-kurangnya satu", "Fill in at least one")
AT_LEAST_ONE = {
    Action.CLASSIFY: ("priority", "module", "complex"),
    Action.CORRECT_CONTACT: ("email", "phone"),
    Action.UPDATE_VENDOR: ("text", "vendor_reference"),
}
WRITTEN = {"question": "text", "tried": "text", "reason": "text"}
"""Needs that are the act's text under a name of their own. `reason` is also taken from the field `reason`."""
UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but line ends and tabs, and halves of characters."""
UNKEPT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,}")
NOT_EMAIL = FieldError("email", "not_email", Text("Sila masukkan e-mel yang sah", "Enter a valid e-mail"))
NOT_PHONE = FieldError(
    "phone", "not_phone", Text("Sila masukkan no. telefon Malaysia yang sah", "Enter a valid Malaysian phone number")
)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor wrote and chose; what was not given is None."""

    text: str | None = None
    public_text: str | None = None
    reason: str | None = None
    reason_code: str | None = None
    cause: str | None = None
    steps: str | None = None
    pic: Person | None = None
    vendor_reference: str | None = None
    duplicate_of: str | None = None
    priority: str | None = None
    module: str | None = None
    complex: bool | None = None
    email: str | None = None
    phone: str | None = None
    score: int | None = None
    attachments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    """The attachments once their uploads were found."""
    message: str | None = None
    kind: str | None = None
    rule: str | None = None
    why: Cause | None = None
    """Of a timer: what it is for, and which rule made it fire on what."""
    routed: Routed | None = None
    """Why this PIC, where the system chose."""
    contact: Contact | None = None
    """The corrected contact, sealed by the handler once `email` and `phone` were checked."""


def checked(given: Given, row: Row, *, modules: frozenset[str]) -> Given:
    """The same, tidied: texts in NFC without surrounding space, empty ones as None. Raises `Invalid` with every field
    that the row needs and did not get, and every one that cannot be kept as it is."""
    tidy: dict[str, Any] = msgspec.structs.asdict(given)
    texts = {name: _tidy(value) for name, value in tidy.items() if isinstance(value, str)}
    tidy |= texts
    errors = [error for name, text in texts.items() if text is not None for error in _unkeepable(name, text)]
    for need in row.needs:
        field = need.rstrip("?")
        if (
            not need.endswith("?")
            and _value(tidy, field) is None
            and field not in {"score", "kind", "rule", "due", "why"}
        ):
            errors.append(FieldError(_field_name(field), "required", REQUIRED))
    group = AT_LEAST_ONE.get(row.action)
    if group and all(tidy[name] is None for name in group) and not tidy["attachments"]:
        errors += [FieldError(name, "one_of", ONE_OF) for name in group]
    if tidy["reason_code"] == RejectReason.OTHER and _value(tidy, "reason") is None:
        errors.append(FieldError("reason", "required", OWN_WORDS))
    named = {error.field for error in errors}
    errors += [error for error in _meanings(tidy, modules) if error.field not in named]
    if errors:
        raise Invalid(errors)
    if {"reason", "reason?"} & set(row.needs):
        tidy["text"] = tidy["reason"] or tidy["text"]
    if tidy["duplicate_of"]:
        tidy["duplicate_of"] = tidy["duplicate_of"].upper()
    if tidy["phone"]:
        tidy["phone"] = phonenumbers.format_number(
            phonenumbers.parse(tidy["phone"], "MY"), phonenumbers.PhoneNumberFormat.E164
        )
    return Given(**tidy)


def _value(tidy: dict[str, Any], field: str) -> object:
    if field == "reason":
        return tidy["reason"] or tidy["text"]
    return tidy[WRITTEN.get(field, field)]


def _field_name(field: str) -> str:
    if field in {"cause", "steps"}:
        return f"solution.{field}"
    return field if field == "reason" else WRITTEN.get(field, field)


def _tidy(text: str) -> str | None:
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    unseen = all(letter.isspace() or unicodedata.category(letter) == "Cf" for letter in tidy)
    return None if unseen else tidy


def _unkeepable(name: str, text: str) -> list[FieldError]:
    line = name in {"vendor_reference", "duplicate_of", "reason_code", "priority", "module", "email", "phone"}
    if (UNKEPT_IN_LINE if line else UNKEPT).search(text):
        unkept = Text("Mengandungi aksara kawalan", "Contains control characters")
        return [FieldError(_field_name(name), "control_characters", unkept)]
    limit = LINE_LIMIT if line else TEXT_LIMIT
    if len(text) > limit:
        too_long = Text(f"Tidak melebihi {limit} aksara", f"At most {limit} characters")
        return [FieldError(_field_name(name), "too_long", too_long)]
    return []


def _meanings(tidy: dict[str, Any], modules: frozenset[str]) -> list[FieldError]:
    errors = []
    if tidy["priority"] is not None and tidy["priority"] not in PRIORITIES:
        errors.append(FieldError("priority", "unknown", Text("Keutamaan tidak dikenali", "Not a known priority")))
    if tidy["reason_code"] is not None and tidy["reason_code"] not in set(RejectReason):
        errors.append(FieldError("reason_code", "unknown", Text("Sila pilih daripada senarai", "Choose from the list")))
    if tidy["module"] is not None and modules and tidy["module"] not in modules:
        errors.append(FieldError("module", "unknown", Text("Modul tidak dikenali", "Not a known module")))
    if isinstance(tidy["email"], str) and not is_email(tidy["email"]):
        errors.append(NOT_EMAIL)
    if isinstance(tidy["phone"], str) and not _is_phone(tidy["phone"]):
        errors.append(NOT_PHONE)
    return errors


def is_email(text: str) -> bool:
    """Whether mail can be sent there."""
    return len(text) <= 254 and EMAIL.fullmatch(text) is not None


def is_mobile(phone: str) -> bool:
    """Whether WhatsApp may reach it."""
    kind = phonenumbers.number_type(phonenumbers.parse(phone, "MY"))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "MY"))
    except phonenumbers.NumberParseException:
        return False

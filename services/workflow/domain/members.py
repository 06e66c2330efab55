"""What a member of staff must be told to be one: an IC, a name, ways to reach them, roles. Pure."""

import re
from typing import Any

import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.my import nric

from services.workflow.domain.given import EMAIL
from services.workflow.machine import Role
from shared.errors import FieldError, Text

STAFF_ROLES = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.MANAGEMENT})
QUEUES = frozenset({Role.IMPLEMENTOR})


def tidy_ic(text: str) -> str:
    """Twelve digits, or empty where it is no IC."""
    try:
        return str(nric.validate(text))
    except ValidationError:
        return ""


_NOT_IC = Text("No. Kad Pengenalan mesti 12 digit yang sah", "Enter a valid 12-digit IC number")


def faults(*, ic: str, **fields: Any) -> list[FieldError]:
    """All that is wrong with a new member, but the password."""
    return ([] if tidy_ic(ic) else [FieldError("ic", "not_ic", _NOT_IC)]) + wrong(**fields)


def wrong(*, name: str, email: str, phone: str, roles: list[str], queues: list[str], language: str) -> list[FieldError]:
    """All that is wrong with these fields of a member."""
    errors = []
    if not 1 <= len(name.strip()) <= 200 or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", name):
        errors.append(FieldError("name", "name", Text("1 hingga 200 aksara", "1 to 200 characters")))
    if len(email) > 254 or not EMAIL.fullmatch(email):
        errors.append(FieldError("email", "not_email", Text("Sila masukkan e-mel yang sah", "Enter a valid e-mail")))
    if not e164(phone):
        text = Text("Sila masukkan no. telefon Malaysia yang sah", "Enter a valid Malaysian phone number")
        errors.append(FieldError("phone", "not_phone", text))
    if not roles or not STAFF_ROLES.issuperset(roles):
        errors.append(FieldError("roles", "unknown", Text("Pilih peranan yang ada", "Choose from the roles there are")))
    if not QUEUES.issuperset(queues):
        errors.append(FieldError("queues", "unknown", Text("Giliran tidak dikenali", "Not a known queue")))
    if language not in {"ms", "en"}:
        errors.append(FieldError("language", "unknown", Text("ms atau en", "ms or en")))
    return errors


def e164(phone: str) -> str:
    """As it is stored, `+60123456789`; empty where it is no Malaysian number."""
    try:
        parsed = phonenumbers.parse(phone, "MY")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

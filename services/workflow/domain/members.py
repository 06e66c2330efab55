"""What a member of staff must be told to be one: an IC, a name, ways to reach them, roles. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.my import nric

from services.workflow.domain.given import NOT_EMAIL, NOT_PHONE, is_email
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


def e164(phone: str) -> str:
    """As it is stored, `+60123456789`; empty where it is no Malaysian number."""
    try:
        parsed = phonenumbers.parse(phone, "MY")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _is_name(name: str) -> bool:
    return 1 <= len(name.strip()) <= 200 and not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", name)


def _are_roles(roles: list[str]) -> bool:
    return bool(roles) and STAFF_ROLES.issuperset(roles)


NOT_IC = Text("No. Kad Pengenalan mesti 12 digit yang sah", "Enter a valid 12-digit IC number")
ASKED: Mapping[str, tuple[Callable[[Any], object], str, Text]] = {
    "ic": (tidy_ic, "not_ic", NOT_IC),
    "name": (_is_name, "name", Text("1 hingga 200 aksara", "1 to 200 characters")),
    "email": (is_email, NOT_EMAIL.code, NOT_EMAIL.text),
    "phone": (e164, NOT_PHONE.code, NOT_PHONE.text),
    "roles": (_are_roles, "unknown", Text("Pilih peranan yang ada", "Choose from the roles there are")),
    "queues": (QUEUES.issuperset, "unknown", Text("Giliran tidak dikenali", "Not a known queue")),
    "language": ({"ms", "en"}.__contains__, "unknown", Text("ms atau en", "ms or en")),
}
"""Field -> what it has to be, and what is said where it is not."""


def faults(**fields: Any) -> list[FieldError]:
    """All that is wrong with these fields of a member; of what is not given, or not asked of anybody, nothing."""
    return [
        FieldError(field, code, text)
        for field, (fits, code, text) in ASKED.items()
        if field in fields and not fits(fields[field])
    ]

"""What an action needs, as fields of a form, and what was typed into them, as workflow takes it.

All actions share one form, so that a refusal, a fault or a change of language loses nothing of any of them; a field is
named `<action>-<field>`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.portal.clients import FieldError
from services.portal.pages.staff_standing import Allowed

FIELDS = {
    "question": "text",
    "tried": "text",
}
"""Needs whose field in the body has another name, beside those that are their own."""
LINES = frozenset({"vendor_reference", "duplicate_of", "email", "phone"})
CHOICES = frozenset({"pic", "reason_code", "priority", "module", "complex"})
FILES = "attachments"
"""Files are no words: they have a field of their own kind, beside these."""
SHORT = frozenset({"reason", "public_text"})
SOLUTION = frozenset({"cause", "steps"})


class Field(NamedTuple):
    """One field of an action's form."""

    name: str
    body: str
    kind: str
    required: bool
    rows: int


def fields(allowed: Allowed) -> list[Field]:
    """The fields of this action, in the order of its needs."""
    found = []
    for need in allowed.needs:
        bare = need.removesuffix("?")
        if bare == FILES:
            continue
        body = FIELDS.get(bare, bare)
        kind = "choice" if body in CHOICES else "line" if body in LINES else "area"
        name = f"{allowed.action}-{body}"
        found.append(Field(name, body, kind, not need.endswith("?"), 3 if body in SHORT else 5))
    return found


def takes_files(allowed: Allowed) -> bool:
    """Whether files may hang on this action."""
    return FILES in (need.removesuffix("?") for need in allowed.needs)


def body(allowed: Allowed, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed for this action; fields left empty are left out."""
    said: dict[str, Any] = {}
    for field in fields(allowed):
        value = typed.get(field.name, "")
        if not value.strip():
            continue
        if field.body in SOLUTION:
            said.setdefault("solution", {})[field.body] = value
        elif field.body == "complex":
            said["complex"] = value == "yes"
        else:
            said[field.body] = value
    return said


def errors(action: str, found: list[FieldError], language: str) -> dict[str, str]:
    """The sentences of workflow's field errors, by the fields of the page."""
    sentences: dict[str, str] = {}
    for error in found:
        sentences.setdefault(f"{action}-{error.field.removeprefix('solution.')}", error.text(language))
    return sentences

"""EVERY event class, by who says it: the published language, and the only business nouns in `shared`.

A class declares its wire name and version. Optional fields may be added; anything else is a new version beside the old.
One golden JSON per name and version is committed and never edited.
"""

from shared.envelope import Event, register
from shared.events import accounts, intake, mails, reference, workflow

INTAKE: tuple[type[Event], ...] = intake.ALL
WORKFLOW: tuple[type[Event], ...] = workflow.ALL
ACCOUNTS: tuple[type[Event], ...] = accounts.ALL
MAILS: tuple[type[Event], ...] = mails.ALL
REFERENCE: tuple[type[Event], ...] = reference.ALL

REGISTER: dict[str, type[Event]] = register((*INTAKE, *WORKFLOW, *ACCOUNTS, *MAILS, *REFERENCE))
"""`complaint.assigned/1` -> its class."""

__all__ = [
    "ACCOUNTS",
    "INTAKE",
    "MAILS",
    "REFERENCE",
    "REGISTER",
    "WORKFLOW",
    "accounts",
    "intake",
    "mails",
    "reference",
    "workflow",
]

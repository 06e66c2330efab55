"""What an office sets itself: `.run/settings.env`, a line each, read by `make run` and `make up` at their start.

Everything else is made here or known here. docs/operating.md says what to write.
"""

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from deploy.local.home import Home
from deploy.local.processes import Trouble
from services.intake.settings import Settings as Intake
from services.notify.settings import Settings as Notify
from services.portal.settings import Settings as Portal
from services.query.settings import Settings as Query
from services.workflow.settings import Settings as Workflow
from shared.settings import ProcessSettings

SETTINGS: Mapping[str, type[ProcessSettings]] = {
    "intake": Intake,
    "workflow": Workflow,
    "notify": Notify,
    "query": Query,
    "portal": Portal,
}
FILES = ("intake", "workflow", "query")
TOLD: Mapping[str, tuple[str, ...]] = {
    "PUBLIC_URL": tuple(SETTINGS),
    "LOG_LEVEL": tuple(SETTINGS),
    "TRUSTED_PROXIES": ("portal",),
    **dict.fromkeys(("SMTP_HOST", "SMTP_PORT", "SMTP_TLS", "SMTP_USER", "SMTP_PASSWORD", "SMTP_CA_FILE"), ("notify",)),
    **dict.fromkeys(("SENDING", "SLOGAN", "MAILS_PER_SECOND", "BATCH_SECONDS"), ("notify",)),
    **dict.fromkeys(("MAIL_FROM", "REPLY_MAILBOX", "STAFF_MAIL"), ("intake", "notify")),
    **dict.fromkeys(("WHATSAPP_URL", "WHATSAPP_NUMBER_ID", "WHATSAPP_PER_SECOND"), ("notify",)),
    **dict.fromkeys(("WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"), ("notify",)),
    "BLOBS": FILES,
    **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT"), FILES),
    "CLAMD": ("intake", "workflow"),
    "TRACKING_BY_IC": ("query",),
    "FIRST_LOGIN_CHANGE": ("workflow",),
}
"""By name, who is told it; a secret goes nowhere else."""


def file(home: Home) -> Path:
    """Where it is looked for."""
    return home.path / "settings.env"


def said(home: Home) -> dict[str, str]:
    """What the office has set; nothing where it has no such file. Raises Trouble for a name nobody takes."""
    path = file(home)
    try:
        text = path.open(encoding="utf-8")
    except FileNotFoundError:
        return {}
    with text:
        found = dotenv_values(stream=text, interpolate=False)
    for name, value in found.items():
        if name not in TOLD:
            raise Trouble(f"{path}: nobody takes {name}. docs/operating.md has the names.")
        if value is None:
            raise Trouble(f"{path}: {name} has no value. Write {name}= and what it shall be.")
    return {name: value for name, value in found.items() if value is not None}


def heeded(name: str, told: Mapping[str, str], office: Mapping[str, str]) -> dict[str, str]:
    """What this program is told, with the office's own words for it. Raises Trouble where they cannot be meant."""
    mine = {key: value for key, value in office.items() if name in TOLD[key]}
    heard = {**told, **mine}
    if mine:
        _check(name, heard)
    return heard


def _check(name: str, told: Mapping[str, str]) -> None:
    settings = SETTINGS[name]
    known = {key: told[key.upper()] for key in settings.model_fields if key.upper() in told}
    try:
        settings.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        about = "_".join(map(str, first["loc"])).upper()
        why = first["msg"].removeprefix("Value error, ")
        raise Trouble(f"settings.env, as {name} reads it: {f'{about}: ' if about else ''}{why}.") from None

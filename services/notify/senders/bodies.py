"""WhatsApp bodies, in Malay and English, from one source each: `templates/whatsapp/<reader>/<message>.<language>.txt`.

A body has the name of the letter it stands beside, so that whoever cannot be reached this way gets the letter. What
lies here is what the office hands in for approval, word for word: a template is fixed words with numbered gaps.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.notify.domain.whatsapp import CATEGORY, Body, body

FOLDER = Path(__file__).parent.parent / "templates" / "whatsapp"
LANGUAGES = ("ms", "en")
Key = tuple[str, str]
"""Message, language."""


def read() -> dict[Key, Body]:
    """Every body. Raises `BadBody` for one that could not be approved, FileNotFoundError for a missing language."""
    names = {path.name.partition(".")[0]: path.parent for path in sorted(FOLDER.glob("*/*.txt"))}
    return {
        (name, language): body((folder / f"{name}.{language}.txt").read_text("utf-8"))
        for name, folder in names.items()
        for language in LANGUAGES
    }


BODIES: Mapping[Key, Body] = read()


def fields(message: str) -> frozenset[str] | None:
    """What this message's bodies cannot do without; None where it has none."""
    found = [BODIES[key] for key in BODIES if key[0] == message]
    return frozenset(name for one in found for name in one.placeholders if name not in one.optional) if found else None


def default_name(message: str) -> str:
    """The template's name, until the office says otherwise."""
    return f"helpdesk_{message}"


def handed_in(samples: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every template as it is handed in for approval, with example values."""
    return [
        {
            "name": default_name(message),
            "language": language,
            "category": CATEGORY,
            "components": [
                {
                    "type": "BODY",
                    "text": one.as_template(),
                    **({"example": {"body_text": [one.parameters(samples)]}} if one.placeholders else {}),
                }
            ],
        }
        for (message, language), one in sorted(BODIES.items())
    ]

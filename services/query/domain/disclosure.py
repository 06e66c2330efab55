"""What the public may learn of a complaint, and how it must prove itself for it (process.md, Semakan Aduan)."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.query.domain.views import Bilingual, Held, PublicActor

LINK_LIVES = timedelta(days=60)
"""How long a link still opens the thread after DITUTUP, in business time."""
NOBODY = "0" * 64
"""Compared with where there is no complaint, so that a miss takes the work of a mismatch."""


def owns(said_index: str, ic_index: str | None) -> bool:
    """Whether the IC given is the complaint's. The same work for a wrong IC and for no complaint."""
    return hmac.compare_digest(said_index.encode(), (ic_index or NOBODY).encode()) and ic_index is not None


def link_is_over(closed_at: datetime | None, now: datetime) -> bool:
    """Whether the complaint was closed so long ago that its link is dead."""
    return closed_at is not None and now > closed_at + LINK_LIVES


def possible(can: Iterable[str], reopen_until: datetime | None, now: datetime) -> list[str]:
    """What the complainant may do now, as workflow said; a reopening only while the window it named is open."""
    over = reopen_until is not None and now > reopen_until
    return [action for action in can if not (over and action == "reopen")]


def public_text(kind: str, text: str | None, detail: dict[str, Any]) -> str | None:
    """What of an entry the complainant reads: of a report to the vendor only what was written for them."""
    return detail.get("public_text") if kind == "vendor_logged" else text


def is_public(kind: str, audience: Sequence[str], detail: dict[str, Any]) -> bool:
    """Whether the complainant reads the entry at all."""
    return "P" in audience or (kind == "vendor_logged" and bool(detail.get("public_text")))


def shows_files(audience: Sequence[str]) -> bool:
    """Whether the complainant may have an entry's files: of a report to the vendor they are not, whatever is public of
    its text."""
    return "P" in audience


def public_actor(role: str, name: str | None) -> PublicActor:
    """Staff by name and role; of the complainant only that it was them."""
    return {"role": role, "name": None if role == "COMPLAINANT" else name}


def reason(detail: dict[str, Any]) -> Bilingual | None:
    """Why a complaint was rejected, in the words of the office's list; none where it said so in its own words only."""
    return {"ms": detail["reason_ms"], "en": detail["reason_en"]} if "reason_ms" in detail else None


def held(kind: str, detail: dict[str, Any]) -> Held | None:
    """Why a message was kept and nothing done; none for every other entry."""
    return {"why": {"ms": detail["why_ms"], "en": detail["why_en"]}} if kind == "message_held" else None

"""Whether an event is heard long after it happened: after an outage its staff are told in one digest, not in a flood.

An event's id is a version 7 UUID and says in real time when it was made; business time may be moved, and then every
event before would look old.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.envelope import Envelope

LATE_AFTER = timedelta(hours=1)


def is_late(envelope: Envelope, now: datetime) -> bool:
    """`now` in real time. What does not say when it was made is not late."""
    made = _made_at(envelope.id)
    return made is not None and now - made > LATE_AFTER


def _made_at(id: str) -> datetime | None:
    try:
        found = UUID(id)
    except ValueError:
        return None
    return datetime.fromtimestamp((found.int >> 80) / 1000, UTC) if found.version == 7 else None

"""What workflow's events say becomes rows: a whole batch at once."""

from collections.abc import Sequence

from services.query.domain import complaint, said
from services.query.store import projection
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.complaint import ComplaintEvent
from shared.events.workflow import Received


async def move_complaints(tx: Tx, letters: Sequence[tuple[ComplaintEvent, Envelope]]) -> None:
    """Complaints appear, stand elsewhere, or have one more entry: each once, in the order given. What the model knows
    already changes nothing. Raises `Missing` for a complaint that never appeared."""
    before = await projection.load(tx, {event.number for event, _ in letters})
    after, new = dict(before), projection.News()
    for event, envelope in letters:
        row = after.get(event.number)
        if row is not None and envelope.sequence <= row.version:
            continue
        standing = said.standing(event, envelope.sequence)
        if isinstance(event, Received):
            row = complaint.filed(standing, said.filing(event))
            new.words.append((event.number, event.text or "", event.title, row.name))
        elif row is None:
            raise projection.Missing(f"{event.number} version {envelope.sequence}")
        else:
            known = len(row.vendor_logs)
            row = complaint.moved(row, standing, said.change(event))
            new.logs += [(event.number, log) for log in row.vendor_logs[known:]]
        after[event.number] = row
        new.entries.append(said.entry(event, envelope.sequence))
        new.files += said.attachments(event, envelope.sequence)
    await projection.save(tx, before, after, new)

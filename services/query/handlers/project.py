"""One function per family of events: what it says becomes rows."""

from services.query.domain import said
from services.query.store import projection
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.workflow import ComplaintEvent, ContactCorrected, Received


async def open_complaint(tx: Tx, event: Received, envelope: Envelope) -> None:
    """A complaint appears."""
    await projection.receive(
        tx,
        said.standing(event, envelope.sequence),
        said.entry(event, envelope.sequence),
        said.filing(event),
        event.text or "",
    )
    await _hang(tx, event, envelope)


async def move_complaint(tx: Tx, event: ComplaintEvent, envelope: Envelope) -> None:
    """A complaint stands elsewhere, or has one more entry."""
    await projection.move(
        tx, said.standing(event, envelope.sequence), said.entry(event, envelope.sequence), said.change(event)
    )
    await _hang(tx, event, envelope)


async def correct_contact(tx: Tx, event: ContactCorrected, envelope: Envelope) -> None:
    """A complaint's contact changes, and its thread says so."""
    await move_complaint(tx, event, envelope)
    await projection.correct_contact(tx, event.number, envelope.sequence, said.masked(event.contact))


async def _hang(tx: Tx, event: ComplaintEvent, envelope: Envelope) -> None:
    if event.files:
        await projection.hang(tx, said.attachments(event, envelope.sequence))

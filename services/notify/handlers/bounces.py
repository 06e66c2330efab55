"""A mail that its server took and later gave up: the report came back as mail, and intake read it."""

from uuid import UUID

from services.notify.handlers import returned
from services.notify.store import ledger
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.intake import MailBounced


async def heed(tx: Tx, event: MailBounced, _envelope: Envelope) -> None:
    """The delivery failed after all, and those who must know are told, unless something later is known of it. A report
    about no mail of ours is none."""
    delivery, answer = UUID(event.delivery), f"given up by a mail server: {event.status or 'no status'}"
    if await ledger.give_up_sent(tx, delivery, answer):
        await returned.tell(tx, delivery, answer)

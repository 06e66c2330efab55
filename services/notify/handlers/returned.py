"""A mail came back: a server said no for good. Admin is told, and who has the complaint, as the rules say."""

from uuid import UUID

from services.notify.handlers import news
from services.notify.store import returned as store
from shared.db import Tx


async def tell(tx: Tx, delivery: UUID, answer: str) -> None:
    """Plan who is told that this delivery's last attempt came to nothing, once. That such a notice came back tells
    nobody, or it would go on for ever."""
    found = await store.bounced(tx, delivery, answer)
    if found is not None:
        attempt, event = found
        await news.tell(tx, f"bounced:{attempt}", event)

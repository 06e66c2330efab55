"""Links that were asked for before the complaint they are about was heard of: the two come on different streams.

They wait for `WAITS_SECONDS` of real time and no longer, so that a number nobody ever filed, and who asked for it,
leave no lasting trace.
"""

from datetime import datetime

from shared.db import Tx
from shared.envelope import Envelope, decode
from shared.events.intake import TrackingLinkRequested

WAITS_SECONDS = 3600.0


async def keep(tx: Tx, event: TrackingLinkRequested, envelope: Envelope) -> None:
    """Let it wait."""
    await forget(tx)
    await tx.execute(
        """
        insert into asked (event_id, number, ic_index, at, body, until)
        values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
        on conflict do nothing
        """,
        envelope.id,
        event.number,
        event.ic_index,
        envelope.time,
        envelope.encoded(),
        WAITS_SECONDS,
    )


async def about(tx: Tx, number: str, ic_index: str, submitted_at: datetime) -> list[Envelope]:
    """What was asked about this complaint after it was filed, and still waits."""
    rows = await tx.fetch(
        """
        select body from asked
        where (number = $1 or ic_index = $2) and at >= $3 and until > clock_timestamp() order by at, event_id
        """,
        number,
        ic_index,
        submitted_at,
    )
    return [decode(row["body"]) for row in rows]


async def forget(tx: Tx) -> None:
    """What waited long enough."""
    await tx.execute(
        """
        delete from asked where event_id in (
            select event_id from asked where until <= clock_timestamp() for update skip locked)
        """
    )

"""What each channel has done and has to do, read off the ledger."""

from collections.abc import Mapping
from typing import Any

from shared.db import Tx

NONE: Mapping[str, Any] = {
    "waiting": 0,
    "oldest_seconds": 0.0,
    "sent": 0,
    "failed": 0,
    "unknown": 0,
    "last_sent_at": None,
}
"""Of a channel nothing was ever planned for."""


async def of_channels(tx: Tx) -> dict[str, dict[str, Any]]:
    """For each channel: how many wait and for how many seconds the oldest should have been sent, and how many came to
    rest in the past day, and how. What is held until a set hour does not wait."""
    rows = await tx.fetch(
        """
        select channel,
            count(*) filter (where next_at <= clock_timestamp() or status = 'sending') as waiting,
            coalesce(greatest(extract(epoch from clock_timestamp()
                - min(coalesce(first_tried_at, next_at)) filter (where next_at <= clock_timestamp()
                    or status = 'sending')), 0), 0)::float8 as oldest_seconds,
            count(*) filter (where rested and status in ('sent', 'delivered', 'read')) as sent,
            count(*) filter (where rested and status = 'failed') as failed,
            count(*) filter (where rested and status = 'unknown') as unknown,
            max(changed_at) filter (where status in ('sent', 'delivered', 'read')) as last_sent_at
        from (
            select channel, status, next_at, first_tried_at, changed_at,
                next_at is null and changed_at > helpdesk.now() - interval '1 day' as rested
            from delivery
            where next_at is not null or status <> 'skipped' and changed_at > helpdesk.now() - interval '30 days'
        ) recent
        group by channel
        """
    )
    return {
        row["channel"]: {name: row[name] for name in NONE}
        | {"last_sent_at": None if row["last_sent_at"] is None else row["last_sent_at"].isoformat()}
        for row in rows
    }

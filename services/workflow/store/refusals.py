"""What was refused to staff who had written by mail. It is no event of a complaint, and on record all the same: intake
holds the mail only when it hears of it, and the broker may forget."""

from uuid import UUID

from shared.db import Tx
from shared.envelope import Envelope, nats_subject


async def say(tx: Tx, envelope: Envelope) -> None:
    """Keep a refusal and say it."""
    await tx.execute(
        """
        with kept as (insert into refusal (id, subject, body) values ($1, $2, $3))
        insert into outbox (event_id, subject, body) values ($1, $2, $3)
        """,
        UUID(envelope.id),
        nats_subject(envelope),
        envelope.encoded(),
    )


async def say_again(tx: Tx) -> int:
    """Put all of them back into the outbox; answers how many."""
    again = await tx.execute(
        "insert into outbox (event_id, subject, body) select id, subject, body from refusal order by id"
        " on conflict (event_id) do update set seq = default"
    )
    return int(again.rpartition(" ")[2])

"""What intake has said, append-only: the truth behind the stream, which is only its cache."""

from collections.abc import Sequence

from shared.db import Tx
from shared.envelope import Envelope, nats_subject


async def record(tx: Tx, envelopes: Sequence[Envelope]) -> None:
    """Write these into the record, and say them once the transaction has committed."""
    await tx.execute(
        """
        with said as (
            select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[],
                                 $7::bytea[]) as said(about, sequence, id, type, at, subject, body)
        ), kept as (
            insert into event (about, sequence, id, type, at, subject, body)
            select about, sequence, id, type, at, subject, body from said
        )
        insert into outbox (event_id, subject, body) select id, subject, body from said
        """,
        [envelope.subject for envelope in envelopes],
        [envelope.sequence for envelope in envelopes],
        [envelope.id for envelope in envelopes],
        [envelope.type for envelope in envelopes],
        [envelope.time for envelope in envelopes],
        [nats_subject(envelope) for envelope in envelopes],
        [envelope.encoded() for envelope in envelopes],
    )


async def say_again(tx: Tx) -> int:
    """Put the whole record back into the outbox, each subject in its order; answers how many events that is. What
    still waits there takes its place in the order anew, or it would overtake what came before it."""
    again = await tx.execute(
        "insert into outbox (event_id, subject, body) select id, subject, body from event order by sequence, at"
        " on conflict (event_id) do update set seq = default"
    )
    return int(again.rpartition(" ")[2])

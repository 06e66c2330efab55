"""What a hearer has parked, for the people who look after it: what is stuck and why, what waits behind it, and taking
it up again."""

from datetime import datetime
from typing import Any, NamedTuple

from shared.bus import fence
from shared.db import Database, Tx, is_transient
from shared.envelope import Unreadable, decode
from shared.metrics import Backlog, Waiting

REASONS = {"gap": "early", "behind": "behind", "poison": "poison"}
"""As the table calls it -> as it is shown. A letter that could not be opened at all is `unreadable`."""


class Place(NamedTuple):
    """Where a page of the list ended."""

    at: datetime
    id: str


async def page(tx: Tx, *, heads: bool, after: Place | None, limit: int) -> tuple[list[dict[str, Any]], Place | None]:
    """Parked letters, newest first, and where the next page starts. With `heads` only the first of each subject: the
    one the others wait for."""
    rows = await tx.fetch(
        """
        select p.event_id, p.source, p.subject, p.sequence, p.type, p.reason, p.error, p.at,
            (select count(*) from parked b where b.source = p.source and b.subject = p.subject
                and (b.sequence, b.event_id) > (p.sequence, p.event_id)) as behind
        from parked p
        where ($1::timestamptz is null or (p.at, p.event_id) < ($1, $2)) and not ($3 and exists (
            select from parked e where e.source = p.source and e.subject = p.subject
                and (e.sequence, e.event_id) < (p.sequence, p.event_id)))
        order by p.at desc, p.event_id desc limit $4
        """,
        after.at if after else None,
        after.id if after else None,
        heads,
        limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return [_item(row) for row in rows[:limit]], Place(last["at"], last["event_id"]) if last else None


async def left(tx: Tx, source: str, subject: str) -> tuple[int, str | None]:
    """How many letters of this subject are parked, and why the first of them is, if it failed."""
    row = await tx.fetchrow(
        """
        select count(*), (array_agg(error order by sequence, event_id))[1] from parked
        where source = $1 and subject = $2
        """,
        source,
        subject,
    )
    return row[0], row[1]


async def redrive(tx: Tx, source: str, subject: str, hears: fence.Hears, register: fence.Register) -> list[fence.Taken]:
    """Take up what is parked for this subject, in order; answers what became of each. What could not be opened is
    opened again, and taken up if it can be now."""
    taken = []
    for row in await tx.fetch(
        "select event_id, body from parked where source = $1 and subject = $2 and sequence = 0 for update",
        source,
        subject,
    ):
        try:
            letter = decode(row["body"])
        except Unreadable:
            continue
        await tx.execute("delete from parked where event_id = $1", row["event_id"])
        try:
            async with tx.transaction():
                taken += await fence.take(tx, [letter], hears, register)
        except Exception as error:
            if is_transient(error):
                raise
            await fence.hold_as_poison(tx, letter, error)
            taken.append(fence.Taken(letter, "poison"))
    return taken + await fence.redrive(tx, source, subject, hears, register)


async def subjects(tx: Tx, subject: str | None = None) -> list[tuple[str, str]]:
    """The sources and subjects of what is parked, or those of one subject, the longest parked first."""
    rows = await tx.fetch(
        "select source, subject from parked where $1::text is null or subject = $1 group by 1, 2 order by min(at)",
        subject,
    )
    return [(row["source"], row["subject"]) for row in rows]


def waiting(db: Database, *reasons: str) -> Backlog:
    """How many letters are parked for these reasons, as the table calls them."""

    async def look() -> Waiting:
        async with db.transaction() as tx:
            row = await tx.fetchrow(
                "select count(*), coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 from parked"
                " where reason = any($1::text[])",
                list(reasons),
            )
        return Waiting(*row)

    return look


def _item(row: Any) -> dict[str, Any]:
    reason = "unreadable" if row["type"] == "unreadable" else REASONS[row["reason"]]
    return {
        "id": row["event_id"],
        "source": row["source"],
        "subject": row["subject"],
        "sequence": row["sequence"],
        "type": row["type"],
        "reason": reason,
        "error": row["error"],
        "behind": row["behind"],
        "at": row["at"].isoformat(),
    }

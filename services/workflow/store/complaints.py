"""The complaint row, its event record and the outbox: written together, in one statement, or not at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record

from services.workflow.domain.complaint import Complaint
from services.workflow.store import facts
from services.workflow.store.facts import Known
from shared.db import Tx
from shared.envelope import Envelope, nats_subject
from shared.errors import Conflict, Text
from shared.events.complaint import ComplaintEvent
from shared.web.edge import Kept

_VALUES = msgspec.json.Decoder(Complaint)
FIRST = UUID(int=0)
_NO_ANSWER = (None, None, None, None, None)
CHANGED = Text(
    "Aduan ini telah berubah sejak dibaca. Sila semak semula.",
    "This complaint has changed since you read it. Please look again.",
)


class Loaded(NamedTuple):
    """A complaint as it stands, business time, and what is known of the office. Held for update, it stays as it is
    until the transaction ends."""

    complaint: Complaint
    now: datetime
    pic_is_active: bool
    known: Known


_PIC_IS_ACTIVE = "coalesce(s.active and 'PIC' = any(s.roles), false)"
# All but the complaint itself is asked for once that is held: who waited for it decides by what stands after the wait.
_LOAD = f"""
with held as materialized (select value, pic from complaint where number = $1)
select held.value::text, helpdesk.now(), {_PIC_IS_ACTIVE}, {facts.STANDING}
from held left join staff s on s.id = held.pic
"""
_LOAD_TO_ACT = _LOAD.replace("$1)", "$1 for update)")
_SELECT = f"""
select c.value::text, helpdesk.now(), {_PIC_IS_ACTIVE} from complaint c left join staff s on s.id = c.pic
"""
_HOLD_DUE = (
    _SELECT + "where c.timer_at <= helpdesk.now() order by c.timer_at, c.number limit $1 for update of c skip locked"
)
_HOLD_OPEN = _SELECT + "where c.state <> 'DITUTUP' order by c.number for update of c"
_HOLD_OF_PIC = """
select number from complaint where pic = $1 and state not in ('SELESAI', 'DITUTUP') order by number for update
"""
_INSERT = """
with made as (
    insert into complaint (number, version, state, custodian, pic, due, value, timer_at, timer_rule)
    values ($1, $2, $3, $4, $5, $6, $7, $15, $16)
    on conflict do nothing returning number
), said as (
    insert into event (number, sequence, id, type, at, actor_role, actor, body)
    select number, $2, $8, $9, $10, $11, $12, $14 from made
)
insert into outbox (event_id, subject, body) select $8, $13, $14 from made returning seq
"""
_UPDATE = """
with moved as (
    update complaint set version = $2, state = $3, custodian = $4, pic = $5, due = $6, value = $7,
        timer_at = $15, timer_rule = $16
    where number = $1 and version = $2 - 1 returning number
), said as (
    insert into event (number, sequence, id, type, at, actor_role, actor, body)
    select number, $2, $8, $9, $10, $11, $12, $14 from moved
)
insert into outbox (event_id, subject, body) select $8, $13, $14 from moved returning seq
"""

# In the order in which whoever holds locks takes them: the complaint, what the office knows, the PIC.
_UPDATE_UNLESS_MOVED = f"""
with held as materialized (
    select number from complaint where number = $1 and version = $2 - 1 for update
), stands as materialized (
    select number from held where {facts.STANDING} = $17 and ($18::uuid is null
        or exists (select from staff where id = $18 and active and 'PIC' = any(roles) for share))
), moved as (
    update complaint c set version = $2, state = $3, custodian = $4, pic = $5, due = $6, value = $7,
        timer_at = $15, timer_rule = $16
    from stands where c.number = stands.number returning c.number
), said as (
    insert into event (number, sequence, id, type, at, actor_role, actor, body)
    select number, $2, $8, $9, $10, $11, $12, $14 from moved
), kept as (
    insert into idempotency (route, key, fingerprint, status, body)
    select $19, $20, $21, $22, $23 from moved where $19::text is not null
)
insert into outbox (event_id, subject, body) select $8, $13, $14 from moved returning seq
"""


async def now(tx: Tx) -> datetime:
    """Business time."""
    at: datetime = await tx.fetchval("select helpdesk.now()")
    return at


async def load(tx: Tx, number: str, *, lock: bool = False) -> Loaded | None:
    """The complaint, or None. With `lock`, nobody else moves it until this transaction ends."""
    if "\x00" in number:  # Postgres could not even be asked
        return None
    row = await tx.fetchrow(_LOAD_TO_ACT if lock else _LOAD, number)
    if row is None:
        return None
    value, at, pic_is_active, standing = row
    return Loaded(_VALUES.decode(value), at, pic_is_active, await facts.known_by(tx, standing))


async def mark_one_at_a_time(tx: Tx) -> None:
    """Whoever marks a duplicate next sees what this transaction does. Who waits here holds the complaint to be marked
    and nobody waits for that one but for this lock, so no two wait for each other."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('workflow.mark_duplicate'))")


class Version(NamedTuple):
    """A new version of a complaint, its event, and its timer: the next rule that will fire, and when."""

    complaint: Complaint
    event: ComplaintEvent
    envelope: Envelope
    timer: tuple[datetime, str] | None


async def save(tx: Tx, version: Version) -> None:
    """Write a new version with its event, its timer and its outbox row. Raises `Conflict` when somebody was faster."""
    statement = _INSERT if version.complaint.version == 1 else _UPDATE
    if await tx.fetchval(statement, *_written(version)) is None:
        raise Conflict("stale", CHANGED)


async def save_unless_moved(tx: Tx, version: Version, known: Known, named: UUID | None, kept: Kept | None) -> bool:
    """Write a new version by one statement that is a transaction by itself, with the answer under its key, if all that
    it was decided on still stands: the version before it, what was known of the office, and that the PIC named by it
    is an active one. Otherwise nothing is written. Raises `UniqueViolationError` where the key was used before."""
    answer = (kept.asked.route, kept.asked.key, kept.asked.fingerprint, kept.status, kept.body) if kept else _NO_ANSWER
    told = (*_written(version), known.standing, named, *answer)
    return await tx.fetchval(_UPDATE_UNLESS_MOVED, *told) is not None


async def save_held(tx: Tx, versions: Sequence[Version]) -> None:
    """The same for many whose rows this transaction holds."""
    await tx.executemany(_UPDATE, [_written(version) for version in versions])


def _written(version: Version) -> tuple[Any, ...]:
    complaint, event, envelope, timer = version
    return (
        complaint.number,
        complaint.version,
        complaint.state,
        complaint.custodian,
        complaint.pic.id if complaint.pic else None,
        complaint.due,
        complaint,
        envelope.id,
        envelope.type,
        envelope.time,
        event.actor.role,
        event.actor.id,
        nats_subject(envelope),
        envelope.encoded(),
        *(timer or (None, None)),
    )


async def timers_over(tx: Tx) -> tuple[int, float]:
    """How many timers are over and have not fired yet, and for how long the oldest has been."""
    row = await tx.fetchrow(
        """
        select count(*), coalesce(extract(epoch from helpdesk.now() - min(timer_at)), 0)::float8 from complaint
        where timer_at <= helpdesk.now()
        """
    )
    return row[0], row[1]


async def hold_due(tx: Tx, limit: int) -> list[Loaded]:
    """Complaints whose timer is over, the oldest first, held until this transaction ends; those that somebody else
    holds are left to them."""
    return await _loaded(tx, await tx.fetch(_HOLD_DUE, limit))


async def put_off_first_due(tx: Tx) -> None:
    """The timer that `hold_due` would take first waits an hour: its complaint cannot be decided on."""
    late = await tx.fetchrow(
        "select number, helpdesk.now() + interval '1 hour' as at, timer_rule from complaint"
        " where timer_at <= helpdesk.now() order by timer_at, number limit 1"
    )
    if late is not None:
        await set_timers(tx, [(late["number"], (late["at"], late["timer_rule"]))])


async def any_without_timer(tx: Tx) -> bool:
    """Whether an open complaint that was not yet escalated waits for nothing, as those of older versions do."""
    return bool(
        await tx.fetchval(
            "select exists (select 1 from complaint where timer_at is null and state not in ('SELESAI', 'DITUTUP')"
            " and coalesce((value ->> 'level')::int, 0) = 0)"
        )
    )


async def hold_open(tx: Tx) -> list[Loaded]:
    """Every open complaint, held until this transaction ends, and those that can still be reopened."""
    return await _loaded(tx, await tx.fetch(_HOLD_OPEN))


async def every_open(tx: Tx) -> list[Complaint]:
    """Every open complaint as it stands now."""
    rows = await tx.fetch("select value::text from complaint where state not in ('SELESAI', 'DITUTUP') order by number")
    return [_VALUES.decode(row["value"]) for row in rows]


async def hold_of_pic(tx: Tx, pic: UUID) -> list[str]:
    """The numbers of the open complaints of a PIC, held until this transaction ends."""
    rows = await tx.fetch(_HOLD_OF_PIC, pic)
    return [row["number"] for row in rows]


async def open_of_pic(tx: Tx, pic: UUID) -> int:
    """How many open complaints a PIC has."""
    return int(
        await tx.fetchval("select count(*) from complaint where pic = $1 and state not in ('SELESAI', 'DITUTUP')", pic)
    )


async def claimed_by(tx: Tx, member: UUID) -> list[str]:
    """The numbers of what lies in a queue and this member has claimed."""
    rows = await tx.fetch(
        "select number from complaint where state = 'RUJUKAN_IMPLEMENTOR' and value #>> '{claimant,id}' = $1::text"
        " order by number",
        str(member),
    )
    return [row["number"] for row in rows]


async def set_timers(tx: Tx, timers: Sequence[tuple[str, tuple[datetime, str] | None]]) -> None:
    """New timers for complaints of which nothing else changes."""
    await tx.executemany(
        "update complaint set timer_at = $2, timer_rule = $3 where number = $1",
        [(number, *(timer or (None, None))) for number, timer in timers],
    )


async def _loaded(tx: Tx, rows: Sequence[Record]) -> list[Loaded]:
    known = await facts.known(tx)
    return [Loaded(_VALUES.decode(value), at, pic_is_active, known) for value, at, pic_is_active in rows]


async def exists(tx: Tx, number: str) -> bool:
    """Whether there is a complaint of this number."""
    return bool(await tx.fetchval("select exists (select 1 from complaint where number = $1)", number))


async def somebody_else_acted(tx: Tx, number: str, since: int, caller: UUID) -> bool:
    """Whether a person other than the caller did something after version `since`."""
    return bool(
        await tx.fetchval(
            "select exists (select 1 from event where number = $1 and sequence > $2"
            " and actor_role <> 'SYSTEM' and actor is distinct from $3)",
            number,
            since,
            caller,
        )
    )

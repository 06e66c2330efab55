"""Order per (source, subject), kept in the database and not in memory.

A letter with the next sequence is handled; one already handled is ignored; one that comes too early is parked in the
same transaction and handled when its predecessor has been. A letter nobody could handle in five tries is parked as
poison, and the later ones of its subject wait behind it; `redrive` takes them up again in order. One that fails while
it is taken up is poison at once: whoever released it is innocent. Reference facts travel whole, so the newest wins:
gaps do not matter, and an older one that was poison holds nothing up.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from structlog.contextvars import bound_contextvars

from shared.blame import blame
from shared.db import Tx, is_transient
from shared.envelope import Envelope, Event, Unreadable, decode, is_reference

SCHEMA_V1 = """
create table fence (
    source text not null,
    subject text not null,
    sequence bigint not null,
    primary key (source, subject)
) with (fillfactor = 80);
create table parked (
    event_id text primary key,
    source text not null,
    subject text not null,
    sequence bigint not null,
    type text not null,
    reason text not null check (reason in ('gap', 'poison', 'behind')),
    error text,
    body bytea not null,
    at timestamptz not null default clock_timestamp()
);
create index parked_in_order on parked (source, subject, sequence);
"""

Handler: TypeAlias = Callable[[Tx, Any, Envelope], Awaitable[None]]
Many: TypeAlias = Callable[[Tx, Any], Awaitable[None]]
Hears: TypeAlias = Mapping[type[Event], Handler]
Register: TypeAlias = Mapping[str, type[Event]]
Key: TypeAlias = tuple[str, str]
Outcome: TypeAlias = Literal["applied", "passed", "repeated", "early", "behind", "poison"]
"""`passed` is what nobody here listens to; `early` and `behind` are parked."""


class Taken(NamedTuple):
    """A letter, and what became of it."""

    letter: Envelope
    outcome: Outcome


def ids(letter: Envelope) -> dict[str, str]:
    """What a log line about this letter carries, so that a complaint can be followed through all services."""
    about = "fact" if is_reference(letter.type) else "complaint"
    return {"correlation": letter.correlationid, about: letter.subject, "id": letter.id}


class Batched:
    """A handler that is called once for all its letters of a batch, as pairs of event and envelope, in their order."""

    def __init__(self, many: Many) -> None:
        self.many = many

    async def __call__(self, tx: Tx, event: Any, letter: Envelope) -> None:
        """One letter is a batch of one."""
        await self.many(tx, [(event, letter)])


class _Gathered:
    """Letters that are next in their order and wait for the call that handles them together."""

    def __init__(self) -> None:
        self._letters: dict[Many, list[tuple[Any, Envelope]]] = {}

    def add(self, handler: Batched, event: Any, letter: Envelope) -> None:
        self._letters.setdefault(handler.many, []).append((event, letter))

    async def settle(self, tx: Tx) -> None:
        """Handle them now."""
        while self._letters:
            many, letters = self._letters.popitem()
            await many(tx, letters)


async def accept(tx: Tx, letters: Sequence[Envelope], hears: Hears, register: Register) -> list[Envelope]:
    """Handle what is next, ignore what is past, park what is early; answers what was handled, in order."""
    return [letter for letter, outcome in await take(tx, letters, hears, register) if outcome == "applied"]


async def take(tx: Tx, letters: Sequence[Envelope], hears: Hears, register: Register) -> list[Taken]:
    """As `accept`, and answers what became of every letter, those that were taken up included."""
    keys = {(letter.source, letter.subject) for letter in letters}
    fences = await _fences(tx, keys)
    blocked, waiting = await _parked(tx, keys)
    taken: list[Taken] = []
    gathered = _Gathered()
    for letter in letters:
        key = (letter.source, letter.subject)
        at = fences.get(key, 0)
        if letter.sequence <= at:
            taken.append(Taken(letter, "repeated"))
            continue
        if not is_reference(letter.type) and (key in blocked or letter.sequence > at + 1):
            await park(tx, letter, "behind" if key in blocked else "gap")
            taken.append(Taken(letter, "behind" if key in blocked else "early"))
            waiting.add(key)
            continue
        taken.append(await _handle(tx, letter, hears, register, fences, gathered))
        if key in waiting or key in blocked:
            await gathered.settle(tx)
            taken += await _take_up(tx, key, hears, register, fences)
    await gathered.settle(tx)
    await _save(tx, fences)
    return taken


async def redrive(tx: Tx, source: str, subject: str, hears: Hears, register: Register) -> list[Taken]:
    """Handle all that is parked for this subject, in order, as far as it goes without a gap or another failure."""
    key = (source, subject)
    if not await tx.fetchval(
        "select exists (select from parked where source = $1 and subject = $2 and sequence > 0)", *key
    ):
        return []
    fences = await _fences(tx, {key})
    await tx.execute(
        "update parked set reason = 'gap', error = null where source = $1 and subject = $2 and sequence > 0", *key
    )
    taken = await _take_up(tx, key, hears, register, fences)
    await _save(tx, fences)
    return taken


async def hold_as_poison(tx: Tx, letter: Envelope, error: Exception) -> None:
    """Park a letter that cannot be handled, with why; the later ones of its subject wait behind it."""
    await park(tx, letter, "poison", blame(error))
    await tx.execute(
        "update parked set reason = 'behind' where source = $1 and subject = $2 and reason = 'gap'",
        letter.source,
        letter.subject,
    )


async def park(tx: Tx, letter: Envelope, reason: str, error: str | None = None) -> None:
    """Keep a letter for later; a letter parked twice stays parked once, with the graver reason."""
    await tx.execute(
        """
        insert into parked (event_id, source, subject, sequence, type, reason, error, body)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (event_id) do update set reason = excluded.reason, error = excluded.error
        where excluded.reason = 'poison'
        """,
        letter.id,
        letter.source,
        letter.subject,
        letter.sequence,
        letter.type,
        reason,
        error,
        letter.encoded(),
    )


async def _handle(
    tx: Tx, letter: Envelope, hears: Hears, register: Register, fences: dict[Key, int], gathered: _Gathered
) -> Taken:
    kind = register.get(letter.dataschema)
    if kind is None:
        raise Unreadable(f"unknown schema {letter.dataschema}")
    handler = hears.get(kind)
    if isinstance(handler, Batched):
        gathered.add(handler, letter.open_as(kind), letter)
    elif handler is not None:
        with bound_contextvars(**ids(letter)):
            await handler(tx, letter.open_as(kind), letter)
    fences[letter.source, letter.subject] = letter.sequence
    return Taken(letter, "passed" if handler is None else "applied")


async def _take_up(tx: Tx, key: Key, hears: Hears, register: Register, fences: dict[Key, int]) -> list[Taken]:
    taken: list[Taken] = []
    while True:
        at = fences.get(key, 0)
        await tx.execute(
            "delete from parked where source = $1 and subject = $2 and sequence between 1 and $3", *key, at
        )
        body = await tx.fetchval(
            """
            select body from parked where source = $1 and subject = $2 and reason = 'gap'
                and (sequence = $3 + 1 or (type like '%.saved' and sequence > $3))
            order by sequence desc limit 1
            """,
            *key,
            at,
        )
        if body is None:
            return taken
        letter = decode(body)
        try:
            async with tx.transaction():
                gathered = _Gathered()
                done = await _handle(tx, letter, hears, register, fences, gathered)
                await gathered.settle(tx)
        except Exception as error:
            if is_transient(error):
                raise
            fences[key] = at
            await hold_as_poison(tx, letter, error)
            return [*taken, Taken(letter, "poison")]
        taken.append(done)


async def _fences(tx: Tx, keys: set[Key]) -> dict[Key, int]:
    """Lock the fences of these subjects. A missing one is made first, so that two consumers cannot both be first; where
    another made it meanwhile, this waits for that one's end and reads what it left."""
    found = await _lock(tx, keys)
    missing = sorted(keys - found.keys())
    if missing:
        rows = await tx.fetch(
            "insert into fence as f (source, subject, sequence) select k.source, k.subject, 0"
            " from unnest($1::text[], $2::text[]) k(source, subject)"
            " on conflict (source, subject) do update set sequence = f.sequence returning source, subject, sequence",
            [source for source, _ in missing],
            [subject for _, subject in missing],
        )
        found |= {(row["source"], row["subject"]): row["sequence"] for row in rows}
    return found


async def _lock(tx: Tx, keys: set[Key]) -> dict[Key, int]:
    rows = await tx.fetch(
        """
        select f.source, f.subject, f.sequence from fence f
        join unnest($1::text[], $2::text[]) k(source, subject) using (source, subject)
        order by f.source, f.subject for update of f
        """,
        [source for source, _ in keys],
        [subject for _, subject in keys],
    )
    return {(row["source"], row["subject"]): row["sequence"] for row in rows}


async def _parked(tx: Tx, keys: set[Key]) -> tuple[set[Key], set[Key]]:
    """Subjects behind a poison letter, and subjects with letters that only came too early."""
    rows = await tx.fetch(
        """
        select p.source, p.subject, bool_or(p.reason <> 'gap') as blocked from parked p
        join unnest($1::text[], $2::text[]) k(source, subject) using (source, subject)
        group by p.source, p.subject
        """,
        [source for source, _ in keys],
        [subject for _, subject in keys],
    )
    blocked = {(row["source"], row["subject"]) for row in rows if row["blocked"]}
    return blocked, {(row["source"], row["subject"]) for row in rows} - blocked


async def _save(tx: Tx, fences: dict[Key, int]) -> None:
    await tx.execute(
        """
        update fence f set sequence = k.sequence from unnest($1::text[], $2::text[], $3::bigint[])
            k(source, subject, sequence)
        where f.source = k.source and f.subject = k.subject and f.sequence < k.sequence
        """,
        [source for source, _ in fences],
        [subject for _, subject in fences],
        list(fences.values()),
    )

"""The rules, whole and versioned: a version is never changed, so the ledger can always say which rule spoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from services.notify.domain.rules import Condition, Rule
from shared.db import Tx

_COLUMNS = "position, event, audience, channel, template, enabled, batched, condition, why, urgent, choices"


async def current(tx: Tx) -> tuple[int, list[Rule]]:
    """The version that holds, and all its rules in order."""
    version = await _version(tx)
    rows = await tx.fetch(f"select {_COLUMNS} from rule where version = $1 order by position", version)
    return version, [_rule(row) for row in rows]


async def of_event(tx: Tx, event: str) -> tuple[int, list[Rule]]:
    """The version that holds, and its rules about this event in order."""
    rows = await tx.fetch(
        f"""
        select m.version, {_COLUMNS} from (select max(version) as version from matrix) m
        left join rule r on r.version = m.version and r.event = $1 order by position
        """,
        event,
    )
    found = [dict(row) for row in rows]
    versions = [row.pop("version") for row in found]
    return versions[0], [_rule(row) for row in found if row["position"] is not None]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the matrix: since when, by whom (None: the house itself) and why."""

    version: int
    at: datetime
    saved_by: str | None
    name: str | None
    why: str | None
    rules: tuple[Rule, ...]


async def versions(tx: Tx, *, before: int | None, limit: int) -> list[Version]:
    """The versions earlier than that one, or all, newest first."""
    rows = await tx.fetch(
        """
        select m.version, m.at, m.saved_by, s.name, m.why from matrix m left join staff s on s.id = m.saved_by
        where $1::int is null or m.version < $1 order by m.version desc limit $2
        """,
        before,
        limit,
    )
    lines: dict[int, list[Rule]] = {row["version"]: [] for row in rows}
    for line in await tx.fetch(
        f"select version, {_COLUMNS} from rule where version = any($1::int[]) order by version, position", list(lines)
    ):
        fields = dict(line)
        lines[fields.pop("version")].append(_rule(fields))
    return [Version(**dict(row), rules=tuple(lines[row["version"]])) for row in rows]


async def one(tx: Tx, version: int) -> Version | None:
    """That version, or None."""
    found = await versions(tx, before=version + 1, limit=1)
    return found[0] if found and found[0].version == version else None


async def lock(tx: Tx) -> int:
    """The version that holds, and nobody saves another before this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('notify.matrix'))")
    return await _version(tx)


async def save(tx: Tx, version: int, rules: Sequence[Rule], saved_by: str, why: str | None) -> None:
    """A new version. Only under `lock`."""
    await tx.execute(
        "insert into matrix (version, at, saved_by, why) values ($1, helpdesk.now(), $2, $3)", version, saved_by, why
    )
    await tx.executemany(
        f"insert into rule (version, {_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            (
                version,
                rule.position,
                rule.event,
                rule.audience,
                rule.channel,
                rule.template,
                rule.enabled,
                rule.batched,
                msgspec.to_builtins(rule.condition),
                rule.why,
                rule.urgent,
                list(rule.choices),
            )
            for rule in rules
        ],
    )


async def _version(tx: Tx) -> int:
    version: int = await tx.fetchval("select max(version) from matrix")
    return version


def _rule(row: object) -> Rule:
    fields = dict(row)  # type: ignore[call-overload]  # asyncpg ships no types
    condition = msgspec.convert(fields["condition"], Condition)
    return Rule(**fields | {"condition": condition, "choices": tuple(fields["choices"])})

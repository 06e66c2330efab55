"""The rules, whole and versioned: a version is never changed, so the ledger can always say which rule spoke."""

from collections.abc import Sequence

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
    version = await _version(tx)
    rows = await tx.fetch(
        f"select {_COLUMNS} from rule where version = $1 and event = $2 order by position", version, event
    )
    return version, [_rule(row) for row in rows]


async def lock(tx: Tx) -> int:
    """The version that holds, and nobody saves another before this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('notify.matrix'))")
    return await _version(tx)


async def save(tx: Tx, version: int, rules: Sequence[Rule], saved_by: str) -> None:
    """A new version. Only under `lock`."""
    await tx.execute("insert into matrix (version, at, saved_by) values ($1, helpdesk.now(), $2)", version, saved_by)
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

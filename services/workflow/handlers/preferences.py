"""How a member of staff wants to be told: their own choice, said to all in the fact of who they are."""

from collections.abc import Mapping
from uuid import UUID

from services.workflow.domain.preferences import faults
from services.workflow.handlers import people
from services.workflow.store import audit
from services.workflow.store import people as store
from shared.auth import Caller
from shared.db import Tx
from shared.errors import Invalid, NotFound


async def choose(tx: Tx, caller: Caller, wanted: Mapping[str, str], *, correlation: str) -> None:
    """These are the caller's preferences from now on, whole. What differs from before is on record. Raises
    `Invalid`."""
    if errors := faults(wanted):
        raise Invalid(errors)
    member = await store.for_change(tx, UUID(caller.id))
    if member is None:
        raise NotFound
    changed = {
        name for name in wanted.keys() | member.preferences.keys() if wanted.get(name) != member.preferences.get(name)
    }
    if not changed:
        return
    await store.change(tx, member.id, {"preferences": dict(wanted)})
    fields = sorted({name.partition(".")[0] for name in changed})
    await audit.record(tx, member.id, "preferences_chosen", member=member.id, fields=fields)
    await people.say(tx, member.id, correlation)

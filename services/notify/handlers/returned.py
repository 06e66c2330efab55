"""A mail came back: a server said no for good. Admin is told, and who has the complaint, as the rules say."""

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from services.notify.domain import planning
from services.notify.domain.facts import facts_of
from services.notify.domain.own import DeliveryBounced
from services.notify.domain.planning import Planned
from services.notify.domain.rules import Rule
from services.notify.handlers import digests
from services.notify.store import copies, ledger, matrix
from services.notify.store import returned as store
from shared.db import Tx


async def tell(tx: Tx, delivery: UUID, answer: str) -> None:
    """Plan who is told that this delivery's last attempt came to nothing, once. That such a notice came back tells
    nobody, or it would go on for ever."""
    found = await store.bounced(tx, delivery, answer)
    if found is None:
        return
    attempt, event = found
    version, rules = await matrix.of_event(tx, DeliveryBounced.wire)
    about = f"bounced:{attempt}"
    if await store.open_alert(tx, about, event, version, facts_of(event, event.at)):
        await ledger.add(tx, about, version, [(uuid7(), line) for line in await hearers(tx, event, rules)])


async def hearers(tx: Tx, event: DeliveryBounced, rules: Sequence[Rule]) -> list[Planned]:
    """Who is told by these rules, and who is not and why."""
    named = [event.pic.id] if event.pic is not None else []
    staff = await digests.concerned(tx, named)
    return planning.plan_bounced(rules, event, staff, when=planning.When(await copies.now(tx)))

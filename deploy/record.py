"""The record from the command line: all that workflow and intake have said is put back into their outboxes."""

from collections.abc import Mapping

from services.intake.store import record as intake
from services.workflow.store import complaints as workflow
from shared.db import Database

SAY_AGAIN = {"intake": intake.say_again, "workflow": workflow.say_record_again}


async def republish(urls: Mapping[str, str]) -> dict[str, int]:
    """By service (name -> database), how many events will be said again. Hearers ignore what they know."""
    said = {}
    for service, say_again in SAY_AGAIN.items():
        db = Database(urls[service], name=f"{service}-republish", size=1)
        await db.open()
        try:
            async with db.transaction() as tx:
                said[service] = await say_again(tx)
        finally:
            await db.close()
    return said

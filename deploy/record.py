"""The record beyond its services: all of it said again at a command, and at each start what somebody has not heard."""

from collections.abc import Mapping

import asyncpg

from services.intake.store import record as intake
from services.workflow.store import record as workflow
from shared.db import Database

SAY_AGAIN = {"intake": intake.say_again, "workflow": workflow.say_again}


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


HEARERS = ("intake", "notify", "query")
_FACTS = """
insert into workflow.outbox (event_id, subject, body)
select id, 'workflow.ref.' || type, body from workflow.fact told
where source = 'workflow' and not exists (
    select from {hearer}.fence f
    where f.source = 'workflow' and f.subject = told.subject and f.sequence >= told.sequence)
order by id on conflict (event_id) do nothing
"""
_EVENTS = f"""
insert into workflow.outbox (event_id, subject, body)
select id, {workflow.EVENT_SUBJECT}, body
from workflow.event join (
    select c.number, f.sequence as heard from workflow.complaint c
    join {{hearer}}.fence f on f.source = 'workflow' and f.subject = c.number and f.sequence < c.version
) late using (number)
where sequence > heard
order by id on conflict (event_id) do nothing
"""


async def say_what_was_missed(admin_url: str) -> int:
    """Puts back into workflow's outbox what one of its hearers is not past, and answers how many that is.

    So a migration asks for what it needs to hear anew, by putting its service's fence back, and is told however old
    the news. What is on its way anyway is heard twice, and the second time ignored. Before the services start.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        said = [
            await connection.execute(each.format(hearer=hearer)) for hearer in HEARERS for each in (_FACTS, _EVENTS)
        ]
    finally:
        await connection.close()
    return sum(int(one.rpartition(" ")[2]) for one in said)

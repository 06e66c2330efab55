"""One replica's timers: when it is told to go it fires whatever is due, and says how many and with how much CPU."""

import asyncio
import json
import sys
import time

from services.workflow.handlers import times
from services.workflow.timers import BATCH
from shared import logs
from shared.db import Database


async def fire(url: str) -> dict[str, float]:
    """Until nothing is due."""
    db = Database(url, name="firing", size=1)
    await db.open()
    async with db.transaction() as tx:  # connected, before the clock runs
        await tx.fetchval("select 1")
    print(flush=True)
    sys.stdin.readline()
    fired, cpu = 0, time.process_time()
    while True:
        async with db.transaction() as tx:
            done = (await times.fire_due(tx, BATCH)).timers
        if not done:
            break
        fired += done
    await db.close()
    return {"fired": fired, "cpu": time.process_time() - cpu}


logs.configure("bench", "ERROR")
print(json.dumps(asyncio.run(fire(sys.argv[1]))), flush=True)

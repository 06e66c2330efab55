"""Ten thousand timers that are over at the same moment, and three processes that fire them: each has one effect."""

import asyncio
import json
import signal
import subprocess
import sys
import time

import asyncpg

from benchmarks import figures
from benchmarks.crew import hired
from benchmarks.figures import Figure
from benchmarks.stage import Place, Stage, a_database
from deploy.local.home import ROOT
from deploy.local.processes import Trouble
from deploy.local.tether import tethered

PLACE = "timers"
TIMERS, REPLICAS, AT_ONCE = 10_000, 3, 16
_TO_DEADLINE = "update helpdesk.clock set shift = (select max(due) from workflow.complaint) - clock_timestamp()"
_LATE = """
select extract(epoch from at - (convert_from(body, 'UTF8')::jsonb #>> '{data,cause,at}')::timestamptz)::float8 as late
from workflow.event where type = 'complaint.escalated' order by 1
"""


async def measure(stage: Stage) -> list[Figure]:
    """The rate of all together, CPU for each, and how late the last were. The cap is off; no mail goes out."""
    place = await stage.place(PLACE)
    await _receive(place)
    replicas = [_replica(place) for _ in range(REPLICAS)]
    admin = await asyncpg.connect(place.admin_url)
    await admin.execute("vacuum analyze")
    for replica in replicas:
        await _heard(replica)
    await admin.execute(_TO_DEADLINE)
    started = time.perf_counter()
    for replica in replicas:
        assert replica.stdin is not None
        replica.stdin.write("go\n")
        replica.stdin.flush()
    did = [json.loads(await _heard(replica)) for replica in replicas]
    took = time.perf_counter() - started
    late = [row["late"] for row in await admin.fetch(_LATE)]
    twice = await admin.fetchval("select count(*) from workflow.complaint where version <> 2")
    await admin.close()
    for replica in replicas:
        replica.wait()
    if twice or len(late) != TIMERS or sum(one["fired"] for one in did) != TIMERS:
        raise Trouble(f"{TIMERS} timers had {len(late)} effects, and {twice} complaints more or less than one.")
    return [
        figures.one(
            f"{TIMERS:,} timers due at once, fired by {REPLICAS} processes",
            TIMERS / took,
            "/s",
            aim=figures.at_least(1000),
            note="each had one effect",
            head=True,
        ),
        figures.one("A timer, client CPU", sum(one["cpu"] for one in did) / TIMERS * 1e6, "us"),
        figures.one("Lateness of those timers, p50", figures.percentile(late, 50), "s"),
        figures.one("Lateness of those timers, p99", figures.percentile(late, 99), "s", head=True),
    ]


async def _receive(place: Place) -> None:
    async with a_database(place.url("workflow"), AT_ONCE) as db:
        crew = await hired(place, db)
        numbers = iter(range(1, TIMERS + 1))

        async def work() -> None:
            for number in numbers:
                await crew.receive(number)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())


def _replica(place: Place) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "benchmarks.programs.firing", place.url("workflow")]
    return subprocess.Popen(
        tethered(program, signal.SIGKILL), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


async def _heard(replica: "subprocess.Popen[str]") -> str:
    assert replica.stdout is not None
    line: str = await asyncio.to_thread(replica.stdout.readline)
    if not line:
        raise Trouble("A process that fires timers has ended.")
    return line

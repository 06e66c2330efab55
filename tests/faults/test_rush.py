"""A rush of notifications at a provider that takes fifty a second, and notify killed with -9 over and over: nothing is
lost, nothing doubled unseen, what is urgent goes first, memory stays flat.

`make rush` is the long one: 5,000 messages, ten kills, and every wait waited out.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from deploy.local.home import ROOT
from shared.db import Database
from shared.events import intake, workflow
from tests.faults.provider import Provider, provider
from tests.integration.notify.conftest import Desk, a_reset
from tests.integration.notify.post import Post
from tests.support import infra, keys
from tests.support.complaints import RASHID, SITI, Course, a_contact, sealed
from tests.support.eventually import eventually

WHOLE = os.environ.get("RUSH") == "whole"
COMPLAINTS, KILLS, EACH = (1667, 10, 4) if WHOLE else (80, 2, 2)
"""Three messages for each complaint, and Admin's; something urgent so often after each kill."""
PATIENCE = 600.0 if WHOLE else 90.0
PER_SECOND = 50
MARGIN = 30
"""Mails that may still overtake one that is urgent: what is under way, and what lies between two looks at the line."""
GROWTH_MB = 25.0


def number_of(position: int) -> str:
    return f"HD-2026-{position:06}-A"


def message_id(delivery: object) -> str:
    return f"<{delivery}@helpdesk.example>"


@dataclass
class Run:
    """What is measured while notify runs and dies."""

    desk: Desk
    provider: Provider
    log: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    memory: list[list[float]] = field(default_factory=list)
    """Of each life, from its first mail on: until then it only comes up."""
    born: int = 0
    """How many mails had gone when its present life began."""
    urged: dict[str, int] = field(default_factory=dict)
    """What is urgent, and how many had gone when it happened."""

    def start(self) -> None:
        given = keys.settings("notify", self.desk.infra.url("notify"), self.desk.nats_url)
        given |= {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.provider.port,
            "smtp_tls": "none",
            "mail_from": "helpdesk@helpdesk.example",
            "send_seconds": 5.0,
            "mails_per_second": PER_SECOND,
            "batch_seconds": 5.0,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.lone_notify"], cwd=ROOT, stdin=subprocess.PIPE, stderr=log
            )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(given).encode())
        self.process.stdin.close()
        self.memory.append([])
        self.born = len(self.provider.took)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def weigh(self) -> None:
        """Its memory in MB, now."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        resident = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        self.memory[-1] += [int(one) / 1024 for one in resident]

    async def watch(self) -> None:
        while True:
            if len(self.provider.took) > self.born:
                self.weigh()
            await asyncio.sleep(0.25)


@asynccontextmanager
async def rushed(database: infra.Database, broker: infra.Broker, log: Path) -> AsyncIterator[Run]:
    """Notify and its provider, with everything heard and nothing sent."""
    db = Database(database.url("notify"), name="test")
    await db.open()
    desk = Desk(db, database, Post(), broker.url("notify"))
    async with provider(PER_SECOND) as made:
        await desk.know_office()
        for number in map(number_of, range(1, COMPLAINTS + 1)):
            course = Course(number, contact=a_contact(number)).say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
            await desk.hear(*course.envelopes())
        run = Run(desk, made, log)
        try:
            yield run
        finally:
            if run.process is not None and run.process.poll() is None:
                run.kill()
            await db.close()


async def urge(run: Run, position: int) -> None:
    """Something urgent happens: a link to a complaint whose news still wait, or one that sets a password."""
    if position % 2:
        letter = sealed(a_reset(RASHID, "token"), subject=f"reset-{position}")
    else:
        asked = intake.TrackingLinkRequested(number=number_of(COMPLAINTS - position))
        letter = sealed(asked, subject=f"link-{position}", source="intake")
    before = len(run.provider.took)
    await run.desk.hear(letter)
    (row,) = await run.desk.rows("select id from delivery where event_id = $1 and status <> 'skipped'", letter.id)
    run.urged[message_id(row["id"])] = before


async def strike(run: Run) -> None:
    """Kill it over and over while it sends, and let something urgent happen after each time."""
    step = COMPLAINTS * 3 // (2 * KILLS)
    for stroke in range(KILLS):
        await eventually(lambda goal=(stroke + 1) * step: len(run.provider.took) >= goal, PATIENCE)  # type: ignore[misc]
        run.kill()
        run.kills += 1
        run.start()
        for position in range(stroke * EACH, (stroke + 1) * EACH):
            await urge(run, position)


async def come_to_rest(run: Run) -> None:
    """All is sent or in doubt; then what is in doubt has had its second try."""

    async def nothing_waits() -> bool:
        if not WHOLE:  # as if its time had passed
            await run.desk.run(
                "update delivery set lease_until = clock_timestamp() where status = 'sending'"
                " and lease_until < clock_timestamp() + interval '35 seconds'"
            )
            await run.desk.run("update delivery set next_at = clock_timestamp() where status = 'unknown'")
            await run.desk.run("update turn set not_before = clock_timestamp()")
        return not await run.desk.rows("select from delivery where next_at is not null or status = 'sending'")

    _: bool = await eventually(nothing_waits, PATIENCE)


@pytest.mark.timeout(1200 if WHOLE else 180)
async def test_a_rush_under_kills_loses_nothing_doubles_nothing_unseen_and_lets_the_urgent_first(
    database: infra.Database, broker: infra.Broker, tmp_path: Path
) -> None:
    async with rushed(database, broker, tmp_path / "log") as run:
        started = time.monotonic()
        run.start()
        watching = asyncio.create_task(run.watch())
        await strike(run)
        await come_to_rest(run)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        seconds = time.monotonic() - started
        rows = await run.desk.rows(
            """
            select d.id, d.seq, d.number, d.recipient, d.batched, d.status, d.carried_by,
                exists (select from attempt a where a.delivery = coalesce(d.carried_by, d.id) and a.result = 'unknown')
                    as doubted
            from delivery d where d.status <> 'skipped' order by d.seq
            """
        )
    took, twice = run.provider.took, run.provider.twice()
    ids = {row["id"]: message_id(row["carried_by"] or row["id"]) for row in rows}
    lost = [row["id"] for row in rows if row["status"] != "sent" or ids[row["id"]] not in run.provider.to]
    doubted = {ids[row["id"]] for row in rows if row["doubted"]}
    first = {one: position for position, one in reversed(list(enumerate(took)))}
    overtaken = [first[one] - before for one, before in run.urged.items() if one not in doubted]
    threads: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if not row["batched"] and row["number"] is not None:
            threads.setdefault((row["number"], row["recipient"]), []).append(first.get(ids[row["id"]], -1))
    last = run.memory[-1]
    print(  # noqa: T201 - what `make rush` is for
        f"\n{len(rows)} notifications in {len(first)} mails, {run.kills} kills, {seconds:.0f} s:"
        f" lost {len(lost)}, refused by the provider {run.provider.refused},"
        f" in doubt {len(doubted)}, of these twice on the wire {len(twice)} (same Message-ID);"
        f" before one that was urgent went {median(overtaken):.0f} others, at most {max(overtaken)};"
        f" memory of its last life {last[len(last) // 4]:.0f} MB, at most {max(last):.0f} MB"
    )
    assert run.kills == KILLS
    assert len(first) > COMPLAINTS * 3
    assert len(overtaken) >= len(run.urged) - KILLS, "few of them were under way at a kill"
    assert lost == []
    assert set(twice) <= doubted
    assert set(twice.values()) <= {2}
    assert all(order == sorted(order) for order in threads.values())
    assert max(overtaken) <= MARGIN
    assert run.provider.refused == 0
    assert max(last) - last[len(last) // 4] < GROWTH_MB

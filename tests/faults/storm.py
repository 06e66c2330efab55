"""`make storm MINUTES=10`: a copy of its own under traffic, struck at random, and every call checked at the end.

Seeded: the same seed strikes in the same order (not at the same instants: machines differ). Ends only what it started.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local import clock, keys
from deploy.local.row import Row
from deploy.local.setting_up import admin_url
from tests.faults.blows import AWAY, BLOWS, Blow, Missed, child
from tests.faults.crowd import ANSWER_SECONDS, Crowd
from tests.faults.postbox import KEPT
from tests.faults.toll import Toll
from tests.integration.deploy.copies import WHOLE, Copy, free_row
from tests.support.history import Outcome, Recorder, an_empty_model, collect, settled, violations
from tests.support.history.people import leaks_in_messages

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "storm.md"
TOLD = {"RATE_LIMITS": "off", "SEND_SECONDS": "5", "BATCH_SECONDS": "5", "CATCH_UP_SECONDS": "2"}
PROGRAMS = ("intake", "workflow", "notify", "query", "portal", "mailbox")
RECOVERY_SECONDS = 60.0
QUIET_SECONDS = 90.0
MAIL_SECONDS = 240.0
"""Leases that run out one after the other, and people whose messages lie seconds apart."""
LONG_WAIT = "10 seconds"
TWO_AT_ONCE = 0.2
LEAP_EVERY, LEAP_HOURS = 5.0, (2, 16)
"""Business time leaps on now and then, so that the timers of complaints have something to do."""
READS_MAIL_EVERY = 1.0
"""How often people look into their mailbox: the pace of the traffic, nothing waits by it."""


class Storm:
    """One copy, its crowd, its mailbox and what is done to it."""

    def __init__(self, copy: Copy, http: httpx2.AsyncClient, toll: Toll, lives: int) -> None:
        self.copy, self.toll = copy, toll
        self._http, self._lives = http, lives
        self._rng = random.Random(toll.seed)
        self.recorder = Recorder()
        self._crowd = Crowd(copy, self.recorder, http, random.Random(toll.seed + 1))
        self._probed = ""

    async def rage(self, seconds: float, tell: Callable[[str], None]) -> None:
        """Traffic and faults for so long; then all comes to rest, if it can."""
        await self._crowd.arrive(json.loads(self.copy.home.logins.read_text()))
        self._probed = await self._a_complaint()
        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(self._lives):
                group.create_task(self._crowd.live())
            aside = [group.create_task(work) for work in (self._read_mails(), self._leap(), self._holiday(seconds / 2))]
            while time.monotonic() < ends:
                await self._strike(tell)
                await asyncio.sleep(self._rng.uniform(0.2, 1.5))
            tell("all programs up again, clients end their calls")
            self._crowd.leave()
            for work in aside:
                work.cancel()

    async def come_to_rest(self, mail_seconds: float, tell: Callable[[str], None]) -> None:
        """Waits until everything said is heard by all, and mail is sent or given up. Workflow's timers and notify's
        sendings are stopped then, so that nothing changes while it is counted."""
        tell("waiting until all is heard")
        self.toll.quiet = await self._until(self._is_quiet, QUIET_SECONDS)
        if mail_seconds:
            tell("waiting until mail is at rest")
            self.toll.mail_at_rest = await self._until(self._mail_is_at_rest, mail_seconds)
        with contextlib.suppress(Missed):
            os.kill(child(self.copy, "notify"), signal.SIGSTOP)
        await self._until(self._is_read, ANSWER_SECONDS * 4)

    async def _is_quiet(self) -> bool:
        """Whether all was heard and goes on being so while workflow stands still; else it goes on."""
        if not await settled(self.copy.admin_url()):
            return False
        workflow = child(self.copy, "workflow")
        os.kill(workflow, signal.SIGSTOP)
        if await settled(self.copy.admin_url()):
            return True
        os.kill(workflow, signal.SIGCONT)
        return False

    async def judge(self) -> None:
        """Collects and checks."""
        copy = self.copy
        kept = keys.load(copy.home.keys)
        self.toll.history = await collect(
            copy.admin_url(),
            self.recorder.calls,
            empty=await an_empty_model(admin_url(copy.row, kept), kept.passwords),
            mails=self._crowd.post.mails,
            telephoned=self._crowd.post.telephoned,
            home=copy.home.path,
        )
        self.toll.history.leaks = [*self.toll.history.leaks, *leaks_in_messages(self._crowd.post.sent())]
        self.toll.violations = violations(self.toll.history)

    async def _strike(self, tell: Callable[[str], None]) -> None:
        chosen = self._rng.sample(BLOWS, 2 if self._rng.random() < TWO_AT_ONCE else 1)
        tell(" and ".join(blow.kind for blow in chosen))
        struck = [blow for blow, hit in zip(chosen, await asyncio.gather(*map(self._hit, chosen)), strict=True) if hit]
        over = time.monotonic()
        if not struck:
            return
        back = await self._until(self._serves, RECOVERY_SECONDS)
        for blow in struck:
            if back:
                self.toll.recoveries.setdefault(blow.kind, []).append(time.monotonic() - over)
            else:
                self.toll.unrecovered.append(blow.kind)

    async def _hit(self, blow: Blow) -> bool:
        try:
            await blow.strike(self.copy, self._rng)
        except Missed:
            return False
        return True

    async def _serves(self) -> bool:
        """Every program says it is ready, and a complainant's new answer comes through to the read model."""
        ready = await asyncio.gather(*(self._is_ready(name) for name in PROGRAMS))
        if not all(ready):
            return False
        said = await self._crowd.desk.say(self._probed, "answer")
        return said.outcome is Outcome.OK and await self._until(lambda: self._is_shown(said.mark), RECOVERY_SECONDS)

    async def _is_shown(self, mark: str) -> bool:
        url = f"{self._crowd.urls['query']}/v1/complaints/{self._probed}"
        answer = await self._http.get(url, headers=await self._crowd.admin.headers())
        return answer.is_success and mark in answer.text

    async def _is_ready(self, name: str) -> bool:
        try:
            answer = await self._http.get(f"{self.copy.row.url(name)}/readyz", timeout=2.0)
        except httpx2.TransportError:
            return False
        return answer.is_success

    async def _a_complaint(self) -> str:
        filed = await self._crowd.desk.file()
        if filed.number is None:
            raise RuntimeError(f"no complaint could be filed: {filed.why}")
        number = filed.number

        async def received() -> bool:
            return await self._crowd.look(number) is not None

        await self._until(received, RECOVERY_SECONDS)
        return number

    async def _until(self, condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while True:
            try:
                if await condition():
                    return True
            except (*AWAY, httpx2.TransportError, Missed):
                pass  # it is not back yet
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.1)

    async def _leap(self) -> None:
        """On a clock that may be moved."""
        rng = random.Random(self.toll.seed + 2)
        while True:
            await asyncio.sleep(LEAP_EVERY)
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await clock.move(self.copy.admin_url(), timedelta(hours=rng.randint(*LEAP_HOURS)))

    async def _holiday(self, after: float) -> None:
        """In the middle the state declares a day off, a few days ahead: every open deadline follows."""
        await asyncio.sleep(after)
        url = f"{self._crowd.urls['workflow']}/v1/calendar/kelantan/holidays"

        async def declared() -> bool:
            connection = await asyncpg.connect(self.copy.admin_url())
            try:
                day = await connection.fetchval("select (helpdesk.now() + interval '5 days')::date")
            finally:
                await connection.close()
            said = {"day": day.isoformat(), "name": "Cuti Peristiwa", "why": "Diisytiharkan."}
            answer = await self._http.post(url, json=said, headers=await self._crowd.admin.headers())
            return answer.status_code == 201

        await self._until(declared, RECOVERY_SECONDS)

    async def _mail_is_at_rest(self) -> bool:
        """Whether nothing is under way or in line. What waits for long, because of a doubt or of a channel that was
        down, goes on as if its time had passed."""
        connection = await asyncpg.connect(self.copy.admin_url())
        try:
            await connection.execute(
                "update notify.delivery set next_at = clock_timestamp()"
                f" where next_at > clock_timestamp() + interval '{LONG_WAIT}' and status in ('planned', 'unknown')"
            )
            under_way = "select count(*) from notify.delivery where next_at is not null or status = 'sending'"
            thanking = "select count(*) from notify.whatsapp_said where next_at is not null"
            return int(await connection.fetchval(f"select ({under_way}) + ({thanking})")) == 0
        finally:
            await connection.close()

    async def _read_mails(self) -> None:
        while True:
            await asyncio.sleep(READS_MAIL_EVERY)
            with contextlib.suppress(httpx2.TransportError, ValueError):
                await self._crowd.post.catch_up()

    async def _is_read(self) -> bool:
        await self._crowd.post.catch_up(KEPT)
        return True


def storm(
    seconds: float,
    seed: int,
    *,
    row: Row | None = None,
    lives: int = 6,
    mail_seconds: float = MAIL_SECONDS,
    tell: Callable[[Storm, str], None] = lambda *_: None,
) -> Toll:
    """A whole storm over a copy in a directory of its own; answers what it cost."""
    toll = Toll(seed, seconds / 60, _revision())
    with tempfile.TemporaryDirectory(prefix="helpdesk-storm-") as place:
        Path(place).chmod(0o711)  # where Postgres must really become nobody, it has to get here
        copy = Copy(
            Path(place) / "run", row or free_row(), (*WHOLE, "run", "--tethered", "--clock", "adjustable"), TOLD
        )
        try:
            copy.ready()
            asyncio.run(_whole(copy, toll, seconds, lives, mail_seconds, tell))
        finally:
            copy.end()
    return toll


async def _whole(
    copy: Copy, toll: Toll, seconds: float, lives: int, mail_seconds: float, tell: Callable[[Storm, str], None]
) -> None:
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=0)
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, limits=limits) as http:
        one = Storm(copy, http, toll, lives)
        await one.rage(seconds, lambda what: tell(one, what))
        await one.come_to_rest(mail_seconds, lambda what: tell(one, what))
        tell(one, "checking every call against every effect")
        await one.judge()


def _revision() -> str:
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main() -> int:
    """The exit code: 0 where all held."""
    wanted = argparse.ArgumentParser(prog="storm", description=__doc__)
    wanted.add_argument("--minutes", type=float, default=10.0)
    wanted.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted.add_argument("--port", type=int, default=0, help="first port of the row; any free one by default")
    wanted.add_argument("--lives", type=int, default=6, help="complaints under way at a time")
    wanted.add_argument("--keep", action="store_true", help=f"write the report to {PAGE.relative_to(ROOT)}")
    told = wanted.parse_args()
    console = Console(stderr=True)
    columns = BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("starting", total=told.minutes * 60)

        def tell(one: Storm, what: str) -> None:
            done = (time.time() - one.toll.begun.timestamp()) if one.toll.faults else 0
            said = f"{one.toll.faults} faults, {len(one.recorder.calls)} calls: {what}"
            progress.update(bar, completed=done, description=said)

        row = Row(told.port) if told.port else None
        toll = storm(told.minutes * 60, told.seed, row=row, lives=told.lives, tell=tell)
    Console().print(toll.page(), markup=False, highlight=False, soft_wrap=True)
    if told.keep:
        PAGE.write_text(toll.page())
    return 0 if toll.sound else 1


if __name__ == "__main__":
    sys.exit(main())

"""The whole house on one machine, as `make run` starts it, but in the test's hands: everything may die, be started
again, and be looked into."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx2

from deploy.local import keys
from deploy.local.home import ROOT, Home
from deploy.local.launcher import MODEST, why_not_ready
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.processes import wait_until
from deploy.local.services import APPS
from deploy.local.setting_up import DATABASE, admin_url
from tests.faults import crashing
from tests.integration.deploy.copies import free_row

T = TypeVar("T")
READY_SECONDS = 60.0
KILLED = "-9"
UNSAFE = {"fsync": "off", "full_page_writes": "off"}
"""The machine itself does not fail here, so the kernel keeps what Postgres has handed it. (What it has not handed over,
`synchronous_commit`, stays on: that is lost with the process.)"""


class Estate:
    """Running, in a home of its own. `deaths` are the services that died, in order; `poisoned` are the complaints
    that a test made a service fail on; `patient` is whoever waits for what only takes time."""

    def __init__(self) -> None:
        self.home = Home(Path(tempfile.mkdtemp(prefix="helpdesk-faults-")))
        self.row = free_row()
        self.home.occupy()
        (self.home.path / "crashes").mkdir()
        self.keys = keys.load_or_make(self.home.keys)
        self.postgres = Postgres(
            self.home.postgres,
            self.row.port("postgres"),
            self.keys.postgres_password,
            self.home.log("postgres"),
            MODEST | UNSAFE,
        )
        self.nats = Nats(self.home.nats, self.row.port("nats"), self.keys.passwords, self.home.log("nats"))
        self.http = httpx2.Client(timeout=20)
        self.deaths: list[str] = []
        self.poisoned: set[str] = set()
        self.patient = False
        self._threads = ThreadPoolExecutor(1)
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery", str(self.home.path), str(self.row.first)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> None:
        """Everything, from nothing; returns when all are ready."""
        self.postgres.start()
        self.nats.start()
        assert self.order("setting-up", "run") == "0", self.home.log("setting-up").read_text()
        for name in APPS:
            self.order(name, "start")
        self.until_ready()
        self.home.write_state({"pid": self._nursery.pid, "port": self.row.first, "clock": "", "children": {}})

    def stop(self) -> None:
        self.http.close()
        for name in APPS:
            self.order(name, "kill")
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait(10)
        assert self._nursery.stdout is not None
        self._nursery.stdout.close()
        self._threads.shutdown()
        self.nats.kill()
        self.postgres.kill()
        shutil.rmtree(self.home.path, ignore_errors=True)

    def url(self, name: str) -> str:
        return self.row.url(name)

    def order(self, name: str, order: str) -> str:
        """To the nursery; how the process has ended, or `None`."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"{name} {order}\n")
        self._nursery.stdin.flush()
        return self._nursery.stdout.readline().strip()

    def until_ready(self, names: Iterable[str] = APPS) -> None:
        """Raises with every reason why not."""

        def lacking() -> dict[str, str]:
            return {name: why for name in names if (why := why_not_ready(self.url(name))) is not None}

        assert wait_until(lambda: not lacking(), within=READY_SECONDS), lacking()

    def ask_to_die(self, service: str, spot: str) -> None:
        """The next time it passes there."""
        crashing.request(self.home.path / "crashes", service, spot).touch()

    def withdraw_requests(self) -> None:
        """What a failed test asked for and nobody did must not happen in the next."""
        for asked in (self.home.path / "crashes").iterdir():
            asked.unlink()

    def kill(self, name: str) -> None:
        """A service, `postgres` or `nats`, as a power cut would."""
        if name in APPS:
            assert self.order(name, "kill") == KILLED
        else:
            (self.postgres if name == "postgres" else self.nats).kill()

    def tend(self) -> None:
        """Starts again whatever is dead, as the launcher would, without its patience."""
        for server in (self.postgres, self.nats):
            if server.poll() is not None:
                server.start()
        for name in APPS:
            ended = self.order(name, "poll")
            if ended != "None":
                assert ended == KILLED, f"{name} ended with {ended}: {self.home.log(name).read_text()[-2000:]}"
                self.deaths.append(name)
                self.order(name, "start")
                if not self.patient:
                    self._let_lease_end(name)

    def until(self, condition: Callable[[], Any], within: float = 20.0) -> Any:
        """What the condition answers once that is true and no assertion of it fails, while everything is tended."""
        until = time.monotonic() + within
        while True:
            failed: AssertionError | None = None
            try:
                answer = condition()
                if answer:
                    return answer
            except AssertionError as error:
                failed = error
            if time.monotonic() > until:
                raise failed or AssertionError(f"still {answer!r} after {within} s")
            self.tend()
            time.sleep(0.02)

    def aside(self, work: Coroutine[Any, Any, T]) -> T:
        """Awaits it in a thread of its own, whatever loop may run in this one."""
        return self._threads.submit(asyncio.run, work).result()

    @property
    def admin_url(self) -> str:
        """The database as its owner, who may look everywhere."""
        return admin_url(self.row, self.keys, DATABASE)

    def database_url(self, role: str, database: str) -> str:
        return self.postgres.url(database, role, self.keys.passwords[role])

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """As the database's owner; names carry their schema."""

        async def work() -> list[dict[str, Any]]:
            connection = await asyncpg.connect(self.admin_url)
            try:
                return [dict(row) for row in await connection.fetch(statement, *values)]
            finally:
                await connection.close()

        return self.aside(work())

    def _let_lease_end(self, service: str) -> None:
        """The lease of a relay that died ends by itself after some seconds; one test is patient."""
        if service in ("intake", "workflow"):
            self.sql(f"update {service}.relay_lease set expires_at = clock_timestamp()")

    def helpdesk(self, *words: str) -> str:
        """What the command prints; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            cwd=ROOT,
            env={**os.environ, "HELPDESK_HOME": str(self.home.path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def trouble_in_logs(self) -> list[str]:
        """What no fault from outside may cause: a loop that fell over, a request that broke, a poison letter, unless
        it was poisoned on purpose."""
        found = []
        for name in APPS:
            with suppress(FileNotFoundError):
                for line in self.home.log(name).read_text().splitlines():
                    if "letter.failed" in line and any(number in line for number in self.poisoned):
                        continue
                    if any(
                        sign in line
                        for sign in ("loop.failed", "request.broken", "letter.", "Traceback", "delivery.broke")
                    ):
                        found.append(f"{name}: {line[:3000]}")
        return found

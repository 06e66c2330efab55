"""What is done to a running copy: its processes killed and paused, its broker's memory wiped, its connections cut.

Only processes that the copy's own launcher lists as its children, and that are its children, are ever touched.
"""

import asyncio
import os
import random
import shutil
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.processes import dwellers, wait_until
from tests.integration.deploy.copies import Copy

SERVICES = ("intake", "workflow", "notify", "query")
LONGEST_PAUSE = 7.0
"""Longer than clients wait for an answer, and than a relay's lease lasts."""
UNSAID_SECONDS = 2.0
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asking a database may raise that is killed meanwhile."""


class Missed(Exception):
    """There was nothing to strike: it is down already."""


@dataclass(frozen=True)
class Blow:
    """A kind of fault, and how it is done to a copy. When `strike` returns, the fault is over and recovery begins."""

    kind: str
    strike: Callable[[Copy, random.Random], Awaitable[None]]


def child(copy: Copy, name: str) -> int:
    """The pid of one of the copy's programs. Raises Missed when it does not run, or is not the launcher's own."""
    state = copy.home.state()
    pid = int(state.get("children", {}).get(name, 0))
    try:
        status, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        raise Missed(name) from None
    if status == "Z" or int(parent) != copy.process.pid:
        raise Missed(name)
    return pid


def kill(name: str) -> Blow:
    """As the kernel does it when memory runs out."""

    async def strike(copy: Copy, _: random.Random) -> None:
        os.kill(child(copy, name), signal.SIGKILL)

    return Blow(f"{name} killed", strike)


def pause(name: str) -> Blow:
    """Stands still for a while and goes on as if nothing had been: a suspended machine, a long collection."""

    async def strike(copy: Copy, rng: random.Random) -> None:
        pids = dwellers(copy.home.postgres) if name == "postgres" else [child(copy, name)]
        if not pids:
            raise Missed(name)
        _signal(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(rng.uniform(0.3, LONGEST_PAUSE))
        finally:
            _signal(pids, signal.SIGCONT)

    return Blow(f"{name} paused", strike)


def wipe_broker() -> Blow:
    """The broker dies and comes back without its store: what it had acknowledged is gone."""

    async def strike(copy: Copy, _: random.Random) -> None:
        pid = child(copy, "nats")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _lives(pid), within=2.0)
        gone = copy.home.nats.with_name(f"nats-gone-{pid}")
        copy.home.nats.rename(gone)  # at once: the launcher may start it again any moment
        shutil.rmtree(gone, ignore_errors=True)

    return Blow("nats wiped", strike)


def cut(service: str) -> Blow:
    """Postgres ends every connection of a service."""

    async def strike(copy: Copy, _: random.Random) -> None:
        ended = await _asked(
            copy, "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = $1", service
        )
        if not ended:
            raise Missed(service)

    return Blow(f"{service}'s connections cut", strike)


def kill_relay(service: str) -> Blow:
    """The process that holds a relay's lease is killed while something is committed and not yet said."""

    async def strike(copy: Copy, _: random.Random) -> None:
        until = asyncio.get_running_loop().time() + UNSAID_SECONDS
        while not await _asked(copy, f"select count(*) from {service}.outbox where $1 <> ''", service):
            if asyncio.get_running_loop().time() > until:
                raise Missed(service)
        os.kill(child(copy, service), signal.SIGKILL)

    return Blow(f"{service}'s relay killed with events unsaid", strike)


def kill_sending(name: str) -> Blow:
    """A program is killed while a message is on its way from notify to the mailbox."""

    async def strike(copy: Copy, _: random.Random) -> None:
        until = asyncio.get_running_loop().time() + UNSAID_SECONDS
        while not await _asked(copy, "select count(*) from notify.delivery where status = $1", "sending"):
            if asyncio.get_running_loop().time() > until:
                raise Missed(name)
        os.kill(child(copy, name), signal.SIGKILL)

    return Blow(f"{name} killed over a message", strike)


BLOWS: tuple[Blow, ...] = (
    *(kill(name) for name in (*SERVICES, "portal", "mailbox", "nats", "postgres")),
    *(pause(name) for name in (*SERVICES, "mailbox", "nats", "postgres")),
    *(cut(service) for service in SERVICES),
    *(kill_relay(service) for service in ("intake", "workflow")),
    *(kill_sending(name) for name in ("notify", "mailbox")),
    wipe_broker(),
)


async def _asked(copy: Copy, sql: str, service: str) -> int:
    try:
        async with asyncio.timeout(3):
            connection = await asyncpg.connect(copy.admin_url())
            try:
                return int(await connection.fetchval(sql, service))
            finally:
                connection.terminate()
    except AWAY:
        raise Missed("postgres") from None


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

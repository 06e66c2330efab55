"""Our launcher of Postgres: what a power cut, or a stranger with an old pid, leaves behind is no obstacle."""

import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import VOLATILE, Postgres
from deploy.local.processes import Trouble, dwellers, free_port, wait_until


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "data", free_port(), "secret", tmp_path / "log", {**VOLATILE, "fsync": "on"})
    yield server
    server.kill()


async def test_it_recovers_what_was_committed_before_a_kill(postgres: Postgres) -> None:
    postgres.start()
    connection = await asyncpg.connect(postgres.url())
    await connection.execute("set synchronous_commit = on")
    await connection.execute("create table kept as select 42 as x")
    postgres.kill()
    postgres.start()
    connection = await asyncpg.connect(postgres.url())
    assert await connection.fetchval("select x from kept") == 42
    await connection.close()


async def test_a_pid_file_that_names_a_stranger_is_no_obstacle(postgres: Postgres) -> None:
    postgres.start()
    postgres.kill()
    pidfile = postgres.data / "postmaster.pid"
    lines = pidfile.read_text().splitlines()
    pidfile.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    postgres.start()
    assert postgres.pid is not None


def test_it_waits_for_a_predecessor_that_is_still_on_its_way_out(postgres: Postgres) -> None:
    postgres.start()
    successor = Postgres(postgres.data, postgres.port, "secret", postgres.log, VOLATILE)
    postgres.ask()
    successor.start()
    assert successor.pid is not None
    assert postgres.poll() == 0
    successor.kill()


def test_it_listens_on_tcp_alone_and_runs_as_nobody_special(postgres: Postgres) -> None:
    postgres.start()
    inside = Path(f"/proc/{postgres.pid}")
    assert f".s.PGSQL.{postgres.port}" not in Path("/proc/net/unix").read_text()
    status = (inside / "status").read_text()
    assert os.geteuid() != 0 or "CapEff:\t0000000000000000" in status or "Uid:\t65534" in status
    assert postgres.pid in dwellers(postgres.data)
    assert len(dwellers(postgres.data)) > 3


def test_a_start_that_fails_is_one_line(postgres: Postgres) -> None:
    postgres.start()
    other = Postgres(postgres.data.parent / "other", postgres.port, "secret", postgres.log, VOLATILE)
    with pytest.raises(Trouble, match=r"^Postgres did not start: [^\n]+$"):
        other.start()
    assert wait_until(lambda: other.poll() is not None, within=60)

"""The launcher for real: Postgres, NATS and the mailbox under it, killed in every way there is."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx2
import pytest

from deploy.local.row import Row
from tests.integration.deploy.copies import SMALL, Copy, free_row
from tests.support.eventually import eventually


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Copy]]:
    copies: list[Copy] = []

    def start(row: Row | None = None, home: str = "run") -> Copy:
        copies.append(Copy(tmp_path / home, row or free_row(), (*SMALL, "run")))
        return copies[-1]

    yield start
    for copy in copies:
        copy.end()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_ctrl_c_ends_every_process_and_the_next_start_finds_its_data(start: Callable[..., Copy]) -> None:
    copy = start().ready()
    pids = copy.pids()
    assert len(pids) >= 8
    copy.process.send_signal(signal.SIGINT)
    assert copy.process.wait(20) == 0
    assert [pid for pid in pids if alive(pid)] == []
    assert not copy.home.state()
    assert copy.said().endswith("Stopped.\n")


async def test_a_killed_launcher_leaves_no_orphan_and_no_damage(start: Callable[..., Copy]) -> None:
    copy = start().ready()
    database = await asyncpg.connect(copy.admin_url())
    await database.execute("create table public.kept (x int)")
    await database.execute("insert into public.kept values (42)")
    pids = copy.pids()
    copy.process.kill()

    again = start(copy.row).ready()  # at once: the old Postgres is still on its way out
    await eventually(lambda: not [pid for pid in pids if alive(pid)])
    database = await asyncpg.connect(again.admin_url())
    assert await database.fetchval("select x from public.kept") == 42
    await database.close()


async def test_what_dies_is_started_again_and_said_in_one_line(start: Callable[..., Copy]) -> None:
    copy = start().ready()

    async def answers() -> bool:
        try:
            connection = await asyncpg.connect(copy.admin_url())
            await connection.close()
            async with httpx2.AsyncClient() as client:
                return (await client.get(f"{copy.row.url('mailbox')}/readyz")).is_success
        except (OSError, asyncpg.PostgresError, httpx2.TransportError):
            return False

    before = copy.home.state()["children"]
    for name in ("mailbox", "nats", "postgres"):
        os.kill(before[name], signal.SIGKILL)
    await eventually(lambda: not set(copy.home.state()["children"].values()) & set(before.values()))
    await eventually(lambda: len(copy.home.state()["children"]) == 3)
    await eventually(answers)
    for name in before:
        assert copy.said().count(f"{name} was ended by SIGKILL; again in 0.5 s\n") == 1


def test_a_taken_port_is_one_line_that_says_which_and_what_to_do(start: Callable[..., Copy]) -> None:
    first = start(home="one").ready()
    line = start(first.row, home="two").refused()
    assert line.startswith(f"Port {first.row.port('nats')} (nats) is taken by nats-server (pid ")
    assert "make run PORT=" in line


def test_a_second_copy_on_the_same_data_is_refused(start: Callable[..., Copy]) -> None:
    first = start().ready()
    assert start().refused() == (
        f"Another copy (pid {first.process.pid}, http://127.0.0.1:{first.row.first}) is running on "
        f"{first.home.path}. Stop that one first."
    )


def test_a_directory_that_cannot_be_is_one_line(start: Callable[..., Copy], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert start(home="file").refused() == f"{tmp_path / 'file'} cannot be used: File exists."

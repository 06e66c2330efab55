"""The broker loses everything: what was said is said again from the record, and nobody does anything twice."""

import os
import shutil
import subprocess
import sys

import nats
import pytest

from deploy.local.home import ROOT
from tests.faults.aftermath import right, settle
from tests.faults.estate import Estate
from tests.faults.journey import Journey, People

RECORD = """
select id from intake.event union all select id from workflow.event
union all select id from workflow.fact where source = 'workflow'
"""


@pytest.mark.parametrize("everything", [False, True], ids=["services up", "everything down"])
def test_a_broker_whose_store_was_wiped_is_told_all_again_and_nothing_is_done_twice(
    people: People, everything: bool
) -> None:
    estate = people.estate
    walk(people)
    settle(estate)
    estate.kill("nats")
    if everything:
        for name in ("intake", "workflow", "notify", "query"):
            estate.kill(name)
    shutil.rmtree(estate.nats.store)
    walk(people)
    right(people)
    assert held(estate) >= len(estate.sql(RECORD))


def test_the_command_puts_the_whole_record_back_into_the_outboxes(people: People) -> None:
    estate = people.estate
    walk(people)
    settle(estate)
    estate.kill("nats")
    shutil.rmtree(estate.nats.store)
    said = republish(estate)
    waiting = estate.sql("select event_id as id from intake.outbox union all select event_id from workflow.outbox")
    recorded = estate.sql(RECORD)
    assert sorted(str(row["id"]) for row in waiting) == sorted(str(row["id"]) for row in recorded)
    assert sum(int(line.split()[1]) for line in said.splitlines()) == len(recorded)
    right(people)


def held(estate: Estate) -> int:
    """Letters that the broker has, in both streams."""

    async def count(service: str) -> int:
        client = await nats.connect(estate.nats.url(service), allow_reconnect=False)
        try:
            return (await client.jetstream().stream_info(service.upper())).state.messages
        finally:
            await client.close()

    return sum(estate.aside(count(service)) for service in ("intake", "workflow"))


def walk(people: People) -> None:
    for _ in Journey(people).walk():
        pass


def republish(estate: Estate) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "events", "republish"],
        cwd=ROOT,
        env={**os.environ, "HELPDESK_HOME": str(estate.home.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout

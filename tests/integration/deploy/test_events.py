"""`helpdesk events rebuild` and `audit`: what they say, on a terminal and off it, and what makes an audit fail."""

import io

import msgspec
import pytest
from rich.console import Console

from deploy import events
from services.query.domain.parity import Parity
from shared.bus import fence
from shared.db import Database
from shared.envelope import Envelope
from tests.support import infra
from tests.support.complaints import RASHID, a_staff_member, sealed
from tests.unit.workflow.desk import Desk


def a_course() -> list[Envelope]:
    return [sealed(event, place) for place, event in enumerate(Desk().brought_to("SELESAI").said, 1)]


def checked(*pages: list[Envelope]) -> events.Checked:
    found = events.Checked()
    for page in pages:
        found.hear(page)
    found.finish()
    return found


def test_a_record_is_checked_whatever_its_pages() -> None:
    course, fact = a_course(), sealed(a_staff_member(RASHID, "PIC"))
    for cut in range(len(course) + 1):
        found = checked([fact, *course[:cut]], course[cut:])
        assert (found.events, found.complaints, found.flawed, found.twice) == (5, 1, {}, 0)


def test_a_gap_a_wrong_step_and_an_id_that_comes_twice_are_found() -> None:
    course = a_course()
    assert list(checked(course[:2], course[3:]).flawed.values()) == ["its event 3 calls itself 4"]
    assert checked(course, course[4:]).twice == 1
    other = msgspec.structs.replace(course[0], subject="HD-2026-000999-X")
    assert checked([other], course).flawed.keys() == {"HD-2026-000999-X"}


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_a_bar_where_somebody_looks_and_lines_elsewhere(terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with events.progress(console) as tell:
        for done in range(0, 1001, 5):
            tell("project", done, 1000)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    if terminal:
        assert "1000/1000" in said
        assert "━" in said
    else:
        assert said.splitlines() == [f"Events projected: {n} of 1000" for n in range(100, 1001, 100)]


def test_what_differs_is_said_with_why_and_how_many_more() -> None:
    parity = Parity(equal=3)
    assert events.compared(parity) == ["3 complaints are equal in the old model and the record's; 0 differ."]
    for number in range(12):
        parity.differs(f"HD-{number}", "because")
    parity.reference = ["staff"]
    lines = events.compared(parity)
    assert lines[0] == "3 complaints are equal in the old model and the record's; 12 differ."
    assert lines[1:11] == [f"  HD-{number}: because" for number in range(10)]
    assert lines[11:] == ["  and 2 more", "  Not the same as the record's facts: staff.", "The record is the truth."]


async def test_what_waits_to_be_said_or_handled_is_seen_in_every_service(database: infra.Database) -> None:
    urls = {name: database.url(name) for name in events.LISTENERS}
    assert await events.waiting(urls) == ({"intake": 0.0, "workflow": 0.0}, {})
    notify, workflow = Database(urls["notify"], name="test"), Database(urls["workflow"], name="test")
    await notify.open()
    await workflow.open()
    async with notify.transaction() as tx:
        await fence.hold_as_poison(tx, a_course()[0], ValueError("why"))
        await fence.park(tx, a_course()[1], "behind")
    async with workflow.transaction() as tx:
        await tx.execute(
            "insert into outbox (event_id, subject, body, at)"
            " values (uuidv7(), 's', '', clock_timestamp() - interval '5 minutes')"
        )
    await notify.close()
    await workflow.close()
    oldest, parked = await events.waiting(urls)
    assert oldest["workflow"] >= 300
    assert parked == {"notify": "1 behind, 1 poison"}

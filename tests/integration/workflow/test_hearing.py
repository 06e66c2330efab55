"""What workflow hears, heard again and again: once it acts, and then nothing changes."""

import asyncio
from typing import Any

from services.workflow.subscriptions import HEARS
from shared.bus.connection import Bus
from shared.envelope import Envelope, nats_subject
from shared.events.intake import ComplainantActed, StaffMailed
from shared.events.reference import FormSaved
from tests.integration.workflow.office import NUMBER, Office, a_number, a_submission, from_intake
from tests.support.complaints import a_form
from tests.support.eventually import eventually
from tests.support.infra import Broker

TABLES = ("complaint", "event", "fact", "outbox", "access_audit", "parked", "fence")


async def everything(office: Office) -> dict[str, list[dict[str, Any]]]:
    return {table: await office.rows(f"select * from {table} order by 1, 2") for table in TABLES}


def letters() -> list[Envelope]:
    """One of each kind that workflow hears, in order."""
    message = ComplainantActed(number=NUMBER, message="m-1", action="answer", text="Lagi satu.", proof="link")
    late = ComplainantActed(number=NUMBER, message="m-2", action="rate", score=5, proof="link")
    nobody = "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"
    mailed = StaffMailed(number=NUMBER, message=nobody, staff=nobody, action="note", text="Disemak.")
    return [
        from_intake(a_form(), "form", 1),
        from_intake(a_submission(), NUMBER, 1),
        from_intake(message, NUMBER, 2),
        from_intake(late, NUMBER, 3),
        from_intake(mailed, NUMBER, 4),
    ]


async def quiet(office: Office) -> None:
    """The relay empties the outbox while one looks: wait until it has."""

    async def said() -> bool:
        return await office.rows("select 1 from outbox") == []

    _: bool = await eventually(said)


async def test_a_submission_that_carries_another_on_says_so(office: Office) -> None:
    await office.file(a_number(1))
    await office.file(a_number(2), linked_to=a_number(1))
    assert [(await office.look("admin", a_number(n)))["linked_to"] for n in (1, 2)] == [None, a_number(1)]
    said = (await office.get("admin", f"/v1/complaints/{a_number(2)}/events")).json()["items"][0]["data"]
    assert said["linked_to"] == a_number(1)


async def test_everything_heard_twice_changes_nothing(office: Office) -> None:
    heard = letters()
    assert {type_of(letter) for letter in heard} == {kind.wire for kind in HEARS}
    assert len(await office.hear(*heard)) == len(heard)
    await quiet(office)
    before = await everything(office)
    assert await office.hear(*heard) == []
    for letter in reversed(heard):
        assert await office.hear(letter) == []
    assert await office.hear(*heard, *heard) == []
    assert await everything(office) == before


def type_of(letter: Envelope) -> str:
    return letter.type


async def test_heard_in_any_order_it_comes_to_the_same(office: Office) -> None:
    form, filed, answer, late, _ = letters()
    for letter in (late, answer, form, filed):
        await office.hear(letter)
    types = [one["type"] for one in await office.rows("select type from event order by sequence")]
    assert types == ["complaint.received", "complaint.answered", "complaint.message_held"]
    assert await office.rows("select 1 from parked") == []


async def test_the_forms_modules_are_what_classify_takes(office: Office) -> None:
    form = a_form()
    await office.hear(from_intake(form, "form", 1))
    await office.bring(NUMBER, "INPROGRESS")
    known = form.modules[0].slug
    assert (await office.act("pic", "classify", module="payroll", reason="x")).json()["errors"][0]["field"] == "module"
    assert (await office.do("pic", "classify", module=known, reason="x"))["module"] == known


async def test_an_older_form_does_not_come_back(office: Office) -> None:
    old = from_intake(FormSaved(departments=(), modules=()), "form", 1)
    new = from_intake(a_form(), "form", 2)
    await office.hear(new)
    assert await office.hear(old) == []
    assert (await office.rows("select sequence from fact where subject = 'form'")) == [{"sequence": 2}]


async def test_filed_at_intake_it_arrives_over_the_stream(office: Office, broker: Broker) -> None:
    """The consumer, the fence and the handler together, on the real broker."""
    bus = Bus(broker.url("intake"), name="intake")
    running = asyncio.create_task(bus.run())
    try:
        await bus.until_connected()
        await bus.ensure_stream("INTAKE")
        for position in (1, 2, 3):
            letter = from_intake(a_submission(a_number(position)), a_number(position), 1)
            for _time in range(2):  # said twice, as after a crash
                await bus.js.publish(nats_subject(letter), letter.encoded())

        async def received() -> bool:
            return len(await office.rows("select 1 from complaint")) == 3

        _: bool = await eventually(received)
        assert (await office.look("admin", a_number(2)))["version"] == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_message_for_a_complaint_that_never_was_is_parked_as_a_gap(office: Office) -> None:
    said = ComplainantActed(number=a_number(77), message="m", action="close", proof="link")
    await office.hear(from_intake(said, a_number(77), 2))
    assert [(one["subject"], one["reason"]) for one in await office.rows("select * from parked")] == [
        (a_number(77), "gap")
    ]

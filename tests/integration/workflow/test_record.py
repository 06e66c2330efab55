"""The record: complete, in order, append-only, and the same in the stream as in the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from services.workflow.store.record import say_again
from shared.bus.connection import Bus
from shared.db import Tx
from shared.envelope import decode, nats_subject
from tests.integration.workflow.office import SOLUTION, Office, a_number
from tests.support import keys
from tests.support.eventually import eventually
from tests.support.infra import Broker

TOKEN = {"X-Service-Token": keys.SERVICE_TOKEN}


async def page(office: Office, **params: Any) -> list[dict[str, Any]]:
    answer = await office.client.get("/v1/events", params=params, headers=TOKEN)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def a_busy_day(office: Office) -> None:
    for number in range(1, 4):
        await office.bring(a_number(number), "INPROGRESS")
    await office.do("pic", "request_close", a_number(2), text="Cuba.", solution=SOLUTION)
    await office.complainant("close", a_number(2))


async def test_the_whole_record_comes_page_by_page_with_the_facts_first(office: Office) -> None:
    await a_busy_day(office)
    lines: list[dict[str, Any]] = await page(office, limit=4)
    facts = [line for line in lines if line["cursor"] == "facts"]
    assert {"kelantan", "vendor", "settings", "routing", *office.ids.values()} <= {
        one["event"]["subject"] for one in facts
    }
    assert lines[: len(facts)] == facts
    while more := await page(office, after=lines[-1]["cursor"], limit=4):
        assert len(more) <= 4
        lines += more
    told = [line["event"] for line in lines if line["cursor"] != "facts"]
    for number in range(1, 4):
        history = (await office.get("admin", f"/v1/complaints/{a_number(number)}/events")).json()["items"]
        assert [event for event in told if event["subject"] == a_number(number)] == history
        assert [event["sequence"] for event in history] == list(range(1, len(history) + 1))
    assert len(told) == 3 + 3 + 3 + 2


async def test_an_empty_record_is_its_facts_and_the_end_is_empty(office: Office) -> None:
    lines = await page(office)
    assert {line["cursor"] for line in lines} == {"facts"}
    assert await page(office, after="facts") == []


async def test_only_our_own_services_may_read_it_and_a_cursor_must_be_one_of_ours(office: Office) -> None:
    for headers in ({}, office.as_("admin"), {"X-Service-Token": "guess"}):
        assert (await office.client.get("/v1/events", headers=headers)).status_code == 401
    for place in ("x", "\x00", "1", "\x00:1", "HD-2026-000001-X:", ":x", "A:-1", "A:9999999999", "A:١"):
        for asked in ("after", "of"):
            answer = await office.client.get("/v1/events", params={asked: place}, headers=TOKEN)
            assert answer.status_code == 404, place
    assert (await office.client.get("/v1/events", params={"limit": 0}, headers=TOKEN)).status_code == 422


async def test_an_older_event_that_commits_later_is_not_passed_by(office: Office) -> None:
    """Ids are given before the commit: the older of two may appear when the newer has been read already."""
    await office.file(a_number(1))
    older, newer = uuid7(), uuid7()
    db = office.app.state.db

    async def say(tx: Tx, number: str, id: UUID) -> None:
        first = decode(await tx.fetchval("select body from event where number = $1", a_number(1)))
        body = msgspec.structs.replace(first, id=str(id), subject=number).encoded()
        await tx.execute(
            "insert into event (number, sequence, id, type, at, actor_role, body)"
            " select $1, 1, $2, type, at, actor_role, $3 from event where number = $4",
            number,
            id,
            body,
            a_number(1),
        )

    async with db.transaction() as late:
        await say(late, a_number(9), older)
        async with db.transaction() as tx:
            await say(tx, a_number(5), newer)
        read = await page(office)
        assert [line["event"]["id"] for line in read][-1:] == [str(newer)]
    more = await page(office, after=read[-1]["cursor"])
    assert [line["event"]["id"] for line in more] == [str(older)]


async def test_what_a_complaint_said_behind_the_reader_is_asked_for_by_its_number(office: Office) -> None:
    await a_busy_day(office)
    facts = {line["event"]["subject"]: line["event"] for line in await page(office) if line["cursor"] == "facts"}
    known = {a_number(1): 1, a_number(2): 99, a_number(3): 0, "settings": 0, "routing": facts["routing"]["sequence"]}
    told = await page(office, of=[f"{subject}:{sequence}" for subject, sequence in known.items()])
    assert [(line["event"]["subject"], line["event"]["sequence"]) for line in told] == [
        ("settings", 1), (a_number(1), 2), (a_number(1), 3), (a_number(3), 1), (a_number(3), 2), (a_number(3), 3),
    ]  # fmt: skip
    assert len(await page(office, of=[f"{a_number(1)}:0"], limit=2)) == 2


async def test_the_first_page_says_how_many_events_there_are(office: Office) -> None:
    await a_busy_day(office)
    first = await office.client.get("/v1/events", params={"limit": 1}, headers=TOKEN)
    assert first.headers["Total-Events"] == str(len(await office.rows("select 1 from event")))
    second = await office.client.get("/v1/events", params={"after": "facts"}, headers=TOKEN)
    assert "Total-Events" not in second.headers


@asynccontextmanager
async def a_line(broker: Broker) -> AsyncIterator[Bus]:
    """Another connection of workflow's to the broker."""
    bus = Bus(broker.url("workflow"), name="test")
    running = asyncio.create_task(bus.run())
    await bus.until_connected()
    yield bus
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_in_the_stream_is_what_is_in_the_record(office: Office, broker: Broker) -> None:
    await a_busy_day(office)
    recorded = await office.rows("select body from event union all select body from fact where source = 'workflow'")
    _: bool = await eventually(lambda: nothing_unsaid(office))
    async with a_line(broker) as bus:
        last = (await bus.js.stream_info("WORKFLOW")).state.last_seq
        found = [await bus.js.get_msg("WORKFLOW", sequence) for sequence in range(1, last + 1)]
    heard = [(message.subject, bytes(message.data or b"")) for message in found]
    bodies = {body for _, body in heard}
    assert {bytes(row["body"]) for row in recorded} <= bodies
    spoken = [decode(body) for body in bodies if decode(body).subject.startswith("HD-")]
    assert len(spoken) == len(await office.rows("select 1 from event"))
    for subject, body in heard:
        assert subject == nats_subject(decode(body))
    for number in range(1, 4):
        order = [decode(body).sequence for _, body in heard if decode(body).subject == a_number(number)]
        assert order == sorted(order)


async def nothing_unsaid(office: Office) -> bool:
    return await office.rows("select 1 from outbox") == []


async def test_said_again_the_record_goes_to_the_same_subjects(office: Office) -> None:
    """SQL makes the subjects there, `nats_subject` everywhere else."""
    for number in range(1, 20):
        await office.file(a_number(number))
    await office.bring("HD-2031-999999-Z", "MOHON_TUTUP")
    async with office.app.state.db.transaction() as tx:
        await tx.execute("delete from outbox")
        again = await say_again(tx)
        rows = await tx.fetch("select event_id, subject, body from outbox order by seq")
        await tx.execute("delete from outbox")
    assert again == len(rows)
    assert {str(row["event_id"]) for row in rows} >= {
        str(row["id"]) for row in await office.rows("select id from event")
    }
    lanes = set()
    for row in rows:
        envelope = decode(row["body"])
        assert (row["subject"], str(row["event_id"])) == (nats_subject(envelope), envelope.id)
        lanes.add(row["subject"].split(".")[1])
    assert len(lanes) > 8, "facts and many lanes were tried"
    kinds = [decode(row["body"]).type.endswith(".saved") for row in rows]
    assert kinds == sorted(kinds, reverse=True), "facts first"


async def test_saying_it_again_does_not_repeat_what_is_still_unsaid(office: Office) -> None:
    await office.file(a_number(1))
    async with office.app.state.db.transaction() as tx:
        await tx.execute("delete from outbox")
        first = await say_again(tx)
        assert await say_again(tx) == first
        assert await tx.fetchval("select count(*) from outbox") == first


async def test_said_again_it_keeps_its_order_though_a_part_was_still_unsaid(office: Office) -> None:
    """As when the relay stopped between an acknowledgement and its delete, and the broker then lost everything."""
    await office.bring(a_number(1), "INPROGRESS")
    async with office.app.state.db.transaction() as tx:
        await tx.execute("delete from outbox")
        last = await tx.fetchrow("select id, type, body from event where number = $1 and sequence = 3", a_number(1))
        await tx.execute(
            "insert into outbox (event_id, subject, body) values ($1, $2, $3)",
            last["id"],
            nats_subject(decode(last["body"])),
            last["body"],
        )
        await say_again(tx)
        bodies = [decode(row["body"]) for row in await tx.fetch("select body from outbox order by seq")]
        await tx.execute("delete from outbox")
    assert [one.sequence for one in bodies if one.subject == a_number(1)] == [1, 2, 3]


async def test_the_record_and_the_audit_cannot_be_rewritten(office: Office) -> None:
    await office.bring(a_number(1), "DIAGIHKAN")
    await office.post("admin", f"/v1/complaints/{a_number(1)}/contact")
    for table in ("event", "access_audit"):
        for statement in (f"update {table} set at = now()", f"delete from {table}"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await office.rows(statement)


async def test_an_act_writes_state_event_and_outbox_together_or_not_at_all(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    before = await office.look("admin", a_number(1))
    await office.rows("alter table outbox add constraint full_disk check (false) not valid")
    answer = await office.act("pic", "reply", a_number(1), version=None, text="Hilang?")
    assert answer.status_code == 500
    await office.rows("alter table outbox drop constraint full_disk")
    after = await office.look("admin", a_number(1))
    assert (after["version"], after["state"]) == (before["version"], before["state"])
    assert len(await office.rows("select 1 from event")) == before["version"]

"""Query as it runs: it hears a real stream, shows what it heard, and says so."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import nats
import pytest_asyncio
from nats.aio.client import Client

from services.query.main import create_app
from services.query.settings import Settings
from shared.auth import TrackingTokens
from shared.bus.connection import Bus
from shared.envelope import Envelope, nats_subject
from shared.events import workflow
from tests.integration.query.conftest import NO_BROKER, a_caller, a_service, eventually_so, set_business_time
from tests.support import infra
from tests.support.complaints import NUMBER, RASHID, SUNDAY, Course, a_form, a_staff_member, sealed
from tests.support.keys import TRACKING_KEYS, settings

PIC = a_caller(RASHID.id, "PIC")
LINK = TrackingTokens(TRACKING_KEYS).make(NUMBER, SUNDAY)


class Office:
    """Workflow and intake as the stream knows them: they publish."""

    def __init__(self, workflow_bus: Bus, intake_bus: Bus) -> None:
        self._buses = {"workflow": workflow_bus, "intake": intake_bus}

    async def publish(self, *letters: Envelope) -> None:
        for letter in letters:
            js = self._buses[letter.source].js
            await js.publish(nats_subject(letter), letter.encoded(), headers={"Nats-Msg-Id": letter.id})


@pytest_asyncio.fixture
async def office(broker: infra.Broker) -> AsyncIterator[Office]:
    buses = {name: Bus(broker.url(name), name=name) for name in ("workflow", "intake")}
    running = [asyncio.create_task(bus.run()) for bus in buses.values()]
    for name, bus in buses.items():
        await bus.until_connected()
        await bus.ensure_stream(name.upper())
    yield Office(buses["workflow"], buses["intake"])
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest_asyncio.fixture
async def portal(broker: infra.Broker) -> AsyncIterator[Client]:
    client = await nats.connect(broker.url("portal"))
    yield client
    await client.close()


async def test_what_is_published_is_shown_within_a_second_and_said(
    database: infra.Database, broker: infra.Broker, office: Office, portal: Client
) -> None:
    said: list[dict[str, Any]] = []
    heard = await portal.subscribe("query.projected")
    await set_business_time(database, SUNDAY)
    async with a_service(database, broker.url("query")) as door:
        course = Course().say(workflow.Assigned, "DIAGIHKAN")
        letters = course.envelopes()
        facts = [sealed(a_form(), subject="form", source="intake"), sealed(a_staff_member(RASHID, "PIC"))]

        async def ready() -> bool:
            return bool((await door.client.get("/readyz")).json()["ready"])

        await eventually_so(ready)
        await office.publish(*facts, *letters)

        async def assigned() -> bool:
            page = await door.get(f"/v1/complaints/{NUMBER}", PIC)
            return bool(page.status_code == 200 and page.json()["version"] == 2)

        await eventually_so(assigned)
        assert (await door.get("/v1/badge", PIC)).json() == {"badge": 1}
        assert (await door.track(link=LINK)).json()["state"] == "DIAGIHKAN"
        while not said or said[-1]["version"] < 2:
            said.append(msgspec.json.decode((await heard.next_msg(timeout=60)).data))
        assert said[-1] == {"number": NUMBER, "version": 2, "seen_by": list(course.last.seen_by)}

        waiting = asyncio.create_task(door.track(link=LINK, after="m-1"))
        await office.publish(sealed(course.say(workflow.Answered, text="Ini.", audience=("P",), message="m-1").last, 3))
        fate = (await waiting).json()
        assert fate["message"]["fate"] == "accepted"


async def test_a_crowd_of_events_is_caught_up_with_in_order(
    database: infra.Database, broker: infra.Broker, office: Office
) -> None:
    courses = [Course(f"HD-2026-{n:06}-X") for n in range(60)]
    for course in courses:
        course.say(workflow.Assigned, "DIAGIHKAN").say(workflow.Started, "INPROGRESS").say(workflow.Replied, text="ya")
    lines = [course.envelopes() for course in courses]
    await office.publish(*(line[step] for step in range(4) for line in lines))
    async with a_service(database, broker.url("query")) as door:
        manager = a_caller("s-m", "MANAGEMENT")

        async def caught_up() -> bool:
            page = (await door.get("/v1/complaints", manager, limit=100)).json()
            return [row["version"] for row in page["items"]] == [4] * 60

        await eventually_so(caught_up)
        folders = (await door.get("/v1/inbox", manager)).json()["folders"]
        assert (folders["all"], folders["unassigned"]) == (60, 0)


async def test_two_replicas_project_each_event_once_and_wait_for_each_other(
    database: infra.Database, broker: infra.Broker, office: Office
) -> None:
    """Only one of them hears a given event; a reader at the other one still gets the version it asks for."""
    url = broker.url("query")
    async with a_service(database, url) as one, a_service(database, url) as other:
        course = Course()
        await office.publish(*course.envelopes())
        for step in range(2, 12):
            note = sealed(course.say(workflow.Noted, text=f"note {step}").last, step)
            admin = a_caller("s-admin", "ADMIN")
            pages = [
                asyncio.create_task(door.get(f"/v1/complaints/{NUMBER}", admin, seen=f"{NUMBER}:{step}"))
                for door in (one, other)
            ]
            await office.publish(note)
            for page in pages:
                await page

        async def done() -> bool:
            entries = (await one.get(f"/v1/complaints/{NUMBER}", a_caller("s-admin", "ADMIN"))).json()["entries"]
            return [entry["sequence"] for entry in entries] == list(range(1, 12))

        await eventually_so(done)


async def test_without_a_broker_it_still_answers_and_says_what_is_missing(database: infra.Database) -> None:
    async with a_service(database, NO_BROKER) as door:
        assert (await door.get("/v1/badge", PIC)).json() == {"badge": 0}
        readiness = (await door.client.get("/readyz")).json()
        assert readiness["ready"] is False
        assert any("nats" in why for why in readiness["why"])


def test_the_api_describes_itself() -> None:
    app = create_app(Settings(**settings("query", "postgresql://query@127.0.0.1:1/none", NO_BROKER)))
    paths = app.openapi()["paths"]
    assert {path for path in paths if path.startswith("/v1/")} == {
        "/v1/tracking",
        "/v1/health",
        "/v1/dead-letters",
        "/v1/dead-letters/redrive",
        "/v1/inbox",
        "/v1/badge",
        "/v1/complaints",
        "/v1/complaints/search",
        "/v1/complaints/{number}",
        "/v1/attachments/{id}",
        "/v1/attachments/{id}/preview",
        "/v1/solutions",
    }
    inbox = paths["/v1/inbox"]["get"]
    assert {"folder", "q", "from", "seen", "after"} <= {parameter["name"] for parameter in inbox["parameters"]}
    assert inbox["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Inbox")

"""Query against the real workflow: what it hears from the stream and what it rebuilds from the record are one."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from services.query.handlers import rebuild as rebuilding
from services.query.handlers.rebuild import Build
from services.query.handlers.record import WorkflowRecord
from services.query.store import beside
from services.query.subscriptions import HEARS
from services.workflow.machine import State
from services.workflow.main import create_app
from services.workflow.settings import Settings
from shared.db import Database
from shared.events import REGISTER
from tests.integration.query.conftest import a_caller, a_service, eventually_so, hear, model
from tests.integration.workflow.office import CREW, Office, a_number
from tests.support import infra
from tests.support.complaints import a_form, sealed
from tests.support.keys import SERVICE_TOKEN, settings
from tests.support.serving import serving


@pytest.fixture
async def office(database: infra.Database, broker: infra.Broker, tmp_path: Path) -> AsyncIterator[Office]:
    environment = settings("workflow", database.url("workflow"), broker.url("workflow"))
    app = create_app(Settings(**environment | {"blobs": tmp_path.as_uri()}))
    async with serving(app) as client:
        made = Office(app, client, database)
        await app.state.house.until_it_stands()
        for who in CREW:
            await made.hire(who)
        yield made


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def test_what_workflow_did_is_shown_and_its_record_gives_the_same_model(
    office: Office, db: Database, database: infra.Database, broker: infra.Broker
) -> None:
    await hear(db, sealed(a_form(), subject="form", source="intake"))
    numbers = {state: a_number(position) for position, state in enumerate(State, 1)}
    for state, number in numbers.items():
        await office.bring(number, state)
    async with a_service(database, broker.url("query")) as door:
        admin = a_caller(office.ids["admin"], "ADMIN")

        async def caught_up() -> bool:
            rows = (await door.get("/v1/complaints", admin)).json()["items"]
            return {row["number"]: row["state"] for row in rows} == {number: state for state, number in numbers.items()}

        await eventually_so(caught_up)
        for number in numbers.values():
            shown = (await door.get(f"/v1/complaints/{number}", admin)).json()
            decided = await office.look("admin", number)
            assert moment(shown["due"]) == moment(decided["due"])
            for fact in ("version", "phase", "custodian", "outcome", "age_days", "pic", "priority", "level"):
                decides = decided[fact] if fact in decided else decided["clocks"][fact]
                assert shown[fact] == decides, (number, fact)
            for who in CREW:
                held = a_caller(office.ids[who], *CREW[who][1], queues=CREW[who][2])
                sees = (await office.get(who, f"/v1/complaints/{number}")).status_code
                assert (await door.get(f"/v1/complaints/{number}", held)).status_code == sees, (number, who)

    heard = await model(db)
    record = WorkflowRecord(office.client, SERVICE_TOKEN)
    async with beside.site(database.url("query")) as site:
        work = Build(site, record, HEARS, REGISTER, lambda *_: None)
        await rebuilding.build(work)
        assert work.projected >= len(heard["entry"]) + len(CREW)
        assert record.total == len(heard["entry"])
        assert (await rebuilding.compare(work)).exact
        assert await rebuilding.late(work) == []
        await rebuilding.move(work)
    assert await model(db) == heard

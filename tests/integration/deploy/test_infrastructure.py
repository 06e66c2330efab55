"""The fixtures keep what they promise, whichever infrastructure is under them."""

import asyncpg
import nats
import nats.errors
import pytest
from nats.js.errors import NotFoundError

from deploy.local.database import SERVICES, migrate
from deploy.local.processes import Trouble
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database


async def test_a_role_works_in_its_own_schema_and_sees_no_other(database: Database) -> None:
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("create table notify.secret (x int)")
    await admin.close()
    intake = await asyncpg.connect(database.url("intake"))
    await intake.execute("create table mine (x int)")
    assert await intake.fetchval("select to_regclass('intake.mine')::text") == "mine"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await intake.fetch("select * from notify.secret")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await intake.execute("create table public.stray (x int)")
    await intake.close()


async def test_data_of_a_newer_version_is_left_alone_and_said_in_one_line(database: Database) -> None:
    notify = await asyncpg.connect(database.url("notify"))
    await notify.execute("update alembic_version set version_num = '9999'")
    await notify.close()
    with pytest.raises(Trouble, match="notify's data is of a newer version than this program: git pull"):
        await migrate({service: database.url(service) for service in SERVICES})


async def test_business_time_is_real_time_plus_a_shift_only_the_superuser_moves(database: Database) -> None:
    query = await asyncpg.connect(database.url("query"))
    lag = "select abs(extract(epoch from helpdesk.now() - clock_timestamp())) < 1"
    assert await query.fetchval(lag)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await query.execute("update helpdesk.clock set shift = '3 days'")
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("update helpdesk.clock set shift = '3 days'")
    assert not await query.fetchval(lag)
    await admin.close()
    await query.close()


@pytest.mark.parametrize("extension", ["pg_trgm", "unaccent", "btree_gin"])
async def test_every_role_can_use_the_extensions(database: Database, extension: str) -> None:
    workflow = await asyncpg.connect(database.url("workflow"))
    assert await workflow.fetchval("select true from pg_extension where extname = $1", extension)
    assert await workflow.fetchval("select public.unaccent('é')") == "e"
    await workflow.close()


async def test_each_test_has_an_empty_broker_and_users_keep_to_their_subjects(broker: Broker) -> None:
    refused: list[Exception] = []

    async def note(error: Exception) -> None:
        refused.append(error)

    workflow = await nats.connect(broker.url("workflow"))
    stream = workflow.jetstream()
    with pytest.raises(NotFoundError):
        await stream.stream_info("WORKFLOW")
    await stream.add_stream(name="WORKFLOW", subjects=["workflow.>"])
    assert (await stream.publish("workflow.0.complaint.assigned", b"{}")).seq == 1

    intake = await nats.connect(broker.url("intake"), error_cb=note)
    await intake.publish("workflow.0.complaint.assigned", b"{}")
    await intake.flush()
    await eventually(lambda: any("permissions violation" in str(error).lower() for error in refused))
    assert (await stream.stream_info("WORKFLOW")).state.messages == 1
    await intake.close()
    await workflow.close()


async def test_a_follower_hears_acknowledges_and_touches_nobody_elses_place_in_the_line(broker: Broker) -> None:
    workflow = await nats.connect(broker.url("workflow"))
    await workflow.jetstream().add_stream(name="WORKFLOW", subjects=["workflow.>"])
    await workflow.jetstream().publish("workflow.ref.staff.saved", b"{}")

    query = await nats.connect(broker.url("query"))
    line = query.jetstream()
    await line.add_consumer("WORKFLOW", name="query-workflow", durable_name="query-workflow", ack_policy="explicit")
    heard = await line.pull_subscribe_bind("query-workflow", "WORKFLOW")
    (message,) = await heard.fetch(1, timeout=60)
    await message.ack_sync()
    info = await line.consumer_info("WORKFLOW", "query-workflow")
    assert info.ack_floor is not None
    assert info.ack_floor.stream_seq == 1
    with pytest.raises(nats.errors.TimeoutError):  # a refused request is never answered
        await query.jetstream(timeout=0.5).consumer_info("WORKFLOW", "notify-workflow")
    await query.close()
    await workflow.close()


async def test_a_broker_can_die_come_back_and_lose_its_memory(broker: Broker) -> None:
    async def messages() -> int:
        client = await nats.connect(broker.url("intake"))
        stream = client.jetstream()
        await stream.add_stream(name="INTAKE", subjects=["intake.>"])
        count = (await stream.stream_info("INTAKE")).state.messages
        await stream.publish("intake.0.complaint.submitted", b"{}")
        await client.close()
        return int(count)

    assert await messages() == 0
    broker.kill()
    broker.start()
    assert await messages() == 1
    broker.kill()
    broker.forget()
    broker.start()
    assert await messages() == 0

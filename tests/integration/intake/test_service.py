"""The service as a process: when it is ready, and what it says of itself."""

from typing import Any

from tests.integration.intake.desk import Intake, running
from tests.integration.intake.stream import say_as_workflow
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database


async def test_it_is_ready_once_the_form_is_open_and_workflow_can_be_heard(database: Database, broker: Broker) -> None:
    async with running(database, broker, beside_workflow=False) as intake:
        before = await intake.client.get("/readyz")
        assert before.status_code == 503
        assert "nats: no consumer on WORKFLOW yet" in before.json()["why"]
        await say_as_workflow(broker)

        async def ready() -> bool:
            return (await intake.client.get("/readyz")).status_code == 200

        became: bool = await eventually(ready)
        assert became


async def test_complaints_are_taken_while_the_broker_is_away(intake: Intake, broker: Broker) -> None:
    broker.kill()
    await intake.filed()
    assert (await intake.client.get("/livez")).status_code == 200


async def test_its_description_has_links_and_examples(intake: Intake) -> None:
    described = (await intake.client.get("/openapi.json")).json()
    filed = described["paths"]["/v1/complaints"]["post"]["responses"]["201"]
    assert filed["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Receipt"}
    operations = {operation.get("operationId") for path in described["paths"].values() for operation in path.values()}
    assert {link["operationId"] for link in filed["links"].values()} == {"say", "rate"} <= operations
    schemas = described["components"]["schemas"]
    assert all(schemas[name]["examples"] for name in ("Filing", "Message", "Rating", "Receipt", "Wanted"))


async def test_its_example_can_be_filed(intake: Intake) -> None:
    described = (await intake.client.get("/openapi.json")).json()
    example: dict[str, Any] = described["components"]["schemas"]["Filing"]["examples"][0]
    assert (await intake.client.post("/v1/complaints/check", json=example)).status_code == 204

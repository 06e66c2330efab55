"""Filing a complaint over HTTP, on real Postgres and NATS."""

from tests.integration.intake.desk import Intake


async def test_a_complaint_gets_its_number_and_a_receipt(intake: Intake) -> None:
    receipt = await intake.filed()
    assert receipt["number"].startswith("HD-")

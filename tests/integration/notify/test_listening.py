"""Notify on a real broker: what workflow and intake say becomes mail, once."""

from shared.events import intake
from tests.integration.notify.conftest import OFFICE, Desk, serving
from tests.integration.notify.reading import settled
from tests.integration.notify.speaking import speaking
from tests.support import infra
from tests.support.complaints import EMAIL, NUMBER, a_form, a_received, sealed
from tests.support.eventually import eventually


async def test_what_the_bus_says_becomes_mail_and_said_twice_becomes_no_more(desk: Desk, broker: infra.Broker) -> None:
    asked = sealed(intake.TrackingLinkRequested(number=NUMBER), subject="request-1", source="intake")
    async with speaking(broker) as say, serving(desk.app()) as client:
        await say(*(sealed(one) for one in OFFICE), sealed(a_form(), source="intake"), sealed(a_received()))
        await eventually(lambda: len(desk.post.to(EMAIL)) == 1)
        await say(asked)
        await eventually(lambda: len(desk.post.to(EMAIL)) == 2)
        await say(sealed(a_received()), asked)
        await settled(desk)

        async def ready() -> bool:
            answer = await client.get("/readyz")
            return bool(answer.json()["ready"])

        _: bool = await eventually(ready)
    assert [mail["Subject"].split("] ")[1] for mail in desk.post.to(EMAIL)] == [
        "Akuan penerimaan aduan iSPEKS",
        "Pautan semakan aduan iSPEKS",
    ]

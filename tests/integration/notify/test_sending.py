"""From an event to a mail that lies in a mailbox."""

from email.message import EmailMessage

from shared.auth import TrackingTokens
from shared.events import workflow
from tests.integration.notify.conftest import ADMIN, Desk, address_of
from tests.support import complaints, keys
from tests.support.complaints import EMAIL, NUMBER, RASHID, Course, a_received, sealed
from tests.support.eventually import eventually
from tests.support.serving import serving


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def settled(desk: Desk) -> None:
    async def nothing_waits() -> bool:
        return not await desk.rows("select from delivery where next_at is not null or status = 'sending'")

    await eventually(nothing_waits)


async def test_the_acknowledgement_arrives_once_with_the_copy_and_the_link(desk: Desk) -> None:
    received = a_received(text="Baris pertama\nBaris kedua <b>tebal</b>")
    await desk.hear(sealed(received))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(EMAIL)
    link = f"http://127.0.0.1:8000/a/{TrackingTokens(keys.TRACKING_KEYS).make(NUMBER, received.submitted_at)}"
    assert mail["Subject"] == f"[{NUMBER}] Akuan penerimaan aduan iSPEKS"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [address.addr_spec for address in mail["To"].addresses] == [EMAIL]
    assert link in part(mail, "plain")
    assert link in part(mail, "html")
    assert "> Baris kedua <b>tebal</b>" in part(mail, "plain")
    assert "Baris kedua &lt;b&gt;tebal&lt;/b&gt;" in part(mail, "html")
    assert "04-03-2026 09:00" in part(mail, "plain")
    (row,) = await desk.rows("select * from delivery where recipient like 'complainant%'")
    assert (row["status"], row["tries"], row["masked"]) == ("sent", 1, "a***@kelantan.gov.my")
    assert mail["Message-ID"] == f"<{row['id']}@helpdesk.example>"

"""Canaries: an IC, a phone and an e-mail go all the way, and are found in clear nowhere but in the mail they cause."""

import httpx2

from tests.support.eventually import eventually
from tests.system.conftest import Helpdesk

IC, PHONE, EMAIL = "770707-98-7771", "013-777 4321", "kenari.tujuh@kelantan.example"
CANARIES = [b"770707987771", b"770707-98-7771", b"137774321", b"13-777 4321", b"kenari.tujuh"]
THEIR_PLACE = {"messages.jsonl", "messages.jsonl.1"}
"""The mailbox stands for the outside world: what was mailed is there, with its address."""


async def test_no_plain_ic_phone_or_email_is_kept_or_logged_anywhere(helpdesk: Helpdesk) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        filed = await http.post(f"{helpdesk.url('intake')}/v1/complaints", json=a_form())
        assert filed.status_code == 201, filed.text
        number = filed.json()["number"]
        told = await eventually(lambda: [mail for mail in helpdesk.mails(EMAIL) if mail["complaint"] == number])
        assert len(told) == 1
        for asked in ({"ic": IC}, {"ic": IC, "number": number}, {"number": number}):
            await http.post(f"{helpdesk.url('query')}/v1/tracking", json=asked)
        await http.post(f"{helpdesk.url('intake')}/v1/tracking-links", json={"ic": IC})
        await http.post(
            f"{helpdesk.url('intake')}/v1/complaints/{number}/messages",
            json={"action": "answer", "text": "Masih sama.", "ic": IC, "name": "Kenari binti Tujuh"},
        )
        await eventually(lambda: len(helpdesk.mails(EMAIL)) >= 2)
        for service in ("intake", "workflow", "notify", "query", "portal"):
            figures = (await http.get(f"{helpdesk.url(service)}/metrics")).content
            assert not [one for one in CANARIES if one in figures], service
    found = [
        (str(file.relative_to(helpdesk.home)), canary)
        for file in helpdesk.home.rglob("*")
        if file.is_file() and file.name not in THEIR_PLACE
        for canary in CANARIES
        if canary in file.read_bytes()
    ]
    assert found == []


async def test_the_canaries_would_be_found_where_they_belong(helpdesk: Helpdesk) -> None:
    kept = (helpdesk.home / "messages.jsonl").read_bytes()
    assert b"kenari.tujuh" in kept


def a_form() -> dict[str, object]:
    return {
        "ic": IC,
        "name": "Kenari binti Tujuh",
        "department": "PKN",
        "ptj": "101-001",
        "phone": PHONE,
        "email": EMAIL,
        "whatsapp_consent": True,
        "language": "ms",
        "module": "gl",
        "title": "Burung kenari dalam lejar",
        "description": "Ujian.",
        "confirmed": True,
        "altcha": None,
        "attachments": [],
    }

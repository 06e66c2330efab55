"""A running workflow with its office: an Admin, two PICs, an Implementor, a vendor, management."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.workflow.handlers import people
from services.workflow.handlers.complaints import receive, take_message
from services.workflow.main import create_app
from services.workflow.settings import Settings
from shared.envelope import Envelope, Event, seal
from shared.events.intake import ComplainantActed, ComplaintSubmitted, Contact
from shared.privacy import Keyring, mask_email, mask_ic, mask_phone
from tests.support import keys
from tests.support.infra import Broker, Database
from tests.support.serving import serving

PASSWORD = "kata-laluan-ujian"
NUMBER = "HD-2026-000001-A"
CREW: dict[str, tuple[str, list[str], list[str]]] = {
    "admin": ("Rohani binti Salleh", ["ADMIN"], []),
    "pic": ("Azman bin Yusof", ["PIC"], []),
    "other_pic": ("Siti Hajar binti Omar", ["PIC"], []),
    "implementor": ("Kamal bin Idris", ["IMPLEMENTOR"], ["IMPLEMENTOR"]),
    "vendor": ("Helpdesk TTSB", ["VENDOR"], []),
    "management": ("Dato' Zainal", ["MANAGEMENT"], []),
}


def a_submission(number: str = NUMBER, **changes: Any) -> ComplaintSubmitted:
    """A valid submission, as intake says it."""
    ring = Keyring(keys.SEALING_KEYS)
    ic, phone, email = "800101990001", "+60123456789", "aminah@example.my"
    said: dict[str, Any] = {
        "number": number,
        "submitted_at": datetime.now(UTC),
        "answer_by": datetime.now(UTC),
        "contact": Contact(
            name="Aminah binti Ali",
            ic_sealed=ring.seal(ic, about=number, field="ic"),
            phone_sealed=ring.seal(phone, about=number, field="phone"),
            email_sealed=ring.seal(email, about=number, field="email"),
            ic_index="index",
            ic_masked=mask_ic(ic),
            phone_masked=mask_phone(phone),
            email_masked=mask_email(email),
            phone_is_mobile=True,
            whatsapp_consent=False,
            language="ms",
        ),
        "department": "PKN",
        "department_name": "Perbendaharaan Negeri Kelantan",
        "ptj": "101-001",
        "ptj_name": "Unit Teknologi Maklumat",
        "module": "gl",
        "module_ms": "Lejar Am",
        "module_en": "General Ledger",
        "title": "Baucar tidak dapat diluluskan",
        "description": "Butang Lulus tidak berfungsi sejak pagi tadi.",
        "robot_check": "passed",
    }
    return ComplaintSubmitted(**(said | changes))


def from_intake(event: Event, subject: str, sequence: int) -> Envelope:
    """As it travels."""
    return seal(
        event,
        id=str(uuid7()),
        source="intake",
        subject=subject,
        sequence=sequence,
        time=datetime.now(UTC),
        correlation=str(uuid4()),
    )


@dataclass
class Office:
    """The running service, and one client per member of its crew."""

    app: FastAPI
    client: httpx2.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def hire(self, who: str, position: int) -> None:
        name, roles, queues = CREW[who]
        ic = f"80010{position}99000{position}"
        async with self.app.state.db.transaction() as tx:
            member = await people.add_staff(
                tx,
                keys=self.app.state.keys,
                ic=ic,
                name=name,
                email=f"{who}@example.my",
                phone="09-748 1957",
                roles=roles,
                queues=queues,
                modules=["gl"] if who == "pic" else [],
                password_hash=await self.app.state.passwords.hashed(PASSWORD),
                language="ms",
                correlation=str(uuid7()),
            )
        self.ids[who] = str(member)
        answer = await self.client.post("/v1/sessions", json={"ic": ic, "password": PASSWORD})
        self.tokens[who] = answer.json()["token"]

    def as_(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def file(self, number: str = NUMBER, **changes: Any) -> str:
        said = a_submission(number, **changes)
        async with self.app.state.db.transaction() as tx:
            await receive(tx, said, from_intake(said, number, 1))
        return number

    async def complainant(self, action: str, number: str = NUMBER, text: str = "", **more: Any) -> str:
        message = str(uuid7())
        said = ComplainantActed(number=number, message=message, action=action, text=text, proof="link", **more)
        async with self.app.state.db.transaction() as tx:
            await take_message(tx, said, from_intake(said, number, 2))
        return message

    async def look(self, who: str, number: str = NUMBER) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/complaints/{number}", headers=self.as_(who))
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def act(self, who: str, action: str, number: str = NUMBER, **body: Any) -> httpx2.Response:
        """Do it at the version that stands now; `version=` says another, `version=None` none."""
        headers = self.as_(who)
        if "version" in body:
            version = body.pop("version")
        else:
            version = (await self.look("admin", number))["version"]
        if version is not None:
            headers["If-Match"] = f'"v{version}"'
        return await self.client.post(f"/v1/complaints/{number}/actions/{action}", json=body, headers=headers)

    async def assign(self, who: str = "pic", number: str = NUMBER) -> None:
        answer = await self.act("admin", "assign", number, pic=self.ids[who])
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def office(database: Database, broker: Broker) -> AsyncIterator[Office]:
    """Workflow on a private database and broker, with its crew logged in."""
    environment = keys.settings("workflow", database.url("workflow"), broker.url("workflow"))
    app = create_app(Settings(**environment))
    async with serving(app) as client:
        made = Office(app, client)
        await app.state.house.until_it_stands()
        for position, who in enumerate(CREW, 1):
            await made.hire(who, position)
        yield made

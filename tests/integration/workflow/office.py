"""The office that workflow's tests work in: an Admin, two PICs, an Implementor, a vendor, management."""

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.workflow.domain import acts, sight
from services.workflow.domain.given import Given
from services.workflow.handlers import passwords, people, sessions, versions
from services.workflow.handlers.complaints import receive, take_message
from services.workflow.machine import Action, Role
from services.workflow.store import complaints, facts
from services.workflow.store import people as staff
from services.workflow.subscriptions import HEARS
from shared.bus import fence
from shared.envelope import Envelope, Event, seal
from shared.events import REGISTER
from shared.events.complaint import Actor
from shared.events.intake import ComplainantActed, ComplaintSubmitted, Contact
from shared.privacy import Keyring, mask_email, mask_ic, mask_phone
from tests.support import keys
from tests.support.infra import Database

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


IC, PHONE, EMAIL = "800101990001", "+60123456789", "aminah@example.my"
SOLUTION = {"cause": "Pepijat GL-102", "steps": "1. Kemas kini\n2. Cuba semula"}


@functools.cache
def password_hash() -> str:
    """Of PASSWORD. Hashing is slow on purpose, so it is done once."""
    hashed: str = passwords.HASHES.hash(PASSWORD)
    return hashed


def a_number(position: int) -> str:
    return f"HD-2026-{position:06d}-A"


def staff_ic(who: str) -> str:
    position = list(CREW).index(who) + 1
    return f"80010{position}99000{position}"


def a_submission(number: str = NUMBER, **changes: Any) -> ComplaintSubmitted:
    """A valid submission, as intake says it."""
    ring = Keyring(keys.SEALING_KEYS)
    said: dict[str, Any] = {
        "number": number,
        "submitted_at": datetime.now(UTC),
        "answer_by": datetime.now(UTC),
        "contact": Contact(
            name="Aminah binti Ali",
            ic_sealed=ring.seal(IC, about=number, field="ic"),
            phone_sealed=ring.seal(PHONE, about=number, field="phone"),
            email_sealed=ring.seal(EMAIL, about=number, field="email"),
            ic_index="index",
            ic_masked=mask_ic(IC),
            phone_masked=mask_phone(PHONE),
            email_masked=mask_email(EMAIL),
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
    database: Database
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def hire(self, who: str) -> None:
        name, roles, queues = CREW[who]
        async with self.app.state.db.transaction() as tx:
            member = await people.add_staff(
                tx,
                keys=self.app.state.keys,
                ic=staff_ic(who),
                name=name,
                email=f"{who.replace('_', '.')}@example.my",
                phone="09-748 1957",
                roles=roles,
                queues=queues,
                modules=["gl"] if who == "pic" else [],
                password_hash=password_hash(),
                language="ms",
                correlation=str(uuid7()),
            )
            self.ids[who] = str(member)
            found = await staff.by_id(tx, member)
            assert found is not None
            _, session = await sessions.begin_session(tx, found)
        caller = sessions.as_caller(found, session)
        self.tokens[who], _ = self.app.state.staff_tokens.issue(caller, datetime.now(UTC))

    async def log_in(self, who: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
        body = {"ic": staff_ic(who), "password": password}
        return await self.client.post("/v1/sessions", json=body, headers=headers)

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

    async def system(self, action: str, number: str = NUMBER) -> None:
        """What a timer does."""
        async with self.app.state.db.transaction() as tx:
            loaded = await complaints.load(tx, number, lock=True)
            assert loaded is not None
            rules = (await facts.known(tx)).rules
            asked = sight.facts(loaded.complaint, Role.SYSTEM, rules, loaded.now, pic_is_active=loaded.pic_is_active)
            given, actor = Given(rule="a rule", kind="warn"), Actor(role=Role.SYSTEM)
            after, event = acts.act(loaded.complaint, Action(action), given, actor, asked, rules, loaded.now)
            await complaints.save(tx, versions.version(after, event, rules, correlation=str(uuid4())))

    async def hear(self, *letters: Envelope) -> list[Envelope]:
        """As the consumer does: one transaction, behind the fence."""
        async with self.app.state.db.transaction() as tx:
            return await fence.accept(tx, letters, HEARS, REGISTER)

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What a statement answers, as the service's own role."""
        async with self.app.state.db.transaction() as tx:
            return [dict(row) for row in await tx.fetch(sql, *values)]

    async def advance(self, days: int) -> None:
        """Business time goes on."""
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            await connection.execute("update helpdesk.clock set shift = shift + make_interval(days => $1)", days)
        finally:
            await connection.close()

    async def get(self, who: str, path: str, **params: Any) -> httpx2.Response:
        return await self.client.get(path, headers=self.as_(who), params=params)

    async def post(self, who: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return await self.client.post(path, json=body, headers=self.as_(who) | headers)

    async def look(self, who: str, number: str = NUMBER) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/complaints/{number}", headers=self.as_(who))
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def act(
        self, who: str, action: str, number: str = NUMBER, *, key: str | None = None, **body: Any
    ) -> httpx2.Response:
        """Do it at the version that stands now; `version=` says another, `version=None` none."""
        headers = self.as_(who) | ({"Idempotency-Key": key} if key else {})
        version = body.pop("version") if "version" in body else (await self.look("admin", number))["version"]
        if version is not None:
            headers["If-Match"] = f'"v{version}"'
        return await self.client.post(f"/v1/complaints/{number}/actions/{action}", json=body, headers=headers)

    async def do(self, who: str, action: str, number: str = NUMBER, **body: Any) -> dict[str, Any]:
        """An act that must succeed."""
        answer = await self.act(who, action, number, **body)
        assert answer.status_code == 200, f"{who} {action}: {answer.text}"
        after: dict[str, Any] = answer.json()
        return after

    async def assign(self, who: str = "pic", number: str = NUMBER) -> None:
        await self.do("admin", "assign", number, pic=self.ids[who])

    async def bring(self, number: str, state: str) -> None:
        """File a complaint and take it the shortest way to a state."""
        await self.file(number)
        if state != "BARU":
            await self.assign("pic", number)
        if state not in {"BARU", "DIAGIHKAN"}:
            await self.do("pic", "start", number)
        closing = {"text": "Sila cuba semula.", "solution": SOLUTION}
        if state in {"MOHON_TUTUP", "SELESAI", "DITUTUP"}:
            await self.do("pic", "request_close", number, **closing)
        if state == "SELESAI":
            await self.system("lapse", number)
        if state == "DITUTUP":
            await self.complainant("close", number)
        by_word = {"RUJUKAN_IMPLEMENTOR": "refer", "TINDAKAN_VENDOR": "log_vendor", "MOHON_MAKLUMBALAS": "ask_feedback"}
        if state in by_word:
            await self.do("pic", by_word[state], number, text="Sudah cuba padam cache.")
        assert (await self.look("admin", number))["state"] == state

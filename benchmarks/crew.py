"""Staff and complaints as workflow's handlers know them, for what is measured in process: the same calls that its edges
make, each in a transaction of its own, without HTTP or broker around them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from benchmarks.stage import Place
from services.workflow.api import acting
from services.workflow.domain.given import Given
from services.workflow.handlers import complaints
from services.workflow.machine import Action
from services.workflow.store.complaints import now
from shared.auth import Caller
from shared.db import Database
from shared.envelope import Envelope, Event, seal
from shared.events.intake import ComplainantActed, ComplaintSubmitted, Contact
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone, parse_key

FIVE = (Action.ASSIGN, Action.START, Action.REPLY, Action.REQUEST_CLOSE, Action.CLOSE)
"""From the complaint received to the complaint closed: the last is the complainant's."""
WORDS = {
    Action.ASSIGN: Given(),
    Action.START: Given(),
    Action.REPLY: Given(text="Kami sedang menyemak baucar ini dengan Unit Akaun; mohon tunggu sehingga petang."),
    Action.REQUEST_CLOSE: Given(
        text="Tempoh telah dibuka semula. Sila cuba dan tutup aduan ini jika selesai.",
        cause="Tempoh pengeposan ditutup lebih awal",
        steps="Buka semula tempoh; pos semula baucar",
    ),
}
TEXT = (
    "Baucar bayaran tidak dapat diluluskan sejak pagi tadi. Sistem memaparkan ralat tempoh ditutup walaupun tarikh "
    "baucar masih dalam bulan semasa, dan baki lejar tidak sama dengan penyata bank."
)


@dataclass(frozen=True, slots=True)
class Crew:
    """An Admin, a PIC, and the keys."""

    db: Database
    admin: Caller
    pics: tuple[Caller, ...]
    keyring: Keyring
    index_key: bytes

    async def receive(self, n: int) -> str:
        """The n-th complaint; its number."""
        number = f"HD-2026-{n:06}-X"
        async with self.db.transaction() as tx:
            at = await now(tx)
            said = self._submitted(n, number, at)
            await complaints.receive(tx, said, _sealed(said, number, 1, at))
        return number

    async def act(self, number: str, version: int, action: Action, pic: Caller) -> None:
        """One action on that version, as its API or its consumer has it done."""
        if action is Action.CLOSE:
            message = str(uuid4())
            closing = ComplainantActed(number=number, message=message, action="close", text="", proof="link")
            letter = _sealed(closing, number, 2, datetime.now(UTC))
            async with self.db.transaction() as tx:
                await complaints.take_message(tx, closing, letter)
            return
        await acting.answer(
            self.db,
            None,
            number,
            action,
            WORDS[action],
            self.admin if action is Action.ASSIGN else pic,
            pic=pic.id if action is Action.ASSIGN else None,
            version=version,
            keyring=self.keyring,
            correlation=str(uuid4()),
            view=lambda _: None,
        )

    def _submitted(self, n: int, number: str, at: datetime) -> ComplaintSubmitted:
        ic, phone, email = f"8001019900{n % 100:02}", "+60199110001", f"pengadu{n}@kelantan.example"
        contact = Contact(
            name="Aminah binti Ismail",
            ic_sealed=self.keyring.seal(ic, about=number, field="ic"),
            phone_sealed=self.keyring.seal(phone, about=number, field="phone"),
            email_sealed=self.keyring.seal(email, about=number, field="email"),
            ic_index=blind_index(self.index_key, "ic", ic),
            ic_masked=mask_ic(ic),
            phone_masked=mask_phone(phone),
            email_masked=mask_email(email),
            phone_is_mobile=True,
            whatsapp_consent=True,
            language="ms",
        )
        return ComplaintSubmitted(
            number=number,
            submitted_at=at,
            answer_by=at,
            contact=contact,
            department="PKN",
            department_name="Perbendaharaan Negeri Kelantan",
            ptj="101-001",
            ptj_name="Unit Teknologi Maklumat",
            module=("ap", "gl", "cm", "sam")[n % 4],
            module_ms="Akaun Belum Bayar",
            module_en="Accounts Payable",
            title=f"Baucar {n} tersangkut",
            description=TEXT,
            robot_check="passed",
        )


async def hired(place: Place, db: Database) -> Crew:
    """The demo's staff of a place."""
    async with db.transaction() as tx:
        rows = await tx.fetch("select id, name, roles, queues from staff order by name")
    callers = [
        Caller(
            id=str(row["id"]),
            session=str(uuid4()),
            name=row["name"],
            roles=frozenset(row["roles"]),
            queues=frozenset(row["queues"]),
        )
        for row in rows
    ]
    keys = place.stage.keys
    return Crew(
        db=db,
        admin=next(one for one in callers if "ADMIN" in one.roles),
        pics=tuple(one for one in callers if "PIC" in one.roles),
        keyring=Keyring(keys.sealing_keys),
        index_key=parse_key(keys.index_key),
    )


def _sealed(said: Event, number: str, sequence: int, at: datetime) -> Envelope:
    return seal(
        said, id=str(uuid4()), source="intake", subject=number, sequence=sequence, time=at, correlation=str(uuid4())
    )

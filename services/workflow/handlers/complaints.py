"""What happens to a complaint: received, acted on by staff or complainant, handed out in bulk, its contact revealed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.workflow.domain import acts, routing, sight
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.handlers import office, versions
from services.workflow.machine import Action, Facts, Role, Row, allowed
from services.workflow.store import audit, complaints, facts, people
from services.workflow.store.complaints import Loaded
from shared.auth import Caller
from shared.db import Tx
from shared.envelope import Envelope
from shared.errors import NotFound, Refused
from shared.events.complaint import Actor
from shared.events.intake import ComplainantActed, ComplaintSubmitted
from shared.privacy import Keyring


class Standing(NamedTuple):
    """A complaint as one member of staff stands to it: what they may do, in which role."""

    complaint: Complaint
    now: datetime
    pic_is_active: bool
    known: facts.Known
    may: dict[Action, tuple[Role, Row]]


async def receive(tx: Tx, said: ComplaintSubmitted, envelope: Envelope) -> None:
    """A submission becomes a complaint. Heard twice, it is received once: the fence sees to it."""
    known = await facts.known(tx)
    complaint, event = acts.receive(said, known.rules, await complaints.now(tx))
    said_so = versions.version(complaint, event, known.rules, correlation=envelope.correlationid, causation=envelope.id)
    await complaints.save(tx, said_so)
    if known.rules.settings.automatic_assignment:
        await _hand_out(tx, complaint, known, said_so.envelope)


async def _hand_out(tx: Tx, complaint: Complaint, known: facts.Known, receipt: Envelope) -> None:
    """Hand a new complaint to whom its module's routing picks; where that is nobody, it waits for Admin."""
    picked = routing.chosen(await office.candidates(tx, complaint.module), complaint.module)
    if picked is None:
        return
    best, routed = picked
    pic = await people.pic_who_stays(tx, UUID(best.id))
    if pic is None:
        return
    now = await complaints.now(tx)
    asked = sight.facts(complaint, Role.SYSTEM, known.rules, now, pic_is_active=True)
    words = Given(pic=pic, routed=routed)
    after, event = acts.act(complaint, Action.ASSIGN, words, Actor(role=Role.SYSTEM), asked, known.rules, now)
    correlation = receipt.correlationid
    handed = versions.version(after, event, known.rules, correlation=correlation, causation=receipt.id)
    await complaints.save(tx, handed)


async def take_message(tx: Tx, said: ComplainantActed, envelope: Envelope) -> None:
    """The complainant's message does what it asks, or is held on the thread with the reason. Never lost."""
    loaded = await _load(tx, said.number)
    rules = loaded.known.rules
    action = Action(said.action)
    words = Given(
        text=said.text or None, score=said.score, attachments=said.attachments, files=said.files, message=said.message
    )
    actor = Actor(role=Role.COMPLAINANT, name=loaded.complaint.contact.name)
    asked = facts_for(loaded, Role.COMPLAINANT, None)
    try:
        after, event = acts.act(loaded.complaint, action, words, actor, asked, rules, loaded.now)
    except Refused as refused:
        held = facts_for(loaded, Role.SYSTEM, None)
        reopens = Action.REOPEN in allowed(loaded.complaint.state, [asked])
        why = _why_held(action, loaded.complaint, refused, reopens=reopens)
        after, event = acts.hold(loaded.complaint, action, words, why, held, rules, loaded.now)
    said_so = versions.version(after, event, rules, correlation=envelope.correlationid, causation=envelope.id)
    await complaints.save(tx, said_so)


async def look(tx: Tx, number: str, caller: Caller, *, lock: bool = False) -> Standing:
    """The complaint and what the caller may do with it now. Raises `NotFound` when it is not theirs to see."""
    loaded = await complaints.load(tx, number, lock=lock)
    if loaded is None or not sight.sees(loaded.complaint, caller.principals):
        raise NotFound
    return standing_of(loaded, caller)


async def reveal_contact(tx: Tx, number: str, caller: Caller, keyring: Keyring) -> dict[str, str]:
    """The plain IC, phone and e-mail for those who handle the complaint; every look is on record."""
    standing = await look(tx, number, caller)
    handlers = {Role.ADMIN, Role.PIC, Role.IMPLEMENTOR}
    if handlers.isdisjoint(sight.roles_held(standing.complaint, caller)):
        raise NotFound
    await audit.record(tx, UUID(caller.id), "contact", number=number)
    contact = standing.complaint.contact
    return {
        "ic": keyring.open(contact.ic_sealed, about=number, field="ic"),
        "phone": keyring.open(contact.phone_sealed, about=number, field="phone"),
        "email": keyring.open(contact.email_sealed, about=number, field="email"),
    }


async def _load(tx: Tx, number: str) -> Loaded:
    loaded = await complaints.load(tx, number, lock=True)
    if loaded is None:
        raise LookupError(f"no complaint {number}, though intake speaks of it")
    return loaded


def standing_of(loaded: Loaded, caller: Caller) -> Standing:
    """How the caller stands to it."""
    held = [facts_for(loaded, role, caller.id) for role in sight.roles_held(loaded.complaint, caller)]
    return Standing(*loaded, allowed(loaded.complaint.state, held))


def facts_for(loaded: Loaded, role: Role, actor: str | None) -> Facts:
    """What the table may ask about somebody in this role."""
    complaint, now, pic_is_active, known = loaded
    return sight.facts(complaint, role, known.rules, now, pic_is_active=pic_is_active, actor=actor)


CARRY_ON = (
    "Buat aduan baharu berkaitan aduan ini melalui pautan pada halaman aduan.",
    "File a new complaint that carries this one on: the link is on the complaint's page.",
)


def _why_held(action: Action, complaint: Complaint, refused: Refused, *, reopens: bool) -> tuple[str, str]:
    match action:
        case Action.REOPEN if complaint.rejected and complaint.reopened_after_reject:
            return (
                f"Aduan ini telah disemak semula sekali selepas ditolak dan keputusannya kekal. {CARRY_ON[0]}",
                f"This complaint was looked at again once after it was rejected, and that stands. {CARRY_ON[1]}",
            )
        case Action.REOPEN if not complaint.open and complaint.ended_at is not None:
            return (
                f"Tempoh untuk membuka semula aduan ini telah tamat. {CARRY_ON[0]}",
                f"The time to reopen this complaint is over. {CARRY_ON[1]}",
            )
        case Action.ANSWER | Action.NOT_SOLVED if not complaint.open and not reopens:
            return (
                f"Aduan ini telah ditutup dan tidak boleh dibuka semula lagi. {CARRY_ON[0]}",
                f"This complaint is closed and can no longer be reopened. {CARRY_ON[1]}",
            )
        case Action.ANSWER | Action.NOT_SOLVED if not complaint.open:
            return (
                "Aduan ini telah ditutup sebelum mesej ini diterima. Jika masalah masih berlaku, buka semula aduan.",
                "This complaint was closed before your message arrived. If the problem remains, reopen it.",
            )
        case Action.CLOSE:
            return ("Aduan ini sudah pun ditutup.", "This complaint is already closed.")
        case Action.RATE:
            return (
                "Penilaian hanya diterima sekali selepas aduan ditutup.",
                "A rating is taken once, after the complaint is closed.",
            )
        case Action.NOT_SOLVED:
            return (
                "Aduan ini sedang dalam tindakan; mesej tuan/puan disimpan untuk pegawai kami.",
                "This complaint is being worked on; your message is kept for our officer.",
            )
        case _:
            return refused.text

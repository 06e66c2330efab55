"""What a member of staff does by answering a mail: a note or a reply, as that person, where they may do it now. Whoever
knows a reply address has no session, so nothing else is done this way, and a refusal goes back to intake with why."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.workflow.domain import acts, given, sight
from services.workflow.domain.given import Given
from services.workflow.handlers import versions
from services.workflow.handlers.sessions import as_caller
from services.workflow.machine import Action, allowed
from services.workflow.machine.step import refusal
from services.workflow.store import complaints, people, refusals
from shared.db import Tx
from shared.envelope import Envelope, seal
from shared.errors import DomainError, NotFound
from shared.events.complaint import Actor
from shared.events.intake import StaffMailed
from shared.events.mails import StaffMailRefused

HARMLESS = frozenset({Action.NOTE, Action.REPLY})
NO_SESSION = UUID(int=0)


async def take_staff_mail(tx: Tx, said: StaffMailed, envelope: Envelope) -> None:
    """Do it, or say that it was refused. A member who was disabled meanwhile, and one who does not see the complaint,
    get the same answer: there is no such thing."""
    try:
        await _act(tx, said, envelope)
    except DomainError as refused:
        await _say_refused(tx, said, refused, await complaints.now(tx), envelope)


async def _act(tx: Tx, said: StaffMailed, envelope: Envelope) -> None:
    member = await people.stay(tx, UUID(said.staff))
    loaded = await complaints.load(tx, said.number, lock=True)
    if member is None or not member.active or loaded is None or said.action not in HARMLESS:
        raise NotFound
    action, caller, complaint = Action(said.action), as_caller(member, NO_SESSION), loaded.complaint
    if not sight.sees(complaint, caller.principals):
        raise NotFound
    known = loaded.known
    held = {
        role: sight.facts(complaint, role, known.rules, loaded.now, pic_is_active=loaded.pic_is_active, actor=caller.id)
        for role in sight.roles_held(complaint, caller)
    }
    may = allowed(complaint.state, held.values())
    if action not in may:
        raise refusal(complaint.state, action, may)
    role, row = may[action]
    words = Given(text=said.text or None, attachments=said.attachments, files=said.files)
    words = given.checked(words, row, modules=known.modules)
    actor = Actor(role=role, id=caller.id, name=caller.name)
    after, event = acts.act(complaint, action, words, actor, held[role], known.rules, loaded.now)
    done = versions.version(after, event, known.rules, correlation=envelope.correlationid, causation=envelope.id)
    await complaints.save(tx, done)


async def _say_refused(tx: Tx, said: StaffMailed, refused: DomainError, now: datetime, envelope: Envelope) -> None:
    event = StaffMailRefused(
        message=said.message,
        number=said.number,
        staff=said.staff,
        at=now,
        code=refused.code,
        why_ms=refused.text.ms,
        why_en=refused.text.en,
    )
    told = seal(
        event,
        id=str(uuid7()),
        source="workflow",
        subject=said.message,
        sequence=1,
        time=now,
        correlation=envelope.correlationid,
        causation=envelope.id,
    )
    await refusals.say(tx, told)

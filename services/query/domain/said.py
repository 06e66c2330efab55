"""What an event says, as the values of rows. Nothing is decided here: workflow has decided, query copies."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from shared.events import workflow as said
from shared.events.complaint import ComplaintEvent
from shared.events.intake import Contact

FAR = datetime(9998, 1, 1, tzinfo=UTC)
"""Where an open complaint without a deadline stands in the order by time left."""
OVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where an ended one stands: behind all that is open."""


class Standing(NamedTuple):
    """Where a complaint stands after an event: said whole by every one of them."""

    number: str
    version: int
    changed_at: datetime
    state: str
    phase: str
    custodian: str | None
    outcome: str | None
    open: bool
    level: int
    due: datetime | None
    by_due: datetime
    pic_id: str | None
    pic_name: str | None
    claimant_id: str | None
    claimant_name: str | None
    holder: str | None
    first_act: bool
    can: list[str]
    reopen_until: datetime | None
    seen_by: list[str]


class Change(NamedTuple):
    """What only some events bring; none leaves the row as it is."""

    priority: str | None = None
    module: str | None = None
    complex: bool | None = None
    reply_by: datetime | None = None
    rated: bool = False
    duplicate_of: str | None = None
    reject_reason: str | None = None
    vendor_reference: str | None = None
    phone_masked: str | None = None
    email_masked: str | None = None


class Filing(NamedTuple):
    """What was filed, in its masked form: said once, by `received`."""

    submitted_at: datetime
    ic_index: str
    ic_masked: str
    name: str
    phone_masked: str
    email_masked: str
    whatsapp_consent: bool
    language: str
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    module: str
    module_ms: str
    module_en: str
    title: str
    priority: str
    robot_check: str
    answer_by: datetime
    linked_to: str | None


class Entry(NamedTuple):
    """One line of the thread."""

    number: str
    sequence: int
    at: datetime
    kind: str
    actor_role: str
    actor_id: str | None
    actor_name: str | None
    from_state: str | None
    to_state: str
    audience: list[str]
    text: str | None
    message: str | None
    detail: dict[str, Any]


class Attachment(NamedTuple):
    """One file of a line of the thread; `place` is where it stands among its entry's."""

    id: str
    number: str
    sequence: int
    place: int
    name: str
    type: str
    size: int
    scan: str
    audience: list[str]


def standing(event: ComplaintEvent, version: int) -> Standing:
    """Where the event left its complaint. Readers are sorted, so that equal ones are equal."""
    return Standing(
        number=event.number,
        version=version,
        changed_at=event.at,
        state=event.to,
        phase=event.phase,
        custodian=event.custodian,
        outcome=event.outcome,
        open=event.open,
        level=event.level,
        due=event.due,
        by_due=event.due or (FAR if event.open else OVER),
        pic_id=event.pic.id if event.pic else None,
        pic_name=event.pic.name if event.pic else None,
        claimant_id=event.claimant.id if event.claimant else None,
        claimant_name=event.claimant.name if event.claimant else None,
        holder=_holder(event),
        first_act=event.first_act,
        can=list(event.can),
        reopen_until=event.reopen_until,
        seen_by=sorted(event.seen_by),
    )


def _holder(event: ComplaintEvent) -> str | None:
    """The one member of staff who has the ball; none where a whole role, or nobody here, has it."""
    person = {"PIC": event.pic, "IMPLEMENTOR": event.claimant}.get(event.custodian or "")
    return person.id if person else None


def change(event: ComplaintEvent) -> Change:
    """What this kind of event brings beside where the complaint stands."""
    match event:
        case said.Classified():
            return Change(priority=event.priority, module=event.module, complex=event.complex)
        case said.MarkedDuplicate():
            return Change(duplicate_of=event.duplicate_of)
        case said.Rejected():
            return Change(reject_reason=event.reason_code)
        case said.Rated():
            return Change(rated=True)
        case said.FeedbackAsked() | said.CloseRequested() | said.Reminded():
            return Change(reply_by=event.answer_by)
        case said.VendorLogged() | said.VendorUpdated() | said.VendorAnswered():
            return Change(vendor_reference=event.vendor_reference)
        case said.ContactCorrected():
            return Change(phone_masked=event.contact.phone_masked, email_masked=event.contact.email_masked)
        case _:
            return Change()


def filing(event: said.Received) -> Filing:
    """The complaint as it was filed."""
    contact = event.contact
    return Filing(
        submitted_at=event.submitted_at,
        ic_index=contact.ic_index,
        ic_masked=contact.ic_masked,
        name=contact.name,
        phone_masked=contact.phone_masked,
        email_masked=contact.email_masked,
        whatsapp_consent=contact.whatsapp_consent,
        language=contact.language,
        department=event.department,
        department_name=event.department_name,
        ptj=event.ptj,
        ptj_name=event.ptj_name,
        module=event.module,
        module_ms=event.module_ms,
        module_en=event.module_en,
        title=event.title,
        priority=event.priority,
        robot_check=event.robot_check,
        answer_by=event.answer_by,
        linked_to=event.linked_to,
    )


def entry(event: ComplaintEvent, sequence: int) -> Entry:
    """The event as a line of the thread."""
    return Entry(
        number=event.number,
        sequence=sequence,
        at=event.at,
        kind=event.wire.removeprefix("complaint."),
        actor_role=event.actor.role,
        actor_id=event.actor.id,
        actor_name=event.actor.name,
        from_state=event.from_,
        to_state=event.to,
        audience=list(event.audience),
        text=event.text,
        message=event.message,
        detail=_detail(event),
    )


def attachments(event: ComplaintEvent, sequence: int) -> list[Attachment]:
    """The event's files. Who reads its text reads them."""
    return [
        Attachment(
            id=file.id,
            number=event.number,
            sequence=sequence,
            place=place,
            name=file.name,
            type=file.type,
            size=file.size,
            scan=file.scan,
            audience=list(event.audience),
        )
        for place, file in enumerate(event.files)
    ]


_OWN = {
    kind: tuple(name for name in kind.__struct_fields__ if name not in ComplaintEvent.__struct_fields__)
    for kind in said.ALL
    if kind not in (said.Received, said.ContactCorrected)
}
"""What each kind says beside what all say. Filing and contact are the row's, and carry sealed fields: never copied."""


def _detail(event: ComplaintEvent) -> dict[str, Any]:
    detail = {name: value for name in _OWN.get(type(event), ()) if (value := getattr(event, name)) is not None}
    match event:
        case said.Assigned() | said.Reassigned():
            detail["pic"] = event.pic
        case said.ContactCorrected():
            detail |= masked(event.contact)
        case said.Rescheduled():
            detail["due"] = event.due
        case said.Escalated():
            detail["level"] = event.level
    if event.actor.by_link:
        detail["by_link"] = True
    return detail


def masked(contact: Contact) -> dict[str, str]:
    """What of a contact may be shown to its handlers without an audit."""
    return {"phone_masked": contact.phone_masked, "email_masked": contact.email_masked}

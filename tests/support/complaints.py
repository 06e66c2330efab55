"""Complaints as workflow would tell them: events with believable defaults, numbered and sealed in order.

A `Course` is one complaint's: it remembers where the complaint stands, so a test says only what changes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from shared.blobs.file import File
from shared.envelope import Envelope, Event, seal
from shared.events import reference, workflow
from shared.events.complaint import Actor, ComplaintEvent, Person, Solution
from shared.events.intake import Contact
from shared.events.workflow import Received
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone, parse_key
from tests.support.keys import INDEX_KEY, SEALING_KEYS
from tests.unit.shared.blobs.files import taken_in

NUMBER = "HD-2026-000123-C"
IC = "800101990001"
PHONE = "+60123456789"
EMAIL = "aminah@kelantan.gov.my"
SUNDAY = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
"""Sunday 1 March 2026, 09:00 in Kelantan: a working day begins."""

ADMIN = Actor(role="ADMIN", id="s-admin", name="Puan Admin")
RASHID = Person(id="s-rashid", name="Rashid bin Omar")
SITI = Person(id="s-siti", name="Siti binti Hassan")
IMAN = Person(id="s-iman", name="Iman binti Yusof")

STATES: dict[str, tuple[str, str | None]] = {
    "BARU": ("BARU", "ADMIN"),
    "DIAGIHKAN": ("BARU", "PIC"),
    "INPROGRESS": ("INPROGRESS", "PIC"),
    "RUJUKAN_IMPLEMENTOR": ("INPROGRESS", "IMPLEMENTOR"),
    "TINDAKAN_VENDOR": ("INPROGRESS", "VENDOR"),
    "MOHON_MAKLUMBALAS": ("INPROGRESS", "COMPLAINANT"),
    "MOHON_TUTUP": ("INPROGRESS", "COMPLAINANT"),
    "SELESAI": ("SELESAI", None),
    "DITUTUP": ("SELESAI", None),
}
"""Phase and custodian of each state."""

E = TypeVar("E", bound=ComplaintEvent)


def a_contact(number: str = NUMBER, **changes: Any) -> Contact:
    """A complainant; `ic`, `phone` and `email` are sealed, indexed and masked as intake would."""
    ic, phone, email = changes.pop("ic", IC), changes.pop("phone", PHONE), changes.pop("email", EMAIL)
    keyring = Keyring(SEALING_KEYS)
    facts: dict[str, Any] = {
        "name": "Aminah binti Ali",
        "ic_sealed": keyring.seal(ic, about=number, field="ic"),
        "phone_sealed": keyring.seal(phone, about=number, field="phone"),
        "email_sealed": keyring.seal(email, about=number, field="email"),
        "ic_index": blind_index(parse_key(INDEX_KEY), "ic", ic),
        "ic_masked": mask_ic(ic),
        "phone_masked": mask_phone(phone),
        "email_masked": mask_email(email),
        "phone_is_mobile": True,
        "whatsapp_consent": True,
        "language": "ms",
    }
    return Contact(**facts | changes)


def an_event(kind: type[E], number: str = NUMBER, **changes: Any) -> E:
    """An event of this kind; what is not said is as it would be on an assigned complaint."""
    to = changes.get("to", "INPROGRESS")
    phase, custodian = STATES[to]
    is_open = phase != "SELESAI"
    at = changes.get("at", SUNDAY)
    pic = changes.get("pic", RASHID)
    facts: dict[str, Any] = {
        "number": number,
        "from_": "INPROGRESS",
        "to": to,
        "phase": phase,
        "actor": Actor(role="PIC", id=RASHID.id, name=RASHID.name),
        "at": at,
        "custodian": custodian,
        "due": at + timedelta(days=3) if is_open and custodian != "COMPLAINANT" else None,
        "outcome": None if is_open else "solved",
        "open": is_open,
        "level": 0,
        "pic": pic,
        "claimant": None,
        "first_act": to in ("BARU", "DIAGIHKAN", "RUJUKAN_IMPLEMENTOR"),
        "can": ("answer", "close") if is_open else ("rate", "reopen"),
        "reopen_until": None if is_open else at + timedelta(days=20),
        "seen_by": ("role:ADMIN", "role:MANAGEMENT", *([f"staff:{pic.id}"] if pic else [])),
        "audience": ("S",),
        "text": None,
    }
    if "files" in changes:
        facts["attachments"] = tuple(file.id for file in changes["files"])
    return kind(**facts | _brings(kind, number, at) | changes)


def _brings(kind: type[ComplaintEvent], number: str, at: datetime) -> dict[str, Any]:
    """What only this kind says."""
    own: dict[type[ComplaintEvent], dict[str, Any]] = {
        workflow.Reassigned: {"before": SITI},
        workflow.HandedBack: {"before": RASHID},
        workflow.MarkedDuplicate: {"duplicate_of": "HD-2026-000100-K", "audience": ("P",)},
        workflow.Classified: {"priority": "Tinggi", "module": "gl", "complex": True},
        workflow.FeedbackAsked: {"answer_by": at + timedelta(days=20), "audience": ("P",)},
        workflow.VendorLogged: {"vendor_reference": "TTSB-77", "public_text": None, "audience": ("S", "V")},
        workflow.VendorUpdated: {"vendor_reference": None, "audience": ("S", "V")},
        workflow.VendorAnswered: {"audience": ("S", "V")},
        workflow.CloseRequested: {
            "solution": Solution(cause="the posting period was closed", steps="open it; post again"),
            "answer_by": at + timedelta(days=10),
            "audience": ("P",),
        },
        workflow.Closed: {"days": 4, "audience": ("P",)},
        workflow.Rated: {"score": 5},
        workflow.ContactCorrected: {"contact": a_contact(number, email="aminah.ali@kelantan.gov.my")},
        workflow.Reminded: {"kind": "remind", "rule": "close_remind_3"},
        workflow.Escalated: {"rule": "custodian_due"},
        workflow.Rescheduled: {"due_before": at},
        workflow.MessageHeld: {
            "action": "answer",
            "why_ms": "Aduan telah ditutup.",
            "why_en": "The complaint is closed.",
            "audience": ("P",),
        },
        workflow.Lapsed: {"days": 9, "rule": "close_lapse_7", "audience": ("P",)},
        workflow.Sealed: {"rule": "reopen_window"},
    }
    return own.get(kind, {})


def a_received(number: str = NUMBER, **changes: Any) -> Received:
    """A complaint, as it appears."""
    at = changes.get("at", SUNDAY)
    facts: dict[str, Any] = {
        "from_": None,
        "to": "BARU",
        "actor": Actor(role="COMPLAINANT", name="Aminah binti Ali"),
        "pic": None,
        "audience": ("P",),
        "text": "Baucar bayaran tidak dapat diluluskan sejak pagi tadi.",
        "contact": a_contact(number),
        "department": "PKN",
        "department_name": "Perbendaharaan Negeri Kelantan",
        "ptj": "101-001",
        "ptj_name": "Unit Teknologi Maklumat",
        "module": "ap",
        "module_ms": "Akaun Belum Bayar",
        "module_en": "Accounts Payable",
        "title": "Baucar tersangkut",
        "priority": "Sederhana",
        "submitted_at": at,
        "answer_by": at + timedelta(days=3),
        "robot_check": "passed",
    }
    return an_event(Received, number, **facts | changes)


def sealed(event: Event, sequence: int = 1, *, subject: str | None = None, source: str = "workflow") -> Envelope:
    """The event in its envelope; the same event at the same place always has the same id."""
    about = subject or str(getattr(event, "id", None) or getattr(event, "number", None) or event.wire)
    when = getattr(event, "at", SUNDAY)
    return seal(
        event,
        id=str(uuid5(NAMESPACE_URL, f"{source}|{about}|{sequence}")),
        source=source,
        subject=about,
        sequence=sequence,
        time=when,
        correlation=str(uuid5(NAMESPACE_URL, about)),
    )


class Course:
    """One complaint's events, in order: `say` appends one that begins where the last one ended."""

    def __init__(self, number: str = NUMBER, **received: Any) -> None:
        self.number = number
        first = a_received(number, **received)
        self.events: list[ComplaintEvent] = [first]

    @property
    def last(self) -> ComplaintEvent:
        """Where it stands."""
        return self.events[-1]

    @property
    def version(self) -> int:
        """How many events there are."""
        return len(self.events)

    def say(self, kind: type[ComplaintEvent], to: str | None = None, **changes: Any) -> "Course":
        """One more event; the state, its people and its readers stay unless said otherwise, an hour
        passes, and who is not named is Rashid."""
        last = self.last
        if kind is workflow.Assigned:
            changes.setdefault("pic", RASHID)
        kept: dict[str, Any] = {
            "from_": last.to,
            "to": to or last.to,
            "at": last.at + timedelta(hours=1),
            "pic": last.pic,
            "claimant": last.claimant,
        }
        if to is None:
            kept |= {
                "due": last.due,
                "outcome": last.outcome,
                "first_act": last.first_act,
                "can": last.can,
                "reopen_until": last.reopen_until,
                "seen_by": last.seen_by,
            }
        elif "seen_by" not in changes and "pic" not in changes:
            kept["seen_by"] = last.seen_by
        self.events.append(an_event(kind, self.number, **kept | changes))
        return self

    def envelopes(self) -> list[Envelope]:
        """All of it, sealed."""
        return [sealed(event, sequence) for sequence, event in enumerate(self.events, 1)]


def a_whole_course(number: str = NUMBER) -> Course:
    """A complaint that meets every kind of event there is, ended in DITUTUP."""
    course = Course(number, files=_files(number, "aduan.pdf", "aduan.png"))
    course.say(workflow.Assigned, "DIAGIHKAN", pic=SITI, actor=ADMIN)
    course.say(workflow.Reassigned, pic=RASHID, text="Siti is on leave", seen_by=_readers(RASHID, SITI), actor=ADMIN)
    course.say(workflow.HandedBack, "BARU", pic=None, text="not my module", seen_by=_readers(RASHID, SITI))
    course.say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, seen_by=_readers(RASHID, SITI), actor=ADMIN)
    course.say(workflow.Classified, text="the ledger is the cause")
    course.say(workflow.Started, "INPROGRESS")
    course.say(workflow.Replied, text="Kami sedang menyemak.", audience=("P",))
    course.say(workflow.Noted, text="looks like period 13", files=_files(number, "catatan.png"))
    course.say(workflow.FeedbackAsked, "MOHON_MAKLUMBALAS", text="Baucar yang mana?")
    course.say(workflow.Reminded)
    course.say(workflow.Answered, "INPROGRESS", text="Baucar 77.", audience=("P",), message="m-1", actor=_COMPLAINANT)
    queue = (*_readers(RASHID, SITI), "queue:IMPLEMENTOR")
    course.say(workflow.Referred, "RUJUKAN_IMPLEMENTOR", text="restarted the batch", seen_by=queue)
    course.say(workflow.Claimed, claimant=IMAN, first_act=False, seen_by=(*queue, f"staff:{IMAN.id}"))
    course.say(workflow.Returned, "INPROGRESS", text="batch is fine", actor=_as(IMAN, "IMPLEMENTOR"))
    leg = (*_readers(RASHID, SITI, IMAN), "role:VENDOR")
    logged: dict[str, Any] = {
        "text": "period 13 posts twice",
        "public_text": "Dirujuk.",
        "files": _files(number, "log.pdf"),
    }
    course.say(workflow.VendorLogged, "TINDAKAN_VENDOR", seen_by=leg, **logged)
    course.say(workflow.VendorUpdated, text="being looked at", vendor_reference="TTSB-78")
    course.say(workflow.Escalated, level=1, actor=_SYSTEM)
    course.say(workflow.Rescheduled, text="a holiday was declared", actor=_SYSTEM)
    course.say(workflow.VendorAnswered, "INPROGRESS", text="patched in 4.2")
    course.say(workflow.TakenBack, text="nothing to take, said anyway")
    course.say(workflow.CloseRequested, "MOHON_TUTUP", text="Sila cuba semula.")
    course.say(workflow.NotSolved, "INPROGRESS", text="Masih sama.", audience=("P",), actor=_COMPLAINANT)
    course.say(workflow.CloseRequested, "MOHON_TUTUP", text="Kini sudah.")
    course.say(workflow.ContactCorrected, text="new address", actor=ADMIN)
    course.say(workflow.Lapsed, "SELESAI", actor=_SYSTEM)
    course.say(workflow.Reopened, "INPROGRESS", text="Berulang lagi.", audience=("P",), actor=_COMPLAINANT)
    course.say(workflow.MarkedDuplicate, "DITUTUP", outcome="duplicate")
    held: dict[str, Any] = {"text": "Ada lagi!", "message": "m-2", "files": _files(number, "lagi.jpg")}
    course.say(workflow.MessageHeld, actor=_SYSTEM, **held)
    course.say(workflow.Reopened, "BARU", pic=None, text="contested", audience=("P",), seen_by=leg)
    course.say(workflow.Rejected, "DITUTUP", text="Bukan iSPEKS.", audience=("P",), outcome="rejected", actor=ADMIN)
    course.say(workflow.Reopened, "BARU", text="contested again", audience=("P",), actor=ADMIN)
    course.say(workflow.Closed, "DITUTUP", text="Terima kasih.", actor=_COMPLAINANT)
    course.say(workflow.Sealed, actor=_SYSTEM)
    course.say(workflow.Rated, text="pantas", actor=_COMPLAINANT)
    return course


_COMPLAINANT = Actor(role="COMPLAINANT", name="Aminah binti Ali")
_SYSTEM = Actor(role="SYSTEM")


def _readers(*people: Person) -> tuple[str, ...]:
    return ("role:ADMIN", "role:MANAGEMENT", *(f"staff:{person.id}" for person in people))


def _files(number: str, *names: str) -> tuple[File, ...]:
    return tuple(taken_in(name, number) for name in names)


def _as(person: Person, role: str) -> Actor:
    return Actor(role=role, id=person.id, name=person.name)


def a_staff_member(person: Person, *roles: str, queues: Sequence[str] = (), **changes: Any) -> reference.StaffSaved:
    """A member of staff, as workflow would say it."""
    facts: dict[str, Any] = {
        "id": person.id,
        "name": person.name,
        "active": True,
        "roles": roles,
        "queues": tuple(queues),
        "modules": (),
        "language": "ms",
        "email_sealed": "1.sealed",
        "phone_sealed": "1.sealed",
        "email_masked": "r***@kelantan.gov.my",
        "phone_masked": "+60 *** *111",
    }
    return reference.StaffSaved(**facts | changes)


def a_calendar(**changes: Any) -> reference.CalendarSaved:
    """Kelantan's week without holidays."""
    facts: dict[str, Any] = {"name": "kelantan", "zone": "Asia/Kuala_Lumpur", "weekend": (4, 5), "holidays": ()}
    return reference.CalendarSaved(**facts | changes)


def a_form(**changes: Any) -> reference.FormSaved:
    """One department, two modules."""
    ptj = (reference.Ptj(code="101-001", name="Unit Teknologi Maklumat"),)
    facts: dict[str, Any] = {
        "departments": (reference.Department(slug="PKN", name="Perbendaharaan", active=True, ptj=ptj),),
        "modules": (
            reference.Module(slug="ap", code="AP", name_ms="Akaun Belum Bayar", name_en="Accounts Payable"),
            reference.Module(slug="gl", code="GL", name_ms="Lejar Am", name_en="General Ledger"),
        ),
    }
    return reference.FormSaved(**facts | changes)


def a_solution(number: str = NUMBER, **changes: Any) -> reference.SolutionSaved:
    """A solved problem, published."""
    facts: dict[str, Any] = {
        "id": f"solution:{number}",
        "number": number,
        "module": "ap",
        "symptom": "Baucar tersangkut",
        "cause": "Tempoh perakaunan ditutup",
        "steps": "Buka semula tempoh, kemudian luluskan baucar",
        "published": True,
        "author": RASHID.id,
    }
    return reference.SolutionSaved(**facts | changes)

"""What workflow says: one event for every action of its table, named after what happened.

Every one says where the complaint came from and went to, who did it in which role, who has the ball now, until when,
and who may read it. `seen_by` are principals: `role:ADMIN`, `role:MANAGEMENT`, `role:VENDOR`, `staff:<id>`,
`queue:IMPLEMENTOR`; hearers intersect them with a caller's and decide nothing themselves.
"""

from datetime import datetime
from typing import ClassVar

import msgspec

from shared.blobs.file import File
from shared.envelope import Event
from shared.events.intake import Contact
from shared.events.vendor import VendorLeg


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff as others may know them."""

    id: str
    name: str


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it, in which role. Complainant and SYSTEM have no id."""

    role: str
    id: str | None = None
    name: str | None = None
    by_link: bool = False
    """Through a signed link, without an account."""


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong and which steps solved it: for staff, and for the next one with the same problem."""

    cause: str
    steps: str


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why something happened by itself: the rule as it was, and what it was applied to."""

    rule: str
    revision: int
    """Of the set of rules."""
    clock: str
    started_at: datetime
    """When the clock began."""
    due: datetime
    """When the clock ends."""
    days: int
    """How long the clock is, in working days."""
    paused_days: int
    """Working days it stood still."""
    at: datetime
    """When the rule was to fire."""
    nth: int = 1
    """The how many-th time, where a rule repeats itself."""
    also: tuple[str, ...] = ()
    """Rules that had piled up and are done with by this one."""
    tells: str | None = None


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """Why the system handed a complaint to this PIC, and what it went by."""

    rule: str
    """`routing`: of the module's team, whoever is there and holds the least."""
    module: str
    team: int
    """How many PICs take the module."""
    load: int
    """Open complaints the chosen one held before."""
    absent: tuple[Person, ...] = ()
    """Members of the team who were passed over."""
    stands_in_for: Person | None = None
    """Where the chosen one is the deputy of an absent member."""


class ComplaintEvent(Event, frozen=True, kw_only=True):
    """What every event of a complaint says. Subject: the number; sequence: the complaint's version."""

    number: str
    from_: str | None = msgspec.field(name="from")
    to: str
    phase: str
    actor: Actor
    at: datetime
    custodian: str | None
    due: datetime | None
    """The custodian's next deadline; none while the complainant holds the ball or all is over."""
    outcome: str | None
    open: bool
    level: int
    """Escalation level of the present custody: 0, 1 ADMIN, 2 MANAGEMENT."""
    pic: Person | None
    claimant: Person | None
    first_act: bool
    """Whether the complaint waits for its custodian's first act (the badge)."""
    can: tuple[str, ...]
    """What the complainant may do now: `answer`, `not_solved`, `close`, `reopen`, `rate`."""
    reopen_until: datetime | None
    seen_by: tuple[str, ...]
    audience: tuple[str, ...]
    """Who may read the text: P public, S staff, V the vendor's leg."""
    text: str | None = None
    attachments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    """The attachments as they are kept; `attachments` are their ids."""
    message: str | None = None
    """Intake's message id, where a complainant's message caused this."""
    vendor: VendorLeg | None = None
    """Once the complaint has been with the vendor."""


class Received(ComplaintEvent, frozen=True, kw_only=True):
    """A submission became a complaint."""

    wire: ClassVar[str] = "complaint.received"
    contact: Contact
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    module: str
    module_ms: str
    module_en: str
    title: str
    priority: str
    submitted_at: datetime
    answer_by: datetime
    robot_check: str
    linked_to: str | None = None
    """The number of the ended complaint this one carries on."""


class Assigned(ComplaintEvent, frozen=True, kw_only=True):
    """Admin, or the system where the office lets it, handed it to a PIC."""

    wire: ClassVar[str] = "complaint.assigned"
    routed: Routed | None = None
    """Why, where the system did."""


class Reassigned(ComplaintEvent, frozen=True, kw_only=True):
    """Another PIC has it now; `text` is the reason."""

    wire: ClassVar[str] = "complaint.reassigned"
    before: Person | None


class HandedBack(ComplaintEvent, frozen=True, kw_only=True):
    """The PIC gave it back to Admin; `text` is the reason."""

    wire: ClassVar[str] = "complaint.handed_back"
    before: Person | None


class Rejected(ComplaintEvent, frozen=True, kw_only=True):
    """Not a complaint the helpdesk can take; the reason and `text`, its own words, are public."""

    wire: ClassVar[str] = "complaint.rejected"
    reason_code: str | None = None
    """From the office's list; none on what was rejected before there was one, where `text` says it all."""
    reason_ms: str | None = None
    reason_en: str | None = None
    """The list's words as they were when it was said."""


class MarkedDuplicate(ComplaintEvent, frozen=True, kw_only=True):
    """The same problem stands under another number."""

    wire: ClassVar[str] = "complaint.marked_duplicate"
    duplicate_of: str


class Classified(ComplaintEvent, frozen=True, kw_only=True):
    """Priority, module or Kompleks were set; `text` is the reason."""

    wire: ClassVar[str] = "complaint.classified"
    priority: str
    module: str
    complex: bool


class Started(ComplaintEvent, frozen=True, kw_only=True):
    """The PIC took it up."""

    wire: ClassVar[str] = "complaint.started"


class Replied(ComplaintEvent, frozen=True, kw_only=True):
    """Staff answered the complainant."""

    wire: ClassVar[str] = "complaint.replied"


class Noted(ComplaintEvent, frozen=True, kw_only=True):
    """An internal note."""

    wire: ClassVar[str] = "complaint.noted"


class FeedbackAsked(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant was asked a question, and has the ball until `answer_by`."""

    wire: ClassVar[str] = "complaint.feedback_asked"
    answer_by: datetime


class Referred(ComplaintEvent, frozen=True, kw_only=True):
    """Referred to the Implementor; `text` is what was tried."""

    wire: ClassVar[str] = "complaint.referred"


class Claimed(ComplaintEvent, frozen=True, kw_only=True):
    """A member of the Implementor's queue took it."""

    wire: ClassVar[str] = "complaint.claimed"


class Returned(ComplaintEvent, frozen=True, kw_only=True):
    """The Implementor answered the PIC."""

    wire: ClassVar[str] = "complaint.returned"


class VendorLogged(ComplaintEvent, frozen=True, kw_only=True):
    """Logged with the vendor's helpdesk; `text` is the report (S V), `public_text` what the complainant reads."""

    wire: ClassVar[str] = "complaint.vendor_logged"
    vendor_reference: str | None
    public_text: str | None


class VendorUpdated(ComplaintEvent, frozen=True, kw_only=True):
    """News on the vendor's leg."""

    wire: ClassVar[str] = "complaint.vendor_updated"
    vendor_reference: str | None


class VendorAnswered(ComplaintEvent, frozen=True, kw_only=True):
    """The vendor answered; the PIC has the ball again."""

    wire: ClassVar[str] = "complaint.vendor_answered"
    vendor_reference: str | None = None
    """Told with the answer."""


class CloseRequested(ComplaintEvent, frozen=True, kw_only=True):
    """Solved as staff see it: the complainant is asked to close until `answer_by`."""

    wire: ClassVar[str] = "complaint.close_requested"
    solution: Solution
    answer_by: datetime


class TakenBack(ComplaintEvent, frozen=True, kw_only=True):
    """The PIC or Admin took the ball back; `text` is the reason."""

    wire: ClassVar[str] = "complaint.taken_back"


class Answered(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant wrote."""

    wire: ClassVar[str] = "complaint.answered"


class NotSolved(ComplaintEvent, frozen=True, kw_only=True):
    """Asked to close, the complainant says it is not solved."""

    wire: ClassVar[str] = "complaint.not_solved"


class Closed(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant closed it."""

    wire: ClassVar[str] = "complaint.closed"
    days: int
    """Working days from submission to now."""


class Rated(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant rated the service; `text` is the comment."""

    wire: ClassVar[str] = "complaint.rated"
    score: int


class Reopened(ComplaintEvent, frozen=True, kw_only=True):
    """Ended, and open again; `text` is the reason."""

    wire: ClassVar[str] = "complaint.reopened"


class ContactCorrected(ComplaintEvent, frozen=True, kw_only=True):
    """E-mail or phone were corrected; `text` is the reason. The whole contact, as it is now."""

    wire: ClassVar[str] = "complaint.contact_corrected"
    contact: Contact


class Reminded(ComplaintEvent, frozen=True, kw_only=True):
    """A timer reminded somebody. `kind`: warn, remind or notice."""

    wire: ClassVar[str] = "complaint.reminded"
    kind: str
    rule: str
    answer_by: datetime | None = None
    cause: Cause | None = None


class Escalated(ComplaintEvent, frozen=True, kw_only=True):
    """A deadline passed: one level up."""

    wire: ClassVar[str] = "complaint.escalated"
    rule: str
    cause: Cause | None = None


class Rescheduled(ComplaintEvent, frozen=True, kw_only=True):
    """A holiday or a setting moved the deadline; `text` says why."""

    wire: ClassVar[str] = "complaint.rescheduled"
    due_before: datetime | None


class MessageHeld(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant's message came when its action was no longer allowed: kept, with why nothing was done."""

    wire: ClassVar[str] = "complaint.message_held"
    action: str
    why_ms: str
    why_en: str


class Lapsed(ComplaintEvent, frozen=True, kw_only=True):
    """No answer within the time: the complaint ended by itself."""

    wire: ClassVar[str] = "complaint.lapsed"
    days: int
    rule: str
    cause: Cause | None = None


class Sealed(ComplaintEvent, frozen=True, kw_only=True):
    """The reopen window is over."""

    wire: ClassVar[str] = "complaint.sealed"
    rule: str
    cause: Cause | None = None


ALL: tuple[type[ComplaintEvent], ...] = (
    Received,
    Assigned,
    Reassigned,
    HandedBack,
    Rejected,
    MarkedDuplicate,
    Classified,
    Started,
    Replied,
    Noted,
    FeedbackAsked,
    Referred,
    Claimed,
    Returned,
    VendorLogged,
    VendorUpdated,
    VendorAnswered,
    CloseRequested,
    TakenBack,
    Answered,
    NotSolved,
    Closed,
    Rated,
    Reopened,
    ContactCorrected,
    Reminded,
    Escalated,
    Rescheduled,
    MessageHeld,
    Lapsed,
    Sealed,
)

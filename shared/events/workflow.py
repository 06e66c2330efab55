"""What workflow says: one event for every action of its table, named after what happened.

Every one says where the complaint came from and went to, who did it in which role, who has the ball now, until when,
and who may read it: see `shared.events.complaint`.
"""

from datetime import datetime
from typing import ClassVar

from shared.events.complaint import Cause, ComplaintEvent, Person, Routed, Solution
from shared.events.intake import Contact


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

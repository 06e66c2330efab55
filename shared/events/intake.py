"""What intake says: a complaint was filed, its complainant did something, somebody asked for their links, a member of
staff answered a mail of ours, one of our mails came back."""

from datetime import datetime
from typing import ClassVar

import msgspec

from shared.blobs.file import File
from shared.envelope import Event


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A complainant, without a plain IC, phone or e-mail. Sealed with `about` = the complaint number and `field` =
    `ic`, `phone` or `email`; `ic_index` is the blind index with purpose `ic`."""

    name: str
    ic_sealed: str
    phone_sealed: str
    email_sealed: str
    ic_index: str
    ic_masked: str
    phone_masked: str
    email_masked: str
    phone_is_mobile: bool
    whatsapp_consent: bool
    language: str


class ComplaintSubmitted(Event, frozen=True, kw_only=True):
    """A valid submission has its number. Subject: the number; always sequence 1."""

    wire: ClassVar[str] = "complaint.submitted"

    number: str
    submitted_at: datetime
    answer_by: datetime
    channel: str = "web"
    contact: Contact
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    module: str
    module_ms: str
    module_en: str
    title: str
    description: str
    robot_check: str
    """`passed`, or `missing` (no JavaScript: accepted and flagged)."""
    attachments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    """The attachments as they are kept; `attachments` are their ids."""
    linked_to: str | None = None
    """The number of the complaint this one carries on; whoever filed it holds that one's tracking link."""


class ComplainantActed(Event, frozen=True, kw_only=True):
    """The complainant used the public thread. Subject: the number. Whether it is allowed, workflow decides."""

    wire: ClassVar[str] = "complainant.acted"

    number: str
    message: str
    """The id intake answered with: tracking waits for its fate."""
    action: str
    """`answer`, `not_solved`, `close`, `reopen` or `rate`."""
    text: str = ""
    score: int | None = None
    proof: str
    """`link`, `ic_and_name`, or `mail` (an answer to the signed reply address of one of our mails)."""
    attachments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    """The attachments as they are kept; `attachments` are their ids."""


class TrackingLinkRequested(Event, frozen=True, kw_only=True):
    """Somebody gave an IC or a number on the tracking page. Subject: the request's own id, sequence 1.

    Said for a hit and for a miss alike; notify finds the complaints, if any."""

    wire: ClassVar[str] = "tracking_link.requested"

    number: str | None = None
    ic_index: str | None = None
    language: str = "ms"


class StaffMailed(Event, frozen=True, kw_only=True):
    """A member of staff answered a mail about a complaint. Subject: the number, in one order with all that intake says
    of it. Whether they may, workflow decides, and says `staff_mail.refused` where not."""

    wire: ClassVar[str] = "staff.mailed"

    number: str
    message: str
    staff: str
    """Whose reply address it was, and from whose e-mail address it came."""
    action: str
    """`note` or `reply`, as the office has set; nothing else is ever done by mail."""
    text: str
    attachments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


class MailHeld(Event, frozen=True, kw_only=True):
    """A mail that came in is held for Admin, who lets it through or discards it. Subject: an id of its own, sequence
    1. Nothing of what it says is here, nor whose it is."""

    wire: ClassVar[str] = "mail.held"

    reason: str
    """Of intake's list, such as `stranger`."""
    at: datetime
    number: str | None = None
    """The complaint whose reply address it came to, where there is one."""


class MailBounced(Event, frozen=True, kw_only=True):
    """A mail server has given one of our mails up. Subject: the report's own id, sequence 1."""

    wire: ClassVar[str] = "mail.bounced"

    delivery: str
    """Notify's id of it, as its Message-ID said."""
    status: str
    """RFC 3463, such as `5.1.1`; empty where the report did not say."""
    at: datetime


ALL: tuple[type[Event], ...] = (
    ComplaintSubmitted,
    ComplainantActed,
    TrackingLinkRequested,
    StaffMailed,
    MailBounced,
    MailHeld,
)

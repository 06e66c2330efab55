"""The shapes of query's answers."""

from datetime import datetime
from typing import Any, Literal

from typing_extensions import TypedDict


class Bilingual(TypedDict):
    """One text in both languages."""

    ms: str
    en: str


class PersonView(TypedDict):
    """A member of staff."""

    id: str
    name: str | None


class Row(TypedDict):
    """A complaint in a list. `left_days` is negative once the deadline has passed; `mine`: I have the ball;
    `first_act`: it waits for my first act."""

    number: str
    version: int
    ic_masked: str
    name: str
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    title: str
    submitted_at: datetime
    module: str
    module_name: Bilingual
    state: str
    phase: str
    custodian: str | None
    outcome: str | None
    priority: str
    complex: bool
    level: int
    pic: PersonView | None
    claimant: PersonView | None
    age_days: int
    age_calendar_days: int
    due: datetime | None
    left_days: int | None
    mine: bool
    first_act: bool
    vendor_logs: list[str]


class Page(TypedDict):
    """A page of a list; `next` is the cursor to give as `after`."""

    items: list[Row]
    next: str | None
    as_of: datetime


class Inbox(Page):
    """A folder, with how many complaints lie in each, and how many wait for the caller's first act."""

    folders: dict[str, int]
    badge: int


class Badge(TypedDict):
    """How many complaints wait for the caller's first act."""

    badge: int


class Actor(TypedDict):
    """Who did it."""

    id: str | None
    role: str
    name: str | None


class Held(TypedDict):
    """Why a message was kept and nothing done."""

    why: Bilingual


class Attachment(TypedDict):
    """A file of an entry, to be fetched by its id. `size` in bytes; `scan`: `clean` or `not_scanned`."""

    id: str
    name: str
    type: str
    size: int
    scan: str


StaffEntry = TypedDict(
    "StaffEntry",
    {
        "sequence": int,
        "at": datetime,
        "kind": str,
        "action": str | None,
        "actor": Actor,
        "audience": list[str],
        "from": str | None,
        "to": str,
        "text": str | None,
        "held": Held | None,
        "attachments": list[Attachment],
        "pic": PersonView | None,
        "solution": dict[str, str] | None,
        "vendor_reference": str | None,
        "detail": dict[str, Any],
    },
)
"""A line of the thread as staff read it; `detail` is what only its kind says. `action` is what a held message asked."""


class Link(TypedDict):
    """Another complaint this one is tied to: `duplicate_of` (this one repeats it), `duplicate` (it repeats this),
    `linked_to` (this one carries it on) or `continued_as` (it carries this on). `seen`: the caller may open it."""

    number: str
    kind: str
    seen: bool


class Detail(Row):
    """Everything on a complaint's page."""

    description: str | None
    phone_masked: str | None
    email_masked: str | None
    whatsapp_consent: bool | None
    language: str
    answer_by: datetime
    reply_by: datetime | None
    reopen_until: datetime | None
    rated: bool
    closing: int
    vendor_reference: str | None
    entries: list[StaffEntry]
    links: list[Link]
    as_of: datetime


class PublicActor(TypedDict):
    """Staff by name and role; a complainant or a timer without a name."""

    role: str
    name: str | None


class PublicEntry(TypedDict):
    """A line of the thread as the complainant reads it; `reason` is the office's words for why it was rejected."""

    sequence: int
    at: datetime
    kind: str
    actor: PublicActor
    text: str | None
    held: Held | None
    reason: Bilingual | None
    attachments: list[Attachment]


class PublicStatus(TypedDict):
    """Status and dates, nothing else."""

    state: str
    phase: str
    submitted_at: datetime
    changed_at: datetime


class Original(PublicStatus):
    """The complaint that a duplicate rests on, as far as the duplicate's complainant may know it. Not its number: with
    that, and an IC that can be guessed, a stranger's whole thread would open."""

    ended_at: datetime | None


class Status(PublicStatus):
    """What a number alone shows."""

    kind: Literal["status"]
    number: str


class Fate(TypedDict):
    """What became of a message."""

    id: str
    fate: Literal["accepted", "held", "pending"]
    why: Bilingual | None


class Registering(TypedDict):
    """What a good link shows before the line has caught up."""

    kind: Literal["thread"]
    number: str
    state: None
    submitted_at: datetime


class Thread(TypedDict):
    """What a link, or IC and number, show."""

    kind: Literal["thread"]
    number: str
    state: str
    phase: str
    submitted_at: datetime
    changed_at: datetime
    custodian: str | None
    due: datetime | None
    outcome: str | None
    title: str
    description: str
    module: str
    module_name: Bilingual
    department: str
    department_name: str
    ptj: str | None
    ptj_name: str | None
    pic_name: str | None
    closing: int
    rated: bool
    reopen_until: datetime | None
    can: list[str]
    answer_by: datetime
    duplicate_of: Original | None
    linked_to: str | None
    continued_as: list[str]
    entries: list[PublicEntry]


class RegisteringTold(Registering):
    """The same, asked about a message."""

    message: Fate


class ThreadTold(Thread):
    """The same, asked about a message."""

    message: Fate


class Sent(TypedDict):
    """What an IC alone shows, hit or miss."""

    kind: Literal["sent"]


class ListedComplaint(TypedDict):
    """A complaint without its number."""

    submitted_at: datetime
    module: str
    module_name: Bilingual
    phase: str


class Listed(TypedDict):
    """What an IC alone shows where the office keeps to its older way."""

    kind: Literal["list"]
    items: list[ListedComplaint]


class Solution(TypedDict):
    """A solved problem. The public sees only published ones, and not whose complaint it was."""

    id: str | None
    number: str | None
    module: str
    module_name: Bilingual
    symptom: str
    cause: str
    steps: str
    published: bool


class Solutions(TypedDict):
    """The solutions found, best first."""

    items: list[Solution]
    next: str | None
    as_of: datetime

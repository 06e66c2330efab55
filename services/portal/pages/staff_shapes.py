"""What query and workflow answer the staff pages with, as the pages read it. Members nobody shows are left out."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from services.portal.clients import Text
from services.portal.clients.files import File
from services.portal.words import OFFICE

NEAR_DAYS = 2
"""Working days left from which on a deadline is near."""


class Person(msgspec.Struct, frozen=True):
    """A member of staff; `name` is missing where nobody remembers it."""

    id: str
    name: str | None = None


class Row(msgspec.Struct, frozen=True):
    """A complaint in a list."""

    number: str
    version: int
    name: str
    title: str
    submitted_at: datetime
    module: str
    state: str
    phase: str
    ic_masked: str = ""
    department: str = ""
    department_name: str = ""
    ptj: str | None = None
    ptj_name: str | None = None
    module_name: Text = Text()
    custodian: str | None = None
    outcome: str | None = None
    priority: str = ""
    complex: bool = False
    level: int = 0
    pic: Person | None = None
    claimant: Person | None = None
    age_days: int = 0
    age_calendar_days: int = 0
    due: datetime | None = None
    left_days: int | None = None
    mine: bool = False
    first_act: bool = False
    vendor_logs: list[str] = []

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.phase != "SELESAI"

    @property
    def place(self) -> str:
        """The responsibility centre, or the department where there is none."""
        return self.ptj_name or self.ptj or self.department_name or self.department


class Inbox(msgspec.Struct, frozen=True):
    """A page of a folder or of a list; only a folder comes with the counts of all."""

    items: list[Row]
    as_of: datetime
    next: str | None = None
    folders: dict[str, int] = {}
    badge: int = 0


class Actor(msgspec.Struct, frozen=True):
    """Who did it."""

    role: str = ""
    name: str | None = None
    id: str | None = None


class Held(msgspec.Struct, frozen=True):
    """Why a message was kept and nothing done."""

    why: Text = Text()


class Solution(msgspec.Struct, frozen=True):
    """What was wrong, and what solved it."""

    cause: str = ""
    steps: str = ""


class Entry(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A line of the thread."""

    sequence: int
    at: datetime
    kind: str
    actor: Actor = Actor()
    audience: list[str] = []
    from_: str | None = None
    to: str = ""
    action: str | None = None
    text: str | None = None
    held: Held | None = None
    pic: Person | None = None
    solution: Solution | None = None
    vendor_reference: str | None = None
    attachments: list[File] = []
    detail: dict[str, Any] = {}

    @property
    def reader(self) -> str:
        """Who may read it, as the page shows it: public, vendor or internal."""
        return "public" if "P" in self.audience else "vendor" if "V" in self.audience else "internal"

    @property
    def small(self) -> bool:
        """Whether it only says that something happened."""
        words = self.text or self.held or self.solution or self.attachments or self.detail.get("public_text")
        # what was filed stands above the thread
        return self.kind == "received" or not words


class Link(msgspec.Struct, frozen=True):
    """Another complaint this one is tied to."""

    number: str
    kind: str
    seen: bool = True
    """Whether the reader may open it."""


class Detail(Row, frozen=True, kw_only=True):
    """What a complaint's page shows of the read model."""

    as_of: datetime
    description: str | None = None
    phone_masked: str | None = None
    email_masked: str | None = None
    whatsapp_consent: bool | None = None
    language: str = ""
    reply_by: datetime | None = None
    reopen_until: datetime | None = None
    vendor_reference: str | None = None
    entries: list[Entry] = []
    links: list[Link] = []

    def opens(self, number: str) -> bool:
        """Whether the reader may open this complaint, which this one is tied to."""
        return any(link.number == number and link.seen for link in self.links)


class Allowed(msgspec.Struct, frozen=True):
    """An action the reader may take now. A need that ends in `?` is optional."""

    action: str
    label: Text = Text()
    role: str = ""
    needs: list[str] = []
    if_match: bool = True


class Share(msgspec.Struct, frozen=True):
    """A custodian's part of the complaint's life."""

    seconds: float = 0
    days: int = 0


class Clocks(msgspec.Struct, frozen=True):
    """Working days unless they say otherwise."""

    age_days: int = 0
    age_calendar_days: int = 0
    complaint_days: int = 0
    custodian_days: int = 0
    custody: dict[str, Share] = {}
    answer_by: datetime | None = None
    first_answered_at: datetime | None = None
    solve_by: datetime | None = None


class VendorLog(msgspec.Struct, frozen=True):
    """A number under which the vendor keeps the matter, and when it was told."""

    number: str
    at: datetime


class VendorLeg(msgspec.Struct, frozen=True):
    """The vendor's last custody, in working days of the vendor's calendar; `until` once it is over."""

    since: datetime
    until: datetime | None = None
    due: datetime | None = None
    days: int = 0
    used: int = 0
    left: int | None = None
    logs: list[VendorLog] = []


class Standing(msgspec.Struct, frozen=True):
    """A complaint as workflow has it now, and what the reader may do with it."""

    number: str
    state: str
    phase: str
    version: int
    custodian: str | None = None
    outcome: str | None = None
    priority: str = ""
    module: str = ""
    complex: bool = False
    level: int = 0
    pic: Person | None = None
    claimant: Person | None = None
    due: datetime | None = None
    role: str | None = None
    vendor_reference: str | None = None
    vendor: VendorLeg | None = None
    duplicate_of: str | None = None
    clocks: Clocks = Clocks()
    allowed: list[Allowed] = []

    def may(self, action: str) -> Allowed | None:
        """The action, if it is allowed now."""
        return next((one for one in self.allowed if one.action == action), None)


class Pic(msgspec.Struct, frozen=True):
    """Somebody a complaint can be handed to."""

    id: str
    name: str
    load: int = 0
    of_module: bool = False
    absent: bool = False
    until: date | None = None
    deputy: Person | None = None
    stands_in_for: Person | None = None

    @property
    def for_the_module(self) -> bool:
        """Of the module's team, or in the stead of one of it."""
        return self.of_module or self.stands_in_for is not None


class Advice(msgspec.Struct, frozen=True):
    """Which priority workflow suggests, and what asked for it."""

    priority: str
    words: list[str] = []
    module: str | None = None


class Result(NamedTuple):
    """What became of one of many."""

    number: str
    done: bool
    why: str
    pic: str = ""


class Member(msgspec.Struct, frozen=True):
    """A member of staff as Admin sees them."""

    id: str
    name: str
    ic_masked: str = ""
    email_masked: str = ""
    phone_masked: str = ""
    roles: list[str] = []
    queues: list[str] = []
    modules: list[str] = []
    active: bool = True
    language: str = "ms"
    load: int = 0
    must_change: bool = False
    """Somebody else knows the password too: it is changed at the next login."""
    locked_until: datetime | None = None


class Solved(msgspec.Struct, frozen=True):
    """A solved problem, as the search shows it."""

    module: str = ""
    module_name: Text = Text()
    symptom: str = ""
    cause: str = ""
    steps: str = ""
    number: str | None = None
    published: bool = False


class Happened(msgspec.Struct, frozen=True):
    """A line of the audit trail: an event without its words."""

    id: str
    sequence: int
    time: datetime
    type: str
    data: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        """The event's name in the workflow table."""
        return self.type.removeprefix("complaint.")


class Deadline(NamedTuple):
    """How much time is left, in a colour and in words: `tone` is late, near or calm, `key` names the sentence."""

    tone: str
    key: str
    n: int = 0


def deadline(due: datetime | None, left_days: int | None, custodian: str | None, now: datetime) -> Deadline | None:
    """What the list and the page say of a due date; none where nothing is due."""
    if due is None:
        return Deadline("calm", "due.waiting") if custodian == "COMPLAINANT" else None
    if now > due:
        # query counts at least one day once a deadline has passed
        return Deadline("late", "overdue", max(1, -(left_days or 0)))
    day, today = _day(due), _day(now)
    if day == today:
        return Deadline("near", "due.today")
    if day == today + timedelta(days=1):
        return Deadline("near", "due.tomorrow")
    if left_days is None:
        return Deadline("calm", "due.later")
    return Deadline("near" if left_days <= NEAR_DAYS else "calm", "due.left", left_days)


def _day(moment: datetime) -> date:
    return moment.astimezone(OFFICE).date()

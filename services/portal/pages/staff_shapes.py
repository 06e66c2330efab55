"""What query answers the staff pages with, as the pages read it. Members nobody shows are left out."""

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


class Solved(msgspec.Struct, frozen=True):
    """A solved problem, as the search shows it."""

    module: str = ""
    module_name: Text = Text()
    symptom: str = ""
    cause: str = ""
    steps: str = ""
    number: str | None = None
    published: bool = False


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

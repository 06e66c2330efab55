"""What workflow answers the staff pages with, as the pages read it. Members nobody shows are left out."""

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from services.portal.clients import Text
from services.portal.pages.staff_shapes import Person


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


class Away(msgspec.Struct, frozen=True):
    """Somebody's absence."""

    staff: Person
    until: date
    state: str = ""
    deputy: Person | None = None


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

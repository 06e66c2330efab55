"""The complaint as workflow knows it: everything a decision may rest on, frozen."""

from datetime import datetime

import msgspec

from services.workflow.machine import CUSTODIANS, Custodian, Outcome, State, is_open
from shared.events.complaint import Person, Solution
from shared.events.intake import Contact
from shared.events.vendor import VendorLeg, VendorLog


class Span(msgspec.Struct, frozen=True):
    """From when on somebody has had the ball; until the next span begins. Nobody has it once all is over."""

    custodian: Custodian | None
    since: datetime


class Fired(msgspec.Struct, frozen=True):
    """A rule that has fired since the custodian got the ball: when, the how many-th time, and the deadline as it was
    reported, with the length of its clock. A later holiday does not rewrite it."""

    rule: str
    clock: str
    at: datetime
    nth: int
    due: datetime
    days: int


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint at one version. Times are aware; days are working days."""

    number: str
    version: int
    machine_version: int
    state: State
    priority: str
    module: str
    complex: bool = False
    title: str
    contact: Contact
    submitted_at: datetime
    answer_by: datetime
    """As it was promised at filing; `clocks.first_answer_by` says what holds now."""
    custody: tuple[Span, ...]
    entered_at: datetime | None = None
    """When it came into its present state; none on versions older than this field."""
    level: int = 0
    fired: tuple[Fired, ...] = ()
    """What has fired in the present custody."""
    due: datetime | None = None
    pic: Person | None = None
    claimant: Person | None = None
    readers: tuple[str, ...] = ()
    """Staff ids of former PICs and claimants: they keep reading, and cannot act."""
    vendor_leg: bool = False
    vendor_reference: str | None = None
    """The log number that counts now, the newest told."""
    vendor_logs: tuple[VendorLog, ...] = ()
    first_answered_at: datetime | None = None
    solved_at: datetime | None = None
    """The last `request_close`; `stands` while nobody has refuted it."""
    stands: bool = False
    solution: Solution | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    """First entry into SELESAI or DITUTUP since it was last open: the reopen window counts from here."""
    rejected: bool = False
    reopened_after_reject: bool = False
    rated: bool = False
    duplicate_of: str | None = None
    linked_to: str | None = None
    """The ended complaint that this one carries on."""

    @property
    def custodian(self) -> Custodian | None:
        """Who has the ball."""
        return CUSTODIANS[self.state]

    @property
    def leg(self) -> VendorLeg | None:
        """The vendor's last custody; none before the first."""
        since = next((span.since for span in reversed(self.custody) if span.custodian is Custodian.VENDOR), None)
        return None if since is None else VendorLeg(since=since, logs=self.vendor_logs)

    @property
    def open(self) -> bool:
        """Not yet ended."""
        return is_open(self.state)

    @property
    def first_act(self) -> bool:
        """Whether it waits for its custodian's first act: the badge."""
        unclaimed = self.state is State.RUJUKAN_IMPLEMENTOR and self.claimant is None
        return self.state in {State.BARU, State.DIAGIHKAN} or unclaimed

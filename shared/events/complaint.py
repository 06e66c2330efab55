"""What every event of a complaint says, and what it says it of: who did it, why it happened by itself, what was learnt.

`seen_by` are principals: `role:ADMIN`, `role:MANAGEMENT`, `role:VENDOR`, `staff:<id>`, `queue:IMPLEMENTOR`; hearers
intersect them with a caller's and decide nothing themselves.
"""

from datetime import datetime

import msgspec

from shared.blobs.file import File
from shared.envelope import Event
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

"""Reference facts: they travel whole, the newest wins, and whoever needs one keeps a copy. Nobody calls for it."""

from datetime import date
from typing import ClassVar

import msgspec

from shared.envelope import Event


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which somebody is absent, both of them included, by the office's dates; `deputy` acts in their stead."""

    from_: date = msgspec.field(name="from")
    until: date
    deputy: str | None = None


class StaffSaved(Event, frozen=True, kw_only=True):
    """A member of staff as they are now. Subject: the id. Sealed with `about` = the id and `field` = `ic`, `phone` or
    `email`."""

    wire: ClassVar[str] = "staff.saved"

    id: str
    name: str
    active: bool
    roles: tuple[str, ...]
    queues: tuple[str, ...]
    modules: tuple[str, ...]
    language: str
    email_sealed: str
    phone_sealed: str
    email_masked: str
    phone_masked: str
    preferences: dict[str, str] = msgspec.field(default_factory=dict)
    away: tuple[Away, ...] = ()
    """Absences that are not over, the earliest first."""


class CalendarSaved(Event, frozen=True, kw_only=True):
    """The office's working days. Subject: `kelantan` or `vendor`. `holidays` are those that count now: the library's
    and the declared ones."""

    wire: ClassVar[str] = "calendar.saved"

    name: str
    zone: str
    weekend: tuple[int, ...]
    holidays: tuple[date, ...]


class TimeRule(msgspec.Struct, frozen=True, kw_only=True):
    """What happens by itself at a moment of a clock: so many working days after its start or its end."""

    id: str
    clock: str
    """`assign`, `first_answer`, `solve`, `implementor`, `vendor`, `answer`, `close` or `reopen`."""
    of: str
    """`start` or `end` of the clock."""
    days: int
    """Working days after it; before it where negative."""
    every: bool = False
    """Again and again at that distance."""
    action: str
    """`remind`, `escalate`, `lapse` or `seal`."""
    kind: str | None = None
    """Of a reminder: `warn`, `remind` or `notice`."""
    level: int | None = None
    """Of an escalation: 1 or 2."""
    tells: str | None = None
    """The role that is told."""
    on: bool = True


class SettingsSaved(Event, frozen=True, kw_only=True):
    """What the office has decided about time, whole. Subject: `settings`. Days are working days."""

    wire: ClassVar[str] = "settings.saved"

    assign_days: int = 1
    first_answer_days: int = 3
    solve_days: dict[str, int]
    implementor_days: int = 3
    vendor_remind_days: int = 5
    """Nothing that anybody sets: what the rules come to, for those who know no rules."""
    vendor_escalate_days: int = 15
    close_lapse_days: int = 7
    answer_lapse_days: int = 14
    reopen_days: int = 14
    automatic_assignment: bool = False
    complex_days: int = 30
    """To solve what is Kompleks, whatever its priority."""
    timers_per_minute: int = 3000
    """How many timers each process fires at most, so that an outage does not end in a flood; 0 is no limit."""
    rules: tuple[TimeRule, ...] = ()
    """What happens by itself; none where the office has changed nothing."""
    revision: int = 1
    """Of these numbers and rules together: every automatic act names it."""
    vendor_email: str = ""
    """Where the vendor's helpdesk reads its mail: an office's address. Empty: it is not mailed."""


class RoutingSaved(Event, frozen=True, kw_only=True):
    """Which PICs take which module. Subject: `routing`."""

    wire: ClassVar[str] = "routing.saved"

    modules: dict[str, tuple[str, ...]]


class SolutionSaved(Event, frozen=True, kw_only=True):
    """What one solved complaint taught. Subject: `solution:<complaint number>`."""

    wire: ClassVar[str] = "solution.saved"

    id: str
    number: str
    module: str
    symptom: str
    cause: str
    steps: str
    published: bool
    author: str


class Ptj(msgspec.Struct, frozen=True, kw_only=True):
    """A responsibility centre."""

    code: str
    name: str


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department and its responsibility centres. `slug` is its short form."""

    slug: str
    name: str
    active: bool
    ptj: tuple[Ptj, ...] = ()


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One of the modules; keyed on its slug, because some codes are unconfirmed (then `code` is none)."""

    slug: str
    code: str | None
    name_ms: str
    name_en: str


class FormSaved(Event, frozen=True, kw_only=True):
    """What the public form offers. Subject: `form`."""

    wire: ClassVar[str] = "form.saved"

    departments: tuple[Department, ...]
    modules: tuple[Module, ...]


ALL: tuple[type[Event], ...] = (
    CalendarSaved,
    FormSaved,
    RoutingSaved,
    SettingsSaved,
    SolutionSaved,
    StaffSaved,
)

"""What workflow answers about time, as the pages read it. Members nobody shows are left out."""

from datetime import date, datetime
from typing import Any

import msgspec

from services.portal.clients import Text

CALENDARS = ("kelantan", "vendor")


class Declared(msgspec.Struct, frozen=True):
    """A day that was declared: off, or `works`."""

    day: date
    name: str
    why: str
    declared_at: datetime
    works: bool = False
    declared_by_name: str | None = None


class ByLaw(msgspec.Struct, frozen=True):
    """A public holiday by law."""

    day: date
    name: Text = Text()


class Days(msgspec.Struct, frozen=True):
    """A calendar: what the law has, what was declared, and its weekend."""

    declared: list[Declared] = []
    law: list[ByLaw] = []
    weekend: list[int] = []

    def of_law(self, day: date) -> bool:
        """Whether the law has that day off."""
        return any(one.day == day for one in self.law)

    def declared_on(self, day: date) -> Declared | None:
        """What was declared for that day."""
        return next((one for one in self.declared if one.day == day), None)


class Moved(msgspec.Struct, frozen=True):
    """A deadline that moved, or would, by so many working days; fewer than none where it comes sooner."""

    number: str
    before: datetime
    after: datetime
    days: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What was decided, by whom and why; `body` is what it came to."""

    at: datetime
    why: str = ""
    name: str | None = None
    body: dict[str, Any] = {}


class Rule(msgspec.Struct, frozen=True):
    """What happens by itself: so many working days after the start or the end of a clock."""

    id: str
    clock: str
    of: str
    days: int
    action: str
    every: bool = False
    kind: str | None = None
    level: int | None = None
    tells: str | None = None
    on: bool = True


class Clock(msgspec.Struct, frozen=True):
    """A clock and how many working days it is long."""

    clock: str
    days: int
    states: list[str] = []


class Rules(msgspec.Struct, frozen=True):
    """The clocks and the table of rules, with the number of its revision."""

    revision: int
    clocks: list[Clock] = []
    rules: list[Rule] = []


class Standing(msgspec.Struct, frozen=True):
    """A rule on one complaint. `standing`: `fired`, `waits`, or why it does not fire."""

    rule: str
    clock: str
    action: str
    standing: str
    of: str = ""
    days: int = 0
    every: bool = False
    kind: str | None = None
    level: int | None = None
    tells: str | None = None
    at: datetime | None = None


class Running(msgspec.Struct, frozen=True):
    """A clock that runs now, in working days."""

    clock: str
    start: datetime
    end: datetime
    days: int
    paused: int = 0
    used: int = 0
    left: int = 0

    @property
    def share(self) -> int:
        """How much of it is gone, of 100. Used and left are counted in ends of working days, as everywhere."""
        whole = max(self.used, 0) + max(self.left, 0)
        return round(100 * max(self.used, 0) / whole) if whole and self.left >= 0 else 100


class Schedule(msgspec.Struct, frozen=True):
    """The clocks that run for a complaint, and what became or will become of every rule."""

    revision: int
    clocks: list[Running] = []
    rules: list[Standing] = []


class Cause(msgspec.Struct, frozen=True):
    """Why something happened by itself: the rule as it was, and what it was applied to."""

    rule: str
    revision: int
    clock: str
    started_at: datetime
    due: datetime
    days: int = 0
    paused_days: int = 0
    nth: int = 1
    also: list[str] = []
    tells: str | None = None


def in_order(moved: list[Moved]) -> list[Moved]:
    """The next due first."""
    return sorted(moved, key=lambda one: (one.after, one.number))

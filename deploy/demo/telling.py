"""How a story is written down: who filed what, and what was done about it, by working days before today.

Everything is made up: people with place codes 98 and 99, addresses under domains that cannot exist.
"""

from dataclasses import dataclass
from typing import Any

COMPLAINANT = "complainant"


@dataclass(frozen=True)
class Person:
    """A complainant."""

    ic: str
    name: str
    phone: str
    department: str
    ptj: str | None

    @property
    def email(self) -> str:
        first = self.name.lower().split()[:2]
        return f"{'.'.join(first)}@{self.department.lower()}.example"


@dataclass(frozen=True)
class Step:
    """Something somebody did: `day` working days ago, at a local time. Day 0 is today: then `at` is how long ago."""

    day: int
    at: str
    who: str
    action: str
    words: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """One complaint from its filing on. `key` is how others call it, before it has a number."""

    key: str
    person: Person
    module: str
    filed: tuple[int, str]
    title: str
    description: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Decree:
    """Admin declares a day off: `day` working days ago, for the working day `ahead` of that."""

    day: int
    at: str
    ahead: int
    name: str
    why: str


def admin(day: int, at: str, action: str, **words: Any) -> Step:
    return Step(day, at, "ADMIN", action, words)


def pic(day: int, at: str, action: str, **words: Any) -> Step:
    """The PIC it is assigned to."""
    return Step(day, at, "PIC", action, words)


def implementor(day: int, at: str, action: str, **words: Any) -> Step:
    return Step(day, at, "IMPLEMENTOR", action, words)


def complainant(day: int, at: str, action: str, **words: Any) -> Step:
    return Step(day, at, COMPLAINANT, action, words)


def assign(day: int, at: str) -> Step:
    """To whom the office would suggest first."""
    return admin(day, at, "assign")


def close(day: int, at: str, text: str, cause: str, steps: str) -> Step:
    return pic(day, at, "request_close", text=text, solution={"cause": cause, "steps": steps})

"""What was measured: a value with its spread, its aim where it has one, and how many rounds stand behind it."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure must hold."""

    bound: Literal["<=", ">="]
    value: float

    def met_by(self, value: float) -> bool:
        """Whether this is good enough."""
        return value <= self.value if self.bound == "<=" else value >= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result. `low` and `high` are the extremes of the rounds; `head` puts it into the README."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    rounds: int = 1
    aim: Aim | None = None
    note: str = ""
    head: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON."""
        met = self.aim.met_by(self.value) if self.aim else None
        return {**asdict(self), "met": met}


def of(
    name: str, values: Sequence[float], unit: str, *, aim: Aim | None = None, note: str = "", head: bool = False
) -> Figure:
    """The median of the rounds, with their extremes."""
    return Figure(name, statistics.median(values), unit, min(values), max(values), len(values), aim, note, head)


def one(name: str, value: float, unit: str, *, aim: Aim | None = None, note: str = "", head: bool = False) -> Figure:
    """A value of a whole series, such as a percentile."""
    return Figure(name, value, unit, aim=aim, note=note, head=head)


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round, for what ran in turns."""
    return [a / b for a, b in zip(above, below, strict=True)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of them do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def at_most(value: float) -> Aim:
    """An aim not to be passed."""
    return Aim("<=", value)


def at_least(value: float) -> Aim:
    """An aim to be reached."""
    return Aim(">=", value)

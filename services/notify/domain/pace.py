"""How fast a channel may go: its breaker and its rate. Pure; seconds of whatever clock the caller reads."""

from dataclasses import dataclass

from services.notify.domain.retries import Fate, Outcome

PROBE_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long a channel that does not answer is left alone: after the first failure, the second, and so on."""
SAVED_SECONDS = 0.2
"""How much of a rate that was not used may be used at once. More, and a quiet hour would end in a burst."""
_ABOUT_THE_CHANNEL = {Fate.CHANNEL_DOWN: False, Fate.UNKNOWN: False} | dict.fromkeys(
    (Fate.SENT, Fate.TEMPORARY, Fate.PERMANENT), True
)
"""Fate -> whether the other side answered at all. What failed in our own house says nothing about it."""


def has_answered(fate: Fate) -> bool | None:
    """Whether the other side answered at all; None where an attempt says nothing about that."""
    return _ABOUT_THE_CHANNEL.get(fate)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed while `failures` is 0: as many at once as allowed. Open until `probe_at`: none. Then half open: one
    message goes out to see whether the channel is back."""

    failures: int = 0
    probe_at: float = 0.0
    detail: str = ""
    """What was said, or not, when it opened."""

    def free(self, now: float, at_once: int, under_way: int) -> int:
        """How many more may go out now."""
        if not self.failures:
            return max(at_once - under_way, 0)
        return 1 if under_way == 0 and now >= self.probe_at else 0

    def after(self, outcome: Outcome, now: float) -> "Breaker":
        """The breaker after this answer. What was under way when the channel went down is one outage, counted once.
        A channel that says how long it wants to be left alone is left alone for that long."""
        answered = has_answered(outcome.fate)
        if answered is None:
            return self
        if answered:
            return Breaker()
        if now < self.probe_at:
            return self
        wait = max(PROBE_SECONDS[min(self.failures, len(PROBE_SECONDS) - 1)], outcome.wait or 0.0)
        return Breaker(self.failures + 1, now + wait, outcome.detail)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many may go out now, when the next one may, and for how many seconds that is not yet."""

    granted: int
    free_at: float
    wait: float


def allow(free_at: float, now: float, per_second: float, wanted: int) -> Allowance:
    """A share of the rate. `free_at` is when the next one may go, as the last allowance left it."""
    free_at = max(free_at, now - SAVED_SECONDS)
    ready = 0 if now < free_at else 1 + int((now - free_at) * per_second)
    granted = min(ready, wanted)
    free_at += granted / per_second
    return Allowance(granted, free_at, max(free_at - now, 0.0))

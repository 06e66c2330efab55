"""What an attempt's outcome means for its delivery: sent, again later, or given up. Real time, in seconds.

The statuses and the reasons are fixed vocabularies; nothing else is ever stored or shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a delivery stands. `sent` means the server took it; `delivered` and `read`, that the provider said so of
    the person's phone; `unknown`, that nobody can say. Never a step back."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why something was not sent; `quiet`, why it is not sent yet."""

    NO_ADDRESS = "no_address"
    """Nobody active by that id, or no address that can be used."""
    NO_CONSENT = "no_consent"
    DUPLICATE_PERSON = "duplicate_person"
    """The same person gets the same event's message in another audience."""
    SWITCHED_OFF = "switched_off"
    OWN_ACT = "own_act"
    BOUNCED = "bounced"
    """The server said no for good."""
    CHANNEL_DOWN = "channel_down"
    """Tried until we gave up."""
    SENDING_OFF = "sending_off"
    ABSENT = "absent"
    """Away that day: the deputy is told."""
    QUIET = "quiet"
    """Waits for the end of the person's quiet hours."""
    CHOSEN_OFF = "chosen_off"
    """Switched off by the person, as the rule lets them."""
    IN_DIGEST = "in_digest"
    """Told in the person's next digest."""


class Fate(StrEnum):
    """How one attempt ended, as its sender saw it."""

    SENT = "sent"
    TEMPORARY = "temporary"
    """Not now: an answer about this message."""
    PERMANENT = "permanent"
    """Never: an answer about this message."""
    CHANNEL_DOWN = "channel_down"
    """No answer about any message: connection, certificate, login."""
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    """Agreed to when it was planned, and no longer."""
    UNWRITTEN = "unwritten"
    """The message could not be composed: our own fault, and nothing left the house."""
    UNKNOWN = "unknown"
    """The message was handed over and no answer came."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt's fate, and the server's words without any address in them."""

    fate: Fate
    detail: str
    wait: float | None = None
    """Seconds the other side asked us to wait. It is waited at least that long, and longer each time."""
    provider_id: str | None = None
    """What the provider calls the message."""
    code: int | None = None
    """What the provider calls the error."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery after an attempt; `wait` is None when it has come to rest."""

    status: Status
    reason: Reason | None = None
    wait: float | None = None


FIRST_WAIT = 60.0
GROWTH = 4.0
LONGEST_WAIT = 24 * 3600.0
CHANNEL_LONGEST_WAIT = 300.0
UNKNOWN_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a channel is tried: seconds since the first attempt, and how many temporary answers."""

    seconds: float
    tries: int | None = None
    doubt: float = UNKNOWN_WAIT
    """How long an attempt in doubt is left alone: where receipts come, they may yet settle it."""


PATIENCE: Mapping[str, Patience] = {
    "email": Patience(4 * 24 * 3600.0),
    "whatsapp": Patience(24 * 3600.0, tries=5, doubt=600.0),
}
UNKNOWNS_ALLOWED = 1
"""One doubt is tried again; a second one stays for a person to judge."""
RETRYABLE: frozenset[tuple[Status, Reason | None]] = frozenset(
    {
        (Status.FAILED, None),
        (Status.FAILED, Reason.BOUNCED),
        (Status.FAILED, Reason.CHANNEL_DOWN),
        (Status.FAILED, Reason.NO_ADDRESS),
        (Status.UNKNOWN, None),
        (Status.SKIPPED, Reason.NO_ADDRESS),
        (Status.SKIPPED, Reason.SENDING_OFF),
    }
)
"""What a person may put back in line. The rest was decided on purpose, or is done or under way."""


def wait_before(tries: int, jitter: float, longest: float = LONGEST_WAIT) -> float:
    """Seconds to wait after `tries` attempts: growing, spread by `jitter` in [0, 1) so that a crowd does not return
    as one."""
    return min(FIRST_WAIT * GROWTH ** min(tries - 1, 10), longest) * (0.75 + jitter / 2)


def asked_wait(asked: float, tries: int, jitter: float) -> float:
    """Seconds to wait after `tries` attempts where the other side asked for `asked`: never less, and growing."""
    return max(asked, min(asked * 2.0 ** min(tries - 1, 10), LONGEST_WAIT)) * (1.0 + jitter / 2)


def judge(outcome: Outcome, *, tries: int, unknowns: int, age: float, jitter: float, patience: Patience) -> Verdict:
    """What becomes of a delivery after its `tries`-th attempt; `unknowns` are the doubts before this one, `age` is
    seconds since its first attempt."""
    match outcome.fate:
        case Fate.SENT:
            return Verdict(Status.SENT)
        case Fate.PERMANENT:
            return Verdict(Status.FAILED, Reason.BOUNCED)
        case Fate.NO_ADDRESS:
            return Verdict(Status.FAILED, Reason.NO_ADDRESS)
        case Fate.NO_CONSENT:
            return Verdict(Status.SKIPPED, Reason.NO_CONSENT)
        case Fate.UNWRITTEN:
            return Verdict(Status.FAILED)
        case Fate.UNKNOWN:
            return Verdict(Status.UNKNOWN, wait=patience.doubt if unknowns < UNKNOWNS_ALLOWED else None)
        case Fate.TEMPORARY | Fate.CHANNEL_DOWN:
            told_off = patience.tries is not None and tries >= patience.tries and outcome.fate is Fate.TEMPORARY
            if told_off or age > patience.seconds:
                return Verdict(Status.FAILED, Reason.CHANNEL_DOWN)
            if outcome.wait is not None:
                return Verdict(Status.PLANNED, wait=asked_wait(outcome.wait, tries, jitter))
            longest = LONGEST_WAIT if outcome.fate is Fate.TEMPORARY else CHANNEL_LONGEST_WAIT
            return Verdict(Status.PLANNED, wait=wait_before(tries, jitter, longest))

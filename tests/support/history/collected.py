"""What was found, everywhere, once all was quiet: plain values for the checker, the same whoever collected them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.support.history.recorder import Call

Model = dict[str, list[str]]
"""The read model by table: every row as canonical JSON."""


@dataclass(frozen=True)
class Submission:
    """Intake's row; `sequence` is of the last thing said about it."""

    number: str
    sequence: int


@dataclass(frozen=True)
class Said:
    """A line of intake's record."""

    id: str
    type: str
    subject: str
    sequence: int
    correlation: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Event:
    """A line of workflow's record."""

    id: str
    type: str
    number: str
    sequence: int
    from_: str | None
    to: str
    role: str
    correlation: str
    causation: str | None = None
    marks: frozenset[str] = frozenset()
    message: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where a complaint stands, as workflow or query has it."""

    number: str
    version: int
    state: str


@dataclass(frozen=True)
class Alert:
    """An event in notify's ledger."""

    event_id: str
    event: str


@dataclass(frozen=True)
class Delivery:
    """A message that notify owes to one person, with how each of its attempts ended (None: nobody told)."""

    id: str
    event_id: str
    recipient: str
    channel: str
    status: str
    at_rest: bool = True
    carried_by: str | None = None
    attempts: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Digest:
    """A digest that notify owes to one person for one day; `late` is one made out of turn, of what an outage held."""

    recipient: str
    channel: str
    day: str
    late: bool = False


@dataclass(frozen=True)
class Written:
    """What somebody wrote on WhatsApp, as notify keeps it."""

    wamid: str
    complaint: str | None


@dataclass(frozen=True)
class Parked:
    """A letter that a consumer has put aside."""

    service: str
    event_id: str
    subject: str
    sequence: int
    reason: str


@dataclass
class History:
    """The calls, and everything that was found."""

    calls: Sequence[Call] = ()
    submissions: Sequence[Submission] = ()
    said: Sequence[Said] = ()
    record: Sequence[Event] = ()
    standing: Sequence[Standing] = ()
    alerts: Sequence[Alert] = ()
    deliveries: Sequence[Delivery] = ()
    entries: Sequence[tuple[str, int]] = ()
    """Number and sequence of each of query's entries."""
    shown: Sequence[Standing] = ()
    mails: Sequence[str] | None = None
    """For each mail that arrived, the delivery its Message-ID names. None where nobody looked."""
    telephoned: Sequence[str] | None = None
    """For each message that arrived on WhatsApp, the delivery it names. None where nobody looked."""
    digests: Sequence[Digest] = ()
    written: Sequence[Written] = ()
    given_back: Sequence[str] = ()
    """Ids of what intake said for staff who had written by mail, and what came back refused."""
    unsaid: dict[str, int] = field(default_factory=dict)
    """What still waits in each service's outbox."""
    parked: Sequence[Parked] = ()
    poison: frozenset[str] = frozenset()
    """Ids of letters that were poisoned on purpose: they, and what waits behind them, may be parked."""
    model: Model = field(default_factory=dict)
    fold: Model = field(default_factory=dict)
    leaks: Sequence[str] = ()

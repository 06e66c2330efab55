"""The one checker. Pure: a collected history in, everything that is wrong with it out, each with its evidence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.workflow.machine import EVENTS, TABLE, Action, Role, State
from tests.support.history.collected import Event, History, Said
from tests.support.history.kinds import Found, Kind
from tests.support.history.recorder import Call, Outcome
from tests.support.history.told import (
    ledger_is_what_arrived,
    one_digest_a_day,
    told_at_most_once_but_for_unknown,
    what_was_written_is_kept_once,
)

ACTIONS = {event: action for action, event in EVENTS.items()}
HEARD_BY_WORKFLOW = frozenset({"complaint.submitted", "complainant.acted", "staff.mailed"})


@dataclass(frozen=True)
class Violation:
    """One invariant broken, and by what."""

    invariant: str
    kind: Kind
    evidence: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.kind}: {self.evidence}"


def accepted_exists_once(history: History) -> Found:
    """What was answered with yes took effect once; what nobody knows of, at most once; what was refused, never."""
    caused = _by_call(history)
    for call in history.calls:
        if call.door == "whatsapp":
            continue  # kept beside the complaint, and on no record
        effects = [one for one in caused[call.id] if not call.bulk or _number(one) == call.number]
        about = f"{call.what} by {call.id} ({call.outcome})"
        if call.outcome is Outcome.FAILED and effects:
            yield Kind.ILLEGAL, f"{about} was refused and yet is on record: {_names(effects)}"
        elif len(effects) > 1:
            yield Kind.DOUBLED, f"{about}: {_names(effects)}"
        elif call.outcome is Outcome.OK and not effects:
            yield Kind.LOST, f"{about} on {call.number} is on no record"
        elif call.outcome is Outcome.OK:
            yield from _as_answered(call, effects[0])
    filed = Counter(submission.number for submission in history.submissions)
    for what, numbers in (
        ("complaint", Counter(one.number for one in history.standing)),
        ("read model", Counter(one.number for one in history.shown)),
    ):
        yield from _once_each(filed, numbers, f"as {what}")


def nothing_that_nobody_sent(history: History) -> Found:
    """Everything on record goes back to a call of a client, or to a timer, and carries nobody else's words."""
    calls = {call.id: call for call in history.calls}
    said = {one.id for one in history.said}
    for line in history.said:
        if line.type in HEARD_BY_WORKFLOW:
            yield from _sent(calls, line, f"intake's {line.type} of {line.subject} v{line.sequence}")
    for event in history.record:
        about = f"{event.type} of {event.number} v{event.sequence}"
        if event.causation is not None and event.causation not in said:
            yield Kind.FOREIGN, f"{about} is caused by {event.causation}, which intake never said"
        if event.role != Role.SYSTEM or event.causation is not None:
            yield from _sent(calls, event, about)
    on_record, filed = {event.number for event in history.record}, {line.subject for line in history.said}
    for submission in history.submissions:
        if submission.number not in filed:
            yield Kind.FOREIGN, f"submission {submission.number} without a line of intake's record"
    for one in (*history.standing, *history.shown):
        if one.number not in on_record:
            yield Kind.FOREIGN, f"complaint {one.number} without a record"


def versions_are_1_to_n(history: History) -> Found:
    """Of each complaint, at intake, at workflow and in the model, without gap or repeat."""
    said, record = _sequences((s.subject, s.sequence) for s in history.said), _sequences(_places(history.record))
    for who, lines in (("intake", said), ("workflow", record)):
        for number, sequences in lines.items():
            yield from _one_to_n(f"{who}'s record of {number}", sequences)
    for submission in history.submissions:
        if submission.sequence != len(said[submission.number]):
            yield Kind.DIVERGED, f"{submission.number}: intake counts {submission.sequence}, said {said}"
    for who, standings in (("workflow", history.standing), ("query", history.shown)):
        for one in standings:
            if one.version != len(record[one.number]):
                at = len(record[one.number])
                yield Kind.DIVERGED, f"{one.number}: {who} has version {one.version}, the record ends at {at}"


def only_steps_of_the_table(history: History) -> Found:
    """Every event is a row of the table, begins where the last one ended, and the complaint stands where the last one
    led."""
    ends: dict[str, str] = {}
    for event in sorted(history.record, key=lambda one: (one.number, one.sequence)):
        about = f"{event.number} v{event.sequence}: {event.type} by {event.role} from {event.from_} to {event.to}"
        if event.from_ != ends.get(event.number):
            yield Kind.ILLEGAL, f"{about}, but it stood in {ends.get(event.number)}"
        elif not _in_table(event):
            yield Kind.ILLEGAL, f"{about} is no row of the table"
        ends[event.number] = event.to
    for who, standings in (("workflow", history.standing), ("query", history.shown)):
        for one in standings:
            if one.state != ends.get(one.number):
                yield Kind.DIVERGED, f"{who} has {one.number} in {one.state}, its record ends in {ends.get(one.number)}"


def one_effect_per_event_and_consumer(history: History) -> Found:
    """Workflow answers each of intake's events with one of its own, or gives back what staff wrote by mail; notify and
    query have each of workflow's once."""
    asked = Counter(one.id for one in history.said if one.type in HEARD_BY_WORKFLOW)
    answered = [*(one.causation for one in history.record if one.causation), *history.given_back]
    yield from _once_each(asked, Counter(answered), "by workflow")
    told = Counter(one.id for one in history.record)
    alerts = Counter(one.event_id for one in history.alerts if one.event in ACTIONS)
    yield from _once_each(told, alerts, "by notify")
    entries = Counter(_place(*place) for place in history.entries)
    yield from _once_each(Counter(_place(*place) for place in _places(history.record)), entries, "by query")


def model_is_fold_of_record(history: History) -> Found:
    """The read model is what the record alone gives, row by row."""
    for table in sorted({*history.model, *history.fold}):
        model, fold = Counter(history.model.get(table, ())), Counter(history.fold.get(table, ()))
        for row in (model - fold).elements():
            yield Kind.DIVERGED, f"{table} has {row[:300]}, the record does not give it"
        for row in (fold - model).elements():
            yield Kind.DIVERGED, f"{table} lacks {row[:300]}, which the record gives"


def all_is_said_and_nothing_put_aside(history: History) -> Found:
    """The outboxes are empty, and nothing is parked but what was poisoned on purpose and what waits behind it."""
    for service, waiting in history.unsaid.items():
        if waiting:
            yield Kind.STUCK, f"{waiting} events wait in {service}'s outbox"
    poisoned = {(one.service, one.subject) for one in history.parked if one.event_id in history.poison}
    for one in history.parked:
        if (one.service, one.subject) not in poisoned:
            yield Kind.STUCK, f"{one.service} has parked {one.subject} v{one.sequence} ({one.reason}) {one.event_id}"


def no_canary_leaked(history: History) -> Found:
    """No IC, phone or e-mail of a complainant stands anywhere in clear, and nothing they typed where it may not."""
    yield from ((Kind.LEAKED, where) for where in history.leaks)


INVARIANTS: tuple[Callable[[History], Found], ...] = (
    accepted_exists_once,
    nothing_that_nobody_sent,
    versions_are_1_to_n,
    only_steps_of_the_table,
    one_effect_per_event_and_consumer,
    told_at_most_once_but_for_unknown,
    ledger_is_what_arrived,
    one_digest_a_day,
    what_was_written_is_kept_once,
    model_is_fold_of_record,
    all_is_said_and_nothing_put_aside,
    no_canary_leaked,
)


def violations(history: History) -> list[Violation]:
    """Everything that is wrong; empty when every invariant holds."""
    return [
        Violation(invariant.__name__.replace("_", " "), kind, evidence)
        for invariant in INVARIANTS
        for kind, evidence in invariant(history)
    ]


def _by_call(history: History) -> dict[str, list[Said | Event]]:
    """What each call caused at the door that took it."""
    calls = {call.id: call for call in history.calls}
    marks = {call.mark: call.id for call in history.calls}
    caused: dict[str, list[Said | Event]] = defaultdict(list)
    firsthand: list[Said | Event] = [*history.said, *(event for event in history.record if event.causation is None)]
    for line in firsthand:
        owners = {line.correlation} & calls.keys() or {marks[mark] for mark in line.marks & marks.keys()}
        for owner in owners:
            caused[owner].append(line)
    return caused


def _number(effect: Said | Event) -> str:
    return effect.number if isinstance(effect, Event) else effect.subject


def _as_answered(call: Call, effect: Said | Event) -> Found:
    number = _number(effect)
    if call.number is not None and number != call.number:
        yield Kind.ILLEGAL, f"{call.what} by {call.id} was answered for {call.number} and done to {number}"
    if isinstance(effect, Event) and call.version is not None and effect.sequence != call.version:
        yield Kind.ILLEGAL, f"{call.what} by {call.id} was answered v{call.version} and is v{effect.sequence}"
    if isinstance(effect, Said) and call.message is not None and effect.id != call.message:
        yield Kind.ILLEGAL, f"{call.what} by {call.id} was answered {call.message} and is {effect.id}"


def _sent(calls: dict[str, Call], line: Said | Event, about: str) -> Found:
    call = calls.get(line.correlation)
    marks = {one.mark for one in calls.values()} if call is None else {call.mark}
    if call is None and not line.marks & marks:
        yield Kind.FOREIGN, f"{about} goes back to no call"
    elif line.marks - marks:
        yield Kind.FOREIGN, f"{about} carries the words of another call: {sorted(line.marks - marks)}"


def _in_table(event: Event) -> bool:
    action = ACTIONS.get(event.type)
    if event.from_ is None:
        return action is Action.RECEIVE and event.to == State.BARU
    state = State(event.from_)
    return any(
        row.action is action and state in row.sources and event.role in row.roles and row.leads_from(state) == event.to
        for row in TABLE
    )


def _once_each(wanted: Counter[str], found: Counter[str], where: str) -> Found:
    for name in wanted:
        if found[name] == 0:
            yield Kind.LOST, f"{name} {where}"
        elif found[name] > 1:
            yield Kind.DOUBLED, f"{name} {where}: {found[name]} times"
    for name in found.keys() - wanted.keys():
        yield Kind.FOREIGN, f"{name} {where}"


def _one_to_n(about: str, sequences: list[int]) -> Found:
    counted = Counter(sequences)
    if missing := sorted(set(range(1, max(sequences) + 1)) - counted.keys()):
        yield Kind.LOST, f"{about} lacks {missing}"
    if repeated := sorted(sequence for sequence, times in counted.items() if times > 1):
        yield Kind.DOUBLED, f"{about} repeats {repeated}"


def _sequences(places: Iterable[tuple[str, int]]) -> defaultdict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name, sequence in places:
        found[name].append(sequence)
    return found


def _places(record: Iterable[Event]) -> list[tuple[str, int]]:
    return [(event.number, event.sequence) for event in record]


def _place(number: str, sequence: int) -> str:
    return f"{number} v{sequence}"


def _names(effects: list[Said | Event]) -> str:
    return ", ".join(f"{one.type} v{one.sequence} {one.id}" for one in effects)

"""Whether the record of a complaint can be true: every step by the table, each where the one before it ended."""

from collections.abc import Iterator, Sequence

from services.workflow.machine import EVENTS, TABLE
from shared.envelope import Envelope
from shared.events.complaint import ComplaintEvent

_ACTIONS = {event: action for action, event in EVENTS.items()}


def flaws(course: Sequence[tuple[Envelope, ComplaintEvent]]) -> Iterator[str]:
    """What is wrong with all that one complaint has said, in its order; nothing, if it is sound."""
    state: str | None = None
    for place, (envelope, event) in enumerate(course, 1):
        if envelope.sequence != place:
            yield f"its event {place} calls itself {envelope.sequence}"
            return
        if event.number != envelope.subject:
            yield f"event {place} is about {event.number}"
        if event.from_ != state:
            yield f"event {place} leaves {event.from_}, where the one before it led to {state}"
        elif not _is_legal(envelope.type, event):
            yield f"event {place}: {event.actor.role} cannot {envelope.type} from {event.from_} to {event.to}"
        state = event.to


def _is_legal(wire: str, event: ComplaintEvent) -> bool:
    action = _ACTIONS.get(wire)
    return any(
        event.actor.role in row.roles
        and (event.from_ in row.sources if event.from_ else not row.sources)
        and event.to == (row.to or event.from_)
        for row in TABLE
        if row.action is action
    )

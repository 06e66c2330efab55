"""The one door to `transitions`: one shared machine, driven by unbound tokens, and a loud refusal.

The library accepts misspelt states, lets a row shadow a later one and answers False when a guard says no; the proof
(`proof.py`) and `Refused` make up for it.
"""

import functools
from collections.abc import Iterable
from typing import Any

from transitions import EventData, Machine, MachineError

from services.workflow.machine.states import Action, Role, State
from services.workflow.machine.table import TABLE, Facts, Row
from shared.errors import Refused, Text

__all__ = ["Facts", "allowed", "row_for", "step"]

ROLE_ORDER = (Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.ADMIN, Role.COMPLAINANT, Role.SYSTEM, Role.MANAGEMENT)
"""A call acts in the first of these that has the row."""


class _Token:
    """What the machine moves: nothing but a state."""

    __slots__ = ("state",)

    def __init__(self, state: State) -> None:
        self.state = state.value


def _asks(row: Row) -> Any:
    def condition(event: EventData) -> bool:
        facts: Facts = event.kwargs["facts"]
        return facts.role in row.roles and (row.guard is None or row.guard(facts))

    return condition


def _machine() -> Machine:
    machine = Machine(
        model=None,
        states=[state.value for state in State],
        initial=None,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for row in TABLE:
        for source in sorted(row.sources):
            machine.add_transition(row.action, source.value, row.to.value if row.to else "=", conditions=_asks(row))
    return machine


_MACHINE = _machine()
_REMEMBERED = 4096
"""Of each question below: the table never changes and its guards are pure, so what was answered once is not asked of
the machine again. Refusals are not remembered."""


@functools.lru_cache(_REMEMBERED)
def step(state: State, action: Action, facts: Facts) -> State:
    """The state this action leads to. Raises `Refused`, naming what the same role may do instead."""
    token = _Token(state)
    event = _MACHINE.events.get(action)
    try:
        moved = event is not None and event.trigger(token, facts=facts)
    except MachineError:
        moved = False
    if not moved:
        raise refusal(state, action, allowed(state, [facts]))
    return State(token.state)


@functools.lru_cache(_REMEMBERED)
def row_for(state: State, action: Action, facts: Facts) -> Row | None:
    """The row this role would use, or none."""
    rows = (row for row in _rows(state, action) if facts.role in row.roles)
    return next((row for row in rows if row.guard is None or row.guard(facts)), None)


def allowed(state: State, held: Iterable[Facts]) -> dict[Action, tuple[Role, Row]]:
    """What may be done now by somebody holding these roles: for each action the role to act in, and its row."""
    return dict(_allowed(state, frozenset(held)))


@functools.lru_cache(_REMEMBERED)
def _allowed(state: State, held: frozenset[Facts]) -> dict[Action, tuple[Role, Row]]:
    found: dict[Action, tuple[Role, Row]] = {}
    for facts in sorted(held, key=lambda one: ROLE_ORDER.index(one.role)):
        for row in _rows_of(state, facts.role):
            if row.action not in found and (row.guard is None or row.guard(facts)):
                found[row.action] = (facts.role, row)
    return found


def refusal(state: State, action: str, may: Iterable[Action]) -> Refused:
    """The error of an action that is not allowed now."""
    return Refused(
        "action_not_allowed",
        Text(
            "Tindakan ini tidak dibenarkan dalam keadaan aduan sekarang.",
            "This action is not allowed in the complaint's present state.",
        ),
        action=str(action),
        state=str(state),
        allowed=[str(one) for one in may],
    )


@functools.cache
def _rows_of(state: State, role: Role) -> tuple[Row, ...]:
    return tuple(row for row in TABLE if state in row.sources and role in row.roles)


@functools.cache
def _rows(state: State, action: Action) -> tuple[Row, ...]:
    return tuple(row for row in TABLE if row.action is action and state in row.sources)

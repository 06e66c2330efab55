"""What is proved of the table before anything runs on it, and its picture. Each rule answers with what breaks it."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import combinations, product

from services.workflow.machine.states import (
    CUSTODIANS,
    ENDED,
    LABELS,
    OPEN,
    PHASES,
    Action,
    Custodian,
    Outcome,
    Phase,
    Role,
    State,
)
from services.workflow.machine.table import EVENTS, Facts, Row

Table = tuple[Row, ...]
START = State.BARU
WAITING = frozenset({State.TINDAKAN_VENDOR, State.MOHON_MAKLUMBALAS, State.MOHON_TUTUP})
"""States in which the office waits for somebody outside."""
STAFF = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR})


def every_state_is_reachable(table: Table) -> Iterator[str]:
    """From BARU, by the rows alone."""
    reached = {START}
    while more := {row.leads_from(s) for row in table for s in row.sources & reached} - reached:
        reached |= more
    yield from (f"{state} cannot be reached" for state in State if state not in reached)


def every_open_state_has_exits(table: Table) -> Iterator[str]:
    """One for its custodian and one for staff, not only for a timer."""
    for state in sorted(OPEN):
        leaving = [row for row in table if state in row.sources and row.leads_from(state) is not state]
        custodian = CUSTODIANS[state]
        if custodian is None:
            yield f"{state} is open and nobody has the ball"
        elif not any(Role(custodian) in row.roles for row in leaving):
            yield f"{state} has no exit for its custodian {custodian}"
        if not any(row.roles & STAFF for row in leaving):
            yield f"{state} has no exit for staff"


def every_waiting_state_has_a_timer(table: Table) -> Iterator[str]:
    """Something that fires when the one outside stays silent."""
    for state in sorted(WAITING):
        timers = {row.action for row in table if state in row.sources and Role.SYSTEM in row.roles}
        wanted = Action.LAPSE if CUSTODIANS[state] is Custodian.COMPLAINANT else Action.ESCALATE
        if wanted not in timers:
            yield f"{state} waits without a timer that does {wanted}"


def no_two_rows_collide(table: Table) -> Iterator[str]:
    """For any state, action, role and facts at most one row applies, so no row shadows another."""
    for one, other in combinations(table, 2):
        if one.action is not other.action:
            continue
        for state, role in product(sorted(one.sources & other.sources), sorted(one.roles & other.roles)):
            if any(_applies(one, facts) and _applies(other, facts) for facts in all_facts(role)):
                yield f"two rows say what {role} does by {one.action} in {state}"


def nobody_works_without_a_pic(table: Table) -> Iterator[str]:
    """From BARU an open state is entered only by naming a PIC; back into work only where the PIC is active."""
    for row in table:
        for state in sorted(row.sources - (OPEN - {START})):
            to = row.leads_from(state)
            if to in OPEN - {START} and "pic" not in row.needs and not _requires_active_pic(row):
                yield f"{row.action} leads from {state} to {to} without a PIC"


def an_assignee_can_act(table: Table) -> Iterator[str]:
    """Whoever is handed a complaint may do something that moves it."""
    for row in table:
        if "pic" in row.needs and row.to is not None:
            moves = [r for r in table if row.to in r.sources and Role.PIC in r.roles and r.leads_from(row.to) != row.to]
            if not moves:
                yield f"{row.action} leads to {row.to}, where a PIC can move nothing"


def every_action_is_used_and_says_one_event(table: Table) -> Iterator[str]:
    """No action without a row, none without its event, no two with the same."""
    used = {row.action for row in table}
    yield from (f"{action} has no row" for action in Action if action not in used)
    yield from (f"{action} has no event" for action in Action if action not in EVENTS)
    if len(set(EVENTS.values())) != len(EVENTS):
        yield "two actions say the same event"


def every_label_exists(_: Table) -> Iterator[str]:
    """In Malay and in English, and every state has a phase and a custodian."""
    kinds: dict[str, type[StrEnum]] = {
        "state": State,
        "action": Action,
        "phase": Phase,
        "outcome": Outcome,
        "role": Role,
    }
    for name, kind in kinds.items():
        for member in kind:
            text = LABELS[name].get(str(member))
            if text is None or not text.ms.strip() or not text.en.strip():
                yield f"{name} {member} lacks a label"
    yield from (
        f"{state} lacks a phase or custodian" for state in State if state not in PHASES or state not in CUSTODIANS
    )
    yield from (f"{state} has ended and somebody has the ball" for state in sorted(ENDED) if CUSTODIANS[state])


RULES: tuple[Callable[[Table], Iterator[str]], ...] = (
    every_state_is_reachable,
    every_open_state_has_exits,
    every_waiting_state_has_a_timer,
    no_two_rows_collide,
    nobody_works_without_a_pic,
    an_assignee_can_act,
    every_action_is_used_and_says_one_event,
    every_label_exists,
)


def prove(table: Table) -> list[str]:
    """Everything that is wrong with a table; empty when it holds."""
    return [flaw for rule in RULES for flaw in rule(table)]


def all_facts(role: Role) -> Iterable[Facts]:
    """Every combination of what a guard may ask about, for one role."""
    for flags in product((False, True), repeat=6):
        yield Facts(role, *flags)


def diagram(table: Table) -> str:
    """The table as a Mermaid state diagram: moves only, self-loops left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {START}: {Action.RECEIVE}"]
    moves: dict[tuple[State, State], list[str]] = {}
    for row in table:
        for state in State:
            if state in row.sources and row.leads_from(state) is not state:
                names = moves.setdefault((state, row.leads_from(state)), [])
                if row.action not in names:
                    names.append(row.action)
    lines += [f"    {source} --> {to}: {', '.join(names)}" for (source, to), names in moves.items()]
    lines.append(f"    {State.DITUTUP} --> [*]")
    return "\n".join(lines) + "\n"


def _applies(row: Row, facts: Facts) -> bool:
    return row.guard is None or row.guard(facts)


def _requires_active_pic(row: Row) -> bool:
    return row.guard is not None and not any(
        row.guard(facts) for role in row.roles for facts in all_facts(role) if not facts.pic_is_active
    )

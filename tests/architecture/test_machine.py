"""The table is proved, each rule of the proof is seen to fail once, and nothing is permitted that the office's own
table (`office.py`, written down independently) does not say."""

import dataclasses
from collections.abc import Callable, Iterator
from itertools import combinations, product

import pytest

from services.workflow.machine import (
    CUSTODIANS,
    EVENTS,
    LABELS,
    PHASES,
    TABLE,
    Action,
    Facts,
    Role,
    Row,
    State,
    allowed,
    is_open,
    row_for,
    step,
)
from services.workflow.machine import proof as proof_module
from services.workflow.machine.proof import RULES, all_facts, prove
from services.workflow.machine.step import ROLE_ORDER
from shared.errors import Refused
from tests.architecture import office

Table = tuple[Row, ...]
FLAGS = tuple(name for name in Facts.__struct_fields__ if name != "role")


def flags(facts: Facts) -> dict[str, bool]:
    return {name: getattr(facts, name) for name in FLAGS}


def everything(role: Role) -> Iterator[tuple[State, Action, Facts]]:
    yield from product(State, Action, all_facts(role))


# --- the office's table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_do_is_exactly_what_the_office_says(role: Role) -> None:
    wrong = []
    for state, action, facts in everything(role):
        said = office.line_for(state, action, role, flags(facts))
        row = row_for(state, action, facts)
        to = row.leads_from(state) if row else None
        if to != ((said.to or state) if said else None):
            wrong.append((state, action, facts, to, said))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_a_step_goes_where_the_office_says_or_is_refused_with_what_is_allowed(role: Role) -> None:
    for state, action in product(State, Action):
        asked = action in {line.action for line in office.LINES if line.when}
        for facts in all_facts(role) if asked else (Facts(role), Facts(role, *[True] * len(FLAGS))):
            said = office.line_for(state, action, role, flags(facts))
            if said is not None:
                assert step(state, action, facts) == (said.to or state)
                continue
            with pytest.raises(Refused) as refused:
                step(state, action, facts)
            instead = {line.action for line in office.LINES if line.applies(state, role, flags(facts))}
            assert refused.value.facts["state"] == state
            assert set(refused.value.facts["allowed"]) == instead  # type: ignore[call-overload]


@pytest.mark.parametrize("role", Role)
def test_allowed_is_what_step_permits_and_nothing_else(role: Role) -> None:
    for state, facts in product(State, all_facts(role)):
        instead = {line.action for line in office.LINES if line.applies(state, role, flags(facts))}
        assert set(allowed(state, [facts])) == instead


def test_a_row_needs_and_is_read_by_what_the_office_says() -> None:
    told = {(row.action, row.sources, row.to, row.roles): (row.needs, row.readers, EVENTS[row.action]) for row in TABLE}
    assert told == {
        (line.action, frozenset(line.sources), line.to, line.roles): (
            line.needs,
            line.readers,
            f"complaint.{line.event}",
        )
        for line in office.LINES
    }


def test_phases_and_custodians_are_the_offices() -> None:
    assert {state: (PHASES[state], CUSTODIANS[state]) for state in State} == office.STANDING
    assert {state for state in State if is_open(state)} == {office.LETTERS[letter] for letter in office.OPEN}


@pytest.mark.parametrize("state", State)
def test_who_holds_two_roles_acts_in_the_first_that_has_the_row(state: State) -> None:
    for one, other in combinations(sorted(Role), 2):
        for action, (role, row) in allowed(state, [Facts(one), Facts(other)]).items():
            having = [role for role in (one, other) if office.line_for(state, action, role, flags(Facts(role)))]
            first = min(having, key=ROLE_ORDER.index)
            assert (role, row) == (first, row_for(state, action, Facts(first)))


def test_staff_act_as_pic_before_implementor_before_vendor_before_admin() -> None:
    assert ROLE_ORDER[:4] == (Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.ADMIN)


def test_management_reads_and_may_do_nothing() -> None:
    assert all(row_for(state, action, facts) is None for state, action, facts in everything(Role.MANAGEMENT))


# --- the proof ----------------------------------------------------------------------------------------------------


def test_the_table_is_proved() -> None:
    assert prove(TABLE) == []


def without(keep: Callable[[Row], bool]) -> Table:
    return tuple(row for row in TABLE if keep(row))


def changed(action: Action, **changes: object) -> Table:
    return tuple(dataclasses.replace(row, **changes) if row.action is action else row for row in TABLE)  # type: ignore[arg-type]


BROKEN = {
    "a state that nothing leads to": (
        without(lambda row: row.to is not State.SELESAI),
        "SELESAI cannot be reached",
    ),
    "a custodian who cannot let go": (
        without(lambda row: Role.COMPLAINANT not in row.roles),
        "MOHON_TUTUP has no exit for its custodian COMPLAINANT",
    ),
    "a state only a timer or the complainant leaves": (
        without(lambda row: row.action is not Action.TAKE_BACK),
        "MOHON_TUTUP has no exit for staff",
    ),
    "waiting for the complainant without an end": (
        without(lambda row: not (row.action is Action.LAPSE and State.MOHON_TUTUP in row.sources)),
        "MOHON_TUTUP waits without a timer that does lapse",
    ),
    "waiting for the vendor without an alarm": (
        changed(Action.ESCALATE, sources=frozenset({State.BARU})),
        "TINDAKAN_VENDOR waits without a timer that does escalate",
    ),
    "a row that shadows another": (
        (*TABLE, Row(Action.REPLY, frozenset({State.BARU}), State.INPROGRESS, frozenset({Role.ADMIN}))),
        "two rows say what ADMIN does by reply in BARU",
    ),
    "work that begins without a PIC": (
        changed(Action.ASSIGN, needs=()),
        "assign leads from BARU to DIAGIHKAN without a PIC",
    ),
    "a reopening to nobody": (
        changed(Action.REOPEN, guard=None, to=State.INPROGRESS),
        "reopen leads from DITUTUP to INPROGRESS without a PIC",
    ),
    "an assignee who can do nothing": (
        tuple(
            dataclasses.replace(row, sources=row.sources - {State.DIAGIHKAN}) if Role.PIC in row.roles else row
            for row in TABLE
        ),
        "assign leads to DIAGIHKAN, where a PIC can move nothing",
    ),
    "an action without a row": (without(lambda row: row.action is not Action.NOTE), "note has no row"),
}


@pytest.mark.parametrize("table", [table for table, _ in BROKEN.values()], ids=list(BROKEN))
def test_the_proof_names_what_is_wrong_with_a_table(table: Table, request: pytest.FixtureRequest) -> None:
    flaw = next(flaw for broken, flaw in BROKEN.values() if broken is table)
    assert flaw in prove(table), request.node.name


def replaced(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> list[str]:
    monkeypatch.setattr(proof_module, name, value)
    return prove(TABLE)


def test_the_proof_names_an_open_state_in_which_nobody_has_the_ball(monkeypatch: pytest.MonkeyPatch) -> None:
    flaws = replaced(monkeypatch, "CUSTODIANS", CUSTODIANS | {State.BARU: None})
    assert flaws == ["BARU is open and nobody has the ball"]


def test_the_proof_names_an_ended_state_in_which_somebody_has_the_ball(monkeypatch: pytest.MonkeyPatch) -> None:
    flaws = replaced(monkeypatch, "CUSTODIANS", CUSTODIANS | {State.DITUTUP: CUSTODIANS[State.BARU]})
    assert flaws == ["DITUTUP has ended and somebody has the ball"]


def test_the_proof_names_an_action_without_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    events = {action: event for action, event in EVENTS.items() if action is not Action.CLAIM}
    assert replaced(monkeypatch, "EVENTS", events) == ["claim has no event"]


def test_the_proof_names_two_actions_that_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    events = EVENTS | {Action.CLAIM: EVENTS[Action.START]}
    assert replaced(monkeypatch, "EVENTS", events) == ["two actions say the same event"]


@pytest.mark.parametrize("kind", sorted(LABELS))
def test_the_proof_names_a_label_that_is_missing_in_one_language(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, text = next(iter(LABELS[kind].items()))
    labels = LABELS | {kind: LABELS[kind] | {name: text._replace(ms="  ")}}
    assert replaced(monkeypatch, "LABELS", labels) == [f"{kind} {name} lacks a label"]


def test_the_proof_names_a_state_without_a_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    phases = {state: phase for state, phase in PHASES.items() if state is not State.BARU}
    assert replaced(monkeypatch, "PHASES", phases) == ["BARU lacks a phase or custodian"]


def test_every_rule_of_the_proof_is_broken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    caught = {rule.__name__ for rule in RULES for table, _ in BROKEN.values() if list(rule(table))}
    monkeypatch.setattr(proof_module, "LABELS", LABELS | {"phase": {}})
    caught |= {rule.__name__ for rule in RULES if list(rule(TABLE))}
    assert caught == {rule.__name__ for rule in RULES}

"""A complaint done to at random, by anybody, at any time: what must hold whatever happens.

The model beside it is written from the office's table (`tests.architecture.office`), never from the code under test.
"""

from datetime import timedelta
from typing import Any, ClassVar

import msgspec
from hypothesis import note, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.workflow.domain import acts, clocks, plan, record, sight
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.machine import Action, Role, allowed
from shared.errors import Refused
from shared.events.complaint import Actor, ComplaintEvent, Person
from shared.principals import Caller
from tests.architecture import office
from tests.support.complaints import sealed
from tests.unit.workflow.desk import RULES, WAYS, a_submission, at

PEOPLE = [Person(id=f"s-{number}", name=f"Pegawai {number}") for number in range(4)]
ROLES: dict[str, set[Role]] = {
    "s-0": {Role.ADMIN},
    "s-1": {Role.PIC},
    "s-2": {Role.PIC, Role.IMPLEMENTOR},
    "s-3": {Role.PIC, Role.ADMIN, Role.VENDOR},
}
PICS = [person for person in PEOPLE if Role.PIC in ROLES[person.id]]
APART = {Action.RECEIVE, Action.HOLD_MESSAGE}
ACTIONS = [action for action in Action if action not in APART]
SPANS = some.one_of(some.integers(1, 600), some.integers(600, 30_000)).map(lambda minutes: timedelta(minutes=minutes))


class Complaints(RuleBasedStateMachine):
    """One complaint, its record, and what the office's table says should have become of it."""

    complaint: Complaint
    entered: ClassVar[set[str]] = set()
    """The states that any of the complaints was in."""

    @initialize(hour=some.integers(0, 24 * 7 * 60), state=some.sampled_from(sorted(WAYS)))
    def file(self, hour: int, state: str) -> None:
        self.now = at("Sun 1 00:00") + timedelta(minutes=hour)
        self.complaint, received = acts.receive(a_submission(self.now), RULES, self.now)
        self.said: list[ComplaintEvent] = [received]
        self.state = "BARU"
        self.outcome: str | None = None
        self.stands = False
        self.readers: set[str] = set()
        self.seconds: dict[str | None, float] = {}
        self.inactive: set[str] = set()
        for role, action in WAYS[state]:
            self._act(Action(action), Role(role), None if role == "COMPLAINANT" else PICS[0], PICS[0])

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        holder = office.STANDING[self.state][1]
        self.seconds[holder] = self.seconds.get(holder, 0.0) + span.total_seconds()
        self.now += span

    @rule(person=some.sampled_from(PICS))
    def a_pic_leaves_or_returns(self, person: Person) -> None:
        self.inactive ^= {person.id}

    @rule(who=some.sampled_from(PEOPLE), action=some.sampled_from(ACTIONS), pic=some.sampled_from(PICS))
    def staff_act(self, who: Person, action: Action, pic: Person) -> None:
        """As a handler does: in the first role held that has the row; without one, refused."""
        caller = Caller(who.id, "session", who.name, frozenset(ROLES[who.id]), frozenset(ROLES[who.id]))
        held = [self._facts(role, who.id) for role in sight.roles_held(self.complaint, caller)]
        may = allowed(self.complaint.state, held)
        role = may[action][0] if action in may else next(iter(ROLES[who.id]))
        assert (action in may) == any(self._line(action, one.role, who.id) for one in held)
        if action in may:
            self._act(action, role, who, pic)

    @rule(choice=some.integers(0, 999), who=some.sampled_from(PEOPLE), pic=some.sampled_from(PICS))
    def somebody_does_what_the_table_allows(self, choice: int, who: Person, pic: Person) -> None:
        """Any of the legal acts, so that the walk gets everywhere."""
        actors = {role: None if role in {Role.COMPLAINANT, Role.SYSTEM} else who for role in Role}
        legal = [
            (action, role)
            for action in ACTIONS
            for role, actor in actors.items()
            if self._line(action, role, actor.id if actor else None)
        ]
        action, role = legal[choice % len(legal)]
        self._act(action, role, actors[role], pic)

    @rule(
        role=some.sampled_from(sorted(Role)),
        who=some.sampled_from(PEOPLE),
        action=some.sampled_from(ACTIONS),
        pic=some.sampled_from(PICS),
    )
    def anybody_tries_anything(self, role: Role, who: Person, action: Action, pic: Person) -> None:
        self._act(action, role, who if role not in {Role.COMPLAINANT, Role.SYSTEM} else None, pic)

    @rule(action=some.sampled_from([Action.ANSWER, Action.NOT_SOLVED, Action.CLOSE, Action.RATE, Action.REOPEN]))
    def the_complainant_writes(self, action: Action) -> None:
        """Done, or held: never lost."""
        if self._line(action, Role.COMPLAINANT, None):
            self._act(action, Role.COMPLAINANT, None, PICS[0])
            return
        facts = self._facts(Role.SYSTEM, None)
        words = Given(text="Pesan", message="m")
        before = self.complaint
        self.complaint, event = acts.hold(before, action, words, ("kerana", "because"), facts, RULES, self.now)
        assert (event.wire, event.text, event.to) == ("complaint.message_held", "Pesan", self.state)
        self.said.append(event)

    @precondition(lambda self: self.complaint.open)
    @rule()
    def the_clock_of_whoever_waits_runs_out(self) -> None:
        if self.state in {"MOHON_TUTUP", "MOHON_MAKLUMBALAS"}:
            self._act(Action.LAPSE, Role.SYSTEM, None, PICS[0])

    @rule(late=SPANS)
    def time_passes_until_its_timer_fires(self, late: timedelta) -> None:
        """As the sweep does: what is due, in order, until nothing is."""
        timer = plan.next_of(self.complaint, RULES)
        if timer is not None:
            self.time_passes(max(timer.at - self.now, timedelta()) + late)
        fired = 0
        while firing := plan.firing(self.complaint, RULES, self.now):
            fired += 1
            assert fired < 20, "it comes to an end"
            action, words = firing
            assert words.why is not None
            assert words.why.at <= self.now
            before = self.complaint
            facts, actor = self._facts(Role.SYSTEM, None), Actor(role=Role.SYSTEM)
            self.complaint, event = acts.act(before, action, words, actor, facts, RULES, self.now)
            self._follow(action, self.complaint.state)
            self.said.append(event)
        waits = plan.next_of(self.complaint, RULES)
        assert waits is None or waits.at > self.now

    def _facts(self, role: Role, actor: str | None) -> Any:
        pic = self.complaint.pic
        active = pic is not None and pic.id not in self.inactive
        return sight.facts(self.complaint, role, RULES, self.now, pic_is_active=active, actor=actor)

    def _line(self, action: Action, role: Role, actor: str | None) -> office.Line | None:
        facts = self._facts(role, actor)
        return office.line_for(self.state, action, role, {name: getattr(facts, name) for name in FLAGS})

    def _act(self, action: Action, role: Role, who: Person | None, pic: Person) -> None:
        line = self._line(action, role, who.id if who else None)
        actor = Actor(role=role, id=who.id if who else None, name=who.name if who else None)
        words = Given(
            text="Teks", cause="Sebab", steps="Langkah", pic=pic, duplicate_of="HD-2026-000009-X", score=3, rule="r",
            kind="warn", priority="Tinggi",
        )  # fmt: skip
        before = self.complaint
        facts = self._facts(role, actor.id)
        try:
            after, event = acts.act(before, action, words, actor, facts, RULES, self.now)
        except Refused:
            assert line is None, f"{role} was refused {action} in {self.state}"
            return
        note(f"{role} {action}: {self.state} -> {after.state}")
        assert line is not None, f"{role} did {action} in {self.state}"
        assert event.wire == f"complaint.{line.event}", "exactly the one event of the action"
        assert "".join(event.audience) == line.readers
        self._follow(action, line.to or self.state)
        self.complaint = after
        self.said.append(event)
        self.readers |= {person.id for person in (after.pic, after.claimant) if person}

    def _follow(self, action: Action, to: str) -> None:
        """The model's own step."""
        moved = to != self.state
        if action is Action.REQUEST_CLOSE:
            self.stands = True
        elif action in {Action.ANSWER, Action.NOT_SOLVED, Action.TAKE_BACK, Action.REOPEN} and moved:
            self.stands = False
        ended, over = to in ENDED, self.state in ENDED
        if ended and not over:
            silent = action is Action.LAPSE and self.state == "MOHON_MAKLUMBALAS"
            named = {Action.REJECT: "rejected", Action.MARK_DUPLICATE: "duplicate"}
            closed = "solved" if self.stands else "withdrawn"
            self.outcome = "no_answer" if silent else named.get(action, closed)
        elif over and not ended:
            self.outcome = None
        self.state = to

    @invariant()
    def versions_run_without_a_gap_and_each_begins_where_the_last_ended(self) -> None:
        assert self.complaint.version == len(self.said)
        for before, after in zip(self.said, self.said[1:], strict=False):
            assert after.from_ == before.to
            assert after.at >= before.at
        assert self.said[0].from_ is None

    @invariant()
    def only_the_offices_steps_were_taken(self) -> None:
        assert self.complaint.state == self.said[-1].to == self.state
        self.entered.add(self.state)

    @invariant()
    def every_second_belongs_to_exactly_one_custodian(self) -> None:
        age = (self.now - self.complaint.submitted_at).total_seconds()
        assert sum(self.seconds.values()) == age
        shares = clocks.shares(self.complaint, RULES, self.now)
        assert {who: share["seconds"] for who, share in shares.items() if share["seconds"]} == {
            who: seconds for who, seconds in self.seconds.items() if who is not None and seconds
        }

    @invariant()
    def days_of_custody_sum_to_the_days_of_its_life(self) -> None:
        spans = list(clocks.spans(self.complaint.custody, self.now))
        days = sum(RULES.office.days_between(start, end) for _, start, end in spans)
        assert days == RULES.office.days_between(self.complaint.submitted_at, self.now)

    @invariant()
    def nobody_works_without_a_pic(self) -> None:
        if self.complaint.open and self.state != "BARU":
            assert self.complaint.pic is not None
        if self.state == "BARU":
            assert self.complaint.pic is None
        if self.state != "RUJUKAN_IMPLEMENTOR":
            assert self.complaint.claimant is None

    @invariant()
    def it_has_an_outcome_exactly_when_it_is_over(self) -> None:
        over = self.state in ENDED
        assert (self.complaint.outcome is not None) == (self.complaint.ended_at is not None) == over
        assert self.complaint.outcome == self.said[-1].outcome == self.outcome

    @invariant()
    def something_is_due_exactly_while_one_of_ours_or_the_vendor_has_the_ball(self) -> None:
        holder = office.STANDING[self.state][1]
        assert (self.complaint.due is None) == (holder in {None, "COMPLAINANT"})
        assert self.said[-1].due == self.complaint.due

    @invariant()
    def whoever_had_it_keeps_reading_and_admin_and_management_always_do(self) -> None:
        seen_by = set(self.said[-1].seen_by)
        assert {"role:ADMIN", "role:MANAGEMENT"} <= seen_by
        assert {f"staff:{one}" for one in self.readers} <= seen_by
        assert ("queue:IMPLEMENTOR" in seen_by) == (self.state == "RUJUKAN_IMPLEMENTOR")

    @invariant()
    def the_public_thread_offers_what_the_table_allows(self) -> None:
        offered = set(self.said[-1].can)
        pic = self.complaint.pic is not None
        facts = sight.facts(self.complaint, Role.COMPLAINANT, RULES, self.said[-1].at, pic_is_active=pic)
        flags = {name: getattr(facts, name) for name in FLAGS}
        assert offered == {line.action for line in office.LINES if line.applies(self.state, "COMPLAINANT", flags)}

    def teardown(self) -> None:
        """The record alone gives the same complaint, and the same timers."""
        again = acts.replayed(self.said)
        assert again == self.complaint
        assert plan.plan(again, RULES) == plan.plan(self.complaint, RULES)
        assert list(record.flaws([(sealed(event, place), event) for place, event in enumerate(self.said, 1)])) == []

    @invariant()
    def what_is_open_never_waits_for_nothing(self) -> None:
        if self.complaint.open and self.complaint.level == 0:
            assert plan.next_of(self.complaint, RULES) is not None

    @invariant()
    def it_is_stored_and_said_without_loss(self) -> None:
        assert msgspec.convert(msgspec.to_builtins(self.complaint), Complaint) == self.complaint
        event = self.said[-1]
        assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event


ENDED = {"SELESAI", "DITUTUP"}
FLAGS = ("pic_is_active", "within_window", "reopened_after_reject", "rejected", "rated", "is_claimant")


def test_whatever_happens_to_a_complaint_the_promises_hold() -> None:
    often = settings(max_examples=80, stateful_step_count=40, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(Complaints, settings=often)
    assert Complaints.entered == set(office.STANDING), "the walk gets everywhere"

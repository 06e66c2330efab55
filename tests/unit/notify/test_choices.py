"""What a member of staff chose, within what Admin allows, and what comes late: told once, or said why not."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notify.domain.choices import GROUP_OF, choice_of, offers, quiet_until
from services.notify.domain.late import is_late
from services.notify.domain.people import Complainant, Staff
from services.notify.domain.planning import Planned, When, plan
from services.notify.domain.retries import Reason, Status
from services.notify.domain.rules import CHOOSERS, TOLD, Choice, Rule
from shared.events import workflow
from shared.events.complaint import ComplaintEvent, Person
from shared.events.preferences import CHOICES, GROUPS, QUIET, TELL, WHATSAPP
from tests.support.complaints import ADMIN, IMAN, NUMBER, RASHID, SITI, a_received, an_event, sealed
from tests.unit.notify.matrix import RULES

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
AMINAH = Complainant(NUMBER, "Aminah binti Ali", whatsapp=True)
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=ZONE)
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=ZONE)


def a_member(id: str, *roles: str, digested: bool = True, **preferences: str) -> Staff:
    queues = frozenset({"IMPLEMENTOR"} & set(roles))
    wanted = {name.replace("__", "."): value for name, value in preferences.items()}
    return Staff(id, id, True, frozenset(roles), queues, preferences=wanted, digested=digested)


def lines_to(
    person: Staff, kind: type[Any] = workflow.Assigned, *, when: When | None = None, **changes: Any
) -> list[Planned]:
    rules = changes.pop("rules", RULES)
    event = an_event(kind, **{"actor": ADMIN} | changes)
    found = plan([rule for rule in rules if rule.event == event.wire], event, AMINAH, [person], when=when or When())
    return [line for line in found if line.recipient == f"staff:{person.id}"]


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [("at_once", None), ("digest", Reason.IN_DIGEST), ("off", None), ("nonsense", None), ("", None)],
)
def test_a_choice_holds_where_the_rule_allows_it_and_the_rules_first_where_not(
    chosen: str, reason: Reason | None
) -> None:
    """`assigned` asks for an act: it may be gathered, never switched off."""
    (line,) = lines_to(a_member(RASHID.id, "PIC", tell__work=chosen))
    assert line.reason is reason


def test_what_may_be_switched_off_is_and_says_so() -> None:
    closed = {"to": "DITUTUP", "actor": workflow_actor("COMPLAINANT")}
    (line,) = lines_to(a_member(RASHID.id, "PIC", tell__closings="off"), workflow.Closed, **closed)
    assert (line.status, line.reason) == (Status.SKIPPED, Reason.CHOSEN_OFF)


def workflow_actor(role: str) -> Any:
    return msgspec.structs.replace(ADMIN, role=role, id=None)


def test_who_gets_no_digest_is_told_at_once_whatever_they_chose() -> None:
    (line,) = lines_to(a_member(RASHID.id, "PIC", digested=False, tell__work="digest"))
    assert line.reason is None


def test_admin_may_have_a_message_gathered_until_somebody_chooses_otherwise() -> None:
    rules = [msgspec.structs.replace(rule, choices=("digest", "at_once")) if rule.choices else rule for rule in RULES]
    assert lines_to(a_member(RASHID.id, "PIC"), rules=rules)[0].reason is Reason.IN_DIGEST
    assert lines_to(a_member(RASHID.id, "PIC", tell__work="at_once"), rules=rules)[0].reason is None


def test_of_two_roles_the_one_that_must_be_told_at_once_wins() -> None:
    """A PIC who gathers, and an Admin whom Admin leaves no choice, are one person: told at once, and once."""
    rules = [
        msgspec.structs.replace(rule, choices=()) if rule.audience == "admins" else rule
        for rule in RULES
        if rule.event == "complaint.reopened"
    ]
    both = a_member(RASHID.id, "PIC", "ADMIN", tell__answers="digest")
    found = lines_to(both, workflow.Reopened, rules=rules)
    assert [(line.audience, line.reason) for line in found] == [
        ("pic", Reason.DUPLICATE_PERSON),
        ("admins", None),
    ]


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        ("22:00-07:00", NIGHT, MORNING),
        ("22:00-07:00", datetime(2026, 3, 2, 6, 59, tzinfo=ZONE), MORNING),
        ("22:00-07:00", MORNING, None),
        ("22:00-07:00", datetime(2026, 3, 1, 21, 59, tzinfo=ZONE), None),
        ("12:00-14:00", datetime(2026, 3, 2, 5, 0, tzinfo=UTC), datetime(2026, 3, 2, 14, 0, tzinfo=ZONE)),
        ("12:00-14:00", NIGHT, None),
        ("", NIGHT, None),
        ("25:00-07:00", NIGHT, None),
    ],
)
def test_quiet_hours_end_in_the_offices_morning(hours: str, at: datetime, until: datetime | None) -> None:
    assert quiet_until({QUIET: hours}, at, ZONE) == until


def test_in_quiet_hours_what_can_wait_waits_and_says_so_and_what_is_urgent_does_not() -> None:
    person = a_member(RASHID.id, "PIC", quiet="22:00-07:00")
    (line,) = lines_to(person, when=When(NIGHT))
    assert (line.status, line.reason, line.held_until) == (Status.PLANNED, Reason.QUIET, MORNING)
    (urgent,) = lines_to(person, workflow.Escalated, when=When(NIGHT), actor=workflow_actor("SYSTEM"), level=1)
    assert (urgent.status, urgent.reason, urgent.held_until) == (Status.PLANNED, None, None)


def test_what_is_heard_late_is_gathered_even_where_it_is_urgent_but_not_for_the_complainant() -> None:
    late = When(NIGHT, late=True)
    person = a_member(RASHID.id, "PIC")
    (line,) = lines_to(person, workflow.Escalated, when=late, actor=workflow_actor("SYSTEM"), level=1)
    assert (line.reason, line.late) == (Reason.IN_DIGEST, True)
    event = an_event(workflow.Replied)
    lines = plan([rule for rule in RULES if rule.event == event.wire], event, AMINAH, [person], when=late)
    assert [(one.recipient, one.reason) for one in lines] == [(f"complainant:{NUMBER}", None)]


def test_an_event_is_late_by_the_real_time_its_id_was_made_at() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    letter = sealed(an_event(workflow.Noted))
    assert not is_late(letter, now), "an id that says nothing of time"

    def made(hour: int, minute: int) -> Any:
        stamp = int(datetime(2026, 3, 1, hour, minute, tzinfo=UTC).timestamp() * 1000)
        first = f"{stamp:012x}"
        return msgspec.structs.replace(letter, id=f"{first[:8]}-{first[8:]}-7000-8000-000000000000")

    assert not is_late(made(11, 0), now)
    assert is_late(made(10, 59), now)


def test_a_staff_member_without_consent_gets_no_whatsapp_and_with_it_one() -> None:
    rules = [msgspec.structs.replace(rule, channel="whatsapp") for rule in RULES]
    assert lines_to(a_member(RASHID.id, "PIC"), rules=rules)[0].reason is Reason.NO_CONSENT
    assert lines_to(a_member(RASHID.id, "PIC", whatsapp="off"), rules=rules)[0].reason is Reason.NO_CONSENT
    assert lines_to(a_member(RASHID.id, "PIC", whatsapp="on"), rules=rules)[0].reason is None


def test_every_choosable_message_belongs_to_a_group_and_every_group_to_messages() -> None:
    choosable = {rule.event for rule in RULES if rule.choices}
    assert choosable <= GROUP_OF.keys() <= TOLD.keys()
    assert all(choosable & set(events) for events in GROUPS.values())


BOSS = Person(id="s-head", name="Bendahari")
OFFICE = (
    (RASHID, frozenset({"PIC", "ADMIN"})),
    (SITI, frozenset({"PIC"})),
    (IMAN, frozenset({"IMPLEMENTOR", "PIC"})),
    (BOSS, frozenset({"MANAGEMENT", "ADMIN"})),
)
PREFERENCES = some.fixed_dictionaries(
    {},
    optional={
        **{TELL + group: some.sampled_from([*CHOICES, "nonsense"]) for group in GROUPS},
        QUIET: some.sampled_from(["22:00-07:00", "00:00-23:59", "08:00", ""]),
        WHATSAPP: some.sampled_from(["on", "off"]),
    },
)
CHOOSABLE = some.lists(some.sampled_from(CHOICES), unique=True, max_size=3).map(tuple)


def an_event_of(kind: type[Any]) -> ComplaintEvent:
    return a_received() if kind is workflow.Received else an_event(kind, claimant=IMAN)


def with_choices(rule: Rule, choices: tuple[Choice, ...], channel: str) -> Rule:
    open_to_choice = rule.audience in CHOOSERS and not rule.urgent
    return msgspec.structs.replace(rule, choices=choices if open_to_choice else (), channel=rule.channel and channel)


@given(
    kind=some.sampled_from([kind for kind in TOLD.values() if kind.__module__ == workflow.__name__]),
    choices=CHOOSABLE,
    channel=some.sampled_from(["email", "whatsapp"]),
    crowd=some.tuples(*[some.tuples(PREFERENCES, some.booleans(), some.booleans()) for _ in range(4)]),
    when=some.builds(When, now=some.datetimes(timezones=some.just(ZONE)), late=some.booleans()),
)
def test_every_message_to_staff_is_sent_or_gathered_once_or_says_why_not(
    kind: type[Any], choices: Any, channel: str, crowd: Any, when: When
) -> None:
    people = [
        Staff(person.id, person.name, active, roles, frozenset({"IMPLEMENTOR"} & roles), (), wanted, digested)
        for (person, roles), (wanted, digested, active) in zip(OFFICE, crowd, strict=True)
    ]
    rules = [with_choices(rule, choices, channel) for rule in RULES if rule.event == kind.wire]
    lines = plan(rules, an_event_of(kind), AMINAH, people, when=when)
    comes = [line for line in lines if line.status is Status.PLANNED or line.reason is Reason.IN_DIGEST]
    assert len({(line.recipient, line.channel) for line in comes}) == len(comes), "told twice"
    for line in lines:
        member = next((one for one in people if line.recipient == f"staff:{one.id}"), None)
        assert (line.status is Status.PLANNED) == (line.reason in (None, Reason.QUIET))
        assert (line.held_until is not None) == (line.reason is Reason.QUIET)
        if line.reason is Reason.IN_DIGEST:
            assert member is not None
            assert member.digested, "gathered for a digest that never comes"
        if line.reason is Reason.CHOSEN_OFF:
            rule = next(rule for rule in rules if rule.position == line.rule)
            assert member is not None
            assert choice_of(rule, member.preferences) == "off"
            assert "off" in rule.choices


def test_what_is_offered_is_what_the_rules_that_tell_one_allow() -> None:
    found = offers(RULES, {"PIC"}, (), digest=True)
    by_group = {one.group: one for one in found.groups}
    assert "new" not in by_group, "that tells Admin, and nobody else"
    assert by_group["work"].choices == ("at_once", "digest"), "it asks for an act, and cannot be switched off"
    assert by_group["vendor"].choices == ("at_once", "digest", "off")
    assert by_group["vendor"].limits == {"complaint.vendor_answered": ("at_once", "digest")}
    assert by_group["closings"].limits == {}
    assert by_group["summary"].choices == ("at_once", "off")
    assert {one.default for one in found.groups} == {"at_once"}
    assert found.fixed == ("complaint.escalated", "delivery.bounced")
    assert not found.whatsapp


def test_of_two_roles_the_strictest_rule_is_what_is_offered() -> None:
    rules = [msgspec.structs.replace(rule, choices=()) if rule.audience == "admins" else rule for rule in RULES]
    found = {one.group: one for one in offers(rules, {"PIC", "ADMIN"}, (), digest=True).groups}
    assert found["answers"].limits["complaint.reopened"] == ("at_once",)


def test_without_a_digest_nothing_can_be_gathered_and_who_is_told_nothing_has_nothing_to_choose() -> None:
    assert all("digest" not in one.choices for one in offers(RULES, {"PIC"}, (), digest=False).groups)
    assert offers(RULES, {"VENDOR"}, (), digest=False).groups == ()

"""What differs between two versions of the matrix, as a person would say it."""

from typing import Any

import msgspec

from services.notify.domain.changes import between
from services.notify.domain.rules import Condition, Rule
from tests.unit.notify.matrix import RULES


def said(before: list[Rule], after: list[Rule]) -> list[tuple[str, str | None, str | None, tuple[str, ...]]]:
    return [
        (one.event, one.before.template if one.before else None, one.after.template if one.after else None, one.fields)
        for one in between(before, after)
    ]


def numbered(rules: list[Rule]) -> list[Rule]:
    return [msgspec.structs.replace(rule, position=place) for place, rule in enumerate(rules, start=1)]


def with_change(place: int, **to: Any) -> list[Rule]:
    return [*RULES[:place], msgspec.structs.replace(RULES[place], **to), *RULES[place + 1 :]]


def test_the_same_matrix_has_no_changes_even_where_its_lines_were_numbered_anew() -> None:
    assert between(RULES, RULES) == []
    assert between(RULES, [msgspec.structs.replace(rule, position=rule.position + 7) for rule in RULES]) == []


def test_a_switch_and_a_condition_are_changes_of_their_line() -> None:
    assert RULES[0].template == "akuan_terima"
    assert said(RULES, with_change(0, enabled=False)) == [
        ("complaint.received", "akuan_terima", "akuan_terima", ("enabled",))
    ]
    assert said(RULES, with_change(0, condition=Condition(has_pic=True))) == [
        ("complaint.received", "akuan_terima", "akuan_terima", ("condition",))
    ]


def test_another_message_to_the_same_people_is_the_same_line_changed() -> None:
    assert said(RULES, with_change(0, template="balasan_pic")) == [
        ("complaint.received", "akuan_terima", "balasan_pic", ("template",))
    ]


def test_a_line_that_came_and_a_line_that_went_are_told_apart() -> None:
    without = numbered([*RULES[:1], *RULES[2:]])
    assert said(RULES, without) == [("complaint.received", "aduan_baharu_admin", None, ())]
    assert said(without, RULES) == [("complaint.received", None, "aduan_baharu_admin", ())]


def test_two_lines_that_changed_places_are_said_once() -> None:
    swapped = numbered([RULES[1], RULES[0], *RULES[2:]])
    assert [(one.event, one.fields) for one in between(RULES, swapped)] == [("complaint.received", ())]
    (moved,) = between(RULES, swapped)
    assert moved.before is not None
    assert moved.after is not None


def test_of_twin_lines_only_the_one_that_differs_is_named() -> None:
    places = [place for place, rule in enumerate(RULES) if rule.template == "hampir_lewat" and rule.audience == "pic"]
    twin = msgspec.structs.replace(RULES[places[0]], condition=Condition(level=(2,)))
    before = numbered([*RULES, twin])
    after = numbered([*RULES, msgspec.structs.replace(twin, enabled=False)])
    (change,) = between(before, after)
    assert (change.fields, change.after and change.after.condition.level) == (("enabled",), (2,))

"""A set of rules that would leave a complaint standing still, or tell nobody, is refused; it says which and why."""

from typing import Any

import msgspec
import pytest

from services.workflow.domain.times import CLOCKS, DEFAULT, ENDS, flaws, told
from services.workflow.machine import Role, State
from shared.events.reference import TimeRule
from tests.unit.workflow.desk import SETTINGS

EVERYBODY = set(Role)


def changed(rule: str, **changes: Any) -> tuple[TimeRule, ...]:
    assert rule in {one.id for one in DEFAULT}
    return tuple(msgspec.structs.replace(one, **changes) if one.id == rule else one for one in DEFAULT)


def without(*gone: str) -> tuple[TimeRule, ...]:
    return tuple(one for one in DEFAULT if one.id not in gone)


def test_what_is_delivered_has_no_hole() -> None:
    assert flaws(DEFAULT, SETTINGS, EVERYBODY) == []


def test_every_open_state_and_the_reopen_window_have_a_clock() -> None:
    assert set().union(*CLOCKS.values()) == set(State) - {State.DITUTUP}
    assert set(ENDS) <= set(CLOCKS)


@pytest.mark.parametrize(
    ("rules", "held", "field", "code"),
    [
        (DEFAULT, EVERYBODY - {"MANAGEMENT"}, "assign.escalate2", "nobody_holds_it"),
        (DEFAULT, EVERYBODY - {"ADMIN"}, "assign.escalate1", "nobody_holds_it"),
        (changed("solve.escalate1", tells="PIC"), EVERYBODY, "solve.escalate1", "nobody_holds_it"),
        (without("close.lapse"), EVERYBODY, "close", "no_timer"),
        (changed("answer.lapse", on=False), EVERYBODY, "answer", "no_timer"),
        (without("vendor.escalate1", "vendor.escalate2"), EVERYBODY, "vendor", "no_timer"),
        (without("reopen.seal"), EVERYBODY, "reopen", "no_timer"),
        (changed("close.notice", days=7), EVERYBODY, "close.notice", "after_the_end"),
        (changed("answer.remind2", days=20), EVERYBODY, "answer.remind2", "after_the_end"),
        (changed("close.remind1", of="end", days=0), EVERYBODY, "close.remind1", "after_the_end"),
        (changed("close.lapse", days=1), EVERYBODY, "close.lapse", "not_at_the_end"),
        (changed("assign.escalate2", days=0), EVERYBODY, "assign.escalate2", "levels_do_not_rise"),
        (changed("assign.escalate1", level=2, tells="ADMIN"), EVERYBODY, "assign", "no_timer"),
        (changed("assign.warn", kind=None), EVERYBODY, "assign.warn", "not_a_rule"),
        (changed("close.lapse", action="escalate", level=1), EVERYBODY, "close.lapse", "not_a_rule"),
        (changed("vendor.remind", days=0), EVERYBODY, "vendor.remind", "out_of_range"),
        ((*DEFAULT, DEFAULT[0]), EVERYBODY, "assign.warn", "same_id"),
    ],
)
def test_a_hole_is_named_with_its_rule_and_why(
    rules: tuple[TimeRule, ...], held: set[str], field: str, code: str
) -> None:
    found = flaws(rules, SETTINGS, held)
    assert (field, code) in {(flaw.field, flaw.code) for flaw in found}
    for flaw in found:
        assert flaw.text.ms.strip() != flaw.text.en.strip() != ""


def test_a_shorter_time_is_refused_where_a_reminder_would_come_after_it() -> None:
    short = msgspec.structs.replace(SETTINGS, close_lapse_days=3)
    assert {(flaw.field, flaw.code) for flaw in flaws(DEFAULT, short, EVERYBODY)} == {
        ("close.remind1", "after_the_end"),
        ("close.notice", "after_the_end"),
    }


def test_a_rule_that_is_off_is_not_held_against_the_set() -> None:
    assert flaws(changed("close.notice", days=30, on=False), SETTINGS, EVERYBODY) == []
    assert flaws(changed("assign.escalate2", on=False), SETTINGS, EVERYBODY) == []


def test_who_knows_no_rules_is_told_after_how_many_days_the_vendor_is_reminded() -> None:
    def reminded(*rules: TimeRule) -> int:
        return told(msgspec.structs.replace(SETTINGS, vendor_remind_days=99, rules=rules)).vendor_remind_days

    assert reminded() == 5, "as it was delivered"
    assert reminded(*changed("vendor.remind", days=3)) == 3
    assert reminded(*changed("vendor.remind", on=False)) == SETTINGS.vendor_escalate_days

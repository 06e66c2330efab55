"""What happens by itself, and when: worked out by hand. Kelantan works Sunday to Thursday; March 2026 began on a
Sunday."""

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from services.workflow.domain import acts, plan
from services.workflow.domain.clocks import Rules, due, first_answer_by
from services.workflow.domain.times import DEFAULT
from services.workflow.machine import Action, Role
from shared.calendar import Calendar
from shared.events.complaint import Actor, Cause
from shared.events.workflow import Escalated, Reminded
from tests.unit.workflow.desk import AZMAN, RULES, SITI, ZONE, Desk, at, with_holidays


def planned(desk: Desk) -> dict[str, str]:
    """What is to come, in order: the rule, and when as `Thu 5 17:00`."""
    return {one.rule.id: told(one.at) for one in plan.plan(desk.complaint, desk.rules)}


def told(moment: datetime) -> str:
    return moment.strftime("%a %-d %H:%M")


def wait(desk: Desk, until: str) -> list[str]:
    """Time passes; what is due is done as the sweep does it. Answers the rules that fired."""
    desk.now, fired = at(until), []
    while firing := plan.firing(desk.complaint, desk.rules, desk.now):
        action, given = firing
        assert given.rule
        fired.append(given.rule)
        facts, system = desk.facts(Role.SYSTEM, None), Actor(role=Role.SYSTEM)
        desk.complaint, event = acts.act(desk.complaint, action, given, system, facts, desk.rules, desk.now)
        desk.said.append(event)
    return fired


def with_settings(**changes: Any) -> Rules:
    return Rules(RULES.office, RULES.vendor, msgspec.structs.replace(RULES.settings, **changes))


def with_rule(rule: str, **changes: Any) -> Rules:
    rules = tuple(msgspec.structs.replace(one, **changes) if one.id == rule else one for one in DEFAULT)
    return with_settings(rules=rules)


@pytest.mark.parametrize(
    ("state", "to_come"),
    [
        ("BARU", {"assign.warn": "Sun 1 17:00", "assign.escalate1": "Mon 2 17:00", "assign.escalate2": "Thu 5 17:00"}),
        (
            "INPROGRESS",
            {
                "first_answer.warn": "Tue 3 17:00",
                "first_answer.escalate1": "Wed 4 17:00",
                "first_answer.escalate2": "Mon 9 17:00",
                "solve.warn": "Mon 9 17:00",
                "solve.escalate1": "Tue 10 17:00",
                "solve.escalate2": "Sun 15 17:00",
            },
        ),
        (
            "RUJUKAN_IMPLEMENTOR",
            {
                "implementor.warn": "Tue 3 17:00",
                "implementor.escalate1": "Wed 4 17:00",
                "implementor.escalate2": "Mon 9 17:00",
            },
        ),
        (
            "TINDAKAN_VENDOR",
            {
                "vendor.remind": "Fri 6 17:00",
                "vendor.warn": "Thu 19 17:00",
                "vendor.escalate1": "Fri 20 17:00",
                "vendor.escalate2": "Wed 25 17:00",
            },
        ),
        (
            "MOHON_MAKLUMBALAS",
            {
                "answer.remind1": "Wed 4 17:00",
                "answer.remind2": "Tue 10 17:00",
                "answer.notice": "Tue 17 17:00",
                "answer.lapse": "Thu 19 17:00",
            },
        ),
        ("MOHON_TUTUP", {"close.remind1": "Wed 4 17:00", "close.notice": "Sun 8 17:00", "close.lapse": "Tue 10 17:00"}),
        ("SELESAI", {"reopen.seal": "Thu 19 17:00"}),
        ("DITUTUP", {}),
    ],
)
def test_each_state_has_its_timers(state: str, to_come: dict[str, str]) -> None:
    assert planned(Desk("Sun 1 09:00").brought_to(state)) == to_come


def test_nobody_picked_up_is_the_first_thing_that_escalates() -> None:
    desk = Desk("Sun 1 09:00")
    assert wait(desk, "Mon 2 16:59") == ["assign.warn"]
    assert wait(desk, "Mon 2 17:00") == ["assign.escalate1"]
    assert wait(desk, "Thu 5 17:00") == ["assign.escalate2"]
    assert (desk.complaint.level, planned(desk)) == (2, {}), "and no more"


def test_an_escalation_tells_its_rule_and_what_it_was_applied_to() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    desk.do("PIC", "log_vendor", "Mon 2 09:00").do("VENDOR", "vendor_answered", "Wed 4 09:00")
    wait(desk, "Mon 9 09:00")
    escalated = desk.said[-1]
    assert isinstance(escalated, Escalated)
    assert escalated.cause == Cause(
        rule="first_answer.escalate1",
        revision=1,
        clock="first_answer",
        started_at=at("Sun 1 09:00"),
        due=at("Sun 8 17:00"),
        days=3,
        paused_days=2,
        at=at("Sun 8 17:00"),
        also=("first_answer.warn",),
        tells="ADMIN",
    )


def test_a_comment_restarts_nothing() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    before = planned(desk)
    desk.do("PIC", "note", "Mon 2 09:00").do("COMPLAINANT", "answer", "Mon 2 10:00")
    assert planned(desk) == before
    wait(desk, "Wed 4 17:00")
    desk.do("PIC", "note", "Wed 4 18:00").do("ADMIN", "note", "Wed 4 19:00")
    assert wait(desk, "Wed 4 20:00") == [], "and what has fired does not fire again"


def test_a_first_answer_leaves_only_the_solve_clock() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply", "Mon 2 09:00")
    assert set(planned(desk)) == {"solve.warn", "solve.escalate1", "solve.escalate2"}


def test_a_change_of_custodian_begins_anew_and_gives_a_working_day_where_the_deadline_had_passed() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply", "Mon 2 09:00")
    assert wait(desk, "Mon 9 18:00") == ["solve.warn"]
    assert wait(desk, "Tue 10 18:00") == ["solve.escalate1"]
    desk.do("PIC", "request_close", "Wed 11 09:00")
    assert desk.complaint.level == 0
    desk.do("COMPLAINANT", "not_solved", "Wed 11 10:00")
    assert planned(desk) == {"solve.escalate1": "Thu 12 17:00", "solve.escalate2": "Tue 17 17:00"}


def test_another_pic_begins_anew_too() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    wait(desk, "Thu 5 09:00")
    assert desk.complaint.level == 1
    desk.do("ADMIN", "reassign", "Thu 5 10:00", pic=SITI)
    assert desk.complaint.level == 0
    assert "first_answer.escalate1" in planned(desk)


def test_the_vendor_is_reminded_again_and_again_by_its_own_week() -> None:
    desk = Desk("Sun 1 09:00").brought_to("TINDAKAN_VENDOR")
    assert wait(desk, "Fri 6 17:00") == ["vendor.remind"]
    assert wait(desk, "Fri 13 17:00") == ["vendor.remind"]
    assert [event.cause.nth for event in desk.said if isinstance(event, Reminded) and event.cause] == [1, 2]
    assert wait(desk, "Fri 20 17:00") == ["vendor.escalate1", "vendor.remind"]


def test_reminders_that_piled_up_while_we_were_away_are_one() -> None:
    desk = Desk("Sun 1 09:00").brought_to("MOHON_MAKLUMBALAS")
    assert wait(desk, "Wed 11 09:00") == ["answer.remind2"]
    reminded = desk.said[-1]
    assert isinstance(reminded, Reminded)
    assert reminded.cause is not None
    assert reminded.cause.also == ("answer.remind1",)
    vendor = Desk("Sun 1 09:00").brought_to("TINDAKAN_VENDOR")
    assert wait(vendor, "Wed 18 09:00") == ["vendor.remind"]
    assert vendor.said[-1].cause.nth == 2  # type: ignore[attr-defined]


def test_nobody_lapses_sooner_after_their_notice_than_promised_though_we_were_away() -> None:
    desk = Desk("Sun 1 09:00").brought_to("MOHON_TUTUP")
    assert wait(desk, "Sun 22 09:00") == ["close.remind1", "close.notice"]
    assert planned(desk) == {"close.lapse": "Tue 24 17:00"}
    assert wait(desk, "Tue 24 17:00") == ["close.lapse"]
    assert desk.complaint.state == "SELESAI"


def test_silence_ends_as_the_office_says() -> None:
    desk = Desk("Sun 1 09:00").brought_to("MOHON_TUTUP")
    fired = [rule for day in ("Wed 4", "Sun 8", "Tue 10", "Tue 31") for rule in wait(desk, f"{day} 17:00")]
    assert fired == ["close.remind1", "close.notice", "close.lapse", "reopen.seal"]
    assert (desk.complaint.state, desk.complaint.outcome) == ("DITUTUP", "solved")
    asked = Desk("Sun 1 09:00").brought_to("MOHON_MAKLUMBALAS")
    fired = [rule for day in ("Wed 4", "Tue 10", "Tue 17", "Thu 19") for rule in wait(asked, f"{day} 17:00")]
    assert fired == ["answer.remind1", "answer.remind2", "answer.notice", "answer.lapse"]
    assert (asked.complaint.state, asked.complaint.outcome) == ("DITUTUP", "no_answer")


def test_asked_to_close_while_asked_something_else_she_has_the_whole_time_from_then() -> None:
    desk = Desk("Sun 1 09:00").brought_to("MOHON_MAKLUMBALAS").do("PIC", "request_close", "Mon 16 09:00")
    assert planned(desk) == {
        "close.remind1": "Thu 19 17:00",
        "close.notice": "Mon 23 17:00",
        "close.lapse": "Wed 25 17:00",
    }


def test_a_rule_that_is_off_does_not_fire_and_says_so() -> None:
    desk = Desk("Sun 1 09:00", with_rule("assign.escalate2", on=False))
    assert wait(desk, "Mon 16 17:00") == ["assign.escalate1"]
    standing = {one.rule.id: one.standing for one in plan.explain(desk.complaint, desk.rules)}
    assert standing["assign.escalate1"] == "fired"
    assert standing["assign.escalate2"] == "off"
    assert standing["vendor.remind"] == "clock_not_running"
    given_late = Desk("Sun 1 09:00").do("ADMIN", "assign", "Wed 4 16:00")
    standing = {one.rule.id: one.standing for one in plan.explain(given_late.complaint, given_late.rules)}
    assert standing["first_answer.warn"] == "too_late_to_warn"
    with_her = Desk("Sun 1 09:00").brought_to("MOHON_TUTUP")
    standing = {one.rule.id: one.standing for one in plan.explain(with_her.complaint, with_her.rules)}
    assert (standing["solve.escalate1"], standing["close.notice"]) == ("clock_stopped", "waits")


# Due dates worked out by hand.

FOUR_DAYS = [date(2026, 3, day) for day in (8, 9, 10, 11)]
RAYA = [date(2026, 3, 22), date(2026, 3, 23)]  # 1 and 2 Syawal on a Sunday and a Monday


def test_filed_on_thursday_at_ten_to_five_before_four_days_off() -> None:
    desk = Desk("Thu 5 16:50", with_holidays(*FOUR_DAYS))
    assert planned(desk) == {
        "assign.warn": "Thu 5 17:00",
        "assign.escalate1": "Thu 12 17:00",
        "assign.escalate2": "Tue 17 17:00",
    }
    desk.do("ADMIN", "assign", "Thu 5 16:55")
    assert told(desk.complaint.due or desk.now) == "Mon 16 17:00"  # Thu 12, Sun 15, Mon 16


def test_one_that_crosses_hari_raya() -> None:
    desk = Desk("Mon 16 10:00", with_holidays(*RAYA)).brought_to("INPROGRESS").do("PIC", "reply")
    # Tue 17, Wed 18, Thu 19, (Fri Sat, Raya 22 23), Tue 24, Wed 25, Thu 26, Sun 29
    assert planned(desk) == {
        "solve.warn": "Thu 26 17:00",
        "solve.escalate1": "Sun 29 17:00",
        "solve.escalate2": "Wed 1 17:00",
    }


def test_a_holiday_declared_on_the_eve_moves_the_deadline_by_its_day() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    assert told(due(desk.complaint, RULES) or desk.now) == "Tue 10 17:00"
    eve = with_holidays(date(2026, 3, 9))
    assert told(due(desk.complaint, eve) or desk.now) == "Wed 11 17:00"


def test_a_breach_that_was_reported_is_not_rewritten_by_a_later_holiday() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    wait(desk, "Tue 10 17:00")
    late = with_holidays(date(2026, 3, 9))
    assert due(desk.complaint, late) == at("Tue 10 17:00")
    desk.rules = late
    desk.do("PIC", "note", "Wed 11 09:00")
    assert desk.complaint.due == at("Tue 10 17:00"), "nor by what happens after"
    assert wait(desk, "Thu 12 17:00") == []
    assert wait(desk, "Sun 15 17:00") == ["solve.escalate2"]


def test_the_29th_of_february_is_a_day_like_any_other() -> None:
    leap = Calendar(ZONE, frozenset({4, 5}))
    start = datetime(2028, 2, 28, 16, 0, tzinfo=ZONE)  # a Monday
    assert leap.due(start, 1) == datetime(2028, 2, 29, 17, 0, tzinfo=ZONE)
    assert leap.due(start, 3) == datetime(2028, 3, 2, 17, 0, tzinfo=ZONE)
    assert leap.days_between(start, datetime(2028, 3, 1, 17, 0, tzinfo=ZONE)) == 3


def test_a_reopened_one_goes_on_where_its_clock_stood() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("PIC", "request_close", "Tue 3 09:00")  # two days used: Sunday, Monday
    desk.do("COMPLAINANT", "close", "Wed 4 09:00").do("COMPLAINANT", "reopen", "Mon 16 09:00")
    # Of Tue 3 .. Sun 15 nine working days ended while it was not with us: 7 + 9 from Sunday 1.
    assert desk.complaint.due == at("Mon 23 17:00")


def test_moved_between_priorities_twice_it_is_due_as_if_it_had_always_had_the_last() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("PIC", "classify", "Mon 2 09:00", priority="Kritikal")
    assert desk.complaint.due == at("Mon 2 17:00")
    assert wait(desk, "Mon 2 17:00") == ["solve.escalate1"], "a warning that comes with it is none"
    desk.do("ADMIN", "classify", "Tue 3 09:00", priority="Rendah")
    assert desk.complaint.due == at("Sun 22 17:00")
    assert planned(desk) == {"solve.escalate2": "Wed 25 17:00"}, "told once is told"
    desk.do("ADMIN", "classify", "Wed 4 09:00", priority="Sederhana")
    assert desk.complaint.due == at("Tue 10 17:00")


def test_what_is_kompleks_has_the_longer_charter() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("ADMIN", "classify", complex=True)
    assert desk.complaint.due == RULES.office.due(at("Sun 1 09:00"), 30)


def test_a_deadline_moves_with_an_event_that_says_from_where_to_where() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.rules = with_holidays(date(2026, 3, 9))
    desk.do("SYSTEM", Action.RESCHEDULE, "Sun 8 16:00", text="Cuti peristiwa")
    event: Any = desk.said[-1]
    assert (event.due_before, event.due, event.text) == (at("Tue 10 17:00"), at("Wed 11 17:00"), "Cuti peristiwa")


def test_whoever_gets_it_can_be_told_who_had_it() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    assert desk.complaint.pic == AZMAN
    assert acts.replayed(desk.said) == desk.complaint


def test_a_first_answer_that_was_reported_late_stays_late_whatever_is_declared_afterwards() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    assert "first_answer.escalate1" in wait(desk, "Thu 5 09:00")
    assert first_answer_by(desk.complaint, with_holidays(date(2026, 3, 3)), desk.now) == at("Wed 4 17:00")

"""Deadlines and custody, worked out by hand. Kelantan works Sunday to Thursday; March 2026 began on a Sunday."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from services.workflow.domain import clocks
from tests.unit.workflow.desk import AZMAN, RULES, SITI, Desk, at, days, with_holidays


def due(desk: Desk) -> str | None:
    """When the ball's holder must have acted, as `Thu 5 17:00`."""
    moment = desk.complaint.due
    assert desk.said[-1].due == moment, "the event says the same"
    return moment.strftime("%a %-d %H:%M") if moment else None


@pytest.mark.parametrize(
    ("filed", "assign_by"),
    [
        ("Sun 1 09:00", "Mon 2 17:00"),
        ("Thu 5 16:50", "Sun 8 17:00"),
        ("Thu 5 23:00", "Sun 8 17:00"),
        ("Fri 6 08:00", "Sun 8 17:00"),
        ("Sat 7 22:00", "Sun 8 17:00"),
    ],
)
def test_a_new_complaint_is_to_be_assigned_within_one_working_day(filed: str, assign_by: str) -> None:
    assert due(Desk(filed)) == assign_by


def test_a_week_that_ends_at_ten_to_five_on_a_thursday() -> None:
    desk = Desk("Thu 5 16:50")
    assert due(desk.do("ADMIN", "assign", "Sun 8 10:00")) == "Tue 10 17:00"  # first answer in 3, counted from filing
    assert due(desk.do("PIC", "start", "Sun 8 11:00")) == "Tue 10 17:00"
    assert due(desk.do("PIC", "reply", "Mon 9 09:00")) == "Mon 16 17:00"  # answered: now solve in 7
    assert due(desk.do("PIC", "ask_feedback", "Mon 9 10:00")) is None  # she has the ball
    assert due(desk.do("COMPLAINANT", "answer", "Wed 11 18:00")) == "Thu 19 17:00"  # three fives o'clock were hers
    assert due(desk.do("PIC", "refer", "Thu 12 09:00")) == "Tue 17 17:00"  # Implementor: 3 of their own
    assert due(desk.do("IMPLEMENTOR", "log_vendor", "Sun 15 08:00")) == "Fri 3 17:00"  # vendor: 15, Monday to Friday
    assert due(desk.do("VENDOR", "vendor_answered", "Tue 17 09:00")) == "Mon 23 17:00"  # Sunday and Monday were theirs
    assert due(desk.do("PIC", "request_close", "Tue 17 10:00")) is None
    assert due(desk.do("SYSTEM", "lapse", "Tue 31 17:00")) is None


@pytest.mark.parametrize(
    ("priority", "solve_by"),
    [("Kritikal", "Mon 2 17:00"), ("Tinggi", "Wed 4 17:00"), ("Sederhana", "Tue 10 17:00"), ("Rendah", "Sun 22 17:00")],
)
def test_the_priority_says_by_when_it_must_be_solved(priority: str, solve_by: str) -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    assert due(desk.do("PIC", "classify", priority=priority)) == solve_by


def test_the_first_answer_is_due_before_the_solution_unless_the_priority_is_shorter() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    assert due(desk) == "Wed 4 17:00"
    assert due(desk.do("ADMIN", "classify", priority="Kritikal")) == "Mon 2 17:00"


@pytest.mark.parametrize(
    ("asked", "answered", "solve_by"),
    [
        ("Mon 2 10:00", "Mon 2 16:59", "Tue 10 17:00"),  # within a day: moves nothing
        ("Mon 2 10:00", "Mon 2 17:00", "Wed 11 17:00"),  # over one five o'clock
        ("Thu 5 17:30", "Sun 8 09:00", "Tue 10 17:00"),  # a weekend is no working time
        ("Thu 5 16:30", "Sun 8 09:00", "Wed 11 17:00"),
        ("Mon 2 10:00", "Mon 16 09:00", "Tue 24 17:00"),  # ten working days
    ],
)
def test_a_pause_moves_the_deadline_by_the_working_days_that_ended_in_it(
    asked: str, answered: str, solve_by: str
) -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("PIC", "ask_feedback", asked).do("COMPLAINANT", "answer", answered)
    assert due(desk) == solve_by


def test_two_pauses_add_up() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("PIC", "ask_feedback", "Mon 2 10:00").do("COMPLAINANT", "answer", "Tue 3 10:00")
    desk.do("PIC", "log_vendor", "Tue 3 11:00").do("VENDOR", "vendor_answered", "Thu 5 18:00")
    assert due(desk) == "Mon 16 17:00"  # Tue 10, one day hers, three the vendor's


def test_a_reopened_complaint_has_not_aged_while_it_was_over() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    desk.do("PIC", "request_close", "Mon 2 10:00").do("COMPLAINANT", "close", "Mon 2 11:00")
    assert due(desk.do("COMPLAINANT", "reopen", "Thu 12 09:00")) == "Sun 22 17:00"  # 10 March and eight days


def test_a_holiday_moves_every_deadline_it_touches() -> None:
    assert due(Desk("Thu 5 16:50", with_holidays(date(2026, 3, 8)))) == "Mon 9 17:00"
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("PIC", "reply")
    assert due(desk) == "Tue 10 17:00"
    desk.rules = with_holidays(date(2026, 3, 9))
    assert due(desk.do("SYSTEM", "reschedule")) == "Wed 11 17:00"


def test_another_pic_inherits_the_deadline() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    before = due(desk)
    assert due(desk.do("ADMIN", "reassign", "Tue 3 09:00", pic=SITI)) == before


@pytest.mark.parametrize(
    ("role", "action", "words", "counts"),
    [
        ("ADMIN", "reply", {}, True),
        ("PIC", "reply", {}, True),
        ("PIC", "ask_feedback", {}, True),
        ("PIC", "request_close", {}, True),
        ("PIC", "log_vendor", {"public_text": "Dirujuk kepada BKP."}, True),
        ("PIC", "log_vendor", {}, False),
        ("PIC", "note", {}, False),
        ("PIC", "refer", {}, False),
        ("COMPLAINANT", "answer", {}, False),
    ],
)
def test_the_first_public_text_of_staff_is_the_first_answer(
    role: str, action: str, words: dict[str, Any], counts: bool
) -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do(role, action, "Mon 2 09:00", **words)
    assert desk.complaint.first_answered_at == (at("Mon 2 09:00") if counts else None)


def test_the_first_answer_stays_the_first() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    desk.do("PIC", "reply", "Mon 2 09:00").do("PIC", "reply", "Tue 3 09:00")
    assert desk.complaint.first_answered_at == at("Mon 2 09:00")


def test_custody_says_who_had_it_how_long() -> None:
    desk = Desk("Thu 5 16:50")  # ADMIN: Thu 17:00
    desk.do("ADMIN", "assign", "Sun 8 10:00")  # PIC: Sun 17:00
    desk.do("PIC", "log_vendor", "Mon 9 09:00")  # VENDOR: Mon, Tue, Wed 17:00
    desk.do("VENDOR", "vendor_answered", "Thu 12 09:00")  # PIC: none
    desk.do("PIC", "refer", "Thu 12 10:00")  # IMPLEMENTOR: Thu 17:00
    desk.do("IMPLEMENTOR", "return", "Sat 14 12:00")  # PIC: none
    desk.do("PIC", "request_close", "Sun 15 16:59")  # COMPLAINANT: Sun 17:00
    desk.do("COMPLAINANT", "close", "Sun 15 17:00")
    now = at("Tue 31 12:00")
    shares = clocks.shares(desk.complaint, RULES, now)
    assert days(shares) == {"ADMIN": 1, "PIC": 1, "VENDOR": 3, "IMPLEMENTOR": 1, "COMPLAINANT": 1}
    assert sum(share["seconds"] for share in shares.values()) == timedelta(days=10, minutes=10).total_seconds()
    assert RULES.office.days_between(desk.complaint.submitted_at, at("Sun 15 17:00")) == 7


def test_what_does_not_hand_the_ball_on_leaves_custody_alone() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    before = desk.complaint.custody
    desk.do("PIC", "reply").do("PIC", "note").do("ADMIN", "reassign", pic=SITI).do("COMPLAINANT", "answer")
    assert desk.complaint.custody is before


def test_a_change_of_custodian_or_pic_ends_the_escalation() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("SYSTEM", "escalate").do("SYSTEM", "escalate")
    assert desk.complaint.level == 2
    assert desk.do("PIC", "note").complaint.level == 2
    other = Desk("Sun 1 09:00").brought_to("INPROGRESS").do("SYSTEM", "escalate")
    assert desk.do("PIC", "refer").complaint.level == 0
    assert other.do("ADMIN", "reassign", pic=SITI).complaint.level == 0


def test_an_unknown_priority_gets_the_longest_time_and_no_crash() -> None:
    desk = Desk("Sun 1 09:00").brought_to("INPROGRESS")
    odd = msgspec.structs.replace(desk.complaint, priority="Segera")
    assert clocks.solve_by(odd, RULES, desk.now) == at("Sun 22 17:00")


def test_by_when_to_answer_first_follows_the_days_as_they_stand_now() -> None:
    new, started = Desk("Sun 1 09:00"), Desk("Sun 1 09:00").brought_to("INPROGRESS")
    for desk in (new, started):
        assert clocks.first_answer_by(desk.complaint, RULES, desk.now) == at("Wed 4 17:00")
        off = with_holidays(date(2026, 3, 3))
        assert clocks.first_answer_by(desk.complaint, off, desk.now) == at("Thu 5 17:00")
    waits = started.do("PIC", "log_vendor", "Mon 2 09:00").complaint
    assert clocks.first_answer_by(waits, RULES, at("Tue 3 18:00")) == at("Sun 8 17:00"), "two days were the vendor's"


def test_the_reopen_window_counts_from_the_first_end_and_closing_does_not_prolong_it() -> None:
    desk = Desk("Sun 1 09:00").brought_to("MOHON_TUTUP")
    desk.do("SYSTEM", "lapse", "Sun 8 17:00")
    until = clocks.reopen_until(desk.complaint, RULES)
    assert until == at("Thu 26 17:00")  # fourteen working days after the 8th
    desk.do("COMPLAINANT", "close", "Wed 11 09:00")
    assert clocks.reopen_until(desk.complaint, RULES) == until
    assert clocks.within_window(desk.complaint, RULES, at("Thu 26 17:00"))
    assert not clocks.within_window(desk.complaint, RULES, at("Thu 26 17:01"))


def test_a_second_end_opens_a_window_of_its_own() -> None:
    desk = Desk("Sun 1 09:00").brought_to("DITUTUP").do("COMPLAINANT", "reopen", "Mon 2 09:00")
    assert clocks.reopen_until(desk.complaint, RULES) is None
    desk.do("PIC", "request_close", "Tue 3 09:00", by=AZMAN).do("COMPLAINANT", "close", "Wed 4 09:00")
    assert clocks.reopen_until(desk.complaint, RULES) == at("Tue 24 17:00")

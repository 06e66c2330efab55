"""Who is told of what: every event of the table, by the rules the office starts with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.notify.domain.people import Complainant, Staff
from services.notify.domain.planning import Planned, plan
from services.notify.domain.retries import Reason, Status
from services.notify.domain.rules import Condition, Rule
from services.notify.domain.texts import ZONE
from shared.events import intake, workflow
from shared.events.complaint import Actor, ComplaintEvent, Person
from shared.events.reference import Away
from tests.support.complaints import ADMIN, IMAN, NUMBER, RASHID, SITI, a_received, an_event
from tests.unit.notify.matrix import RULES


def member(person: Person, *roles: str, queues: Sequence[str] = (), active: bool = True) -> Staff:
    return Staff(person.id, person.name, active, frozenset(roles), frozenset(queues))


SECOND_ADMIN = Person(id="s-admin2", name="Tuan Admin")
HEAD = Person(id="s-head", name="Bendahari")
VENDOR = Person(id="s-vendor", name="Meja TTSB")
OFFICE = [
    Staff("s-admin", "Puan Admin", True, frozenset({"ADMIN"}), frozenset()),
    member(SECOND_ADMIN, "ADMIN"),
    member(RASHID, "PIC"),
    member(SITI, "PIC"),
    member(IMAN, "IMPLEMENTOR", queues=["IMPLEMENTOR"]),
    member(HEAD, "MANAGEMENT"),
    member(VENDOR, "VENDOR"),
]
AMINAH = Complainant(NUMBER, "Aminah binti Ali", whatsapp=True)
HERSELF = Actor(role="COMPLAINANT", name="Aminah binti Ali")
TIMER = Actor(role="SYSTEM")
HERS = f"complainant:{NUMBER}"


def planned(event: ComplaintEvent | intake.TrackingLinkRequested, staff: Sequence[Staff] = OFFICE) -> list[Planned]:
    return plan([rule for rule in RULES if rule.event == event.wire], event, AMINAH, staff)


def told(event: ComplaintEvent | intake.TrackingLinkRequested) -> set[tuple[str, str]]:
    return {(line.recipient.removeprefix("staff:"), line.template) for line in planned(event) if line.reason is None}


def event(of: type[ComplaintEvent], /, **changes: Any) -> ComplaintEvent:
    own = {name: changes.pop(name) for name in ("kind",) if name in changes}
    made: ComplaintEvent = an_event(of, **changes)
    return msgspec.structs.replace(made, **own)


ADMINS = ("s-admin", "s-admin2")
CASES: tuple[tuple[ComplaintEvent, set[tuple[str, str]]], ...] = (
    (a_received(), {(HERS, "akuan_terima"), *((admin, "aduan_baharu_admin") for admin in ADMINS)}),
    (
        event(workflow.Assigned, to="DIAGIHKAN", actor=ADMIN),
        {(RASHID.id, "agihan_pic"), (HERS, "makluman_agihan_pengadu")},
    ),
    (
        event(workflow.Reassigned, actor=ADMIN),
        {(RASHID.id, "agihan_semula_pic"), (SITI.id, "agihan_dialih")},
    ),
    (event(workflow.HandedBack, to="BARU", pic=None), {(admin, "dipulangkan_admin") for admin in ADMINS}),
    (
        event(workflow.Rejected, to="DITUTUP", actor=ADMIN, outcome="rejected"),
        {(HERS, "aduan_ditolak"), (RASHID.id, "aduan_ditutup_pic")},
    ),
    (event(workflow.Rejected, to="DITUTUP", actor=ADMIN, pic=None), {(HERS, "aduan_ditolak")}),
    (event(workflow.MarkedDuplicate, to="DITUTUP"), {(HERS, "aduan_bertindih")}),
    (event(workflow.Classified), set()),
    (event(workflow.Started), set()),
    (event(workflow.Replied), {(HERS, "balasan_pic")}),
    (event(workflow.Noted), set()),
    (event(workflow.FeedbackAsked, to="MOHON_MAKLUMBALAS"), {(HERS, "mohon_maklum_balas")}),
    (
        event(workflow.Referred, to="RUJUKAN_IMPLEMENTOR"),
        {(IMAN.id, "rujuk_implementor"), (HERS, "makluman_implementor_pengadu")},
    ),
    (event(workflow.Claimed, to="RUJUKAN_IMPLEMENTOR", claimant=IMAN), set()),
    (
        event(workflow.Returned, actor=Actor(role="IMPLEMENTOR", id=IMAN.id, name=IMAN.name)),
        {(RASHID.id, "jawapan_implementor")},
    ),
    (event(workflow.VendorLogged, to="TINDAKAN_VENDOR"), {(HERS, "log_vendor")}),
    (
        event(workflow.VendorLogged, to="TINDAKAN_VENDOR", actor=Actor(role="IMPLEMENTOR", id=IMAN.id)),
        {(HERS, "log_vendor"), (RASHID.id, "log_vendor_pic")},
    ),
    (event(workflow.VendorUpdated, to="TINDAKAN_VENDOR"), set()),
    (
        event(workflow.VendorUpdated, to="TINDAKAN_VENDOR", actor=Actor(role="VENDOR", id=VENDOR.id)),
        {(RASHID.id, "kemas_kini_vendor")},
    ),
    (event(workflow.VendorAnswered), set()),
    (event(workflow.VendorAnswered, actor=Actor(role="VENDOR", id=VENDOR.id)), {(RASHID.id, "jawapan_vendor")}),
    (event(workflow.CloseRequested, to="MOHON_TUTUP"), {(HERS, "mohon_tutup")}),
    (event(workflow.TakenBack, from_="MOHON_TUTUP"), {(HERS, "tindakan_disambung")}),
    (
        event(workflow.TakenBack, from_="RUJUKAN_IMPLEMENTOR", claimant=IMAN, actor=ADMIN),
        {(RASHID.id, "tindakan_diambil_semula"), (IMAN.id, "tindakan_diambil_semula")},
    ),
    (event(workflow.Answered, actor=HERSELF), {(RASHID.id, "balasan_pengadu")}),
    (
        event(workflow.Answered, actor=HERSELF, to="RUJUKAN_IMPLEMENTOR", claimant=IMAN),
        {(RASHID.id, "balasan_pengadu"), (IMAN.id, "balasan_pengadu")},
    ),
    (
        event(workflow.Answered, actor=HERSELF, to="BARU", pic=None),
        {(admin, "balasan_pengadu") for admin in ADMINS},
    ),
    (event(workflow.NotSolved, actor=HERSELF), {(RASHID.id, "belum_selesai")}),
    (
        event(workflow.Closed, to="DITUTUP", actor=HERSELF),
        {(HERS, "aduan_ditutup"), (RASHID.id, "aduan_ditutup_pic")},
    ),
    (event(workflow.Rated, to="DITUTUP", actor=HERSELF), set()),
    (
        event(workflow.Reopened, actor=HERSELF),
        {(RASHID.id, "dibuka_semula"), *((admin, "dibuka_semula") for admin in ADMINS)},
    ),
    (
        event(workflow.Reopened, actor=ADMIN),
        {(RASHID.id, "dibuka_semula"), ("s-admin2", "dibuka_semula"), (HERS, "dibuka_semula_pengadu")},
    ),
    (event(workflow.ContactCorrected, actor=ADMIN), {(HERS, "hubungan_dibetulkan")}),
    (event(workflow.Reminded, to="MOHON_TUTUP", actor=TIMER, kind="remind"), {(HERS, "peringatan_pengadu")}),
    (event(workflow.Reminded, to="MOHON_TUTUP", actor=TIMER, kind="notice"), {(HERS, "notis_tutup_automatik")}),
    (event(workflow.Reminded, to="TINDAKAN_VENDOR", actor=TIMER, kind="remind"), {(RASHID.id, "peringatan_vendor")}),
    (event(workflow.Reminded, actor=TIMER, kind="warn"), {(RASHID.id, "hampir_lewat")}),
    (
        event(workflow.Reminded, to="RUJUKAN_IMPLEMENTOR", actor=TIMER, kind="warn"),
        {(IMAN.id, "hampir_lewat")},
    ),
    (
        event(workflow.Reminded, to="BARU", pic=None, actor=TIMER, kind="warn"),
        {(admin, "hampir_lewat") for admin in ADMINS},
    ),
    (
        event(workflow.Escalated, actor=TIMER, level=1),
        {(RASHID.id, "eskalasi"), *((admin, "eskalasi") for admin in ADMINS)},
    ),
    (
        event(workflow.Escalated, actor=TIMER, level=2),
        {(RASHID.id, "eskalasi"), (HEAD.id, "eskalasi"), *((admin, "eskalasi") for admin in ADMINS)},
    ),
    (event(workflow.Rescheduled, actor=TIMER), {(RASHID.id, "tarikh_akhir_berubah")}),
    (
        event(workflow.MessageHeld, to="DITUTUP", actor=TIMER),
        {(HERS, "mesej_ditahan"), (RASHID.id, "mesej_ditahan_pic")},
    ),
    (
        event(workflow.Lapsed, to="SELESAI", actor=TIMER),
        {(HERS, "ditutup_automatik"), (RASHID.id, "aduan_ditutup_pic")},
    ),
    (event(workflow.Sealed, to="DITUTUP", actor=TIMER), set()),
)


@pytest.mark.parametrize(("happened", "expected"), CASES, ids=lambda case: getattr(case, "wire", ""))
def test_exactly_the_right_people_are_told(happened: ComplaintEvent, expected: set[tuple[str, str]]) -> None:
    assert told(happened) == expected


def test_the_cases_above_leave_out_no_event() -> None:
    assert {type(happened) for happened, _ in CASES} == set(workflow.ALL)


def test_a_tracking_link_goes_to_the_contact_on_record() -> None:
    assert told(intake.TrackingLinkRequested(number=NUMBER)) == {(HERS, "pautan_semakan")}


def test_who_did_it_is_not_told_and_it_is_written_down() -> None:
    lines = planned(event(workflow.Assigned, actor=Actor(role="ADMIN", id=RASHID.id, name=RASHID.name)))
    mine = next(line for line in lines if line.recipient == f"staff:{RASHID.id}")
    assert (mine.status, mine.reason) == (Status.SKIPPED, Reason.OWN_ACT)


def test_one_person_in_two_audiences_gets_one_message_the_first() -> None:
    both = [*OFFICE[1:], Staff(RASHID.id, RASHID.name, True, frozenset({"PIC", "ADMIN"}), frozenset())]
    lines = [
        line
        for line in planned(event(workflow.Escalated, actor=TIMER, level=1), both)
        if line.recipient == f"staff:{RASHID.id}"
    ]
    assert [(line.audience, line.reason) for line in lines] == [("pic", None), ("admins", Reason.DUPLICATE_PERSON)]


def test_people_who_left_are_not_told() -> None:
    gone = [member(RASHID, "PIC", active=False), member(SECOND_ADMIN, "ADMIN", active=False)]
    lines = plan(
        [rule for rule in RULES if rule.event == "complaint.reopened"],
        event(workflow.Reopened, actor=HERSELF),
        AMINAH,
        gone,
    )
    assert {(line.recipient, line.reason) for line in lines} == {
        (f"staff:{RASHID.id}", Reason.NO_ADDRESS),
        (HERS, Reason.OWN_ACT),
    }


def test_a_rule_that_is_switched_off_is_written_down_and_takes_nobody_from_one_that_is_on() -> None:
    rules = [
        msgspec.structs.replace(rule, enabled=False) if rule.audience == "pic" else rule
        for rule in RULES
        if rule.event == "complaint.escalated"
    ]
    both = [Staff(RASHID.id, RASHID.name, True, frozenset({"PIC", "ADMIN"}), frozenset())]
    lines = plan(rules, event(workflow.Escalated, actor=TIMER, level=1), AMINAH, both)
    assert {(line.audience, line.reason) for line in lines} == {("admins", None), ("pic", Reason.SWITCHED_OFF)}


@pytest.mark.parametrize(("agreed", "reason"), [(True, None), (False, Reason.NO_CONSENT)])
def test_another_channel_asks_for_consent_first(agreed: bool, reason: Reason | None) -> None:
    rule = Rule(
        position=1, event="complaint.replied", audience="complainant", channel="whatsapp", template="balasan_pic"
    )
    (line,) = plan([rule], event(workflow.Replied), Complainant(NUMBER, "Aminah", agreed), [])
    assert line.reason == reason


def test_a_condition_asks_only_what_it_names() -> None:
    happened = event(workflow.Reminded, kind="remind", level=0)
    assert Condition().holds(happened)
    assert Condition(kind=("remind",), custodian=("PIC",), has_pic=True, level=(0,)).holds(happened)
    for wrong in (
        Condition(kind=("warn",)),
        Condition(custodian=("ADMIN",)),
        Condition(has_pic=False),
        Condition(has_claimant=True),
        Condition(level=(1, 2)),
        Condition(in_state=("BARU",)),
        Condition(from_state=("BARU",)),
    ):
        assert not wrong.holds(happened)


def away(first: int, last: int, deputy: str | None = SITI.id) -> list[Staff]:
    """The office while its PIC is away between these days around the event."""
    on = event(workflow.Answered, actor=HERSELF).at.astimezone(ZONE).date()
    days = Away(from_=on + timedelta(days=first), until=on + timedelta(days=last), deputy=deputy)
    absent = replace(member(RASHID, "PIC"), away=(days,))
    return [absent if one.id == RASHID.id else one for one in OFFICE]


def pic_lines(staff: list[Staff], **changes: Any) -> list[tuple[str, Reason | None]]:
    said = event(workflow.Answered, **({"actor": HERSELF} | changes))
    return [(one.recipient, one.reason) for one in planned(said, staff) if one.audience == "pic"]


def test_who_stands_in_is_told_instead_and_the_ledger_says_why() -> None:
    for first, last in ((0, 0), (-3, 2)):
        assert pic_lines(away(first, last)) == [(f"staff:{SITI.id}", None), (f"staff:{RASHID.id}", Reason.ABSENT)]


def test_before_and_after_an_absence_and_without_a_deputy_the_pic_is_told() -> None:
    for staff in (away(1, 5), away(-5, -1), away(0, 0, deputy=None), away(0, 0, deputy="s-gone")):
        assert pic_lines(staff) == [(f"staff:{RASHID.id}", None)]


def test_a_deputy_who_can_no_longer_act_is_not_told() -> None:
    for unable in (member(SITI, "PIC", active=False), member(SITI, "MANAGEMENT")):
        staff = [unable if one.id == SITI.id else one for one in away(0, 0)]
        assert pic_lines(staff) == [(f"staff:{RASHID.id}", None)]


def test_a_deputy_is_not_told_of_their_own_act() -> None:
    said = event(workflow.Reassigned, actor=Actor(role="ADMIN", id=SITI.id, name=SITI.name), before=None)
    told_pic = [one for one in planned(said, away(0, 0)) if one.audience == "pic"]
    assert [(one.recipient, one.reason) for one in told_pic] == [
        (f"staff:{SITI.id}", Reason.OWN_ACT),
        (f"staff:{RASHID.id}", Reason.ABSENT),
    ]

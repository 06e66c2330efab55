"""What an act does: one version, one event, the right outcome, and the right readers."""

from typing import Any

import msgspec
import pytest

from services.workflow.domain import acts, sight
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.domain.reasons import REJECT_REASONS
from services.workflow.machine import EVENTS, TABLE, Action, Role
from shared.errors import Refused
from shared.events import workflow
from shared.principals import Caller
from tests.unit.workflow.desk import AZMAN, KAMAL, NUMBER, ROHANI, RULES, SITI, TTSB, WAYS, Desk, a_submission, at

HANDLED_APART = {Action.RECEIVE, Action.HOLD_MESSAGE}


@pytest.mark.parametrize(
    ("action", "state", "role"),
    [
        pytest.param(row.action, state, role, id=f"{row.action}-{state}-{role}")
        for row in TABLE
        if row.action not in HANDLED_APART
        for state in sorted(row.sources)
        for role in sorted(row.roles)
    ],
)
def test_every_line_of_the_table_makes_one_version_and_says_one_event(action: Action, state: str, role: Role) -> None:
    desk = Desk().brought_to(state)
    if action is Action.REOPEN and role is Role.COMPLAINANT:
        assert desk.complaint.outcome == "solved"
    before = desk.complaint
    desk.do(role, action, "Mon 2 09:00", score=4, duplicate_of="HD-2026-000009-X", contact=before.contact, kind="warn")
    after, event = desk.complaint, desk.said[-1]
    assert after.version == before.version + 1
    assert (event.wire, event.from_, event.to) == (EVENTS[action], before.state, after.state)
    assert (event.actor.role, event.at, event.custodian) == (role, at("Mon 2 09:00"), after.custodian)
    assert (event.pic, event.claimant, event.outcome) == (after.pic, after.claimant, after.outcome)
    assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event


@pytest.mark.parametrize("state", WAYS)
def test_a_complaint_is_kept_and_read_back_as_it_was(state: str) -> None:
    complaint = Desk().brought_to(state).complaint
    assert msgspec.convert(msgspec.to_builtins(complaint), Complaint) == complaint


@pytest.mark.parametrize(
    ("ways", "outcome"),
    [
        ("PIC request_close, COMPLAINANT close", "solved"),
        ("PIC request_close, SYSTEM lapse", "solved"),
        ("PIC request_close, SYSTEM lapse, COMPLAINANT close", "solved"),
        ("PIC request_close, SYSTEM lapse, SYSTEM seal", "solved"),
        ("PIC request_close, COMPLAINANT not_solved, COMPLAINANT close", "withdrawn"),
        ("PIC request_close, COMPLAINANT answer, COMPLAINANT close", "withdrawn"),
        ("PIC request_close, PIC take_back, COMPLAINANT close", "withdrawn"),
        ("PIC request_close, COMPLAINANT not_solved, PIC request_close, COMPLAINANT close", "solved"),
        ("PIC request_close, ADMIN reply, COMPLAINANT close", "solved"),
        ("COMPLAINANT close", "withdrawn"),
        ("PIC refer, COMPLAINANT close", "withdrawn"),
        ("PIC refer, IMPLEMENTOR request_close, COMPLAINANT close", "solved"),
        ("PIC ask_feedback, SYSTEM lapse", "no_answer"),
        ("PIC ask_feedback, COMPLAINANT close", "withdrawn"),
        ("PIC hand_back, ADMIN reject", "rejected"),
        ("ADMIN mark_duplicate", "duplicate"),
        ("PIC mark_duplicate", "duplicate"),
        ("PIC request_close, COMPLAINANT close, COMPLAINANT reopen, COMPLAINANT close", "withdrawn"),
        ("PIC request_close, COMPLAINANT close, ADMIN reopen, PIC request_close, SYSTEM lapse", "solved"),
    ],
)
def test_how_it_went_says_how_it_ended(ways: str, outcome: str) -> None:
    desk = Desk().brought_to("INPROGRESS")
    for way in ways.split(", "):
        role, action = way.split()
        assert desk.complaint.outcome is None or not desk.complaint.open
        desk.do(role, action, duplicate_of="HD-2026-000009-X")
    assert desk.complaint.outcome == desk.said[-1].outcome == outcome


def test_reopened_nothing_is_left_of_how_it_ended() -> None:
    desk = Desk().brought_to("DIAGIHKAN").do("ADMIN", "mark_duplicate", duplicate_of="HD-2026-000009-X")
    desk.do("COMPLAINANT", "rate", score=1).do("COMPLAINANT", "reopen")
    complaint = desk.complaint
    assert complaint.state == "INPROGRESS"
    assert (complaint.outcome, complaint.ended_at, complaint.duplicate_of, complaint.rated) == (None, None, None, False)


def test_a_rating_is_taken_once_for_every_closing() -> None:
    desk = Desk().brought_to("SELESAI").do("COMPLAINANT", "rate", score=5)
    with pytest.raises(Refused):
        desk.do("COMPLAINANT", "rate", score=1)
    with pytest.raises(Refused):  # sealed is not closed again
        desk.do("SYSTEM", "seal").do("COMPLAINANT", "rate", score=1)
    desk.do("COMPLAINANT", "reopen").do("COMPLAINANT", "close").do("COMPLAINANT", "rate", score=2)
    assert [event.score for event in desk.said if event.wire == "complaint.rated"] == [5, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("words", "answered"), [({"reason_code": "incomplete", "text": None}, True), ({}, False)])
def test_a_reason_from_the_list_is_an_answer_and_is_told_again_by_the_record(
    words: dict[str, Any], answered: bool
) -> None:
    desk = Desk().do("ADMIN", "reject" if words else "assign", **words)
    assert (desk.complaint.first_answered_at is not None) is answered
    assert acts.replayed(desk.said) == desk.complaint


def test_every_reason_is_said_in_both_languages_in_the_event() -> None:
    for code, label in REJECT_REASONS.items():
        said = Desk().do("ADMIN", "reject", reason_code=code).said[-1]
        assert isinstance(said, workflow.Rejected)
        assert (said.reason_code, said.reason_ms, said.reason_en) == (code, label.ms, label.en)
        assert label.ms != label.en


def test_a_complaint_remembers_which_one_it_carries_on() -> None:
    said = a_submission(at("Sun 1 09:00"), linked_to="HD-2026-000009-X")
    complaint, received = acts.receive(said, RULES, at("Sun 1 09:00"))
    assert (complaint.linked_to, received.linked_to) == ("HD-2026-000009-X", "HD-2026-000009-X")
    assert acts.replayed([received]) == complaint


def test_a_reject_may_be_contested_once_by_the_complainant_and_again_only_by_admin() -> None:
    desk = Desk().do("ADMIN", "reject").do("COMPLAINANT", "reopen")
    assert desk.complaint.state == "BARU"
    desk.do("ADMIN", "reject")
    assert "reopen" not in desk.said[-1].can
    with pytest.raises(Refused):
        desk.do("COMPLAINANT", "reopen")
    assert desk.do("ADMIN", "reopen").complaint.state == "BARU"


def test_one_that_was_once_rejected_and_then_solved_may_be_reopened() -> None:
    desk = Desk().do("ADMIN", "reject").do("COMPLAINANT", "reopen").brought_to("DITUTUP")
    assert desk.do("COMPLAINANT", "reopen").complaint.state == "INPROGRESS"


def test_reopened_it_goes_to_its_pic_or_to_admin_when_the_pic_is_gone() -> None:
    desk = Desk().brought_to("DITUTUP")
    assert desk.do("COMPLAINANT", "reopen").complaint.pic == AZMAN
    desk.do("COMPLAINANT", "close")
    desk.pic_is_active = False
    desk.do("COMPLAINANT", "reopen")
    assert (desk.complaint.state, desk.complaint.pic, desk.said[-1].pic) == ("BARU", None, None)
    assert f"staff:{AZMAN.id}" in desk.said[-1].seen_by, "who had it keeps reading"


def test_after_the_window_nobody_reopens() -> None:
    desk = Desk().brought_to("DITUTUP")
    for role in ("COMPLAINANT", "ADMIN"):
        with pytest.raises(Refused):
            desk.do(role, "reopen", "Tue 31 09:00")


def test_a_solution_is_for_staff_and_the_text_beside_it_is_public() -> None:
    desk = (
        Desk().brought_to("INPROGRESS").do("PIC", "request_close", text="Sila cuba.", cause="Pepijat", steps="1. Padam")
    )
    event: Any = desk.said[-1]
    assert (event.text, event.audience) == ("Sila cuba.", ("P",))
    assert (event.solution.cause, event.solution.steps) == ("Pepijat", "1. Padam")


def test_the_complainant_is_told_by_when_to_answer_and_by_when_to_close() -> None:
    asked: Any = Desk().brought_to("MOHON_MAKLUMBALAS").said[-1]
    assert asked.answer_by == at("Thu 19 17:00")
    closing: Any = Desk().brought_to("MOHON_TUTUP").said[-1]
    assert closing.answer_by == at("Tue 10 17:00")


def test_what_moved_it_is_remembered() -> None:
    assert Desk().brought_to("INPROGRESS").complaint.machine_version == 1


# --- messages that come too late ----------------------------------------------------------------------------------


def test_a_message_that_does_nothing_is_kept_on_the_thread_with_the_reason() -> None:
    desk = Desk().brought_to("DITUTUP")
    words = Given(text="Masih ralat.", message="m-1")
    why = ("Sudah ditutup.", "Already closed.")
    after, event = acts.hold(desk.complaint, "answer", words, why, desk.facts(Role.SYSTEM, None), RULES, desk.now)
    assert (after.state, after.version) == (desk.complaint.state, desk.complaint.version + 1)
    assert after == msgspec.structs.replace(desk.complaint, version=after.version)
    held: Any = event
    assert (held.wire, held.text, held.message, held.audience) == (
        "complaint.message_held",
        "Masih ralat.",
        "m-1",
        ("P",),
    )
    assert (held.action, held.why_ms, held.why_en) == ("answer", *why)


# --- who sees it --------------------------------------------------------------------------------------------------


def seen(desk: Desk) -> set[str]:
    assert desk.said[-1].seen_by == sight.seen_by(desk.complaint)
    return set(desk.said[-1].seen_by) - {"role:ADMIN", "role:MANAGEMENT"}


def test_admin_and_management_see_every_complaint_and_others_their_own() -> None:
    desk = Desk()
    assert {"role:ADMIN", "role:MANAGEMENT"} <= set(desk.said[-1].seen_by)
    assert seen(desk) == set()
    assert seen(desk.do("ADMIN", "assign")) == {"staff:s-azman"}
    assert seen(desk.do("PIC", "refer")) == {"staff:s-azman", "queue:IMPLEMENTOR"}
    assert seen(desk.do("IMPLEMENTOR", "claim")) == {"staff:s-azman", "staff:s-kamal", "queue:IMPLEMENTOR"}
    assert seen(desk.do("IMPLEMENTOR", "return")) == {"staff:s-azman", "staff:s-kamal"}
    assert seen(desk.do("ADMIN", "reassign", pic=SITI)) == {"staff:s-azman", "staff:s-kamal", "staff:s-siti"}
    assert seen(desk.do("PIC", "log_vendor", by=SITI)) == seen(desk) | {"role:VENDOR"}
    assert seen(desk.do("PIC", "vendor_answered", by=SITI)) == seen(desk) | {"role:VENDOR"}
    assert {"staff:s-azman", "staff:s-siti", "staff:s-kamal"} <= seen(desk.do("PIC", "hand_back", by=SITI))
    assert desk.complaint.pic is None


@pytest.mark.parametrize(
    "leaving", ["IMPLEMENTOR return", "IMPLEMENTOR log_vendor", "PIC take_back", "COMPLAINANT close"]
)
def test_out_of_the_queue_nobody_has_claimed_it_and_the_claimant_keeps_reading(leaving: str) -> None:
    desk = Desk().brought_to("RUJUKAN_IMPLEMENTOR").do("IMPLEMENTOR", "claim")
    assert desk.complaint.claimant == KAMAL
    role, action = leaving.split()
    desk.do(role, action)
    assert desk.complaint.claimant is None
    assert f"staff:{KAMAL.id}" in seen(desk)


def test_a_claim_may_be_taken_over_by_another_but_not_made_twice() -> None:
    desk = Desk().brought_to("RUJUKAN_IMPLEMENTOR").do("IMPLEMENTOR", "claim")
    with pytest.raises(Refused):
        desk.do("IMPLEMENTOR", "claim")
    desk.do("IMPLEMENTOR", "claim", by=SITI)
    assert desk.complaint.claimant == SITI
    assert f"staff:{KAMAL.id}" in seen(desk)


@pytest.mark.parametrize(
    ("state", "claimed", "waits"),
    [
        ("BARU", False, True),
        ("DIAGIHKAN", False, True),
        ("INPROGRESS", False, False),
        ("RUJUKAN_IMPLEMENTOR", False, True),
        ("RUJUKAN_IMPLEMENTOR", True, False),
        ("TINDAKAN_VENDOR", False, False),
        ("MOHON_TUTUP", False, False),
        ("DITUTUP", False, False),
    ],
)
def test_the_badge_counts_what_waits_for_a_first_act(state: str, claimed: bool, waits: bool) -> None:
    desk = Desk().brought_to(state)
    if claimed:
        desk.do("IMPLEMENTOR", "claim")
    assert desk.said[-1].first_act is waits


@pytest.mark.parametrize(
    ("state", "can"),
    [
        ("BARU", "answer close"),
        ("DIAGIHKAN", "answer close"),
        ("INPROGRESS", "answer close"),
        ("RUJUKAN_IMPLEMENTOR", "answer close"),
        ("TINDAKAN_VENDOR", "answer close"),
        ("MOHON_MAKLUMBALAS", "answer close"),
        ("MOHON_TUTUP", "answer not_solved close"),
        ("SELESAI", "close reopen rate"),
        ("DITUTUP", "reopen rate"),
    ],
)
def test_the_public_thread_offers_what_the_complainant_may_do(state: str, can: str) -> None:
    assert desk_can(Desk().brought_to(state)) == can


def desk_can(desk: Desk) -> str:
    return " ".join(desk.said[-1].can)


def a_caller(person: Any, *roles: str, queues: tuple[str, ...] = ()) -> Caller:
    return Caller(person.id, "session", person.name, frozenset(roles), frozenset(queues))


def test_roles_are_held_on_a_complaint_and_not_in_general() -> None:
    desk = Desk().brought_to("RUJUKAN_IMPLEMENTOR")
    kamal = a_caller(KAMAL, "IMPLEMENTOR", queues=("IMPLEMENTOR",))
    assert sight.roles_held(desk.complaint, a_caller(AZMAN, "PIC")) == {Role.PIC}
    assert sight.roles_held(desk.complaint, a_caller(SITI, "PIC")) == set()
    assert sight.roles_held(desk.complaint, a_caller(AZMAN, "MANAGEMENT")) == set(), "a PIC who is one no longer"
    assert sight.roles_held(desk.complaint, kamal) == {Role.IMPLEMENTOR}
    assert sight.roles_held(desk.complaint, a_caller(TTSB, "VENDOR")) == set()
    assert sight.roles_held(desk.complaint, a_caller(ROHANI, "ADMIN", "MANAGEMENT")) == {Role.ADMIN}
    vendor = Desk().brought_to("TINDAKAN_VENDOR").complaint
    assert sight.roles_held(vendor, a_caller(TTSB, "VENDOR")) == {Role.VENDOR}
    assert sight.roles_held(vendor, kamal) == set()


def test_who_is_no_reader_sees_nothing() -> None:
    complaint = Desk().brought_to("DIAGIHKAN").complaint
    assert sight.sees(complaint, a_caller(AZMAN, "PIC").principals)
    assert not sight.sees(complaint, a_caller(SITI, "PIC").principals)
    assert not sight.sees(complaint, a_caller(KAMAL, "IMPLEMENTOR", queues=("IMPLEMENTOR",)).principals)
    assert complaint.number == NUMBER

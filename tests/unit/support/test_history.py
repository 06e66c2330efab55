"""The checker finds what it is there for: each invariant is broken once by a made-up history, which is sound else."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from tests.support.history import INVARIANTS, Call, History, Kind, Outcome, violations
from tests.support.history.collected import (
    Alert,
    Delivery,
    Digest,
    Event,
    Parked,
    Said,
    Standing,
    Submission,
    Written,
)
from tests.support.history.people import LEAKED, a_complainant, leaks_in_files, leaks_in_messages
from tests.support.history.recorder import MARK

N = "HD-2026-000001-A"
FILED = Call("intake", "file", N, id="00000000-0000-4000-8000-00000000f11e", outcome=Outcome.OK)
ASSIGNED = Call("workflow", "assign", N, id="00000000-0000-4000-8000-000000000a55", outcome=Outcome.OK, version=2)
ANSWERED = Call("intake", "answer", N, id="00000000-0000-4000-8000-00000000a500", outcome=Outcome.OK, message="said-2")
REFUSED = Call("workflow", "start", N, id="00000000-0000-4000-8000-0000000000f0", outcome=Outcome.FAILED)
DOUBTED = Call("workflow", "note", N, id="00000000-0000-4000-8000-00000000d0b7")
MAILED = Call("mail", "answer", N, id="00000000-0000-4000-8000-00000000a11e", outcome=Outcome.OK)
WROTE = Call("whatsapp", "answer", N, id="00000000-0000-4000-8000-000000003a75", outcome=Outcome.OK, message="wamid.1")


def a_sound_history() -> History:
    """A complaint filed, assigned, spoken to by its complainant, and by a member of staff whose mail was given back;
    one call refused, one nobody knows about."""
    complainant, admin = ("COMPLAINANT", FILED.id), ("ADMIN", ASSIGNED.id)
    marks = frozenset({FILED.mark})
    record = [
        Event("e-1", "complaint.received", N, 1, None, "BARU", *complainant, causation="said-1", marks=marks),
        Event("e-2", "complaint.assigned", N, 2, "BARU", "DIAGIHKAN", *admin),
        Event(
            *("e-3", "complaint.answered", N, 3, "DIAGIHKAN", "DIAGIHKAN", "COMPLAINANT", ANSWERED.id),
            causation="said-2",
            marks=frozenset({ANSWERED.mark}),
        ),
    ]
    return History(
        calls=[deepcopy(call) for call in (FILED, ASSIGNED, ANSWERED, REFUSED, DOUBTED, MAILED, WROTE)],
        submissions=[Submission(N, 3)],
        said=[
            Said("said-1", "complaint.submitted", N, 1, FILED.id, marks),
            Said("said-2", "complainant.acted", N, 2, ANSWERED.id, frozenset({ANSWERED.mark})),
            Said("said-3", "staff.mailed", N, 3, "the hook's own", frozenset({MAILED.mark})),
        ],
        given_back=["said-3"],
        record=record,
        standing=[Standing(N, 3, "DIAGIHKAN")],
        alerts=[Alert(event.id, event.type) for event in record],
        deliveries=[
            Delivery("d-1", "e-1", f"complainant:{N}", "email", "sent", attempts=("channel_down", "sent")),
            Delivery("d-2", "e-2", "staff:pic", "email", "sent", attempts=("unknown", "sent")),
            Delivery("d-3", "e-2", "staff:pic", "email", "skipped"),
            Delivery("d-4", "e-3", "staff:pic", "email", "unknown", attempts=(None,)),
            Delivery("d-5", "e-3", f"complainant:{N}", "whatsapp", "delivered", attempts=("sent",)),
            Delivery("d-6", "e-1", f"complainant:{N}", "whatsapp", "read", attempts=("unknown", "sent")),
            Delivery("d-7", "e-1", "staff:admin", "email", "sent", attempts=("sent",)),
            Delivery("d-8", "e-2", "staff:admin", "email", "sent", carried_by="d-7"),
        ],
        digests=[Digest("staff:pic", "email", "2026-03-01"), Digest("staff:pic", "email", "2026-03-01", late=True)],
        written=[Written("wamid.1", N)],
        entries=[(N, 1), (N, 2), (N, 3)],
        shown=[Standing(N, 3, "DIAGIHKAN")],
        mails=["d-1", "d-2", "d-2", "d-7"],
        telephoned=["d-5", "d-6", "d-6"],
        unsaid={"intake": 0, "workflow": 0},
        model={"complaint": ["a", "b"]},
        fold={"complaint": ["b", "a"]},
    )


def found(history: History) -> set[tuple[str, Kind]]:
    return {(one.invariant, one.kind) for one in violations(history)}


def test_a_sound_history_has_no_violations() -> None:
    assert violations(a_sound_history()) == []


ONCE = "accepted exists once"
FOREIGN = "nothing that nobody sent"
VERSIONS = "versions are 1 to n"
STEPS = "only steps of the table"
EFFECTS = "one effect per event and consumer"
TOLD = "told at most once but for unknown"
LEDGER = "ledger is what arrived"
DIGEST = "one digest a day"
WRITTEN = "what was written is kept once"
FOLD = "model is fold of record"
SAID = "all is said and nothing put aside"
CANARY = "no canary leaked"


def an_accepted_call_left_no_trace(h: History) -> None:
    h.calls = [*h.calls, Call("workflow", "note", N, outcome=Outcome.OK)]


def a_call_took_effect_twice(h: History) -> None:
    h.record = [*h.record, replace(h.record[1], id="e-4", sequence=4)]


def a_doubtful_call_took_effect_twice(h: History) -> None:
    h.calls = [replace(call, outcome=Outcome.UNKNOWN) for call in h.calls]
    h.said = [*h.said, replace(h.said[1], id="said-4", sequence=4)]


def a_refused_call_took_effect(h: History) -> None:
    h.record = [*h.record, replace(h.record[1], id="e-4", sequence=4, correlation=REFUSED.id)]


def a_call_was_done_to_another_complaint(h: History) -> None:
    h.calls[1].number = "HD-2026-000002-B"


def a_call_was_answered_another_version(h: History) -> None:
    h.calls[1].version = 7


def a_filing_is_no_complaint(h: History) -> None:
    h.standing = []


def a_complaint_is_shown_twice(h: History) -> None:
    h.shown = [*h.shown, *h.shown]


def somebody_acted_whom_no_client_knows(h: History) -> None:
    h.record = [*h.record, replace(h.record[1], id="e-4", sequence=4, correlation="who?")]


def intake_said_what_nobody_sent(h: History) -> None:
    h.said = [*h.said, Said("said-4", "complainant.acted", N, 4, "who?")]


def an_event_goes_back_to_nothing_said(h: History) -> None:
    h.record = [*h.record[:2], replace(h.record[2], causation="said-9")]


def an_event_carries_the_words_of_another_call(h: History) -> None:
    h.record = [*h.record[:2], replace(h.record[2], marks=frozenset({FILED.mark}))]


def a_model_row_without_a_record(h: History) -> None:
    h.shown = [*h.shown, Standing("HD-2026-000009-X", 1, "BARU")]


def a_version_is_missing(h: History) -> None:
    h.record = [h.record[0], *h.record[2:]]


def a_version_comes_twice(h: History) -> None:
    h.record = [*h.record, h.record[1]]


def a_standing_lags_behind_its_record(h: History) -> None:
    h.shown = [Standing(N, 2, "DIAGIHKAN")]


def intake_counts_otherwise_than_it_said(h: History) -> None:
    h.submissions = [Submission(N, 5)]


def a_step_that_is_no_row(h: History) -> None:
    h.record = [h.record[0], replace(h.record[1], role="PIC"), h.record[2]]


def a_step_from_elsewhere(h: History) -> None:
    h.record = [*h.record[:2], replace(h.record[2], from_="INPROGRESS", to="INPROGRESS")]


def a_complaint_stands_where_no_step_led(h: History) -> None:
    h.standing = [Standing(N, 3, "DITUTUP")]


def workflow_never_heard(h: History) -> None:
    h.said = [*h.said, Said("said-4", "complainant.acted", N, 4, DOUBTED.id)]


def workflow_heard_twice(h: History) -> None:
    h.record = [*h.record, replace(h.record[2], id="e-4", sequence=4)]


def notify_never_heard(h: History) -> None:
    h.alerts = h.alerts[:2]


def query_heard_twice(h: History) -> None:
    h.entries = [*h.entries, (N, 3)]


def one_person_is_owed_the_same_twice(h: History) -> None:
    h.deliveries = [replace(one, status="sent") for one in h.deliveries]


def a_mail_was_sent_again_without_doubt(h: History) -> None:
    h.deliveries = [replace(h.deliveries[0], attempts=("sent", "sent")), *h.deliveries[1:]]


def a_mail_arrived_more_often_than_tried(h: History) -> None:
    h.mails = [*(h.mails or ()), "d-1"]


def a_sent_mail_never_arrived(h: History) -> None:
    h.mails = ["d-2"]


def a_mail_that_nobody_owed(h: History) -> None:
    h.mails = [*(h.mails or ()), "d-9"]


def a_message_on_whatsapp_came_twice_without_doubt(h: History) -> None:
    h.telephoned = [*(h.telephoned or ()), "d-5"]


def a_message_on_whatsapp_that_was_taken_never_came(h: History) -> None:
    h.telephoned = ["d-6", "d-6"]


def a_message_on_whatsapp_that_nobody_owed(h: History) -> None:
    h.telephoned = [*(h.telephoned or ()), "said:wamid.9"]


def what_was_given_up_arrived(h: History) -> None:
    h.deliveries = [replace(h.deliveries[0], status="failed"), *h.deliveries[1:]]


def what_went_with_another_came_by_itself(h: History) -> None:
    h.mails = [*(h.mails or ()), "d-8"]


def what_carried_another_never_came(h: History) -> None:
    h.deliveries = [one if one.id != "d-8" else replace(one, carried_by="d-9") for one in h.deliveries]


def a_digest_came_twice(h: History) -> None:
    h.digests = [*h.digests, h.digests[0]]


def a_digest_came_late_twice(h: History) -> None:
    h.digests = [*h.digests, h.digests[1]]


def what_was_taken_on_whatsapp_is_nowhere(h: History) -> None:
    h.written = []


def what_was_written_on_whatsapp_is_kept_twice(h: History) -> None:
    h.written = [*h.written, *h.written]


def what_was_written_is_kept_under_another_complaint(h: History) -> None:
    h.written = [Written("wamid.1", "HD-2026-000002-B")]


def what_is_kept_was_written_by_nobody(h: History) -> None:
    h.written = [*h.written, Written("wamid.2", None)]


def a_mail_of_staff_was_heard_by_nobody(h: History) -> None:
    h.given_back = []


def a_mail_that_came_in_is_said_twice(h: History) -> None:
    h.said = [*h.said, replace(h.said[2], id="said-4", sequence=4)]


def one_of_many_was_done_twice(h: History) -> None:
    h.calls[1].bulk = True
    h.record = [*h.record, replace(h.record[1], id="e-4", sequence=4)]


def one_of_many_was_answered_and_not_done(h: History) -> None:
    h.calls = [replace(call, bulk=call.what == "assign") for call in h.calls]
    h.calls = [*h.calls, replace(h.calls[1], number="HD-2026-000002-B")]


def the_model_has_more_than_the_record_gives(h: History) -> None:
    h.model = {"complaint": ["a", "b", "c"]}


def the_model_has_less_than_the_record_gives(h: History) -> None:
    h.model = {}


def an_event_was_never_said(h: History) -> None:
    h.unsaid = {"workflow": 1}


def a_letter_is_put_aside(h: History) -> None:
    h.parked = [Parked("query", "e-3", N, 3, "gap")]


def a_canary_was_found(h: History) -> None:
    h.leaks = ["logs/intake.log: kenari.1@"]


BROKEN: list[tuple[Callable[[History], None], str, Kind]] = [
    (an_accepted_call_left_no_trace, ONCE, Kind.LOST),
    (a_call_took_effect_twice, ONCE, Kind.DOUBLED),
    (a_doubtful_call_took_effect_twice, ONCE, Kind.DOUBLED),
    (a_refused_call_took_effect, ONCE, Kind.ILLEGAL),
    (a_call_was_done_to_another_complaint, ONCE, Kind.ILLEGAL),
    (a_call_was_answered_another_version, ONCE, Kind.ILLEGAL),
    (a_filing_is_no_complaint, ONCE, Kind.LOST),
    (a_complaint_is_shown_twice, ONCE, Kind.DOUBLED),
    (somebody_acted_whom_no_client_knows, FOREIGN, Kind.FOREIGN),
    (intake_said_what_nobody_sent, FOREIGN, Kind.FOREIGN),
    (an_event_goes_back_to_nothing_said, FOREIGN, Kind.FOREIGN),
    (an_event_carries_the_words_of_another_call, FOREIGN, Kind.FOREIGN),
    (a_model_row_without_a_record, FOREIGN, Kind.FOREIGN),
    (a_version_is_missing, VERSIONS, Kind.LOST),
    (a_version_comes_twice, VERSIONS, Kind.DOUBLED),
    (a_standing_lags_behind_its_record, VERSIONS, Kind.DIVERGED),
    (intake_counts_otherwise_than_it_said, VERSIONS, Kind.DIVERGED),
    (a_step_that_is_no_row, STEPS, Kind.ILLEGAL),
    (a_step_from_elsewhere, STEPS, Kind.ILLEGAL),
    (a_complaint_stands_where_no_step_led, STEPS, Kind.DIVERGED),
    (workflow_never_heard, EFFECTS, Kind.LOST),
    (workflow_heard_twice, EFFECTS, Kind.DOUBLED),
    (notify_never_heard, EFFECTS, Kind.LOST),
    (query_heard_twice, EFFECTS, Kind.DOUBLED),
    (one_person_is_owed_the_same_twice, TOLD, Kind.DOUBLED),
    (a_mail_was_sent_again_without_doubt, TOLD, Kind.DOUBLED),
    (a_mail_arrived_more_often_than_tried, TOLD, Kind.DOUBLED),
    (a_sent_mail_never_arrived, TOLD, Kind.LOST),
    (a_mail_that_nobody_owed, LEDGER, Kind.FOREIGN),
    (a_message_on_whatsapp_came_twice_without_doubt, TOLD, Kind.DOUBLED),
    (a_message_on_whatsapp_that_was_taken_never_came, TOLD, Kind.LOST),
    (a_message_on_whatsapp_that_nobody_owed, LEDGER, Kind.FOREIGN),
    (what_was_given_up_arrived, LEDGER, Kind.DIVERGED),
    (what_went_with_another_came_by_itself, LEDGER, Kind.DOUBLED),
    (what_carried_another_never_came, LEDGER, Kind.LOST),
    (a_digest_came_twice, DIGEST, Kind.DOUBLED),
    (a_digest_came_late_twice, DIGEST, Kind.DOUBLED),
    (what_was_taken_on_whatsapp_is_nowhere, WRITTEN, Kind.LOST),
    (what_was_written_on_whatsapp_is_kept_twice, WRITTEN, Kind.DOUBLED),
    (what_was_written_is_kept_under_another_complaint, WRITTEN, Kind.FOREIGN),
    (what_is_kept_was_written_by_nobody, WRITTEN, Kind.FOREIGN),
    (a_mail_of_staff_was_heard_by_nobody, EFFECTS, Kind.LOST),
    (a_mail_that_came_in_is_said_twice, ONCE, Kind.DOUBLED),
    (one_of_many_was_done_twice, ONCE, Kind.DOUBLED),
    (one_of_many_was_answered_and_not_done, ONCE, Kind.LOST),
    (the_model_has_more_than_the_record_gives, FOLD, Kind.DIVERGED),
    (the_model_has_less_than_the_record_gives, FOLD, Kind.DIVERGED),
    (an_event_was_never_said, SAID, Kind.STUCK),
    (a_letter_is_put_aside, SAID, Kind.STUCK),
    (a_canary_was_found, CANARY, Kind.LEAKED),
]


@pytest.mark.parametrize(("broken", "invariant", "kind"), [pytest.param(*one, id=one[0].__name__) for one in BROKEN])
def test_what_is_wrong_is_found(broken: Callable[[History], None], invariant: str, kind: Kind) -> None:
    history = a_sound_history()
    broken(history)
    assert (invariant, kind) in found(history)


def test_every_invariant_is_broken_here() -> None:
    assert {one.__name__.replace("_", " ") for one in INVARIANTS} == {invariant for _, invariant, _ in BROKEN}


def test_what_was_poisoned_on_purpose_may_be_put_aside_with_what_waits_behind_it() -> None:
    history = a_sound_history()
    history.parked = [Parked("query", "e-2", N, 2, "poison"), Parked("query", "e-3", N, 3, "behind")]
    assert (SAID, Kind.STUCK) in found(history)
    history.poison = frozenset({"e-2"})
    assert violations(history) == []


def test_words_alone_give_a_call_away() -> None:
    """Where a request id was lost on the way (through the portal), the text's mark is left."""
    history = a_sound_history()
    by_words = [replace(line, correlation="another") for line in history.said]
    history.said, history.record = by_words, [replace(one, correlation="another") for one in history.record]
    history.calls = [call for call in history.calls if call.what != "assign"]
    assert found(history) == {(FOREIGN, Kind.FOREIGN)}, "only the assignment, which has no words, is from nobody now"


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ([200], Outcome.OK),
        ([409], Outcome.FAILED),
        ([503], Outcome.UNKNOWN),
        ([None, 200], Outcome.OK),
        ([None, 409], Outcome.UNKNOWN),
        ([None], Outcome.UNKNOWN),
    ],
)
def test_a_refusal_is_certain_only_where_no_attempt_is_in_doubt(statuses: list[int | None], outcome: Outcome) -> None:
    call = Call("workflow", "note", N)
    for status in statuses:
        if status is None:
            call.unanswered(httpx2.ReadTimeout("no answer"))
        else:
            call.answered(httpx2.Response(status, json={"version": 4}))
    assert (call.outcome, call.attempts) == (outcome, len(statuses))


def test_every_call_has_a_mark_that_is_found_in_texts() -> None:
    call = Call("workflow", "note")
    assert MARK.findall(f"Sila semak {call.mark}.") == [call.mark]
    assert Call("workflow", "note").mark != call.mark


@pytest.mark.parametrize("text", ["770707981234", "770707-98-1234", "+601157774321", "011-5777 4321", "Kenari.12@x.my"])
def test_a_canary_is_known_in_every_spelling(text: str) -> None:
    assert LEAKED.search(f'"{text}"'.encode())


def test_masked_and_sealed_forms_are_no_canary() -> None:
    assert a_complainant(12_345) == a_complainant(2_345)
    assert not LEAKED.search(b"******-**-1234 k***@kelantan.example +60 *** *321 1.c2VhbGVk")


def a_message(**changes: object) -> dict[str, object]:
    return {"channel": "whatsapp", "id": "m-1", "sender": None, "subject": "", "text": "Ada maklum balas."} | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"text": f"Lejar {FILED.mark}"},
        {"text": "Kepada Kenari binti Tujuh"},
        {"channel": "email", "subject": f"Re: Lejar {FILED.mark}"},
        {"channel": "email", "subject": "770707981234"},
    ],
)
def test_what_a_complainant_typed_is_found_in_a_subject_and_on_whatsapp(changes: dict[str, object]) -> None:
    assert list(leaks_in_messages([a_message()])) == []
    assert len(list(leaks_in_messages([a_message(**changes)]))) == 1


def test_what_a_person_wrote_and_the_words_of_a_mail_are_their_own() -> None:
    theirs = a_message(text=FILED.mark, sender="601157770100")
    assert list(leaks_in_messages([theirs, a_message(channel="email", text=FILED.mark)])) == []


def test_what_a_complainant_typed_is_found_in_a_log_and_may_stand_elsewhere(tmp_path: Path) -> None:
    for name in ("intake.log", "a.blk"):
        (tmp_path / name).write_text(FILED.mark)
    assert list(leaks_in_files(tmp_path)) == [f"intake.log: {FILED.mark.encode()!r}"]

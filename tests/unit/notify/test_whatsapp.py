"""WhatsApp's rules: what a code means, how far a receipt moves a delivery, and what a body may be."""

from itertools import permutations

import pytest

from services.notify.domain.retries import PATIENCE, Fate, Outcome, Reason, Status, judge
from services.notify.domain.whatsapp import (
    LONGEST_BODY,
    MAY_SAY,
    BadBody,
    Heed,
    Kind,
    body,
    failed_after_all,
    heed,
    is_about_number,
    is_about_template,
    kind_of,
    refused,
    wa_number,
)
from services.notify.senders.bodies import BODIES, handed_in
from services.notify.senders.letters import SAMPLES, Letters

TEMPORARY = (4, 80007, 130429, 131000, 131016, 131056, 131057, 133016, 135000)
CHANNEL = (0, 3, 10, 190, 200, 250, 299, 368, 131031, 131037, 131042, 131045, 131048, 131064, 130497)
TEMPLATE = (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016)
RECIPIENT = (131026, 131021, 131030, 131050, 131049, 137000, 131062)
MESSAGE = (100, 131008, 131009, 131047, 131051, 131052, 131053)
SORTED = {
    **dict.fromkeys(TEMPORARY, (Kind.TEMPORARY, Fate.TEMPORARY)),
    **dict.fromkeys(CHANNEL, (Kind.CHANNEL, Fate.CHANNEL_DOWN)),
    **dict.fromkeys(TEMPLATE, (Kind.TEMPLATE, Fate.UNWRITTEN)),
    **dict.fromkeys(RECIPIENT, (Kind.RECIPIENT, Fate.PERMANENT)),
    **dict.fromkeys(MESSAGE, (Kind.MESSAGE, Fate.UNWRITTEN)),
}


@pytest.mark.parametrize(("code", "expected"), SORTED.items())
def test_a_code_is_sorted_by_its_number_whatever_the_http_status(code: int, expected: tuple[Kind, Fate]) -> None:
    for status in (200, 400, 401, 403, 404, 429, 500, 503):
        assert (kind_of(code, status), refused(code, status).fate) == expected
    assert is_about_number(code) == (code in RECIPIENT)
    assert is_about_template(code) == (code in TEMPLATE)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, Kind.TEMPORARY), (500, Kind.TEMPORARY), (503, Kind.TEMPORARY), (401, Kind.CHANNEL), (403, Kind.CHANNEL),
     (400, Kind.MESSAGE), (404, Kind.MESSAGE)],
)  # fmt: skip
def test_without_a_code_we_know_the_http_status_speaks(status: int, expected: Kind) -> None:
    assert kind_of(None, status) == kind_of(999_999, status) == expected


def test_a_pair_that_is_too_fast_waits_six_seconds_and_what_is_asked_for_is_heard() -> None:
    assert refused(131056, 400).wait == 6.0
    assert refused(131056, 400, 30.0).wait == 30.0
    assert refused(4, 429, 17.0).wait == 17.0
    assert refused(190, 401, 5.0).wait == 5.0
    assert refused(131026, 400, 5.0).wait is None, "what never comes again has nothing to wait for"


def test_the_answer_of_the_other_side_never_reaches_our_books() -> None:
    assert refused(131026, 400).detail == "recipient: 131026 (HTTP 400)"
    assert refused(None, 502).detail == "temporary: no code (HTTP 502)"


TOLD = (Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED)


@pytest.mark.parametrize("start", [Status.SENDING, Status.UNKNOWN, Status.SENT])
def test_in_whatever_order_receipts_come_and_however_often_the_furthest_holds(start: Status) -> None:
    for order in permutations((Status.SENT, Status.DELIVERED, Status.READ) * 2):
        now = start
        for told in order:
            if heed(now, told, latest=True) is Heed.APPLY:
                now = told
        assert now is Status.READ


def test_what_was_delivered_does_not_fail_any_more_and_what_failed_may_yet_have_arrived() -> None:
    for reached in (Status.DELIVERED, Status.READ):
        assert heed(reached, Status.FAILED, latest=True) is Heed.IGNORE
        assert heed(Status.FAILED, reached, latest=True) is Heed.APPLY
    assert heed(Status.FAILED, Status.SENT, latest=True) is Heed.IGNORE


def test_a_failure_waits_for_the_end_of_an_attempt_and_counts_only_for_the_last() -> None:
    assert heed(Status.SENDING, Status.FAILED, latest=False) is Heed.WAIT
    assert heed(Status.SENT, Status.FAILED, latest=True) is Heed.APPLY
    assert heed(Status.SENT, Status.FAILED, latest=False) is Heed.IGNORE
    assert heed(Status.UNKNOWN, Status.FAILED, latest=False) is Heed.APPLY
    assert heed(Status.PLANNED, Status.FAILED, latest=False) is Heed.IGNORE


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (131026, Status.FAILED, Reason.BOUNCED),
        (131042, Status.FAILED, Reason.CHANNEL_DOWN),
        (132015, Status.FAILED, None),
        (131047, Status.FAILED, None),
        (None, Status.FAILED, None),
        (130429, Status.PLANNED, None),
    ],
)
def test_what_was_accepted_and_failed_ends_as_its_code_says(
    code: int | None, status: Status, reason: Reason | None
) -> None:
    verdict = failed_after_all(code, tries=1)[1]
    assert (verdict.status, verdict.reason) == (status, reason)


def test_what_fails_for_now_after_five_tries_has_failed() -> None:
    assert failed_after_all(130429, tries=4)[1].status is Status.PLANNED
    assert failed_after_all(130429, tries=5)[1].reason is Reason.CHANNEL_DOWN


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+60123456789", "60123456789"),
        ("60123456789", "60123456789"),
        ("+601112345678", "601112345678"),
        ("+60111234567", None),
        ("+6097481957", None),
        ("+60154812000", None),
        ("+60141234567", None),
        ("", None),
        ("abc", None),
    ],
)
def test_only_a_mobile_number_is_written_to(phone: str, expected: str | None) -> None:
    assert wa_number(phone) == expected


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{no_aduan} telah diterima.", "begins and ends"),
        ("Aduan {no_aduan}", "begins and ends"),
        ("Aduan {no_aduan} {pautan} dan.", "words between"),
        ("Aduan {tajuk} diterima.", "must not be said here: tajuk"),
        ("Aduan {nama} diterima.", "must not be said here: nama"),
        ("Aduan {no aduan} diterima.", "no placeholder"),
        ("", "begins and ends"),
    ],
)
def test_what_could_not_be_approved_or_must_not_be_shown_is_no_body(source: str, fault: str) -> None:
    with pytest.raises(BadBody, match=fault):
        body(source)


def test_a_placeholder_that_stands_twice_is_one_parameter_and_a_missing_one_has_its_words() -> None:
    one = body("Aduan {no_aduan} hingga {tarikh_akhir|tarikhnya}, lihat {no_aduan} di sini.")
    assert one.as_template() == "Aduan {{1}} hingga {{2}}, lihat {{1}} di sini."
    assert one.parameters({"no_aduan": "A", "tarikh_akhir": None}) == ["A", "tarikhnya"]
    assert one.filled({"no_aduan": "A", "tarikh_akhir": "B"}) == "Aduan A hingga B, lihat A di sini."
    with pytest.raises(BadBody, match="no_aduan"):
        one.parameters({"no_aduan": " ", "tarikh_akhir": "B"})


def test_no_value_can_break_a_parameter_or_make_the_text_too_long() -> None:
    one = body("Modul {modul} dan lagi.")
    assert one.parameters({"modul": "a\r\nb\tc      d\u2028e"}) == ["a b c d e"]
    with pytest.raises(BadBody, match="characters"):
        one.filled({"modul": "x" * LONGEST_BODY})


@pytest.mark.parametrize("key", BODIES)
def test_every_body_stands_beside_a_letter_in_both_languages_and_says_no_more_than_it_may(
    key: tuple[str, str],
) -> None:
    message, language = key
    letters = Letters()
    assert letters.messages[message].whatsapp is not None
    assert {tongue for name, tongue in BODIES if name == message} == {"ms", "en"}
    assert set(BODIES[key].placeholders) <= MAY_SAY
    assert len(BODIES[key].filled({**SAMPLES, "bil": 3})) <= LONGEST_BODY
    assert set(BODIES[message, "ms"].placeholders) == set(BODIES[message, "en"].placeholders), language


def test_templates_are_handed_in_with_an_example_for_every_gap() -> None:
    for template in handed_in({**SAMPLES, "bil": 3}):
        (part,) = template["components"]
        (example,) = part["example"]["body_text"]
        assert all(f"{{{{{place}}}}}" in part["text"] for place in range(1, len(example) + 1))
        assert template["category"] == "UTILITY"


def test_a_doubt_that_a_receipt_may_settle_is_left_alone_for_longer() -> None:
    doubt = Outcome(Fate.UNKNOWN, "ReadTimeout")
    waits = [
        judge(doubt, tries=1, unknowns=0, age=0.0, jitter=0.5, patience=PATIENCE[channel]).wait
        for channel in ("email", "whatsapp")
    ]
    assert waits == [60.0, 600.0]
    assert judge(doubt, tries=2, unknowns=1, age=0.0, jitter=0.5, patience=PATIENCE["whatsapp"]).wait is None

"""What stands in a digest: one's own, the office's, what was gathered; and when there is none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.notify.domain.digest_words import EVENTS, fill_digest
from services.notify.domain.digests import (
    LONGEST_TABLE,
    Duty,
    Gathered,
    Numbers,
    Reader,
    compose,
    day_of,
    is_belated,
)
from services.notify.domain.own import News as Told
from services.notify.domain.rules import TOLD
from services.notify.senders.letters import Letters
from shared.calendar import Calendar
from shared.events.complaint import ComplaintEvent

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
KELANTAN = Calendar(ZONE, frozenset({4, 5}), frozenset({date(2026, 3, 3)}))
NOW = datetime(2026, 3, 4, 8, 0, tzinfo=ZONE)
"""Wednesday; the day before was a holiday."""
RASHID, SITI = "s-rashid", "s-siti"
PIC = Reader(people=frozenset({RASHID}))


def duty(number: str, **changes: Any) -> Duty:
    facts: dict[str, Any] = {
        "number": number,
        "title": "Baucar tersangkut",
        "module_ms": "Akaun Belum Bayar",
        "module_en": "Accounts Payable",
        "state": "INPROGRESS",
        "custodian": "PIC",
        "submitted_at": NOW - timedelta(days=3),
        "since": NOW - timedelta(days=3),
        "due": NOW + timedelta(days=3),
        "pic": RASHID,
        "pic_name": "Rashid bin Omar",
        "claimant": None,
    }
    return Duty(**facts | changes)


LATE = duty("L", due=NOW - timedelta(minutes=1))
TODAY = duty("T", due=NOW.replace(hour=17))
CALM = duty("C")
VENDOR = duty("V", custodian="VENDOR", state="TINDAKAN_VENDOR", since=NOW - timedelta(days=20), due=NOW)
YOUNG = duty("Y", custodian="VENDOR", state="TINDAKAN_VENDOR", since=NOW - timedelta(days=2), due=NOW)
NEW = duty("N", state="BARU", custodian="ADMIN", pic=None, pic_name=None)
WAITS = duty("W", state="MOHON_TUTUP", custodian="COMPLAINANT", due=None)
OTHERS = duty("O", pic=SITI, due=NOW - timedelta(days=1))
ALL = [LATE, TODAY, CALM, VENDOR, YOUNG, NEW, WAITS, OTHERS]


def gathered(number: str = "L", event: str = "complaint.closed", hours: int = 1, **changes: Any) -> Gathered:
    facts: dict[str, Any] = {"id": uuid4(), "event_id": str(uuid4()), "title": "Baucar tersangkut"}
    return Gathered(number=number, event=event, at=NOW - timedelta(hours=hours), **facts | changes)


def numbers_of(reader: Reader) -> tuple[Numbers | None, Numbers | None]:
    digest = compose(reader, ALL, [], KELANTAN, NOW, 5)
    assert digest is not None
    return digest.own.numbers if digest.own else None, digest.office.numbers if digest.office else None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 4, 7, 59, 59, tzinfo=ZONE), None),
        (datetime(2026, 3, 4, 8, 0, tzinfo=ZONE), date(2026, 3, 4)),
        (datetime(2026, 3, 4, 23, 59, tzinfo=ZONE), date(2026, 3, 4)),
        (datetime(2026, 3, 3, 9, 0, tzinfo=ZONE), None),
        (datetime(2026, 3, 6, 9, 0, tzinfo=ZONE), None),
        (datetime(2026, 3, 7, 9, 0, tzinfo=ZONE), None),
        (datetime(2026, 3, 8, 9, 0, tzinfo=ZONE), date(2026, 3, 8)),
    ],
    ids=["too early", "on the hour", "late", "a holiday", "Friday", "Saturday", "Sunday"],
)
def test_a_digest_is_due_at_eight_on_the_offices_working_days(moment: datetime, day: date | None) -> None:
    assert day_of(KELANTAN, moment.astimezone(UTC)) == day


def test_a_quarter_of_an_hour_later_it_is_belated() -> None:
    assert not is_belated(KELANTAN, NOW + timedelta(minutes=15))
    assert is_belated(KELANTAN, NOW + timedelta(minutes=16))


def test_a_pic_reads_of_their_own() -> None:
    assert numbers_of(PIC) == (Numbers(late=1, today=1, vendor=1, new=0), None)


def test_admin_reads_of_the_whole_office_and_of_what_nobody_has() -> None:
    assert numbers_of(Reader(office=True, triage=True)) == (None, Numbers(late=2, today=1, vendor=1, new=1))


def test_one_person_in_two_roles_reads_both_in_one_digest_and_each_complaint_counts_once() -> None:
    digest = compose(Reader(frozenset({RASHID}), office=True, triage=True), ALL, [], KELANTAN, NOW, 5)
    assert digest is not None
    assert digest.own is not None
    assert digest.office is not None
    assert digest.needing == 5


def test_management_reads_only_when_something_is_late() -> None:
    management = Reader(office=True)
    assert numbers_of(management)[1] == Numbers(late=2, today=1, vendor=1, new=1)
    assert compose(management, [TODAY, VENDOR, NEW], [], KELANTAN, NOW, 5) is None


def test_a_deputy_reads_of_those_they_stand_in_for() -> None:
    digest = compose(Reader(frozenset({RASHID, SITI})), ALL, [], KELANTAN, NOW, 5)
    assert digest is not None
    assert digest.own is not None
    assert {row.number for row in digest.own.rows} == {"L", "T", "V", "O"}


def test_the_queue_reads_of_what_nobody_claimed_and_who_claimed_it_alone_after_that() -> None:
    referred = duty("R", state="RUJUKAN_IMPLEMENTOR", custodian="IMPLEMENTOR", due=NOW - timedelta(days=1))
    queue = Reader(frozenset({"s-iman"}), queues=frozenset({"IMPLEMENTOR"}))
    assert compose(queue, [referred], [], KELANTAN, NOW, 5) is not None
    claimed = duty("R", state="RUJUKAN_IMPLEMENTOR", custodian="IMPLEMENTOR", due=referred.due, claimant="s-other")
    assert compose(queue, [claimed], [], KELANTAN, NOW, 5) is None
    assert compose(PIC, [claimed], [], KELANTAN, NOW, 5) is None, "its PIC has handed it on"


def test_nothing_to_say_is_no_digest() -> None:
    assert compose(PIC, [CALM, YOUNG, WAITS, OTHERS, NEW], [], KELANTAN, NOW, 5) is None
    assert compose(Reader(), ALL, [], KELANTAN, NOW, 5) is None


def test_the_worst_comes_first_and_a_long_table_is_cut_and_counted() -> None:
    digest = compose(
        PIC, [TODAY, *(duty(f"{n:03}", due=NOW - timedelta(hours=n)) for n in range(1, 60))], [], KELANTAN, NOW, 5
    )
    assert digest is not None
    assert digest.own is not None
    assert digest.own.rows[0].number == "059"
    assert (len(digest.own.rows), digest.own.more, digest.own.numbers.late) == (LONGEST_TABLE, 60 - LONGEST_TABLE, 59)


def test_what_was_gathered_comes_by_complaint_each_event_once_and_the_latest_first() -> None:
    twice = gathered("A", hours=3)
    both = replace(twice, id=uuid4())
    digest = compose(
        Reader(), [], [twice, both, gathered("B", hours=1), gathered("A", "complaint.reopened", 2)], KELANTAN, NOW, 5
    )
    assert digest is not None
    assert digest.gathered == 3
    assert [(news.number, news.events) for news in digest.news] == [
        ("B", (("complaint.closed", 1),)),
        ("A", (("complaint.closed", 1), ("complaint.reopened", 1))),
    ]
    assert not digest.late
    late = compose(Reader(), [], [gathered(late=True)], KELANTAN, NOW, 5)
    assert late is not None
    assert late.late


@pytest.mark.parametrize("language", ["ms", "en"])
def test_the_message_says_the_numbers_the_table_and_what_was_gathered(language: str) -> None:
    reader = Reader(frozenset({RASHID}), office=True, triage=True)
    digest = compose(reader, ALL, [gathered(), gathered()], KELANTAN, NOW, 5)
    assert digest is not None
    values = fill_digest("Rashid", digest, language=language, link="https://helpdesk.example/staf")
    letter = Letters().write("staff", "ringkasan_harian", language, values | {"bil": 1, "senarai": [values]})
    if language == "ms":
        assert letter.subject == "Ringkasan Helpdesk iSPEKS 04-03-2026: 5 aduan perlu tindakan"
        line = "Lewat: 1 | Tamat tempoh hari ini: 1 | Menunggu vendor lebih 5 hari: 1 | Belum diagih: 0"
        told = "ditutup oleh pengadu (2)"
    else:
        assert letter.subject == "iSPEKS Helpdesk digest 04-03-2026: 5 complaints to act on"
        line = "Overdue: 1 | Due today: 1 | With the vendor for more than 5 days: 1 | Not assigned: 0"
        told = "closed by the complainant (2)"
    for body in (letter.text, letter.html):
        assert line in body
        assert told in body
        assert "https://helpdesk.example/staf/aduan/L" in body


def test_every_event_has_words_for_a_digest() -> None:
    about = {event for event, kind in TOLD.items() if issubclass(kind, ComplaintEvent | Told)}
    assert about == EVENTS.keys()


def test_what_is_about_no_complaint_leads_to_where_staff_begin() -> None:
    digest = compose(Reader(), [], [gathered("-", "delivery.bounced", title="-")], KELANTAN, NOW, 5)
    assert digest is not None
    values = fill_digest("Rashid", digest, language="ms", link="https://helpdesk.example/staf")
    (news,) = values["ringkasan"]["makluman"]
    assert (news["pautan"], news["peristiwa"]) == ("https://helpdesk.example/staf", "mesej tidak sampai")

"""What an event says of a row."""

import pytest

from services.query.domain import said
from shared.events import workflow
from shared.events.complaint import ComplaintEvent, Person
from tests.support.complaints import IMAN, RASHID, a_received, an_event


@pytest.mark.parametrize("kind", workflow.ALL, ids=lambda kind: kind.wire)
def test_no_event_says_a_sealed_field_to_a_row(kind: type[ComplaintEvent]) -> None:
    event = a_received() if kind is workflow.Received else an_event(kind)
    said_of = [said.standing(event, 3)._asdict(), said.entry(event, 3)._asdict(), said.change(event)._asdict()]
    if isinstance(event, workflow.Received):
        said_of.append(said.filing(event)._asdict())
        assert event.contact.ic_sealed not in str(said_of)
    assert "_sealed" not in str(said_of)


def test_readers_are_sorted_so_that_equal_ones_are_equal() -> None:
    one = an_event(workflow.Noted, seen_by=("staff:b", "role:ADMIN"))
    other = an_event(workflow.Noted, seen_by=("role:ADMIN", "staff:b"))
    assert said.standing(one, 1) == said.standing(other, 1)


@pytest.mark.parametrize(
    ("to", "claimant", "holder"),
    [
        ("BARU", None, None),
        ("DIAGIHKAN", None, RASHID.id),
        ("INPROGRESS", IMAN, RASHID.id),
        ("RUJUKAN_IMPLEMENTOR", None, None),
        ("RUJUKAN_IMPLEMENTOR", IMAN, IMAN.id),
        ("TINDAKAN_VENDOR", IMAN, None),
        ("MOHON_TUTUP", None, None),
        ("DITUTUP", None, None),
    ],
)
def test_the_holder_is_the_one_member_of_staff_who_has_the_ball(
    to: str, claimant: Person | None, holder: str | None
) -> None:
    assert said.standing(an_event(workflow.Noted, to=to, claimant=claimant), 1).holder == holder


def test_without_a_deadline_a_complaint_is_ordered_behind_those_that_have_one_and_before_what_has_ended() -> None:
    waiting = said.standing(an_event(workflow.Noted, due=None, open=True), 1).by_due
    ended = said.standing(an_event(workflow.Noted, due=None, open=False), 1).by_due
    with_one = said.standing(an_event(workflow.Noted), 1).by_due
    assert with_one < waiting < ended


def test_what_a_kind_says_alone_is_kept_whole() -> None:
    assert said.entry(an_event(workflow.Lapsed), 1).detail == {"days": 9, "rule": "close_lapse_7"}
    assert said.entry(an_event(workflow.Assigned), 1).detail == {"pic": RASHID}
    assert said.entry(an_event(workflow.Noted), 1).detail == {}
    assert said.entry(a_received(), 1).detail == {}

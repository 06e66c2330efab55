"""An event that has not happened: whatever kind is asked for, it is one that planning can read."""

from typing import Any

import msgspec
import pytest

from services.notify.domain.imagined import Supposed, imagine
from services.notify.domain.own import OWN
from services.notify.domain.rules import TOLD
from services.notify.store.copies import _standing
from shared.events import workflow
from shared.events.complaint import ComplaintEvent, Person
from tests.support.complaints import NUMBER, RASHID, SITI, SUNDAY, Course


def standing() -> dict[str, Any]:
    return _standing(Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.Started, "INPROGRESS").last)


def imagined(kind: type[ComplaintEvent], **supposed: Any) -> Any:
    event = imagine(kind, NUMBER, standing(), SUNDAY, Supposed(**supposed))
    assert isinstance(event, kind)
    return event


@pytest.mark.parametrize("event", sorted(TOLD.keys() - {kind.wire for kind in OWN}))
@pytest.mark.parametrize("heard", [True, False])
def test_every_event_of_the_matrix_can_be_imagined(event: str, heard: bool) -> None:
    made = imagine(TOLD[event], NUMBER, standing() if heard else None, SUNDAY, Supposed(to="INPROGRESS"))
    assert isinstance(made, TOLD[event])
    assert msgspec.json.decode(msgspec.json.encode(made), type=TOLD[event]) == made


def test_what_is_not_supposed_is_as_the_complaint_stands() -> None:
    made = imagined(workflow.Replied)
    assert (made.from_, made.to, made.custodian, made.pic) == ("INPROGRESS", "INPROGRESS", "PIC", RASHID)
    assert (made.at, made.number, made.seen_by) == (SUNDAY, NUMBER, ())


def test_another_pic_leaves_the_present_one_as_the_one_before() -> None:
    made = imagined(workflow.Reassigned, pic=SITI)
    assert (made.pic, made.before) == (SITI, RASHID)
    back = imagined(workflow.HandedBack, to="BARU", custodian="ADMIN")
    assert (back.pic, back.before, back.custodian) == (None, RASHID, "ADMIN")


def test_an_escalation_goes_one_level_up_and_never_beyond_the_last() -> None:
    assert imagined(workflow.Escalated).level == 1
    assert imagined(workflow.Escalated, level=2).level == 2
    high = {**standing(), "level": 2}
    made = imagine(workflow.Escalated, NUMBER, high, SUNDAY, Supposed())
    assert isinstance(made, workflow.Escalated)
    assert made.level == 2


def test_with_the_vendor_there_is_a_leg_of_the_vendor() -> None:
    assert imagined(workflow.VendorLogged, to="TINDAKAN_VENDOR", custodian="VENDOR").vendor is not None
    assert imagined(workflow.Replied).vendor is None


def test_who_does_it_is_named_only_where_they_are_staff() -> None:
    made = imagined(workflow.Replied, role="PIC", actor=Person(id="s-x", name="X"))
    assert (made.actor.role, made.actor.id) == ("PIC", "s-x")
    assert imagined(workflow.Answered, role="COMPLAINANT").actor.id is None

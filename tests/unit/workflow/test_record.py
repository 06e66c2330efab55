"""A record that cannot be true is named: gaps, steps the table does not have, steps from where nobody was."""

import msgspec
import pytest

from services.workflow.domain.record import flaws
from shared.envelope import Envelope
from shared.events.complaint import Actor, ComplaintEvent
from tests.support.complaints import sealed
from tests.unit.workflow.desk import NUMBER, WAYS, Desk

Course = list[tuple[Envelope, ComplaintEvent]]


def recorded(said: list[ComplaintEvent]) -> Course:
    return [(sealed(event, place), event) for place, event in enumerate(said, 1)]


def changed(course: Course, place: int, **facts: object) -> Course:
    """The same with one event told otherwise."""
    event = msgspec.structs.replace(course[place - 1][1], **facts)
    return [*course[: place - 1], (sealed(event, place), event), *course[place:]]


@pytest.mark.parametrize("state", WAYS)
def test_what_the_desk_did_is_sound(state: str) -> None:
    assert list(flaws(recorded(Desk().brought_to(state).said))) == []


def test_each_flaw_is_named() -> None:
    sound = recorded(Desk().brought_to("SELESAI").said)
    assert list(flaws([*sound[:2], *sound[3:]])) == ["its event 3 calls itself 4"]
    assert list(flaws(sound[1:])) == ["its event 1 calls itself 2"]
    other = changed(sound, 2, number="HD-2026-000999-X")
    other[1] = (msgspec.structs.replace(other[1][0], subject=NUMBER), other[1][1])
    assert list(flaws(other)) == ["event 2 is about HD-2026-000999-X"]
    assert list(flaws(changed(sound, 3, from_="BARU"))) == [
        "event 3 leaves BARU, where the one before it led to DIAGIHKAN"
    ]
    assert list(flaws(changed(sound, 5, to="DITUTUP"))) == [
        "event 5: SYSTEM cannot complaint.lapsed from MOHON_TUTUP to DITUTUP"
    ]
    assert list(flaws(changed(sound, 2, actor=Actor(role="VENDOR")))) == [
        "event 2: VENDOR cannot complaint.assigned from BARU to DIAGIHKAN"
    ]
    assert list(flaws(changed(sound, 1, to="INPROGRESS")))[:2] == [
        "event 1: COMPLAINANT cannot complaint.received from None to INPROGRESS",
        "event 2 leaves BARU, where the one before it led to INPROGRESS",
    ]

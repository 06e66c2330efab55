"""What travels: CloudEvents outside, one registered kind inside, and lanes that stay the same for ever."""

from datetime import UTC, datetime
from typing import ClassVar

import msgspec
import pytest

from shared.envelope import SHARDS, Event, Unreadable, decode, register, schema_of, seal, shard_of
from shared.events.intake import TrackingLinkRequested
from shared.events.reference import RoutingSaved
from tests.support.complaints import NUMBER, a_received, sealed


class Told(Event, frozen=True, kw_only=True):
    """A made-up event."""

    wire: ClassVar[str] = "thing.told"
    text: str


class ToldAnew(Event, frozen=True, kw_only=True):
    """Another class of the same name and version."""

    wire: ClassVar[str] = "thing.told"


class ToldBetter(Event, frozen=True, kw_only=True):
    """A new version beside the old."""

    wire: ClassVar[str] = "thing.told"
    version: ClassVar[int] = 2


def test_what_travels_is_structured_cloudevents_json() -> None:
    envelope = seal(
        Told(text="ya"),
        id="e-1",
        source="intake",
        subject=NUMBER,
        sequence=3,
        time=datetime(2026, 3, 1, 9, tzinfo=UTC),
        correlation="c-1",
        causation="e-0",
    )
    assert msgspec.json.decode(envelope.encoded()) == {
        "id": "e-1",
        "source": "intake",
        "type": "thing.told",
        "time": "2026-03-01T09:00:00Z",
        "subject": NUMBER,
        "dataschema": "thing.told/1",
        "sequence": 3,
        "correlationid": "c-1",
        "causationid": "e-0",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "data": {"text": "ya"},
    }


def test_an_event_comes_out_as_it_went_in() -> None:
    said = a_received()
    assert decode(sealed(said).encoded()).open_as(type(said)) == said


def test_a_field_that_a_newer_sender_added_is_let_pass() -> None:
    body = sealed(TrackingLinkRequested(number=NUMBER), subject="r", source="intake").encoded()
    newer = body.replace(b'"language":"ms"', b'"language":"ms","channel":"kiosk"')
    assert newer != body
    assert decode(newer).open_as(TrackingLinkRequested) == TrackingLinkRequested(number=NUMBER)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": 1}', b"\xff\xfe", b'{"id":"e","type":"x"}'])
def test_bytes_that_are_no_event_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(body)


def test_an_event_is_not_opened_as_another_kind() -> None:
    envelope = sealed(TrackingLinkRequested(), subject="r", source="intake")
    with pytest.raises(Unreadable, match=r"tracking_link\.requested/1 is not routing\.saved/1"):
        envelope.open_as(RoutingSaved)


def test_an_event_that_lacks_a_field_is_unreadable() -> None:
    envelope = sealed(RoutingSaved(modules={}), subject="routing")
    with pytest.raises(Unreadable, match="modules"):
        msgspec.structs.replace(envelope, data=msgspec.Raw(b"{}")).open_as(RoutingSaved)


def test_two_events_of_one_name_and_version_are_refused() -> None:
    assert register([Told, ToldBetter]) == {"thing.told/1": Told, "thing.told/2": ToldBetter}
    with pytest.raises(ValueError, match=r"thing\.told/1"):
        register([Told, ToldAnew])


def test_a_wire_name_is_declared_and_no_class_path() -> None:
    assert schema_of(Told) == "thing.told/1"


def test_a_complaints_lane_stays_the_same_for_ever() -> None:
    assert {number: shard_of(number) for number in ("HD-2026-000001-A", NUMBER, "HD-2031-999999-Z")} == {
        "HD-2026-000001-A": 0,
        NUMBER: 9,
        "HD-2031-999999-Z": 6,
    }


def test_complaints_spread_over_all_lanes() -> None:
    assert {shard_of(f"HD-2026-{number:06d}-A") for number in range(500)} == set(range(SHARDS))

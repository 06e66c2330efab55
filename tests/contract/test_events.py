"""One golden JSON per event name and version, written once and never edited: what was said years ago is still read.

A new event, or a new version, comes with a file of its own in `golden/<name>/<version>.json`: one realistic envelope.
An optional field may be added to a class without touching its golden.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.envelope import Envelope, Event, decode, schema_of, seal
from shared.events import REGISTER

GOLDEN = Path(__file__).parent / "golden"
FILES = {f"{path.parent.name}/{path.stem}": path for path in sorted(GOLDEN.glob("*/*.json"))}


def as_it_travelled(schema: str) -> tuple[Envelope, Event]:
    envelope = decode(FILES[schema].read_bytes())
    return envelope, envelope.open_as(REGISTER[schema])


def test_every_event_has_its_golden_and_every_golden_its_event() -> None:
    assert set(FILES) == set(REGISTER)


@pytest.mark.parametrize("schema", FILES)
def test_what_was_once_said_is_still_read_and_would_be_said_again_the_same(schema: str) -> None:
    envelope, event = as_it_travelled(schema)
    again = seal(
        event,
        id=envelope.id,
        source=envelope.source,
        subject=envelope.subject,
        sequence=envelope.sequence,
        time=envelope.time,
        correlation=envelope.correlationid,
        causation=envelope.causationid,
    )
    golden = json.loads(FILES[schema].read_bytes())
    said = json.loads(again.encoded())
    assert lacks(said, golden) == [], "a field was renamed, dropped or is written another way: that is a new version"
    assert envelope.type == REGISTER[schema].wire
    assert envelope.dataschema == schema_of(REGISTER[schema]) == schema


def lacks(said: Any, golden: Any, path: str = "") -> list[str]:
    """Where `said` does not say what `golden` said; it may say more."""
    if isinstance(golden, dict) and isinstance(said, dict):
        return [flaw for name in golden for flaw in lacks(said.get(name, "(nothing)"), golden[name], f"{path}/{name}")]
    if isinstance(golden, list) and isinstance(said, list) and len(golden) == len(said):
        return [flaw for place, one in enumerate(golden) for flaw in lacks(said[place], one, f"{path}/{place}")]
    return [] if said == golden else [f"{path}: {golden!r} became {said!r}"]


@pytest.mark.parametrize("schema", FILES)
def test_what_is_new_in_a_class_is_optional(schema: str) -> None:
    golden = json.loads(FILES[schema].read_bytes())["data"]
    for field in msgspec.structs.fields(REGISTER[schema]):
        assert field.encode_name in golden or not field.required, f"{field.name} is new and required: a new version"


def test_a_change_of_meaning_would_be_noticed() -> None:
    assert lacks({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 2]}) == []
    assert lacks({"a": 1, "b": [], "c": 0}, {"a": 1}) == []
    assert lacks({"a": "1"}, {"a": 1}) == ["/a: 1 became '1'"]
    assert lacks({}, {"a": None}) == ["/a: None became '(nothing)'"]
    assert lacks({"a": [1]}, {"a": [1, 2]}) == ["/a: [1, 2] became [1]"]


@pytest.mark.parametrize("schema", FILES)
def test_no_golden_names_a_person_in_the_clear(schema: str) -> None:
    """As in every event: no plain IC, phone or e-mail but in the complaint's own words."""
    text = FILES[schema].read_text("utf-8")
    for plain in ("800101990001", "80010199", "60123456789", "aminah@", "rashid@"):
        assert plain not in text

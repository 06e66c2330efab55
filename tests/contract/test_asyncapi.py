"""docs/asyncapi.json: a valid AsyncAPI 3 document that says what the services say and hear, and is up to date."""

import importlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from deploy import documents
from shared import events
from shared.envelope import is_reference, nats_subject
from tests.support.complaints import a_calendar, a_form, a_solution, a_whole_course, sealed

HERE = Path(__file__).parent
PUBLISHED = documents.DOCS / "asyncapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PUBLISHED.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in documents.documents()])
def test_a_generated_document_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == documents.documents()[path], f"{path.name} is out of date: run `make docs`"


def test_it_is_a_valid_asyncapi_3_document(document: dict[str, Any]) -> None:
    schema = json.loads((HERE / "schemas" / "asyncapi-3.0.0.json").read_text("utf-8"))
    wrong = [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]
    assert wrong == []


def test_a_broken_document_would_be_seen(document: dict[str, Any]) -> None:
    schema = json.loads((HERE / "schemas" / "asyncapi-3.0.0.json").read_text("utf-8"))
    broken = document | {"operations": {"x": {"action": "shout", "channel": {"$ref": "#/channels/none"}}}}
    assert list(jsonschema.Draft7Validator(schema).iter_errors(broken))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        at: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in at, reference
            at = at[part]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [found for one in part for found in _references(one)] if isinstance(part, list) else []


def test_every_event_of_the_register_is_a_message_and_is_said_once(document: dict[str, Any]) -> None:
    named = {message["name"] for message in document["components"]["messages"].values()}
    assert named == {*events.REGISTER, "projected"}
    said = [name.partition(".says.")[2] for name in document["operations"] if ".says." in name]
    assert sorted(said) == sorted([*(kind.wire for kind in events.REGISTER.values()), "projected"])


@pytest.mark.parametrize("service", documents.SERVICES)
def test_a_service_is_said_to_hear_exactly_what_it_hears(service: str, document: dict[str, Any]) -> None:
    heard = importlib.import_module(f"services.{service}.subscriptions").HEARS
    operations = {
        name.partition(".hears.")[2] for name in document["operations"] if name.startswith(f"{service}.hears.")
    }
    assert operations == {kind.wire for kind in heard}


def test_what_travels_is_of_the_shape_and_on_the_address_that_is_documented(document: dict[str, Any]) -> None:
    letters = [
        *a_whole_course().envelopes(),
        sealed(a_calendar()),
        sealed(a_form(), source="intake"),
        sealed(a_solution()),
    ]
    for letter in letters:
        message = next(one for one in document["components"]["messages"].values() if one["name"] == letter.dataschema)
        whole = {"components": document["components"], **message["payload"]}
        travelled = msgspec.json.decode(letter.encoded())
        wrong = [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(travelled)]
        assert wrong == [], letter.type
        lane = "ref" if is_reference(letter.type) else "shard"
        channel = document["channels"][f"{letter.source}.{lane}.{letter.type}"]
        shards = channel.get("parameters", {}).get("shard", {}).get("enum", [""])
        assert nats_subject(letter) in {channel["address"].replace("{shard}", shard) for shard in shards}

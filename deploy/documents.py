"""The contract in files, written by the code itself: `python -m deploy.documents` renews docs/asyncapi.json,
docs/openapi/<service>.json and the WhatsApp templates as they are handed in for approval. Nothing is started and
nothing is connected to; a test says when a file is out of date.
"""

import importlib
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.notify.senders import bodies
from services.notify.senders.letters import SAMPLES
from services.portal.live import SUBJECT as PROJECTED
from services.portal.live import Projected
from shared import events
from shared.envelope import SHARDS, Envelope, Event, is_reference, schema_of
from shared.events.reference import FormSaved

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATES = Path(__file__).parent / "mailbox" / "whatsapp" / "templates.json"
"""Beside the Graph API of our own, which knows no others."""
SERVICES = ("intake", "workflow", "notify", "query")
SAID_BY: Mapping[str, tuple[type[Event], ...]] = {
    "intake": (*events.INTAKE, FormSaved),
    "workflow": (
        *events.WORKFLOW,
        *events.ACCOUNTS,
        *events.MAILS,
        *(kind for kind in events.REFERENCE if kind is not FormSaved),
    ),
}
"""Who says what; who hears it stands in each service's HEARS."""

Document = dict[str, Any]
NOTHING = "A" * 43
"""A key of 32 bytes that opens nothing: a document needs an app, and an app needs keys."""


def openapi(service: str) -> Document:
    """What a service says of its HTTP interface."""
    main = importlib.import_module(f"services.{service}.main")
    settings = importlib.import_module(f"services.{service}.settings").Settings(
        port=1,
        service_token=NOTHING,
        public_url="http://127.0.0.1:8000",
        database_url="postgresql://nobody@127.0.0.1:1/none",
        nats_url="nats://127.0.0.1:1",
        staff_public_key=NOTHING,
        staff_private_key=NOTHING,
        staff_index_key=NOTHING,
        sealing_keys=f"1:{NOTHING}",
        tracking_keys=f"1:{NOTHING}",
        vendor_link_keys=f"1:{NOTHING}",
        index_key=NOTHING,
        altcha_key=NOTHING,
        mail_from="helpdesk@example.my",
        blobs="memory:///",
    )
    document: Document = main.create_app(settings).openapi()
    return document


def asyncapi() -> Document:
    """What travels on the bus: a channel for each event and lane, what each service says and hears, every shape."""
    said = [(teller, kind) for teller, kinds in SAID_BY.items() for kind in kinds]
    kinds = [kind for _, kind in said]
    _, shapes = msgspec.json.schema_components(
        [*kinds, Envelope, Projected], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Helpdesk iSPEKS: events",
            "version": "1",
            "description": (
                "CloudEvents 1.0 in structured JSON on NATS JetStream, streams INTAKE and WORKFLOW. Subjects are "
                "`<service>.<shard>.<type>`, the shard being crc32 of the event's subject modulo "
                f"{SHARDS}; reference facts travel whole on `<service>.ref.<type>`. `sequence` counts per source and "
                "subject, and is what hearers fence on; sequence numbers of the stream mean nothing. No plain IC, "
                "telephone number or e-mail address travels, but in a complaint's own words."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "bus": {
                "host": "127.0.0.1:8022",
                "protocol": "nats",
                "description": "As `make run` has it: a user for each service, with exactly the subjects it needs.",
            }
        },
        "channels": {
            **{_channel(teller, kind): _described(teller, kind) for teller, kind in said},
            PROJECTED: {
                "address": PROJECTED,
                "title": "A read model has moved",
                "description": "Core NATS, lossy: who misses it asks again.",
                "messages": {"projected": {"$ref": "#/components/messages/projected"}},
            },
        },
        "operations": _operations(said),
        "components": {
            "messages": {
                **{_message(kind): _letter(teller, kind) for teller, kind in said},
                "projected": {
                    "name": "projected",
                    "title": "Projected",
                    "contentType": "application/json",
                    "payload": {"$ref": "#/components/schemas/Projected"},
                },
            },
            "schemas": {name: _told_plainly(shape) for name, shape in sorted(shapes.items())},
        },
    }


def _channel(teller: str, kind: type[Event]) -> str:
    return f"{teller}.{'ref' if is_reference(kind.wire) else 'shard'}.{kind.wire}"


def _message(kind: type[Event]) -> str:
    return f"{kind.wire}.{kind.version}"


def _described(teller: str, kind: type[Event]) -> Document:
    whole = is_reference(kind.wire)
    channel: Document = {
        "address": f"{teller}.{'ref' if whole else '{shard}'}.{kind.wire}",
        "title": _title(kind),
        "messages": {_message(kind): {"$ref": f"#/components/messages/{_message(kind)}"}},
        "x-stream": teller.upper(),
    }
    if not whole:
        channel["parameters"] = {"shard": {"enum": [f"{shard:02d}" for shard in range(SHARDS)]}}
    return channel


def _letter(teller: str, kind: type[Event]) -> Document:
    shape = {"$ref": f"#/components/schemas/{kind.__name__}"}
    stamped = {"source": {"const": teller}, "type": {"const": kind.wire}, "dataschema": {"const": schema_of(kind)}}
    return {
        "name": schema_of(kind),
        "title": _title(kind),
        "summary": _plain(inspect.getdoc(kind) or ""),
        "contentType": "application/cloudevents+json",
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/Envelope"}, {"properties": {**stamped, "data": shape}}],
        },
    }


def _operations(said: list[tuple[str, type[Event]]]) -> Document:
    operations: Document = {}
    for teller, kind in said:
        operations[f"{teller}.says.{kind.wire}"] = _operation("send", teller, _channel(teller, kind))
    for hearer in SERVICES:
        heard = importlib.import_module(f"services.{hearer}.subscriptions").HEARS
        for teller, kind in said:
            if kind in heard:
                operations[f"{hearer}.hears.{kind.wire}"] = _operation("receive", hearer, _channel(teller, kind))
    operations["query.says.projected"] = _operation("send", "query", PROJECTED)
    operations["portal.hears.projected"] = _operation("receive", "portal", PROJECTED)
    return operations


def _operation(action: str, service: str, channel: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "tags": [{"name": service}]}


def _title(kind: type[Event]) -> str:
    return kind.wire.rpartition(".")[2].replace("_", " ").capitalize() if "complaint." in kind.wire else kind.wire


def _told_plainly(shape: Document) -> Document:
    """A shape whose description has lost the indentation of the source it comes from."""
    return {**shape, "description": _plain(shape["description"])} if "description" in shape else shape


def _plain(text: str) -> str:
    return " ".join(text.split())


def documents() -> dict[Path, str]:
    """Every generated file, with what should be in it."""
    made: dict[Path, Any] = {
        DOCS / "asyncapi.json": asyncapi(),
        TEMPLATES: bodies.handed_in({**SAMPLES, "bil": 3}),
        **{DOCS / "openapi" / f"{name}.json": openapi(name) for name in SERVICES},
    }
    return {path: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for path, document in made.items()}


def write() -> None:
    """Renew them all."""
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()

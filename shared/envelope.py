"""The outside of every event: CloudEvents 1.0 in structured JSON, and the register of what may be inside.

An event class is a frozen msgspec struct that declares its wire name and version beside it. Class paths never travel.
`sequence` counts per (source, subject): it is what consumers fence on. Stream sequence numbers mean nothing here.
Pure: no clock, no ids, no I/O.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypeAlias, TypeVar

import msgspec

SHARDS = 16


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, told in the past tense. Subclasses set `wire` (the name) and `version`."""

    wire: ClassVar[str]
    version: ClassVar[int] = 1


E = TypeVar("E", bound=Event)
Kind: TypeAlias = type[E]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """CloudEvents attributes, plus `sequence`, `correlationid` and `causationid`.

    `subject` is the complaint number, or the entity a reference fact is about. `data` stays raw until `open_as`.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    dataschema: str
    sequence: int
    correlationid: str
    causationid: str | None = None
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    data: msgspec.Raw

    def open_as(self, kind: Kind[E]) -> E:
        """The event inside. Raises `Unreadable` when it is not the `kind` it says it is."""
        if self.dataschema != schema_of(kind):
            raise Unreadable(f"{self.dataschema} is not {schema_of(kind)}")
        try:
            return msgspec.json.decode(self.data, type=kind)
        except msgspec.MsgspecError as error:
            raise Unreadable(str(error)) from error

    def encoded(self) -> bytes:
        """The bytes that travel."""
        return msgspec.json.encode(self)


class Unreadable(Exception):
    """Bytes that are no event we know: poison, never retried for long."""


_ENVELOPES = msgspec.json.Decoder(Envelope)


def decode(body: bytes) -> Envelope:
    """Read what travelled. Raises `Unreadable`."""
    try:
        return _ENVELOPES.decode(body)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error


def seal(
    event: Event,
    *,
    id: str,
    source: str,
    subject: str,
    sequence: int,
    time: datetime,
    correlation: str,
    causation: str | None = None,
) -> Envelope:
    """Put an event into its envelope. Ids and time are the caller's."""
    return Envelope(
        id=id,
        source=source,
        type=event.wire,
        time=time,
        subject=subject,
        dataschema=schema_of(type(event)),
        sequence=sequence,
        correlationid=correlation,
        causationid=causation,
        data=msgspec.Raw(msgspec.json.encode(event)),
    )


def schema_of(kind: type[Event]) -> str:
    """Wire name and version, such as `complaint.assigned/1`."""
    return f"{kind.wire}/{kind.version}"


def shard_of(number: str) -> int:
    """Which of the shards a complaint's events travel in; stable for ever."""
    return zlib.crc32(number.encode()) % SHARDS


def nats_subject(envelope: Envelope) -> str:
    """`<service>.<shard>.<type>`; reference facts travel whole on `<service>.ref.<type>`."""
    lane = "ref" if is_reference(envelope.type) else f"{shard_of(envelope.subject):02d}"
    return f"{envelope.source}.{lane}.{envelope.type}"


def is_reference(wire: str) -> bool:
    """Reference facts are the events whose name ends in `.saved`."""
    return wire.endswith(".saved")


def register(kinds: Iterable[type[Event]]) -> dict[str, type[Event]]:
    """Schema -> class, refusing two classes of one schema."""
    table: dict[str, type[Event]] = {}
    for kind in kinds:
        schema = schema_of(kind)
        if schema in table:
            raise ValueError(f"two events call themselves {schema}")
        table[schema] = kind
    return table

"""An event that has not happened, of a complaint as it stands: only what planning asks for is believable in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

import msgspec

from services.notify.domain.own import DigestDue, News
from shared.envelope import Event
from shared.events.accounts import AccountEvent
from shared.events.complaint import Actor, ComplaintEvent, Person
from shared.events.intake import TrackingLinkRequested
from shared.events.workflow import Assigned, Escalated, HandedBack, Reassigned

HIGHEST_LEVEL = 2
VENDOR_HAS_IT = "TINDAKAN_VENDOR"


class Supposed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is supposed of the event; what is left out is as the complaint stands now."""

    from_state: str | None = None
    to: str | None = None
    custodian: str | None = None
    role: str = "SYSTEM"
    """Who does it, as what; only staff have an id."""
    actor: Person | None = None
    pic: Person | None = None
    kind: str | None = None
    level: int | None = None


def imagine(
    kind: type[Event], number: str, standing: Mapping[str, Any] | None, at: datetime, supposed: Supposed
) -> ComplaintEvent | TrackingLinkRequested | AccountEvent | News | DigestDue:
    """The event. `standing` is what the complaint's last event said of it; None where none was heard."""
    if issubclass(kind, AccountEvent):
        of = supposed.actor.id if supposed.actor is not None else None
        return msgspec.convert(_filled(kind, {"staff": of, "at": at}, at), kind)
    if kind is DigestDue:
        return DigestDue()
    if issubclass(kind, News):
        pic = supposed.pic or msgspec.convert((standing or {}).get("pic"), Person | None)
        told = _filled(kind, {"at": at, "recipient": f"complainant:{number}", "number": number}, at)
        return msgspec.structs.replace(msgspec.convert(told, kind), pic=pic)
    if not issubclass(kind, ComplaintEvent):
        return TrackingLinkRequested(number=number)
    stood = dict(standing or {})
    said: dict[str, Any] = stood | {
        "number": number,
        "at": at,
        "from": supposed.from_state or stood.get("to"),
        "to": supposed.to or stood.get("to") or "BARU",
        "custodian": supposed.custodian if supposed.custodian or supposed.to else stood.get("custodian"),
        "actor": Actor(
            role=supposed.role,
            id=supposed.actor.id if supposed.actor else None,
            name=supposed.actor.name if supposed.actor else None,
        ),
        "level": _level(kind, stood.get("level") or 0, supposed.level),
        "kind": supposed.kind or "",
    }
    said |= _people(kind, stood.get("pic"), supposed.pic)
    if said["to"] == VENDOR_HAS_IT and not said.get("vendor"):
        said["vendor"] = {"since": at, "logs": []}
    return msgspec.convert(_filled(kind, msgspec.to_builtins(said, builtin_types=(datetime,)), at), kind)


def _level(kind: type[Event], stood: int, supposed: int | None) -> int:
    if supposed is not None:
        return supposed
    return min(stood + 1, HIGHEST_LEVEL) if kind is Escalated else stood


def _people(kind: type[Event], stood: Any, supposed: Person | None) -> dict[str, Any]:
    """The PIC after the event, and before it where the event says so."""
    if kind is HandedBack:
        return {"pic": None, "before": supposed or stood}
    if kind in (Assigned, Reassigned):
        return {"pic": supposed or stood, "before": stood}
    return {"pic": supposed or stood}


def _filled(kind: type[Any], said: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What is said, and something empty for whatever else this kind cannot do without."""
    found = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in said:
            found[field.encode_name] = said[field.encode_name]
        elif field.required:
            found[field.encode_name] = _empty(field.type, at)
    return found


def _empty(annotation: Any, at: datetime) -> Any:
    if type(None) in get_args(annotation):
        return None
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _filled(annotation, {}, at)
    return {str: "", int: 0, bool: False, datetime: at}.get(annotation, ())

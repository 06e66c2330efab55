"""What notify answers about its ledger and its ways out, in the shapes it really has."""

from typing import Any

from tests.unit.portal.outside import NUMBER, Outside, answer

AS_OF = "2026-11-24T10:00:00+08:00"
DELIVERY: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "event_id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6b",
    "event": "complaint.received",
    "rules": 1,
    "rule": 1,
    "complaint": NUMBER,
    "template": "akuan_terima",
    "title": {"ms": "Akuan penerimaan aduan iSPEKS", "en": "We have received your complaint"},
    "audience": "complainant",
    "recipient": {"kind": "complainant", "id": None, "name": "Aminah binti Ali", "masked": "a***@example.my"},
    "channel": "email",
    "urgent": True,
    "carried_by": None,
    "status": "sent",
    "reason": None,
    "next_at": None,
    "retryable": False,
    "at": "2026-03-01T10:15:00+08:00",
    "changed_at": "2026-03-01T10:15:02+08:00",
    "attempts": [{"at": "2026-03-01T10:15:02+08:00", "result": "sent", "detail": None}],
    "receipts": [],
}
CHANNEL: dict[str, Any] = {
    "name": "email",
    "state": "up",
    "failures": 0,
    "detail": None,
    "waiting": 0,
    "oldest_seconds": 0.0,
    "sent": 120,
    "failed": 0,
    "unknown": 0,
    "last_sent_at": AS_OF,
}
TEMPLATE: dict[str, Any] = {
    "message": "balasan_pic",
    "language": "ms",
    "name": "helpdesk_balasan_pic",
    "enabled": True,
    "reader": "complainant",
    "text": "Ada maklum balas baharu bagi aduan {{1}}.",
    "parameters": ["no_aduan"],
    "refused": None,
    "refused_at": None,
}
TEMPLATES: dict[str, Any] = {
    "version": 3,
    "saved_at": None,
    "saved_by": None,
    "on": True,
    "category": "UTILITY",
    "unreachable": 0,
    "items": [TEMPLATE],
}


def delivery(**changes: Any) -> dict[str, Any]:
    """A line of the ledger."""
    return {**DELIVERY, **changes}


def ledger(outside: Outside, *items: dict[str, Any], next: str | None = None) -> Outside:
    """From now on these are the deliveries."""
    outside.on("GET", "/v1/deliveries", answer({"items": list(items), "next": next, "as_of": AS_OF}))
    return outside


def alert(event: str, *deliveries: dict[str, Any], nobody: str | None = None) -> dict[str, Any]:
    """Something that happened, and all that was planned for it."""
    at = "2026-03-01T10:15:00+08:00"
    return {"id": event, "event": event, "at": at, "rules": 1, "nobody": nobody, "deliveries": list(deliveries)}


def told(outside: Outside, *items: dict[str, Any], next: str | None = None) -> Outside:
    """From now on this is what happened to a complaint."""
    outside.on("GET", "/v1/alerts", answer({"items": list(items), "next": next, "as_of": AS_OF}))
    return outside


def channels(outside: Outside, *items: dict[str, Any], **changes: Any) -> Outside:
    """From now on the ways out are doing so, and WhatsApp's messages are called so."""
    outside.on("GET", "/v1/channels", answer({"items": list(items or (CHANNEL,)), "as_of": AS_OF}))
    outside.on("GET", "/v1/whatsapp/templates", answer({**TEMPLATES, **changes}))
    return outside


WRITTEN: dict[str, Any] = {
    "id": "wamid.1",
    "complaint": NUMBER,
    "by": "complainant",
    "masked": "+60 *** *789",
    "kind": "text",
    "text": "Sudah boleh, terima kasih.",
    "at": "2026-03-01T10:15:00+08:00",
    "heard_at": "2026-03-01T10:15:01+08:00",
    "acknowledged": "sent",
}


def written(outside: Outside, *items: dict[str, Any]) -> Outside:
    """From now on this was written on WhatsApp about the complaint."""
    outside.on("GET", "/v1/whatsapp/messages", answer({"items": list(items), "as_of": AS_OF}))
    return outside

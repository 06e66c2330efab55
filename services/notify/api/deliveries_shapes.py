"""The ledger's shapes over HTTP, and an example of each."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notify.domain.retries import Fate, Status

LONGEST_PAGE = 200
SENT: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "event_id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6b",
    "event": "complaint.received",
    "rules": 1,
    "rule": 1,
    "complaint": "HD-2026-000123-C",
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
TOLD: dict[str, Any] = {
    "id": SENT["event_id"],
    "event": SENT["event"],
    "at": SENT["at"],
    "rules": 1,
    "nobody": None,
    "deliveries": [SENT],
}
RETRY = {
    "retry": {
        "operationId": "retry",
        "parameters": {"id": "$response.body#/items/0/id"},
        "description": "One that came to rest unsent goes back in line.",
    }
}


class Attempt(BaseModel):
    """One try; `result` is null while it is under way."""

    at: str
    result: Fate | None
    detail: str | None


class Receipt(BaseModel):
    """What the provider said of the message later; `code` where it failed."""

    at: str
    status: str
    code: int | None


class Recipient(BaseModel):
    """Who; `id` for staff only."""

    kind: Literal["complainant", "staff", "vendor"]
    id: str | None
    name: str | None
    masked: str | None


class Title(BaseModel):
    """What a message is called: its subject."""

    ms: str
    en: str


class Delivery(BaseModel):
    """One line of the ledger. `reason` says why something was not sent; what is about an account has no complaint.
    `rule` is the line of that version of the rules; `carried_by`, the delivery whose message this one went with;
    `next_at`, when it will be tried."""

    id: str
    event_id: str
    event: str
    rules: int
    rule: int
    complaint: str | None
    template: str
    title: Title
    audience: str
    recipient: Recipient
    channel: str
    urgent: bool
    carried_by: str | None
    status: Status
    reason: str | None
    next_at: str | None
    retryable: bool
    at: str
    changed_at: str
    attempts: list[Attempt]
    receipts: list[Receipt]


class Deliveries(BaseModel):
    """A page of the ledger, newest first."""

    items: list[Delivery]
    next: str | None
    as_of: str


class Alert(BaseModel):
    """Something that happened, by which version of the rules it was told on, and every line of the ledger about it.
    `nobody`: why nobody is told of such a thing."""

    id: str
    event: str
    at: str
    rules: int
    nobody: str | None
    deliveries: list[Delivery]


class Alerts(BaseModel):
    """What happened to a complaint, newest first."""

    items: list[Alert]
    next: str | None
    as_of: str


class Chosen(BaseModel):
    """Deliveries to be put back in line."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ids": [SENT["id"]]}]})

    ids: list[UUID] = Field(min_length=1, max_length=LONGEST_PAGE)


class Answered(BaseModel):
    """What became of one of them; `code` where it was refused."""

    id: str
    done: bool
    code: str | None


class AllAnswered(BaseModel):
    """What became of each, in the order they were named."""

    items: list[Answered]

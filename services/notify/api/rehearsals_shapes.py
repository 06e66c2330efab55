"""A dry run's shapes over HTTP, and an example of each."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.notify.api.rules import RuleBody
from services.notify.domain.retries import Reason, Status
from services.notify.domain.rules import Custodian, State

LINES = 100
Role = Literal["ADMIN", "PIC", "IMPLEMENTOR", "VENDOR", "COMPLAINANT", "SYSTEM"]
ASKED: dict[str, Any] = {"complaint": "HD-2026-000123-C", "event": "complaint.assigned", "role": "ADMIN"}
ANSWER: dict[str, Any] = {
    "complaint": "HD-2026-000123-C",
    "event": "complaint.assigned",
    "version": 3,
    "supposed": {
        "known": True,
        "from_state": "BARU",
        "to": "DIAGIHKAN",
        "custodian": "PIC",
        "role": "ADMIN",
        "actor": "Puan Admin",
        "pic": "Rashid bin Omar",
        "claimant": None,
        "kind": None,
        "level": 0,
    },
    "items": [
        {
            "line": 0,
            "audience": "pic",
            "channel": "email",
            "template": "agihan_pic",
            "batched": False,
            "urgent": False,
            "recipient": {"kind": "staff", "id": "s-rashid", "name": "Rashid bin Omar", "masked": "r***@example.my"},
            "status": "planned",
            "reason": None,
            "stands_in_for": None,
            "told_as": None,
        }
    ],
    "silent": [{"line": 1, "audience": "claimant", "channel": "email", "template": "agihan_pic", "unmet": []}],
    "nobody": None,
}


class Rehearsal(BaseModel):
    """What is supposed to happen to which complaint. What is left out is as the complaint stands; `items` are lines of
    this event that are not saved yet. Of an account's event the caller is the owner, and there is no complaint."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    event: str = Field(max_length=60)
    complaint: str | None = Field(default=None, max_length=30)
    from_state: State | None = None
    to: State | None = None
    custodian: Custodian | None = None
    role: Role = "SYSTEM"
    pic: str | None = Field(default=None, max_length=60)
    kind: Literal["warn", "remind", "notice"] | None = None
    level: int | None = Field(default=None, ge=0, le=2)
    items: list[RuleBody] | None = Field(default=None, max_length=LINES)


class Who(BaseModel):
    """Who, and where it would reach them, masked."""

    kind: str
    id: str | None
    name: str
    masked: str | None


class Told(BaseModel):
    """A message to a person, or why there is none. `stands_in_for`: whose deputy they are; `told_as`: the line by which
    the same person is told already."""

    line: int
    audience: str
    channel: str
    template: str
    batched: bool
    urgent: bool
    recipient: Who
    status: Status
    reason: Reason | None
    stands_in_for: str | None
    told_as: int | None
    held_until: str | None = None
    """Until when it waits, where it does."""


class Silent(BaseModel):
    """A line that reaches nobody: because of these questions, or (none) because there is nobody there."""

    line: int
    audience: str
    channel: str
    template: str
    unmet: list[str]


class Assumed(BaseModel):
    """What was taken for granted; `known` is false where nothing was heard of how the complaint stands."""

    known: bool
    from_state: str | None
    to: str | None
    custodian: str | None
    role: str
    actor: str | None
    pic: str | None
    claimant: str | None
    kind: str | None
    level: int


class Rehearsed(BaseModel):
    """Who would get what. `version` is null where the lines are not saved; `nobody` is why nobody ever is told."""

    complaint: str | None
    event: str
    version: int | None
    supposed: Assumed | None
    items: list[Told]
    silent: list[Silent]
    nobody: str | None

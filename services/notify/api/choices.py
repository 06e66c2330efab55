"""What the caller may choose of how they are told, and what Admin has fixed. What they chose is workflow's to
keep."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.notify.domain.choices import offers
from services.notify.domain.digest_words import EVENTS
from services.notify.domain.own import DigestDue
from services.notify.domain.people import Staff as Member
from services.notify.domain.planning import gets_digest
from services.notify.domain.rules import Choice
from services.notify.store import matrix
from shared.auth import Staff
from shared.web import Transaction

router = APIRouter(prefix="/v1")

NAMED: dict[str, Any] = {"event": "complaint.closed", "ms": "ditutup oleh pengadu", "en": "closed by the complainant"}
EXAMPLE: dict[str, Any] = {
    "digest": True,
    "whatsapp": False,
    "groups": [
        {
            "group": "closings",
            "choices": ["at_once", "digest", "off"],
            "default": "at_once",
            "events": [NAMED],
            "limits": [],
        }
    ],
    "fixed": [{"event": "complaint.escalated", "ms": "dieskalasi", "en": "escalated"}],
}


class Named(BaseModel):
    """An event in a few words."""

    event: str
    ms: str
    en: str


class Limit(Named):
    """An event of a group that leaves less choice than the group: what is chosen beyond it comes at once."""

    choices: list[Choice]


class Group(BaseModel):
    """What is chosen together. `default` holds until somebody chooses."""

    group: str
    choices: list[Choice]
    default: Choice
    events: list[Named]
    limits: list[Limit]


class Choices(BaseModel):
    """What may be chosen, as the rules are now. `digest`: the caller gets one; `whatsapp`: some message would come that
    way, if they agree; `fixed`: what always comes at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    digest: bool
    whatsapp: bool
    groups: list[Group]
    fixed: list[Named]


@router.get("/choices")
async def choices(caller: Staff, tx: Transaction) -> Choices:
    """What the caller may choose of how they are told, within what Admin allows."""
    _, rules = await matrix.current(tx)
    member = Member(caller.id, caller.name, True, caller.roles, caller.queues)
    digest = gets_digest([rule for rule in rules if rule.event == DigestDue.wire], member)
    found = offers(rules, caller.roles, caller.queues, digest=digest)
    groups = [
        Group(
            group=one.group,
            choices=list(one.choices),
            default=one.default,
            events=[_named(event) for event in one.events],
            limits=[Limit(**_named(event).model_dump(), choices=list(left)) for event, left in one.limits.items()],
        )
        for one in found.groups
    ]
    fixed = [_named(event) for event in found.fixed]
    return Choices(digest=found.digest, whatsapp=found.whatsapp, groups=groups, fixed=fixed)


def _named(event: str) -> Named:
    ms, en = EVENTS.get(event, (event, event))
    return Named(event=event, ms=ms, en=en)

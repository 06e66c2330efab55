"""What the caller may choose of how they are told, and what Admin has fixed. What they chose is workflow's to
keep."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.notify.domain.choices import offers
from services.notify.domain.digest_words import EVENTS
from services.notify.domain.own import DigestDue
from services.notify.domain.people import Staff as Member
from services.notify.domain.planning import gets_digest
from services.notify.domain.rules import Choice
from services.notify.store import matrix, returned
from shared.auth import Staff
from shared.web import Transaction, refusals, shown

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
    "refused": None,
}
REFUSED: dict[str, Any] = {"staff": "s-rashid", "at": "2026-03-01T10:15:00+08:00", "masked": "r***@example.my"}


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


class RefusedMail(BaseModel):
    """A mail server said no for good, and no mail has reached this member of staff since."""

    staff: str
    at: datetime
    masked: str | None


class RefusedMails(BaseModel):
    """Everybody of whom that is so."""

    items: list[RefusedMail]


class Choices(BaseModel):
    """What may be chosen, as the rules are now. `digest`: the caller gets one; `whatsapp`: some message would come that
    way, if they agree; `fixed`: what always comes at once; `refused`: mail to the caller does not arrive."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    digest: bool
    whatsapp: bool
    groups: list[Group]
    fixed: list[Named]
    refused: RefusedMail | None


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
    refused = next((_refused(one) for one in await returned.refused_staff(tx, caller.id)), None)
    return Choices(digest=found.digest, whatsapp=found.whatsapp, groups=groups, fixed=fixed, refused=refused)


@router.get("/refused-staff", response_model=RefusedMails, responses=shown(200, {"items": [REFUSED]}) | refusals(403))
async def refused_staff(caller: Staff, tx: Transaction) -> RefusedMails:
    """Members of staff whom mail does not reach, for those who look after their addresses."""
    caller.needs("ADMIN", "MANAGEMENT")
    return RefusedMails(items=[_refused(one) for one in await returned.refused_staff(tx)])


def _refused(one: returned.Refused) -> RefusedMail:
    return RefusedMail(staff=one.staff, at=one.at, masked=one.masked)


def _named(event: str) -> Named:
    ms, en = EVENTS.get(event, (event, event))
    return Named(event=event, ms=ms, en=en)

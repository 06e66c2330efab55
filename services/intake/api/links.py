"""Asking for tracking links. The answer is the same, in words and in time, whether there is anything to send or not."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.intake.api import bodies
from services.intake.api.desk import HOUR, LINKS_BY_ADDRESS, LINKS_BY_OWNER, AtDesk, Causing
from services.intake.domain import links
from services.intake.handlers import public as handlers
from shared.auth import Visitor
from shared.errors import TooMany
from shared.limits import prefix
from shared.web import Once, Transaction, refusals, shown

router = APIRouter(tags=["tracking"])


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for links, and whether its owner has had enough mail for now."""

    wanted: links.Wanted
    enough: bool


async def _asked(body: bodies.Wanted, desk: AtDesk, visitor: Visitor) -> Asked:
    wanted = links.judge_wanted(ic=body.ic, number=body.number, language=body.language)
    await desk.limits.spend("links", prefix(visitor), limit=LINKS_BY_ADDRESS, seconds=HOUR)
    owner = desk.seals.index(wanted.ic) if wanted.ic else wanted.number or ""
    try:
        await desk.limits.spend("links", owner, limit=LINKS_BY_OWNER, seconds=HOUR)
    except TooMany:
        return Asked(wanted, enough=True)
    return Asked(wanted, enough=False)


@router.post(
    "/v1/tracking-links",
    summary="Send tracking links to whom they belong",
    operation_id="send_links",
    status_code=202,
    response_model=bodies.Nothing,
    responses=shown(202, {}) | refusals(409, 429),
)
async def send_links(
    asked: Annotated[Asked, Depends(_asked)], once: Once, tx: Transaction, desk: AtDesk, cause: Causing
) -> Response:
    """Each complaint's link goes to that complaint's own contact, if there is one. Always the same answer."""

    async def effect() -> dict[str, str]:
        if not asked.enough:
            await handlers.request_links(tx, desk.seals, asked.wanted, cause)
        return {}

    return await once.answer(202, effect)

"""A complainant's words, proved by a tracking link or by IC and name. Wrong proof and no complaint look the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response

from services.intake.api import bodies
from services.intake.api.desk import (
    DAY,
    HOUR,
    TRIES_BY_COMPLAINT,
    WORDS_BY_ADDRESS,
    WORDS_BY_COMPLAINT,
    AtDesk,
    Causing,
    Desk,
)
from services.intake.api.robot import checked
from services.intake.domain import thread
from services.intake.domain.numbers import valid_number
from services.intake.domain.robot import RobotCheck
from services.intake.domain.texts import Sieve
from services.intake.domain.thread import Words
from services.intake.handlers import public as handlers
from shared.auth import Visitor
from shared.errors import NotFound, Unknown
from shared.limits import prefix
from shared.web import Once, Transaction, refusals

router = APIRouter(tags=["thread"])

Number = Annotated[str, Path(description="The complaint's number", examples=["HD-2026-000123-H"])]
Token = Annotated[str | None, Header(alias="X-Tracking-Token", description="From the complaint's tracking link")]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words whose speaker is proved: by the second of filing that a link says, or by IC and name."""

    number: str
    words: Words
    linked_at: datetime | None = None
    robot: RobotCheck | None = None


async def _said(body: bodies.Message, number: Number, desk: AtDesk, visitor: Visitor, token: Token = None) -> Spoken:
    def judge(sieve: Sieve) -> Words:
        attachments = tuple(body.attachments)
        return thread.judge_words(action=body.action, text=body.text, attachments=attachments, sieve=sieve)

    return await _prove(desk, visitor, number, token, body, judge)


async def _rated(body: bodies.Rating, number: Number, desk: AtDesk, visitor: Visitor, token: Token = None) -> Spoken:
    def judge(sieve: Sieve) -> Words:
        return thread.judge_rating(score=body.score, comment=body.comment, sieve=sieve)

    return await _prove(desk, visitor, number, token, body, judge)


async def _prove(
    desk: Desk, visitor: str, number: str, token: str | None, body: bodies.Claim, judge: Callable[[Sieve], Words]
) -> Spoken:
    await desk.limits.spend("words", prefix(visitor), limit=WORDS_BY_ADDRESS, seconds=HOUR)
    sieve = Sieve()
    words = judge(sieve)
    if token is not None:
        sieve.settle()
        spoken = _by_link(desk, number, token, words)
    else:
        spoken = await _by_claim(desk, visitor, number, body, words, sieve)
    await desk.limits.spend("words", spoken.number, limit=WORDS_BY_COMPLAINT, seconds=HOUR)
    return spoken


def _by_link(desk: Desk, number: str, token: str, words: Words) -> Spoken:
    try:
        linked, linked_at = desk.seals.links.check(token)
    except Unknown:
        raise NotFound from None
    if linked != valid_number(number):
        raise NotFound
    return Spoken(linked, words, linked_at=linked_at)


async def _by_claim(desk: Desk, visitor: str, typed: str, body: bodies.Claim, words: Words, sieve: Sieve) -> Spoken:
    robot = checked(body.altcha, desk.robot_key)
    claim = thread.judge_claim(ic=body.ic, name=body.name, robot=robot, sieve=sieve)
    sieve.settle()
    if robot.verdict == "missing":
        await desk.spend_unchecked(visitor)
    number = valid_number(typed)
    if number is None:
        raise NotFound
    # Counted before it is looked at, and given back where it was right: tries at the same time cannot slip through.
    await desk.limits.spend("tries", number, limit=TRIES_BY_COMPLAINT, seconds=DAY)
    async with desk.db.transaction() as tx:
        proved = await handlers.proves_itself(tx, desk.seals, number, claim, robot)
    if not proved:
        raise NotFound
    await desk.limits.forget("tries", number)
    return Spoken(number, words, robot=robot)


@router.post(
    "/v1/complaints/{number}/messages",
    summary="Answer, refute, close or reopen",
    operation_id="say",
    status_code=202,
    response_model=bodies.Accepted,
    responses=refusals(404, 409, 429),
)
async def say(spoken: Annotated[Spoken, Depends(_said)], once: Once, tx: Transaction, cause: Causing) -> Response:
    """Taken down and passed on. What is not allowed any more is held on the thread with its reason, never lost."""
    return await _answer(spoken, once, tx, cause)


@router.post(
    "/v1/complaints/{number}/rating",
    summary="Rate how it was handled",
    operation_id="rate",
    status_code=202,
    response_model=bodies.Accepted,
    responses=refusals(404, 409, 429),
)
async def rate(spoken: Annotated[Spoken, Depends(_rated)], once: Once, tx: Transaction, cause: Causing) -> Response:
    """Taken down and passed on; counts once per closing."""
    return await _answer(spoken, once, tx, cause)


async def _answer(spoken: Spoken, once: Once, tx: Transaction, cause: Causing) -> Response:
    async def effect() -> dict[str, str]:
        message = await handlers.take_words(
            tx, spoken.number, spoken.words, cause, linked_at=spoken.linked_at, robot=spoken.robot
        )
        return {"id": message}

    return await once.answer(202, effect)

"""The robot check: a proof of work of our own, made and checked with the altcha library. The server pays one hash."""

import time
from datetime import UTC, datetime
from typing import Any

import altcha
from fastapi import APIRouter, Response

from services.intake.api.desk import AtDesk
from services.intake.domain.robot import Challenge, RobotCheck
from shared.web import shown

ALGORITHM = "SHA-256"
COST = 1
PREFIX = "000"
"""A visitor's browser tries some 4,096 hashes until one begins with this."""
SECONDS = 20 * 60

router = APIRouter(tags=["form"])


@router.get(
    "/v1/challenge",
    summary="A robot check to solve",
    operation_id="challenge",
    response_model=dict[str, Any],
    responses=shown(
        200,
        {
            "parameters": {
                "algorithm": "SHA-256",
                "cost": 1,
                "expiresAt": 1772331300,
                "keyLength": 32,
                "keyPrefix": PREFIX,
                "nonce": "9f5c0b7e3a1d4f68",
                "salt": "1c7a5e9d2b804f36",
            },
            "signature": "5b1e7c3d9f572b8f1c0e4d6a019aa7c45b1e7c3d9f572b8f1c0e4d6a019aa7c4",
        },
    ),
)
async def challenge(desk: AtDesk, response: Response) -> dict[str, Any]:
    """An ALTCHA challenge: good for twenty minutes, and for one use."""
    response.headers["Cache-Control"] = "no-store"
    made = altcha.create_challenge(
        ALGORITHM, COST, key_prefix=PREFIX, expires_at=int(time.time()) + SECONDS, hmac_secret=desk.robot_key
    )
    return dict(made.to_dict())


def checked(payload: str | None, key: str) -> RobotCheck:
    """What a payload proves. Whether it was used before, only the effect's transaction can say."""
    if not payload:
        return RobotCheck("missing")
    try:
        solved = altcha.Payload.from_base64(payload)
        verified = altcha.verify_solution(solved, key)
        if verified.verified:
            parameters = solved.challenge.parameters
            expires_at = datetime.fromtimestamp(parameters.expires_at or 0, UTC)
            return RobotCheck("passed", Challenge(parameters.nonce, expires_at))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return RobotCheck("wrong")
    return RobotCheck("expired" if verified.expired else "wrong")

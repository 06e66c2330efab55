"""Logging in and out, and fresh 60-second tokens for a session."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.domain.browsers import browser_name
from services.workflow.domain.members import tidy_ic
from services.workflow.handlers import sessions
from services.workflow.handlers.passwords import Passwords
from services.workflow.store.people import Member
from shared.auth import StaffTokens, Visitor
from shared.db import Database
from shared.errors import Unknown
from shared.limits import Limits, prefix
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1", tags=["sessions"])

GO_ON = {
    "renew": {
        "operationId": "renew",
        "parameters": {"header.X-Session": "$response.body#/session"},
        "description": "A fresh token, for as long as the session lives.",
    },
    "log_out": {"operationId": "log_out", "parameters": {"header.X-Session": "$response.body#/session"}},
}
SessionSecret = Annotated[str, Header(alias="X-Session", min_length=20, max_length=100)]


class Login(BaseModel):
    """IC number (with or without dashes) and password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ic": "870707-99-0007", "password": "kata laluan yang panjang"}]},
    )
    ic: str = Field(max_length=50)
    password: str = Field(max_length=256)


class StaffView(BaseModel):
    """Who is logged in."""

    id: str
    name: str
    roles: list[str]
    queues: list[str]
    language: str
    stands_in: list[str] = []
    """Ids of absent PICs whose deputy they are today."""


class Token(BaseModel):
    """A staff token, good for 60 seconds. Where `must_change`, it opens nothing but the way to another password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "eyJhbGciOiJFZDI1NTE5In0.e30.AAAA",
                    "expires_at": "2026-03-01T10:15:00+08:00",
                    "staff": {
                        "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
                        "name": "Azman bin Yusof",
                        "roles": ["PIC"],
                        "queues": [],
                        "language": "ms",
                    },
                    "must_change": False,
                }
            ]
        }
    )

    token: str
    expires_at: datetime
    staff: StaffView
    must_change: bool


class Session(Token):
    """A new session; the secret is shown this once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "eyJhbGciOiJFZDI1NTE5In0.e30.AAAA",
                    "expires_at": "2026-03-01T10:15:00+08:00",
                    "staff": {
                        "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
                        "name": "Azman bin Yusof",
                        "roles": ["PIC"],
                        "queues": [],
                        "language": "ms",
                    },
                    "must_change": False,
                    "session": "q7m1s9d3r5x8b2k4",
                }
            ]
        }
    )

    session: str


@router.post("/sessions", responses=shown(200, links=GO_ON) | refusals(401, 429))
async def log_in(
    body: Login,
    request: Request,
    visitor: Visitor,
    browser: Annotated[str, Header(alias="User-Agent")] = "",
) -> Session:
    """Begin a session. 401 for a wrong pair, with no hint which half; 429 while the account is locked. Of the browser
    only its name is kept."""
    db: Database = request.app.state.db
    limits: Limits = request.app.state.limits
    passwords: Passwords = request.app.state.passwords
    ic = tidy_ic(body.ic)
    await limits.spend("login", prefix(visitor), limit=60, seconds=60)
    # Two transactions, with the hashing between them: it takes long, and holds no connection meanwhile.
    async with db.transaction() as tx:
        member = await sessions.find(tx, ic, request.app.state.keys)
    matches = await passwords.matches(body.password, member)
    async with db.transaction() as tx:
        if member is not None and matches:
            place = prefix(visitor)
            secret, session = await sessions.begin_session(tx, member, address=place, browser=browser_name(browser))
            token = token_of(request, member, session)
            return Session(session=secret, **token.model_dump())
        if member is not None:
            await sessions.note_failed_login(tx, member)
        elif ic and limits.on:
            await sessions.note_stranger(tx, ic, request.app.state.keys)
    raise Unknown("login_failed", sessions.LOGIN_FAILED)


@router.post("/sessions/current", responses=refusals(401))
async def renew(request: Request, tx: Transaction, secret: SessionSecret) -> Token:
    """A fresh token for a live session; 401 once it has ended."""
    member, session = await sessions.renew(tx, secret)
    return token_of(request, member, session)


@router.delete("/sessions/current", status_code=204)
async def log_out(tx: Transaction, secret: SessionSecret) -> None:
    """End the session."""
    await sessions.log_out(tx, secret)


def token_of(request: Request, member: Member, session: UUID) -> Token:
    """A fresh token for a session of this member."""
    tokens: StaffTokens = request.app.state.staff_tokens
    caller = sessions.as_caller(member, session)
    must_change = member.must_change and request.app.state.first_login_change
    token, expires = tokens.issue(caller, datetime.now(UTC), must_change=must_change)
    staff = StaffView(
        id=caller.id,
        name=member.name,
        roles=member.roles,
        queues=member.queues,
        language=member.language,
        stands_in=sorted(caller.stands_in),
    )
    return Token(token=token, expires_at=expires, staff=staff, must_change=must_change)

"""Logging in and out, and fresh 60-second tokens for a session."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.domain.browsers import browser_name
from services.workflow.domain.members import tidy_ic
from services.workflow.handlers import people
from services.workflow.handlers.people import Passwords
from services.workflow.store.people import Member
from shared.auth import StaffTokens, Visitor
from shared.db import Database
from shared.errors import Unknown
from shared.limits import Limits, prefix
from shared.web import Transaction

router = APIRouter(prefix="/v1", tags=["sessions"])

SessionSecret = Annotated[str, Header(alias="X-Session", min_length=20, max_length=100)]


class Login(BaseModel):
    """IC number (with or without dashes) and password."""

    model_config = ConfigDict(extra="forbid")
    ic: str = Field(max_length=50)
    password: str = Field(max_length=256)


class StaffView(BaseModel):
    """Who is logged in."""

    id: str
    name: str
    roles: list[str]
    queues: list[str]
    language: str


class Token(BaseModel):
    """A staff token, good for 60 seconds. Where `must_change`, it opens nothing but the way to another password."""

    token: str
    expires_at: datetime
    staff: StaffView
    must_change: bool


class Session(Token):
    """A new session; the secret is shown this once."""

    session: str


@router.post("/sessions")
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
        member = await people.find(tx, ic, request.app.state.keys)
    matches = await passwords.matches(body.password, member)
    async with db.transaction() as tx:
        if member is not None and matches:
            place = prefix(visitor)
            secret, session = await people.begin_session(tx, member, address=place, browser=browser_name(browser))
            token = token_of(request, member, session)
            return Session(session=secret, **token.model_dump())
        await people.note_failed_login(tx, member)
    raise Unknown("login_failed", people.LOGIN_FAILED)


@router.post("/sessions/current")
async def renew(request: Request, tx: Transaction, secret: SessionSecret) -> Token:
    """A fresh token for a live session; 401 once it has ended."""
    member, session = await people.renew(tx, secret)
    return token_of(request, member, session)


@router.delete("/sessions/current", status_code=204)
async def log_out(tx: Transaction, secret: SessionSecret) -> None:
    """End the session."""
    await people.log_out(tx, secret)


def token_of(request: Request, member: Member, session: UUID) -> Token:
    """A fresh token for a session of this member."""
    tokens: StaffTokens = request.app.state.staff_tokens
    caller = people.as_caller(member, session)
    must_change = member.must_change and request.app.state.first_login_change
    token, expires = tokens.issue(caller, datetime.now(UTC), must_change=must_change)
    staff = StaffView(
        id=caller.id, name=member.name, roles=member.roles, queues=member.queues, language=member.language
    )
    return Token(token=token, expires_at=expires, staff=staff, must_change=must_change)

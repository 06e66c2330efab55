"""One's own account: a new password, one's sessions, a link by mail when the password is forgotten. And for Admin, the
access audit."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Secrets
from services.workflow.api.sessions import SessionSecret, Token, token_of
from services.workflow.domain.members import tidy_ic
from services.workflow.handlers import accounts, people, sessions
from services.workflow.handlers.passwords import Passwords
from services.workflow.store import accounts as store
from services.workflow.store import audit
from shared.auth import Visitor
from shared.db import Database
from shared.errors import TooMany
from shared.limits import Limits, prefix
from shared.web import Once, Transaction, refusals, shown

router = APIRouter(prefix="/v1", tags=["accounts"])

HOUR = 3600
RESETS_FROM_ONE_PLACE, RESETS_OF_ONE_PERSON, TRIES_FROM_ONE_PLACE = 20, 3, 60
"""In an hour: links asked for, and passwords set by one."""


class NewPassword(BaseModel):
    """The present password, and the one to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"current": "kata laluan yang lama", "new": "payung biru di tangga"}]},
    )
    current: str = Field(max_length=256)
    new: str = Field(max_length=256)


class Forgotten(BaseModel):
    """Whose password is forgotten, by IC number (with or without dashes)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ic": "870707-99-0007"}]})
    ic: str = Field(max_length=50)


class Chosen(BaseModel):
    """The password to be."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"password": "payung biru di tangga"}]})
    password: str = Field(max_length=256)


class Spoken(BaseModel):
    """In which language pages and mails speak to one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"language": "en"}]})
    language: Literal["ms", "en"]


class OwnSession(BaseModel):
    """A session as its owner may recognise it: from where and with what it was begun."""

    id: str
    begun_at: datetime
    seen_at: datetime
    address: str
    browser: str
    current: bool


class OwnSessions(BaseModel):
    """One's sessions, the latest seen first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
                            "begun_at": "2026-03-01T10:15:00+08:00",
                            "seen_at": "2026-03-01T10:15:00+08:00",
                            "address": "198.51.100.7",
                            "browser": "Firefox, Linux",
                            "current": True,
                        }
                    ]
                }
            ]
        }
    )

    items: list[OwnSession]


class Who(BaseModel):
    """A member of staff."""

    id: str
    name: str


class Access(BaseModel):
    """`staff` did it: about the complaint `number`, or the account of `member` (`fields` say what of it)."""

    id: str
    at: datetime
    staff: Who
    what: Literal[
        "contact",
        "staff_added",
        "staff_changed",
        "staff_enabled",
        "staff_disabled",
        "preferences_chosen",
        "password_set",
        "password_changed",
        "password_reset",
        "unlocked",
        "sessions_ended",
        "absence_set",
        "absence_ended",
        "handed_over",
    ]
    number: str | None
    member: Who | None
    fields: list[str]


class AccessAudit(BaseModel):
    """A page, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "42",
                            "at": "2026-03-01T10:15:00+08:00",
                            "staff": {"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "name": "Azman bin Yusof"},
                            "what": "contact",
                            "number": "HD-2026-000123-C",
                            "member": None,
                            "fields": [],
                        }
                    ],
                    "next": None,
                    "as_of": "2026-03-01T10:15:00+08:00",
                }
            ]
        }
    )

    items: list[Access]
    next: str | None
    as_of: datetime


@router.post("/sessions/password", responses=refusals(401, 429))
async def change_password(
    body: NewPassword, request: Request, secret: SessionSecret, visitor: Visitor, correlation: Correlation
) -> Token:
    """Change one's own password. One's other sessions end; this one goes on with the fresh token. Five wrong tries
    lock the account, as at the login."""
    db: Database = request.app.state.db
    limits: Limits = request.app.state.limits
    passwords: Passwords = request.app.state.passwords
    await limits.spend("login", prefix(visitor), limit=60, seconds=60)
    # As at the login: hashing takes long, and holds no connection meanwhile.
    async with db.transaction() as tx:
        member, session = await sessions.renew(tx, secret)
        sessions.refuse_locked(member)
    if not await passwords.matches(body.current, member):
        async with db.transaction() as tx:
            await sessions.note_failed_login(tx, member)
        raise accounts.wrong_password()
    await accounts.check_password(passwords, body.new, member, request.app.state.keys, field="new")
    hashed = await passwords.hashed(body.new)
    async with db.transaction() as tx:
        member = await accounts.change_password(tx, member, session, hashed, correlation=correlation)
    request.app.state.poke()
    return token_of(request, member, session)


@router.get("/sessions", responses=refusals(403))
async def own_sessions(tx: Transaction, caller: Present) -> OwnSessions:
    """Where one is logged in."""
    found = await store.sessions_of(tx, UUID(caller.id))
    items = [OwnSession(**one._asdict() | {"id": str(one.id)}, current=str(one.id) == caller.session) for one in found]
    return OwnSessions(items=items)


@router.delete("/sessions/{session:uuid}", status_code=204, responses=refusals(403, 404))
async def end_session(session: UUID, tx: Transaction, caller: Present) -> None:
    """End one of one's own sessions."""
    await accounts.end_session(tx, caller, session)


@router.put("/sessions/language", status_code=204, responses=refusals(403))
async def choose_language(body: Spoken, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """In which language pages and mails speak to one from now on."""
    await people.choose_language(tx, caller, body.language, correlation=correlation)


@router.post(
    "/password-resets", status_code=202, response_model=dict[str, str], responses=shown(202, {}) | refusals(409, 429)
)
async def ask_reset(
    body: Forgotten,
    request: Request,
    tx: Transaction,
    once: Once,
    visitor: Visitor,
    secrets: Secrets,
    correlation: Correlation,
) -> Any:
    """Mail a link that sets a new password, to the address on record. The answer is always the same, whoever it is and
    whether or not there is such a member; so is its time."""
    limits: Limits = request.app.state.limits
    ic = tidy_ic(body.ic)
    await limits.spend("reset", prefix(visitor), limit=RESETS_FROM_ONE_PLACE, seconds=HOUR)
    member = await sessions.known(tx, ic, secrets)
    try:
        await limits.spend("reset-person", secrets.index_of(ic), limit=RESETS_OF_ONE_PERSON, seconds=HOUR)
    except TooMany:
        # said aloud, it would tell that somebody asks about this person
        member = None

    async def ask() -> dict[str, Any]:
        await accounts.ask_reset(tx, member, secrets, correlation=correlation)
        return {}

    return await once.answer(202, ask)


@router.post("/password-resets/{token}", status_code=204, responses=refusals(404, 429))
async def reset_password(
    token: Annotated[str, Path(min_length=20, max_length=100)],
    body: Chosen,
    request: Request,
    visitor: Visitor,
    correlation: Correlation,
) -> None:
    """Set a new password with a mailed link: once, within 30 minutes. Every session ends, a lock opens. A password
    that is refused leaves the link as it was."""
    db: Database = request.app.state.db
    limits: Limits = request.app.state.limits
    passwords: Passwords = request.app.state.passwords
    await limits.spend("reset-try", prefix(visitor), limit=TRIES_FROM_ONE_PLACE, seconds=HOUR)
    async with db.transaction() as tx:
        reset = await accounts.open_reset(tx, token)
    await accounts.check_password(passwords, body.password, reset.member, request.app.state.keys, field="password")
    hashed = await passwords.hashed(body.password)
    async with db.transaction() as tx:
        await accounts.reset_password(tx, reset, hashed, correlation=correlation)
    request.app.state.poke()


@router.get("/access-audit", responses=refusals(403))
async def access_audit(
    tx: Transaction,
    caller: Present,
    number: Annotated[str | None, Query(max_length=30)] = None,
    staff: UUID | None = None,
    after: Annotated[str | None, Query(pattern=r"^\d{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AccessAudit:
    """Who looked at whose contact, and what was done to whose account. `staff` did it, or it was their account."""
    caller.needs("ADMIN")
    before = None if after is None else int(after)
    rows = await audit.page(tx, number=number, staff=staff, before=before, limit=limit + 1)
    more = len(rows) > limit
    return AccessAudit(
        items=[_access(row) for row in rows[:limit]],
        next=str(rows[limit - 1]["id"]) if more else None,
        as_of=await store.now(tx),
    )


def _access(row: dict[str, Any]) -> Access:
    member = Who(id=str(row["member"]), name=row["member_name"]) if row["member"] else None
    staff = Who(id=str(row["staff"]), name=row["staff_name"])
    kept = {name: row[name] for name in ("at", "what", "number", "fields")}
    return Access(id=str(row["id"]), staff=staff, member=member, **kept)

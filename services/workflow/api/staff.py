"""Staff and their roles, for Admin."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Secrets, Words
from services.workflow.handlers import people
from services.workflow.store import people as store
from shared.web import Transaction

router = APIRouter(prefix="/v1/staff", tags=["staff"])


class NewStaff(BaseModel):
    """A member to add."""

    model_config = ConfigDict(extra="forbid")
    ic: str = Field(max_length=50)
    name: str = Field(max_length=500)
    email: str = Field(max_length=500)
    phone: str = Field(max_length=50)
    roles: list[str]
    queues: list[str] = []
    modules: list[Words] = []
    language: str = "ms"
    password: str = Field(max_length=256)


class StaffChange(BaseModel):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    roles: list[str] | None = None
    queues: list[str] | None = None
    modules: list[Words] | None = None
    language: str | None = None
    active: bool | None = None
    password: str | None = Field(default=None, max_length=256)


class StaffRow(BaseModel):
    """A member as Admin sees them; contact masked."""

    id: str
    name: str
    ic_masked: str
    email_masked: str
    phone_masked: str
    roles: list[str]
    queues: list[str]
    modules: list[str]
    active: bool
    language: str
    load: int


class StaffList(BaseModel):
    """All staff, by name."""

    items: list[StaffRow]


@router.get("")
async def everybody(tx: Transaction, caller: Present) -> StaffList:
    """All staff with what they hold."""
    caller.needs("ADMIN", "MANAGEMENT")
    rows = [(member, load) for member, load in await store.everybody(tx)]
    return StaffList(items=[StaffRow(**_row(member), load=load) for member, load in rows])


@router.post("", status_code=201)
async def add(
    body: NewStaff, request: Request, tx: Transaction, caller: Present, secrets: Secrets, correlation: Correlation
) -> dict[str, str]:
    """A new member of staff."""
    caller.needs("ADMIN")
    people.check_password(body.password)
    hashed = await request.app.state.passwords.hashed(body.password)
    fields = body.model_dump(exclude={"password"})
    member = await people.add_staff(tx, keys=secrets, password_hash=hashed, correlation=correlation, **fields)
    return {"id": str(member)}


@router.patch("/{member}", status_code=204)
async def change(
    member: UUID,
    body: StaffChange,
    request: Request,
    tx: Transaction,
    caller: Present,
    secrets: Secrets,
    correlation: Correlation,
) -> None:
    """Change a member; one who is disabled is out at once."""
    caller.needs("ADMIN")
    changes: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"password"})
    if body.password is not None:
        people.check_password(body.password)
        changes["password_hash"] = await request.app.state.passwords.hashed(body.password)
    await people.change_staff(tx, member, changes, keys=secrets, correlation=correlation)


def _row(member: store.Member) -> dict[str, Any]:
    kept = set(StaffRow.model_fields) - {"load", "id"}
    return {name: value for name, value in member._asdict().items() if name in kept} | {"id": str(member.id)}

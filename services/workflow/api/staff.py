"""Staff and their roles, for Admin."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Secrets, Words
from services.workflow.api.shapes import PIC, Added, Assigned, Named, example
from services.workflow.domain import passwords
from services.workflow.domain.members import faults, tidy_ic
from services.workflow.handlers import accounts, leaving, people, sessions
from services.workflow.store import people as store
from shared.errors import Invalid, NotFound
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1/staff", tags=["staff"], responses=refusals(403))

CHANGE = {"change": {"operationId": "change", "parameters": {"member": "$response.body#/id"}}}


class NewStaff(BaseModel):
    """A member to add."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "ic": "820303-99-0003",
                    "name": "Nor Azlina binti Hamid",
                    "email": "azlina@example.my",
                    "phone": "09-748 1957",
                    "roles": ["PIC"],
                    "queues": [],
                    "modules": ["gl"],
                    "language": "ms",
                    "password": "payung biru di tangga",
                }
            ]
        },
    )
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

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"modules": ["gl"], "language": "en"}]})
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    roles: list[str] | None = None
    queues: list[str] | None = None
    modules: list[Words] | None = None
    language: str | None = None
    active: bool | None = None
    password: str | None = Field(default=None, max_length=256)


class HandOver(BaseModel):
    """Who gets it: one PIC, or with none each complaint whom its module's routing picks. `disable`: out, where nothing
    is left."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": None, "reason": "Bertukar ke pejabat lain", "disable": True}]},
    )
    to: UUID | None = None
    reason: Words = Field(min_length=1, max_length=2_000)
    disable: bool = False


class Moved(Assigned):
    """What became of one: its new version and PIC, or the problem's code, sentences and facts."""

    pic: Named | None = None


class HandedOver(BaseModel):
    """A result each; what is left with the member, what they have claimed in a queue, and whether they are out."""

    model_config = example(
        items=[{"number": "HD-2026-000123-C", "ok": True, "version": 5, "pic": PIC}],
        left=[],
        claims=[],
        disabled=True,
    )

    items: list[Moved]
    left: list[str]
    claims: list[str]
    disabled: bool


class AwayDays(BaseModel):
    """An absence, both days included, by the office's dates. `deputy` is the id of who stands in."""

    model_config = ConfigDict(populate_by_name=True)
    from_: date = Field(alias="from")
    until: date
    deputy: str | None = None


class StaffRow(BaseModel):
    """A member as Admin sees them; contact masked. `locked_until` is none where the account is open; `must_change`
    means that somebody else still knows the password. `away`: absences that are not over, the earliest first."""

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
    must_change: bool
    locked_until: datetime | None
    load: int
    away: list[AwayDays] = []


class StaffList(BaseModel):
    """All staff, by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
                            "name": "Azman bin Yusof",
                            "ic_masked": "******-**-0002",
                            "email_masked": "a***@example.my",
                            "phone_masked": "+60 *** *957",
                            "roles": ["PIC"],
                            "queues": [],
                            "modules": ["gl"],
                            "active": True,
                            "language": "ms",
                            "must_change": False,
                            "locked_until": None,
                            "load": 4,
                        }
                    ]
                }
            ]
        }
    )

    items: list[StaffRow]


@router.get("")
async def everybody(tx: Transaction, caller: Present) -> StaffList:
    """All staff with what they hold."""
    caller.needs("ADMIN", "MANAGEMENT")
    rows = [(member, load) for member, load in await store.everybody(tx)]
    return StaffList(items=[StaffRow(**_row(member), load=load) for member, load in rows])


@router.post("", status_code=201, response_model=Added, responses=shown(201, links=CHANGE))
async def add(
    body: NewStaff, request: Request, tx: Transaction, caller: Present, secrets: Secrets, correlation: Correlation
) -> dict[str, str]:
    """A new member of staff, who changes the password at the first login."""
    caller.needs("ADMIN")
    fields = body.model_dump(exclude={"password"})
    errors = faults(**fields) + passwords.faults(body.password, ic=tidy_ic(body.ic), name=body.name)
    if errors:
        raise Invalid(errors)
    hashed = await request.app.state.passwords.hashed(body.password)
    member = await people.add_staff(
        tx, keys=secrets, password_hash=hashed, correlation=correlation, must_change=True, by=caller, **fields
    )
    return {"id": str(member)}


@router.patch("/{member}", status_code=204, responses=refusals(404, 409))
async def change(
    member: UUID,
    body: StaffChange,
    request: Request,
    tx: Transaction,
    caller: Present,
    secrets: Secrets,
    correlation: Correlation,
) -> None:
    """Change a member; one who is disabled, or given another password, is out at once. A PIC who has open complaints
    stays one: 409 `still_has_complaints` says how many, and `hand-over` is the way."""
    caller.needs("ADMIN")
    changes: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"password"})
    if body.password is None:
        await people.change_staff(tx, member, changes, keys=secrets, correlation=correlation, by=caller)
        return
    hashes = request.app.state.passwords
    found = await store.by_id(tx, member)
    if found is None:
        raise NotFound
    await accounts.check_password(hashes, body.password, found, secrets, field="password")
    await people.change_staff(tx, member, changes, keys=secrets, correlation=correlation, by=caller)
    hashed = await hashes.hashed(body.password)
    await accounts.set_by_admin(tx, member, hashed, caller, correlation=correlation)


@router.post("/{member}/hand-over", response_model_exclude_none=True, responses=refusals(404, 409))
async def hand_over(
    member: UUID, body: HandOver, tx: Transaction, caller: Present, secrets: Secrets, correlation: Correlation
) -> HandedOver:
    """Give all that is open with a PIC to others in one act, with a result for each. What cannot be moved is named in
    `left` and stays; what they claimed in a queue is named in `claims`, and any other member may claim it."""
    caller.needs("ADMIN")
    done = await leaving.hand_over(
        tx,
        member,
        caller,
        to=str(body.to) if body.to else None,
        reason=body.reason,
        disable=body.disable,
        keys=secrets,
        correlation=correlation,
    )
    items = [Moved(**one) for one in done.items]
    return HandedOver(items=items, left=done.left, claims=done.claims, disabled=done.disabled)


@router.post("/{member}/unlock", status_code=204, responses=refusals(404))
async def unlock(member: UUID, tx: Transaction, caller: Present) -> None:
    """Open a lock before its time."""
    caller.needs("ADMIN")
    await accounts.unlock(tx, member, caller)


@router.delete("/{member}/sessions", status_code=204, responses=refusals(404))
async def end_sessions(member: UUID, tx: Transaction, caller: Present) -> None:
    """Log a member out everywhere."""
    caller.needs("ADMIN")
    await accounts.end_sessions(tx, member, caller)


def _row(member: store.Member) -> dict[str, Any]:
    kept = set(StaffRow.model_fields) - {"load", "id"}
    row = {name: value for name, value in member._asdict().items() if name in kept}
    return row | {"id": str(member.id), "locked_until": sessions.locked_until(member)}

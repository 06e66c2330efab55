"""Absences: who is away when, and who stands in for them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.workflow.api.edge import Correlation, Present, Words
from services.workflow.api.shapes import PIC, Added, Named, example
from services.workflow.handlers import absences
from services.workflow.machine import Role
from services.workflow.store import absences as store
from services.workflow.store import people
from shared.errors import FieldError, Invalid, Text
from shared.web import Transaction, refusals, shown

router = APIRouter(prefix="/v1/absences", tags=["absences"], responses=refusals(403))

END = {"end_absence": {"operationId": "end_absence", "parameters": {"absence": "$response.body#/id"}}}
REQUIRED = Text("Wajib diisi", "Required")


class NewAbsence(BaseModel):
    """Days by the office's dates, both included. Without `staff` it is the caller's own. A deputy is another active PIC
    who is there on all of these days."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"from": "2026-12-01", "until": "2026-12-05", "deputy": None, "why": "Cuti rehat"}]
        },
    )
    staff: UUID | None = None
    from_: date = Field(alias="from")
    until: date
    deputy: UUID | None = None
    why: Words = Field(default="", max_length=200)


class AbsenceView(BaseModel):
    """One absence; `mine` may be ended by the caller."""

    id: str
    staff: Named
    from_: date = Field(alias="from")
    until: date
    deputy: Named | None
    why: str
    set_by: Named
    set_at: datetime
    state: Literal["now", "coming", "over"]
    mine: bool

    model_config = ConfigDict(populate_by_name=True)


class Absences(BaseModel):
    """What is or comes first, then what was in the last 90 days; and the PICs who could stand in for somebody."""

    model_config = example(
        items=[
            {
                "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6d",
                "staff": PIC,
                "from": "2026-12-01",
                "until": "2026-12-05",
                "deputy": {"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6e", "name": "Siti Hajar binti Omar"},
                "why": "Cuti rehat",
                "set_by": PIC,
                "set_at": "2026-11-22T10:15:00+08:00",
                "state": "coming",
                "mine": True,
            }
        ],
        pics=[PIC],
    )

    items: list[AbsenceView]
    pics: list[Named]


@router.get("")
async def listed(tx: Transaction, caller: Present) -> Absences:
    """All of them for Admin and management; a PIC's own, and those in which they stand in."""
    caller.needs("ADMIN", "PIC", "MANAGEMENT")
    everybodys = not caller.roles.isdisjoint({"ADMIN", "MANAGEMENT"})
    rows = await store.listed(tx, of=None if everybodys else UUID(caller.id))
    pics = [
        Named(id=str(member.id), name=member.name)
        for member, _ in await people.everybody(tx)
        if member.active and Role.PIC in member.roles
    ]
    admin = "ADMIN" in caller.roles
    return Absences(items=[_view(row, mine=admin or str(row["staff"]) == caller.id) for row in rows], pics=pics)


@router.post("", status_code=201, responses=shown(201, links=END))
async def set_absence(body: NewAbsence, tx: Transaction, caller: Present, correlation: Correlation) -> Added:
    """Somebody will be away: a PIC says it of themselves, Admin of anybody. While it lasts, the deputy sees and acts on
    what is theirs as PIC."""
    caller.needs("ADMIN", "PIC")
    if "PIC" not in caller.roles and body.staff is None:
        raise Invalid([FieldError("staff", "required", REQUIRED)])
    added = await absences.set_absence(
        tx,
        caller,
        staff=body.staff or UUID(caller.id),
        from_day=body.from_,
        until_day=body.until,
        deputy=body.deputy,
        why=body.why.strip(),
        correlation=correlation,
    )
    return Added(id=str(added))


@router.delete("/{absence}", status_code=204, responses=refusals(404))
async def end_absence(absence: UUID, tx: Transaction, caller: Present, correlation: Correlation) -> None:
    """They are back, or do not go. What has been stays on record; the deputy is out at once."""
    caller.needs("ADMIN", "PIC")
    await absences.end_absence(tx, caller, absence, correlation=correlation)


def _view(row: dict[str, Any], *, mine: bool) -> AbsenceView:
    deputy = Named(id=str(row["deputy"]), name=row["deputy_name"]) if row["deputy"] else None
    return AbsenceView(
        id=str(row["id"]),
        staff=Named(id=str(row["staff"]), name=row["staff_name"]),
        from_=row["from_day"],
        until=row["until_day"],
        deputy=deputy,
        why=row["why"],
        set_by=Named(id=str(row["set_by"]), name=row["set_by_name"]),
        set_at=row["set_at"],
        state=row["state"],
        mine=mine,
    )

"""Papan Pemuka: what waits for the reader, what presses, and for those who see everything the whole office."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass
from services.portal.desk import Visit, Visiting
from services.portal.pages import staff_reading as reading
from services.portal.pages.staff_shapes import Inbox, Row, deadline
from services.portal.session import Staff

router = APIRouter(prefix="/staf", include_in_schema=False)

FOLDERS = ("mine", "unassigned", "waiting", "overdue", "all", "closed")
COUNTED = 100
"""Rows that figures are counted from, the most a list gives at once. Beyond, a figure says "or more"."""
PRESSING = 6
STATES = (
    "BARU",
    "DIAGIHKAN",
    "INPROGRESS",
    "RUJUKAN_IMPLEMENTOR",
    "TINDAKAN_VENDOR",
    "MOHON_MAKLUMBALAS",
    "MOHON_TUTUP",
)


@router.get("")
async def dashboard(visit: Visiting, staff: Staff) -> Response:
    """Own figures from the rows the reader has the ball of; the office's from the counts of its folders."""
    await visit.desk.reference.load_labels()
    roles = frozenset(staff.staff.roles)
    acts = not roles.isdisjoint({"ADMIN", "PIC", "IMPLEMENTOR", "VENDOR"})
    lists = await asyncio.gather(
        # who only looks on is shown what is late anywhere
        reading.inbox(visit, staff, folder="mine" if acts else "overdue", limit=COUNTED),
        *(_asked(visit, staff, filters) for filters in _beside(staff)),
    )
    mine = lists[0]
    rows = _mine(row for one in lists for row in one.items)
    due = {row.number: deadline(row.due, row.left_days, row.custodian, mine.as_of) for row in rows}
    states = Counter(row.state for row in rows)
    return visit.page(
        "staff/dashboard.html",
        place="/staf",
        badge=mine.badge,
        folders=mine.folders,
        rows=rows[:PRESSING],
        due=due,
        figures={
            "open": len(rows),
            "overdue": sum(one is not None and one.tone == "late" for one in due.values()),
            "today": sum(one is not None and one.key == "due.today" for one in due.values()),
        },
        more=any(one.next for one in lists),
        states=[(state, states[state]) for state in STATES if states[state]],
        home=home(staff),
        acts=acts,
        office=not roles.isdisjoint({"ADMIN", "MANAGEMENT"}),
        waits=not roles.isdisjoint({"PIC", "IMPLEMENTOR"}),
        as_of=mine.as_of,
    )


def home(staff: Pass) -> str:
    """The folder a reader's day begins with."""
    first = {"ADMIN": "unassigned", "PIC": "mine", "IMPLEMENTOR": "all", "VENDOR": "mine"}
    return next((folder for role, folder in first.items() if role in staff.staff.roles), "all")


def folders(staff: Pass) -> list[str]:
    """The folders that can hold anything for the reader: who only hands out or looks on has nothing in hand in person,
    what nobody has picked up only those see who see everything, and what waits for the vendor is the vendor's own."""
    roles = frozenset(staff.staff.roles)
    empty: set[str] = set()
    if roles <= {"ADMIN", "MANAGEMENT"}:
        empty.add("mine")
    if roles.isdisjoint({"ADMIN", "MANAGEMENT"}):
        empty.add("unassigned")
    if roles <= {"VENDOR"}:
        empty.add("waiting")
    return [folder for folder in FOLDERS if folder not in empty]


def _beside(staff: Pass) -> list[dict[str, str]]:
    """What the reader must act on as a role or a queue, beside what lies with them in person."""
    whose = (
        ("ADMIN" in staff.staff.roles, {"state": "BARU"}),
        ("IMPLEMENTOR" in staff.staff.queues, {"state": "RUJUKAN_IMPLEMENTOR"}),
    )
    return [filters for holds, filters in whose if holds]


async def _asked(visit: Visit, staff: Pass, filters: dict[str, str]) -> Inbox:
    found = await reading.listed(visit, staff, limit=COUNTED, **filters)
    # what a colleague of the queue has claimed is theirs
    unclaimed = [row for row in found.items if row.first_act or row.custodian != "IMPLEMENTOR"]
    return Inbox(items=unclaimed, as_of=found.as_of, next=found.next)


def _mine(rows: Iterable[Row]) -> list[Row]:
    """Each once, least time left first."""
    once = {row.number: row for row in rows}
    return sorted(once.values(), key=lambda row: (row.due is None, row.due or row.submitted_at, row.submitted_at))

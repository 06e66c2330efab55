"""Inbox, folders, counts, badge, pages: for each kind of caller what they may see, and all of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.db import Database
from shared.events import workflow
from tests.integration.query.conftest import Door, a_caller, hear, hear_course, set_business_time
from tests.integration.query.desks import (
    ADMIN,
    EVERYTHING,
    IMPLEMENTOR,
    MANAGER,
    OTHER_PIC,
    PIC,
    RASHIDS,
    STRANGER,
    VENDOR,
    names,
    number,
    office,
)
from tests.support import infra
from tests.support.complaints import (
    NUMBER,
    RASHID,
    SITI,
    SUNDAY,
    Course,
    a_calendar,
    a_form,
    a_staff_member,
    sealed,
)


@pytest.mark.parametrize(
    ("caller", "badge", "folders"),
    [
        (
            ADMIN,
            1,
            {
                "mine": set(),
                "unassigned": {"new"},
                "waiting": {"vendor", "asked"},
                "overdue": {"new"},
                "all": EVERYTHING,
                "closed": {"lapsed", "closed"},
            },
        ),
        (
            MANAGER,
            0,
            {
                "mine": set(),
                "unassigned": {"new"},
                "waiting": {"vendor", "asked"},
                "overdue": {"new"},
                "all": EVERYTHING,
                "closed": {"lapsed", "closed"},
            },
        ),
        (
            PIC,
            1,
            {
                "mine": {"given", "taken"},
                "unassigned": set(),
                "waiting": {"vendor", "asked"},
                "overdue": set(),
                "all": RASHIDS,
                "closed": {"lapsed", "closed"},
            },
        ),
        (
            OTHER_PIC,
            1,
            {
                "mine": {"siti"},
                "unassigned": set(),
                "waiting": set(),
                "overdue": set(),
                "all": {"siti"},
                "closed": set(),
            },
        ),
        (
            IMPLEMENTOR,
            1,
            {
                "mine": {"claimed"},
                "unassigned": set(),
                "waiting": set(),
                "overdue": set(),
                "all": {"referred", "claimed"},
                "closed": set(),
            },
        ),
        (
            VENDOR,
            0,
            {
                "mine": {"vendor"},
                "unassigned": set(),
                "waiting": {"vendor"},
                "overdue": set(),
                "all": {"vendor"},
                "closed": set(),
            },
        ),
        (STRANGER, 0, {key: set() for key in ("mine", "unassigned", "waiting", "overdue", "all", "closed")}),
    ],
    ids=["admin", "management", "pic", "other pic", "implementor", "vendor", "stranger"],
)
async def test_folders_hold_and_count_what_the_caller_may_see(
    db: Database, door: Door, database: infra.Database, caller: Any, badge: int, folders: dict[str, set[str]]
) -> None:
    await hear_course(db, *office().values())
    await set_business_time(database, SUNDAY + timedelta(days=3, hours=1, minutes=30))
    for folder, expected in folders.items():
        answered = (await door.get("/v1/inbox", caller, folder=folder)).json()
        assert set(await names(door, caller, folder=folder)) == expected, folder
        assert answered["folders"] == {name: len(inside) for name, inside in folders.items()}
        assert answered["badge"] == badge
    assert (await door.get("/v1/badge", caller)).json() == {"badge": badge}


async def test_a_deputy_has_what_the_absent_one_has(db: Database, door: Door) -> None:
    await hear_course(db, *office().values())
    absent, nobody = a_caller(RASHID.id, "PIC"), a_caller("s-deputy", "PIC")
    deputy = replace(nobody, stands_in=frozenset({RASHID.id}))
    theirs = (await door.get("/v1/inbox", absent, folder="mine")).json()
    assert theirs["items"]
    assert (await door.get("/v1/inbox", nobody, folder="mine")).json()["items"] == []
    his = (await door.get("/v1/inbox", deputy, folder="mine")).json()
    for shown in ("items", "folders", "badge"):
        assert his[shown] == theirs[shown], shown
    assert {(one["mine"]) for one in his["items"]} == {True}


async def test_one_person_with_several_roles_sees_all_of_them_once(db: Database, door: Door) -> None:
    await hear_course(db, *office().values())
    both = a_caller(RASHID.id, "PIC", "ADMIN", "VENDOR", queues=["IMPLEMENTOR"])
    answered = (await door.get("/v1/inbox", both, folder="all")).json()
    assert (answered["folders"]["all"], len(answered["items"])) == (10, 10)
    assert answered["badge"] == 3, "new for Admin, given to me, unclaimed in my queue"
    assert answered["items"][0]["name"] == "Aminah binti Ali", "the vendor's role hides nothing from who may see all"


async def test_a_row_says_what_the_list_shows(db: Database, door: Door, database: infra.Database) -> None:
    await hear(db, sealed(a_form(), subject="form", source="intake"))
    await hear(db, sealed(a_staff_member(RASHID, "PIC", name="Rashid Omar")))
    course = Course().say(workflow.Assigned, "DIAGIHKAN", due=SUNDAY + timedelta(days=3, hours=8))
    await hear_course(db, course)
    await set_business_time(database, SUNDAY + timedelta(days=1))
    answered = (await door.get("/v1/complaints", PIC)).json()
    assert answered["as_of"].startswith("2026-03-02T01:00:0")
    assert answered["items"] == [
        {
            "number": NUMBER,
            "version": 2,
            "ic_masked": "******-**-0001",
            "name": "Aminah binti Ali",
            "department": "PKN",
            "department_name": "Perbendaharaan Negeri Kelantan",
            "ptj": "101-001",
            "ptj_name": "Unit Teknologi Maklumat",
            "title": "Baucar tersangkut",
            "submitted_at": "2026-03-01T01:00:00Z",
            "module": "ap",
            "module_name": {"ms": "Akaun Belum Bayar", "en": "Accounts Payable"},
            "state": "DIAGIHKAN",
            "phase": "BARU",
            "custodian": "PIC",
            "outcome": None,
            "priority": "Sederhana",
            "complex": False,
            "level": 0,
            "pic": {"id": "s-rashid", "name": "Rashid Omar"},
            "claimant": None,
            "age_days": 1,
            "age_calendar_days": 1,
            "due": "2026-03-04T09:00:00Z",
            "left_days": 3,
            "mine": True,
            "first_act": True,
            "vendor_logs": [],
        }
    ]


async def test_ageing_counts_the_offices_working_days(db: Database, door: Door, database: infra.Database) -> None:
    due = SUNDAY + timedelta(days=3, hours=8)
    await hear_course(db, Course(due=due))

    async def ages() -> tuple[int, int, int]:
        row = (await door.get("/v1/complaints", ADMIN)).json()["items"][0]
        return row["age_days"], row["age_calendar_days"], row["left_days"]

    await set_business_time(database, SUNDAY + timedelta(days=8))  # Monday of the next week
    assert await ages() == (6, 8, -2), "before a calendar is heard, Friday and Saturday are free"
    await hear(db, sealed(a_calendar(holidays=(SUNDAY.date() + timedelta(days=1),)), subject="kelantan"))
    assert await ages() == (5, 8, -2)
    await hear(db, sealed(a_calendar(weekend=()), 2, subject="kelantan"))
    assert await ages() == (8, 8, -4)


async def test_an_ended_complaint_ages_no_more(db: Database, door: Door, database: infra.Database) -> None:
    await hear_course(db, Course().say(workflow.Closed, "DITUTUP", at=SUNDAY + timedelta(days=2)))
    await set_business_time(database, SUNDAY + timedelta(days=400))
    row = (await door.get("/v1/complaints", ADMIN)).json()["items"][0]
    assert (row["age_days"], row["age_calendar_days"], row["left_days"]) == (2, 2, None)


async def test_least_time_left_comes_first_and_no_deadline_last(db: Database, door: Door) -> None:
    dues = {1: 5, 2: 1, 3: None, 4: 1, 5: 3}
    for n, days in dues.items():
        due = SUNDAY + timedelta(days=days) if days else None
        await hear_course(db, Course(number(n), at=SUNDAY - timedelta(minutes=n), due=due))
    rows = (await door.get("/v1/complaints", ADMIN)).json()["items"]
    assert [row["number"] for row in rows] == [number(n) for n in (4, 2, 5, 1, 3)]


async def test_the_closed_folder_begins_with_the_latest_end(db: Database, door: Door) -> None:
    for n, hours in enumerate((3, 9, 6)):
        await hear_course(db, Course(number(n)).say(workflow.Closed, "DITUTUP", at=SUNDAY + timedelta(hours=hours)))
    rows = (await door.get("/v1/inbox", ADMIN, folder="closed")).json()["items"]
    assert [row["number"] for row in rows] == [number(n) for n in (1, 2, 0)]


@pytest.mark.parametrize("sort", ["due", "submitted", "-submitted"])
async def test_pages_are_complete_and_without_repeats_while_complaints_come_in(
    db: Database, door: Door, sort: str
) -> None:
    def filed(n: int) -> Course:
        due = SUNDAY + timedelta(days=n % 3) if n % 4 else None
        return Course(number(n), at=SUNDAY + timedelta(minutes=n // 5), due=due)

    await hear_course(db, *(filed(n) for n in range(40)))
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        answered = (await door.get("/v1/complaints", ADMIN, sort=sort, limit=7, after=after)).json()
        seen += [row["number"] for row in answered["items"]]
        after, pages = answered["next"] or "", pages + 1
        await hear_course(db, filed(100 + pages), Course(number(200 + pages), at=SUNDAY - timedelta(days=pages)))
        assert pages < 20
    assert len(seen) == len(set(seen)), "no repeats"
    assert {number(n) for n in range(40)} <= set(seen), "nothing that was there is missed"


@pytest.mark.parametrize("narrowed", [{"module": "ap"}, {"state": "DIAGIHKAN"}, {"mine": "1"}, {"pic": RASHID.id}])
async def test_least_time_left_comes_first_in_a_narrowed_list_too(
    db: Database, door: Door, narrowed: dict[str, str]
) -> None:
    dues = [SUNDAY + timedelta(days=n * 5 % 11) for n in range(11)]
    for n, due in enumerate(dues):
        await hear_course(db, Course(number(n)).say(workflow.Assigned, "DIAGIHKAN", due=due))
    await hear_course(db, Course(number(40)).say(workflow.Assigned, "DIAGIHKAN", due=SUNDAY, pic=SITI))
    found, after = list[str](), ""
    while after or not found:
        answered = (await door.get("/v1/complaints", PIC, limit=4, after=after, **narrowed)).json()
        found += [row["number"] for row in answered["items"]]
        after = answered["next"] or ""
    assert found == [number(n) for n in sorted(range(11), key=lambda n: dues[n])]


async def test_overdue_is_to_the_second(db: Database, door: Door, database: infra.Database) -> None:
    now = SUNDAY + timedelta(days=3, minutes=40)
    for n, minutes in enumerate((-60 * 24 * 40, -41, -39, -1, 1, 19, 21, 60 * 24)):
        await hear_course(db, Course(number(n), due=now + timedelta(minutes=minutes)))
    await hear_course(db, Course(number(20), due=None))
    for passed, expected in ((0, 4), (2, 5), (20, 6), (22, 7), (60 * 25, 8)):
        await set_business_time(database, now + timedelta(minutes=passed))
        answered = (await door.get("/v1/inbox", ADMIN, folder="overdue")).json()
        assert (answered["folders"]["overdue"], len(answered["items"])) == (expected, expected), passed


async def test_a_page_that_ends_exactly_has_no_next(db: Database, door: Door) -> None:
    await hear_course(db, *(Course(number(n)) for n in range(4)))
    assert (await door.get("/v1/complaints", ADMIN, limit=4)).json()["next"] is None
    first = (await door.get("/v1/complaints", ADMIN, limit=2)).json()
    second = (await door.get("/v1/complaints", ADMIN, limit=2, after=first["next"])).json()
    assert second["next"] is None
    assert len(second["items"]) == 2


async def test_a_day_that_no_office_ever_worked_on_is_a_field_message(door: Door) -> None:
    for name, day in (("from", "0001-01-01"), ("to", "9999-12-31")):
        answered = await door.get("/v1/complaints", ADMIN, **{name: day})
        assert (answered.status_code, answered.json()["errors"][0]["field"]) == (422, name)


@pytest.mark.parametrize("after", ["nonsense", "!", "W10", "\u0000", "WyJkdWUiLCIxIiwiMiIsIjMiXQ", "é"])
async def test_a_cursor_that_is_none_is_a_field_message(door: Door, after: str) -> None:
    answered = await door.get("/v1/complaints", ADMIN, after=after)
    assert answered.status_code == 422
    assert answered.json()["errors"][0]["field"] == "after"


async def test_a_cursor_of_another_order_is_refused(db: Database, door: Door) -> None:
    await hear_course(db, *(Course(number(n)) for n in range(3)))
    first = (await door.get("/v1/complaints", ADMIN, limit=1)).json()
    assert (await door.get("/v1/complaints", ADMIN, sort="submitted", after=first["next"])).status_code == 422

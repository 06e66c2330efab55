"""Filters and words find what the caller may find, and nothing by what they may not read."""

from datetime import timedelta
from typing import Any

import pytest

from shared.db import Database
from shared.events import workflow
from tests.integration.query.conftest import Door, hear_course, set_business_time
from tests.integration.query.desks import (
    ADMIN,
    EVERYTHING,
    STRANGER,
    VENDOR,
    names,
    number,
    office,
)
from tests.support import infra
from tests.support.complaints import (
    IC,
    NUMBER,
    SUNDAY,
    Course,
    a_contact,
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"state": "SELESAI"}, {"lapsed"}),
        ({"state": ["SELESAI", "DITUTUP"]}, {"lapsed", "closed"}),
        ({"phase": "BARU"}, {"new", "given", "siti"}),
        ({"outcome": "solved"}, {"lapsed", "closed"}),
        ({"module": "ap"}, EVERYTHING),
        ({"module": "gl"}, set()),
        ({"department": "PKN", "ptj": "101-001"}, EVERYTHING),
        ({"ptj": "101-002"}, set()),
        ({"pic": "s-siti"}, {"siti"}),
        ({"priority": "Tinggi"}, set()),
        ({"overdue": "true"}, {"new"}),
        ({"mine": "true"}, set()),
        ({"from": "2026-03-01", "to": "2026-03-01"}, EVERYTHING),
        ({"from": "2026-03-02"}, set()),
        ({"to": "2026-02-28"}, set()),
        ({"state": "", "q": "", "overdue": "", "from": "", "sort": "", "after": "", "seen": ""}, EVERYTHING),
        ({"q": "baucar"}, EVERYTHING),
        ({"q": "aminah"}, EVERYTHING),
        ({"q": "diluluskan"}, EVERYTHING),
        ({"q": "gajah"}, set()),
        ({"q": "HD-2026-000004"}, {"referred"}),
        ({"q": "hd2026000004x"}, {"referred"}),
        ({"q": "HD-2026"}, EVERYTHING),
        ({"q": "000004"}, {"referred"}),
        ({"q": "4"}, {"referred"}),
        ({"q": "'; drop table complaint; --"}, set()),
    ],
    ids=str,
)
async def test_filters_narrow(
    db: Database, door: Door, database: infra.Database, asked: dict[str, Any], expected: set[str]
) -> None:
    await hear_course(db, *office().values())
    await set_business_time(database, SUNDAY + timedelta(days=3, hours=1, minutes=30))
    assert set(await names(door, ADMIN, "/v1/complaints", **asked)) == expected
    if not asked.keys() & {"overdue", "mine"}:
        assert set(await names(door, ADMIN, folder="all", **asked)) == expected


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 101}, {"sort": "name"}, {"from": "yesterday"}, {"q": "\u0000"}, {"q": "x" * 201}]
)
async def test_what_cannot_be_asked_is_a_field_message(door: Door, asked: dict[str, Any]) -> None:
    answered = await door.get("/v1/complaints", ADMIN, **asked)
    assert answered.status_code == 422
    assert answered.json()["errors"][0]["field"] in asked


async def test_complaints_are_found_by_ic_without_it_being_in_an_address(db: Database, door: Door) -> None:
    other = Course(number(2), contact=a_contact(number(2), ic="800101990002"))
    await hear_course(db, Course(), other)
    answered = await door.post("/v1/complaints/search", ADMIN, {"ic": "800101-99-0001", "limit": 10})
    assert [row["number"] for row in answered.json()["items"]] == [NUMBER]
    assert (await door.post("/v1/complaints/search", STRANGER, {"ic": IC})).json()["items"] == []


async def test_who_sees_only_the_vendors_leg_sees_it_masked(db: Database, door: Door) -> None:
    await hear_course(db, *office().values())
    (row,) = (await door.get("/v1/complaints", VENDOR)).json()["items"]
    assert (row["number"], row["title"], row["module"]) == (number(6), "Baucar tersangkut", "ap")
    assert (row["name"], row["ic_masked"]) == ("A***** b**** A**", "******-**-****")


async def test_the_vendor_finds_nothing_by_what_it_may_not_read(db: Database, door: Door) -> None:
    await hear_course(db, *office().values())
    for hidden in ("aminah", "diluluskan", "6"):
        assert await names(door, VENDOR, "/v1/complaints", q=hidden) == []
    for open_to_it in ("baucar", number(6), "HD-2026"):
        assert await names(door, VENDOR, "/v1/complaints", q=open_to_it) == ["vendor"]
    assert (await door.post("/v1/complaints/search", VENDOR, {"ic": IC})).json()["items"] == []


async def test_without_a_token_there_is_no_list(door: Door) -> None:
    for path in ("/v1/inbox", "/v1/badge", "/v1/complaints", f"/v1/complaints/{NUMBER}"):
        assert (await door.client.get(path)).status_code == 401
    assert (await door.client.post("/v1/complaints/search", json={"ic": IC})).status_code == 401


async def test_a_log_number_of_the_vendors_finds_its_complaint_for_staff_and_for_the_vendor(
    db: Database, door: Door
) -> None:
    course = office()["vendor"].say(workflow.VendorUpdated, vendor_reference="BKP-2021-0077")
    course.say(workflow.VendorUpdated, vendor_reference="TTSB/61")
    course.say(workflow.VendorUpdated, vendor_reference="BKP-2021-0077")
    await hear_course(db, course, office()["taken"])
    first = course.events[3].vendor_reference  # type: ignore[attr-defined]
    for caller in (ADMIN, VENDOR):
        for asked in ("BKP-2021-0077", "TTSB/61", "bkp-2021-0077"):
            assert await names(door, caller, "/v1/complaints", q=asked) == ["vendor"], asked
        assert await names(door, caller, "/v1/complaints", q="BKP-2021-0078") == []
        (row,) = (await door.get("/v1/complaints", caller, state="TINDAKAN_VENDOR")).json()["items"]
        assert row["vendor_logs"] == [*([first] if first else []), "BKP-2021-0077", "TTSB/61"]
    assert await names(door, STRANGER, "/v1/complaints", q="BKP-2021-0077") == []

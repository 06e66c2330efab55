"""A complaint's page for staff: all of it to its readers, the vendor's leg to the vendor, nothing to anybody else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.db import Database
from shared.events import workflow
from shared.principals import Caller
from tests.integration.query.conftest import Door, a_caller, hear, hear_course
from tests.support.complaints import (
    EMAIL,
    IC,
    IMAN,
    NUMBER,
    PHONE,
    RASHID,
    SITI,
    SUNDAY,
    Course,
    a_contact,
    a_solution,
    a_whole_course,
    sealed,
)

ADMIN = a_caller("s-admin", "ADMIN")
VENDOR = a_caller("s-vendor", "VENDOR")
ORIGINAL, OTHER = "HD-2026-000100-K", "HD-2026-000124-A"


async def detail(door: Door, caller: Caller, number: str = NUMBER, **asked: Any) -> dict[str, Any]:
    answered = await door.get(f"/v1/complaints/{number}", caller, **asked)
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (ADMIN, True),
        (a_caller("s-m", "MANAGEMENT"), True),
        (a_caller(RASHID.id, "PIC"), True),
        (a_caller(SITI.id, "PIC"), True),
        (a_caller(IMAN.id, "IMPLEMENTOR", queues=["IMPLEMENTOR"]), True),
        (VENDOR, True),
        (a_caller("s-other", "PIC"), False),
        (a_caller("s-other", "IMPLEMENTOR", queues=["IMPLEMENTOR"]), False),
        (a_caller("s-other"), False),
    ],
    ids=lambda value: getattr(value, "id", str(value)),
)
async def test_only_its_readers_find_a_complaint(db: Database, door: Door, caller: Caller, seen: bool) -> None:
    await hear_course(db, a_whole_course())
    answered = await door.get(f"/v1/complaints/{NUMBER}", caller)
    assert answered.status_code == (200 if seen else 404)
    listed = (await door.get("/v1/complaints", caller)).json()["items"]
    assert len(listed) == int(seen)


async def test_anothers_complaint_and_none_at_all_answer_the_same(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    caller = a_caller("s-other", "PIC")
    theirs, none = [
        (await door.get(f"/v1/complaints/{number}", caller)).json() for number in (NUMBER, "HD-2026-000999-X")
    ]
    assert {**theirs, "instance": ""} == {**none, "instance": ""}


async def test_staff_read_the_whole_thread_with_what_each_act_brought(db: Database, door: Door) -> None:
    course = a_whole_course()
    await hear_course(db, course)
    page = await detail(door, ADMIN)
    assert [entry["sequence"] for entry in page["entries"]] == list(range(1, course.version + 1))
    assert [entry["text"] for entry in page["entries"]] == [event.text for event in course.events]
    entry = {entry["kind"]: entry for entry in page["entries"]}
    assert entry["assigned"]["pic"] == {"id": RASHID.id, "name": RASHID.name}
    assert entry["reassigned"]["detail"]["before"] == {"id": SITI.id, "name": SITI.name}
    assert (entry["started"]["from"], entry["started"]["to"]) == ("DIAGIHKAN", "INPROGRESS")
    assert entry["started"]["actor"] == {"id": RASHID.id, "role": "PIC", "name": RASHID.name}
    assert entry["close_requested"]["solution"] == {
        "cause": "the posting period was closed",
        "steps": "open it; post again",
    }
    assert (entry["vendor_logged"]["vendor_reference"], entry["vendor_logged"]["audience"]) == ("TTSB-77", ["S", "V"])
    assert entry["vendor_logged"]["detail"]["public_text"] == "Dirujuk."
    assert entry["message_held"]["held"]["why"]["en"] == "The complaint is closed."
    assert entry["message_held"]["action"] == "answer"
    assert entry["rated"]["detail"] == {"score": 5}
    assert entry["classified"]["detail"] == {"priority": "Tinggi", "module": "gl", "complex": True}
    assert entry["rescheduled"]["detail"].keys() == {"due_before", "due"}
    assert entry["escalated"]["detail"] == {"rule": "custodian_due", "level": 1}


async def test_the_page_holds_the_row_and_the_masked_contact(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    page = await detail(door, ADMIN)
    row = (await door.get("/v1/complaints", ADMIN)).json()["items"][0]
    assert {name: page[name] for name in row} == row
    assert page["description"] == "Baucar bayaran tidak dapat diluluskan sejak pagi tadi."
    assert (page["phone_masked"], page["email_masked"]) == ("+60 *** *789", "a***@kelantan.gov.my")
    assert (page["whatsapp_consent"], page["language"]) == (True, "ms")
    assert not [plain for plain in (IC, PHONE, EMAIL) if plain in str(page)]


async def test_a_corrected_contact_shows_its_new_mask(db: Database, door: Door) -> None:
    corrected = a_contact(phone="+60198765432", email="zul@kelantan.gov.my")
    await hear_course(db, Course().say(workflow.ContactCorrected, text="typo", contact=corrected))
    page = await detail(door, ADMIN)
    assert (page["phone_masked"], page["email_masked"]) == ("+60 *** *432", "z***@kelantan.gov.my")
    assert page["entries"][-1]["detail"] == {"phone_masked": "+60 *** *432", "email_masked": "z***@kelantan.gov.my"}


async def test_the_vendor_reads_only_its_leg(db: Database, door: Door) -> None:
    course = a_whole_course()
    await hear_course(db, course)
    page = await detail(door, VENDOR)
    assert [entry["kind"] for entry in page["entries"]] == ["vendor_logged", "vendor_updated", "vendor_answered"]
    assert (page["title"], page["module"], page["name"]) == ("Baucar tersangkut", "gl", "A***** b**** A**")
    assert page["description"] is page["phone_masked"] is page["email_masked"] is page["whatsapp_consent"] is None
    assert page["links"] == []
    for hidden in ("diluluskan", "Aminah", "0001", "+60", "kelantan.gov.my", "Dirujuk.", "posting period"):
        assert hidden not in str(page).replace(NUMBER, ""), hidden


async def test_whoever_is_vendor_and_more_reads_all(db: Database, door: Door) -> None:
    await hear_course(db, a_whole_course())
    page = await detail(door, a_caller(RASHID.id, "PIC", "VENDOR"))
    assert page["name"] == "Aminah binti Ali"
    assert page["description"]


async def test_duplicates_and_originals_know_each_other_as_far_as_one_may_see(db: Database, door: Door) -> None:
    duplicate = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.MarkedDuplicate, "DITUTUP")
    await hear_course(db, Course(ORIGINAL), duplicate)
    assert (await detail(door, ADMIN))["links"] == [{"number": ORIGINAL, "kind": "duplicate_of", "seen": True}]
    assert (await detail(door, ADMIN, ORIGINAL))["links"] == [{"number": NUMBER, "kind": "duplicate", "seen": True}]
    await hear_course(db, duplicate.say(workflow.Reopened, "INPROGRESS"))
    assert (await detail(door, ADMIN))["links"] == []
    assert (await detail(door, ADMIN, ORIGINAL))["links"] == []


async def test_who_may_not_see_the_other_one_reads_its_number_and_cannot_open_it(db: Database, door: Door) -> None:
    duplicate = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.MarkedDuplicate, "DITUTUP")
    carrying = Course(OTHER, linked_to=NUMBER)
    await hear_course(db, Course(ORIGINAL), duplicate, carrying)
    pic = a_caller(RASHID.id, "PIC")
    assert (await detail(door, pic))["links"] == [
        {"number": ORIGINAL, "kind": "duplicate_of", "seen": False},
        {"number": OTHER, "kind": "continued_as", "seen": False},
    ]
    assert (await detail(door, ADMIN))["links"][1] == {"number": OTHER, "kind": "continued_as", "seen": True}
    assert (await detail(door, ADMIN, OTHER))["links"] == [{"number": NUMBER, "kind": "linked_to", "seen": True}]
    await hear_course(db, carrying.say(workflow.Assigned, "DIAGIHKAN"))
    assert (await detail(door, pic, OTHER))["links"] == [{"number": NUMBER, "kind": "linked_to", "seen": True}]


async def test_why_it_was_rejected_is_kept_until_it_is_reopened(db: Database, door: Door) -> None:
    course = Course()
    course.say(
        workflow.Rejected, "DITUTUP", outcome="rejected", reason_code="other", reason_ms="(ms)", reason_en="(en)"
    )
    await hear_course(db, course)
    brought = (await detail(door, ADMIN))["entries"][-1]["detail"]
    assert brought == {"reason_code": "other", "reason_ms": "(ms)", "reason_en": "(en)"}

    async def kept() -> list[str | None]:
        async with db.transaction() as tx:
            return [row["reject_reason"] for row in await tx.fetch("select reject_reason from complaint")]

    assert await kept() == ["other"]
    await hear_course(db, course.say(workflow.Reopened, "BARU"))
    assert await kept() == [None]


async def test_a_page_waits_for_the_version_its_reader_has_seen(db: Database, door: Door) -> None:
    course = Course()
    await hear_course(db, course)
    for path in (f"/v1/complaints/{NUMBER}", "/v1/inbox", "/v1/complaints", "/v1/badge"):
        course.say(workflow.Noted, text=path)
        asked = asyncio.create_task(door.get(path, ADMIN, folder="all", seen=f"{NUMBER}:{course.version}"))
        await hear_course(db, course)
        body = (await asked).json()
        row = body["items"][0] if "items" in body else body
        assert row.get("version", course.version) == course.version


async def test_a_version_that_does_not_come_is_not_waited_for_long(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    page = await asyncio.wait_for(detail(door, ADMIN, seen=f"{NUMBER}:9"), 2.0)
    assert page["version"] == 1
    missing = await asyncio.wait_for(door.get("/v1/complaints/HD-2026-000999-X", ADMIN, seen="HD-2026-000999-X:1"), 2.0)
    assert missing.status_code == 404


@pytest.mark.parametrize("seen", ["", "nonsense", f"{NUMBER}:", f"{NUMBER}:x", ":3", f"{NUMBER}:99999999999999"])
async def test_a_seen_that_says_nothing_waits_for_nothing(db: Database, door: Door, seen: str) -> None:
    await hear_course(db, Course())
    assert (await detail(door, ADMIN, seen=seen))["version"] == 1


async def test_a_number_is_found_however_it_is_typed(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    assert (await detail(door, ADMIN, "hd2026000123c"))["number"] == NUMBER
    assert (await door.get("/v1/complaints/%00", ADMIN)).status_code == 404


async def test_the_public_finds_published_solutions_only_and_not_whose_they_were(db: Database, door: Door) -> None:
    await hear(db, sealed(a_solution()), sealed(a_solution(ORIGINAL, published=False, symptom="Baucar hilang")))
    found = (await door.client.get("/v1/solutions", params={"q": "baucar"})).json()["items"]
    assert [solution["symptom"] for solution in found] == ["Baucar tersangkut"]
    assert (found[0]["id"], found[0]["number"]) == (None, None)
    assert "HD-" not in str(found)
    vendor = (await door.get("/v1/solutions", VENDOR, q="baucar")).json()["items"]
    assert vendor == found


async def test_staff_find_every_solution_and_where_it_came_from(db: Database, door: Door) -> None:
    await hear(db, sealed(a_solution()), sealed(a_solution(ORIGINAL, published=False, symptom="Lejar hilang")))
    found = (await door.get("/v1/solutions", ADMIN, q="tempoh")).json()["items"]
    assert {solution["number"] for solution in found} == {NUMBER, ORIGINAL}
    assert (await door.get("/v1/solutions", ADMIN, q="lejar")).json()["items"][0]["number"] == ORIGINAL
    assert (await door.get("/v1/solutions", ADMIN, q="gajah")).json()["items"] == []
    assert len((await door.get("/v1/solutions", ADMIN)).json()["items"]) == 2
    assert (await door.client.get("/v1/solutions", headers={"Authorization": "Bearer x"})).status_code == 401


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Baucar tersangkut sejak pagi", True),
        ("bauc", True),
        ("baucar tidak dapat diluluskan dalam sistem sejak semalam", False),
        ("gajah", False),
        ("yang dan di", False),
        ("' | !! :* & \\", False),
    ],
)
async def test_a_title_as_it_is_typed_finds_what_looks_like_it(
    db: Database, door: Door, typed: str, found: bool
) -> None:
    await hear(db, sealed(a_solution()))
    answered = await door.client.get("/v1/solutions", params={"q": typed})
    assert answered.status_code == 200
    assert bool(answered.json()["items"]) is found


async def test_the_solution_that_holds_the_most_words_comes_first(db: Database, door: Door) -> None:
    await hear(db, sealed(a_solution()), sealed(a_solution(ORIGINAL, symptom="Laporan baucar kosong")))
    found = (await door.get("/v1/solutions", ADMIN, q="laporan baucar")).json()["items"]
    assert [solution["number"] for solution in found] == [ORIGINAL, NUMBER]


async def test_a_solution_saved_again_is_the_newer_one(db: Database, door: Door) -> None:
    await hear(db, sealed(a_solution()), sealed(a_solution(symptom="Lain pula"), 2), sealed(a_solution(), 1))
    found = (await door.get("/v1/solutions", ADMIN)).json()["items"]
    assert [solution["symptom"] for solution in found] == ["Lain pula"]


async def test_ages_and_days_left_are_on_the_page_too(db: Database, door: Door) -> None:
    await hear_course(db, Course(due=SUNDAY + timedelta(days=1, hours=8)))
    page = await detail(door, ADMIN)  # the door opens on Wednesday at nine
    assert (page["age_days"], page["age_calendar_days"], page["left_days"]) == (3, 3, -1)

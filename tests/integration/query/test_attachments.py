"""Files: exactly those who read the text they hang on may fetch them; to everybody else there are none."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from shared.auth import StaffTokens, TrackingTokens
from shared.blobs.store import Blobs
from shared.db import Database
from shared.events import workflow
from shared.principals import Caller
from tests.integration.query import desks
from tests.integration.query.conftest import (
    NO_BROKER,
    Door,
    a_caller,
    a_service,
    hear_course,
    set_business_time,
    token_of,
)
from tests.support import infra
from tests.support.complaints import IC, NUMBER, RASHID, SITI, SUNDAY, Course, a_contact, a_whole_course
from tests.support.keys import SERVICE_TOKEN, STAFF_PRIVATE_KEY, TRACKING_KEYS, key
from tests.unit.shared.blobs.files import taken_in

OTHER, OTHER_IC = "HD-2026-000124-A", "800101990002"
FILES = {
    name: taken_in(f"{name}.png", name)
    for name in ("filed", "replied", "noted", "logged", "updated", "held", "of_another")
}
PUBLIC = {"filed", "replied", "held"}
LEG = {"logged", "updated"}
MINE = PUBLIC | LEG | {"noted"}

Headers = dict[str, str]
NO_PROOF: Headers = {}


def link(number: str, keys: str = TRACKING_KEYS) -> Headers:
    return {"X-Tracking-Token": TrackingTokens(keys).make(number, SUNDAY)}


def files_of(*names: str) -> dict[str, Any]:
    return {"files": tuple(FILES[name] for name in names)}


def a_course() -> Course:
    """A complaint with files in every part of its thread, read by its PIC, the queue and the vendor."""
    course = Course(**files_of("filed"))
    course.say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, seen_by=desks.WITH_RASHID)
    course.say(workflow.Replied, text="Lihat.", audience=("P",), **files_of("replied"))
    course.say(workflow.Noted, text="dalaman", **files_of("noted"))
    reading = (*desks.AT_VENDOR, "queue:IMPLEMENTOR")
    logged = {"text": "x", "public_text": "Telah dirujuk."} | files_of("logged")
    course.say(workflow.VendorLogged, "TINDAKAN_VENDOR", seen_by=reading, **logged)
    course.say(workflow.VendorUpdated, text="y", **files_of("updated"))
    return course.say(workflow.MessageHeld, text="Ada lagi.", **files_of("held"))


def another() -> Course:
    course = Course(OTHER, contact=a_contact(OTHER, ic=OTHER_IC), **files_of("of_another"))
    return course.say(workflow.Assigned, "DIAGIHKAN", pic=SITI)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path.as_uri())


@pytest.fixture
async def door(
    database: infra.Database, db: Database, blobs: Blobs, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Door]:
    """Query over two complaints whose files lie in the store."""
    await set_business_time(database, SUNDAY + timedelta(days=3))
    await hear_course(db, a_course(), another())
    for name, file in FILES.items():
        await blobs.put(UUID(file.id), f"content of {name}".encode())
        await blobs.put(UUID(file.id), f"picture of {name}".encode(), "preview")
    limits = getattr(request, "param", "off")
    async with a_service(database, NO_BROKER, blobs=tmp_path.as_uri(), rate_limits=limits) as opened:
        yield opened


async def get(door: Door, name: str, headers: Headers, part: str = "") -> httpx2.Response:
    return await door.client.get(f"/v1/attachments/{FILES[name].id}{part}", headers=headers)


def bare(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """All of a problem but the request's own id."""
    return answer.status_code, {**answer.json(), "instance": ""}


FORMER_PIC_NOW_AT_THE_VENDOR = a_caller(RASHID.id, "VENDOR")
ASKERS: dict[str, tuple[Headers | Caller, set[str]]] = {
    "admin": (desks.ADMIN, MINE | {"of_another"}),
    "management": (desks.MANAGER, MINE | {"of_another"}),
    "its PIC": (desks.PIC, MINE),
    "the PIC of another complaint": (desks.OTHER_PIC, {"of_another"}),
    "a PIC of none": (desks.STRANGER, set()),
    "a member of the queue": (desks.IMPLEMENTOR, MINE),
    "an Implementor outside the queue": (a_caller("s-out", "IMPLEMENTOR"), set()),
    "the vendor": (desks.VENDOR, LEG),
    "the vendor who was its PIC": (FORMER_PIC_NOW_AT_THE_VENDOR, MINE),
    "a caller without a role": (a_caller("s-none"), set()),
    "its link": (link(NUMBER), PUBLIC),
    "another's link": (link(OTHER), {"of_another"}),
    "a link to nothing": (link("HD-2026-000999-X"), set()),
    "a forged link": (link(NUMBER, f"1:{key('forged')}"), set()),
    "no link at all": ({"X-Tracking-Token": "x"}, set()),
    "nobody": (NO_PROOF, set()),
    "the portal for nobody": ({"X-Service-Token": SERVICE_TOKEN}, set()),
}


async def test_every_asker_fetches_exactly_what_they_may_read(door: Door) -> None:
    missing = bare(await door.client.get(f"/v1/attachments/{uuid4()}", headers=token_of(desks.ADMIN)))
    assert missing[0] == 404
    for asker, (proof, expected) in ASKERS.items():
        headers = token_of(proof) if isinstance(proof, Caller) else proof
        got = set()
        for name in FILES:
            whole, picture = [await get(door, name, headers, part) for part in ("", "/preview")]
            assert whole.status_code == picture.status_code, (asker, name)
            if whole.status_code == 200:
                got.add(name)
                assert whole.content == f"content of {name}".encode()
                assert picture.content == f"picture of {name}".encode()
            else:
                assert bare(whole) == bare(picture) == missing, (asker, name)
        assert got == expected, asker


async def test_ic_and_number_fetch_the_public_ones(door: Door) -> None:
    async def ask(name: str, number: str, ic: str) -> httpx2.Response:
        return await door.client.post(f"/v1/attachments/{FILES[name].id}", json={"number": number, "ic": ic})

    missing = bare(await door.client.post(f"/v1/attachments/{uuid4()}", json={"number": NUMBER, "ic": IC}))
    proofs = {
        (NUMBER.lower(), "800101-99-0001"): PUBLIC,
        (OTHER, OTHER_IC): {"of_another"},
        (NUMBER, OTHER_IC): set(),
        (OTHER, IC): set(),
        ("HD-2026-000999-X", IC): set(),
        (NUMBER, ""): set(),
        ("", IC): set(),
    }
    for (number, ic), expected in proofs.items():
        answers = {name: await ask(name, number, ic) for name in FILES}
        assert {name for name, answer in answers.items() if answer.status_code == 200} == expected
        assert all(bare(answer) == missing for name, answer in answers.items() if name not in expected)
    assert (await ask("filed", NUMBER, IC)).content == b"content of filed"


@pytest.mark.parametrize("door", ["on"], indirect=True)
async def test_tries_by_ic_are_counted_with_those_of_tracking(door: Door) -> None:
    for _ in range(10):
        await door.track({"number": NUMBER, "ic": IC}, address="198.51.100.9")
    path = f"/v1/attachments/{FILES['filed'].id}"
    answers = [await door.client.post(path, json={"number": NUMBER, "ic": IC}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


@pytest.mark.parametrize("door", ["on"], indirect=True)
async def test_a_flood_from_one_address_is_slowed_down_and_staff_are_not(door: Door) -> None:
    statuses = [(await get(door, "filed", link(NUMBER))).status_code for _ in range(301)]
    assert statuses == [200] * 300 + [429]
    assert (await get(door, "filed", token_of(desks.ADMIN))).status_code == 200


async def test_a_token_that_is_over_or_none_of_ours_is_told_so(door: Door) -> None:
    now = datetime.now(UTC)
    over, _ = StaffTokens(private=STAFF_PRIVATE_KEY).issue(desks.ADMIN, now - timedelta(minutes=5))
    forged, _ = StaffTokens(private=key("forged")).issue(desks.ADMIN, now)
    for token in (over, forged, "x"):
        answer = await get(door, "filed", {"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


async def test_a_link_opens_files_until_sixty_days_after_the_end(
    door: Door, db: Database, database: infra.Database
) -> None:
    ended = another().say(workflow.Closed, "DITUTUP")
    await hear_course(db, ended)
    for days, status in ((59, 200), (61, 404)):
        await set_business_time(database, ended.last.at + timedelta(days=days))
        assert (await get(door, "of_another", link(OTHER))).status_code == status
    assert (await get(door, "of_another", token_of(desks.ADMIN))).status_code == 200


async def test_a_browser_may_only_save_the_file_and_only_look_at_its_picture(door: Door) -> None:
    whole, picture = [await get(door, "filed", link(NUMBER), part) for part in ("", "/preview")]
    for answer in (whole, picture):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["content-type"] == "image/png"
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''filed.png"
    assert picture.headers["content-disposition"] == "inline"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("baucar bil. 3.pdf", "baucar%20bil.%203.pdf"),
        ("a\"; filename=x.html;'b'.pdf", "a%22%3B%20filename%3Dx.html%3B%27b%27.pdf"),
        ("100%0D%0A.pdf", "100%250D%250A.pdf"),
        ("ڤ.pdf", "%DA%A4.pdf"),
    ],
)
async def test_a_name_cannot_leave_its_place(door: Door, db: Database, blobs: Blobs, name: str, written: str) -> None:
    file = taken_in(name)
    await blobs.put(UUID(file.id), b"%PDF-")
    await hear_course(db, another().say(workflow.Noted, text="x", files=(file,)))
    answer = await door.client.get(f"/v1/attachments/{file.id}", headers=token_of(desks.ADMIN))
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{written}"
    assert answer.headers["content-type"] == "application/pdf"


async def test_what_is_no_id_is_no_file(door: Door) -> None:
    for named in ("x", "..%2f..%2fx", "%00", "%ff", "0" * 500, FILES["filed"].id.upper(), f"%20{FILES['filed'].id}"):
        for path in (f"/v1/attachments/{named}", f"/v1/attachments/{named}/preview"):
            answer = await door.client.get(path, headers=token_of(desks.ADMIN))
            assert answer.status_code == 404, path


async def test_bytes_that_are_lost_are_not_found_and_loud(
    door: Door, blobs: Blobs, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = bare(await door.client.get(f"/v1/attachments/{uuid4()}", headers=token_of(desks.ADMIN)))
    await blobs.delete(UUID(FILES["filed"].id))
    for part in ("", "/preview"):
        assert bare(await get(door, "filed", token_of(desks.ADMIN), part)) == missing
    written = "".join(capfd.readouterr())
    assert written.count("attachment.lost") == 2
    assert FILES["filed"].id in written


def break_store(folder: Path) -> None:
    for part in folder.iterdir():
        shutil.rmtree(part)
        part.write_text("no folder")


async def test_a_store_that_is_away_is_told_so(door: Door, tmp_path: Path) -> None:
    break_store(tmp_path)
    answer = await get(door, "filed", token_of(desks.ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_the_thread_shows_the_files_to_whoever_may_fetch_them(door: Door) -> None:
    def shown(entries: list[dict[str, Any]]) -> list[str]:
        return [file["name"] for entry in entries for file in entry["attachments"]]

    def of(names: set[str]) -> list[str]:
        return [FILES[name].name for name in FILES if name in names]

    for caller, names in ((desks.ADMIN, MINE), (desks.PIC, MINE), (desks.VENDOR, LEG)):
        page = (await door.get(f"/v1/complaints/{NUMBER}", caller)).json()
        assert shown(page["entries"]) == of(names)
    first = page["entries"][0]["attachments"][0]
    assert first == {
        "id": FILES["logged"].id, "name": "logged.png", "type": "image/png", "size": 1234, "scan": "clean",
    }  # fmt: skip
    for thread in (
        await door.track(link=link(NUMBER)["X-Tracking-Token"]),
        await door.track({"number": NUMBER, "ic": IC}),
    ):
        assert shown(thread.json()["entries"]) == of(PUBLIC)
        logged = next(entry for entry in thread.json()["entries"] if entry["kind"] == "vendor_logged")
        assert (logged["text"], logged["attachments"]) == ("Telah dirujuk.", [])


async def test_files_stand_in_the_order_they_were_named(door: Door, db: Database) -> None:
    names = ["c.png", "a.pdf", "e.jpg", "b.png", "d.png"]
    sent = tuple(taken_in(name) for name in names)
    await hear_course(db, another().say(workflow.Replied, text="x", audience=("P",), files=sent))
    page = (await door.get(f"/v1/complaints/{OTHER}", desks.ADMIN)).json()
    assert [file["name"] for file in page["entries"][-1]["attachments"]] == names


async def test_whoever_stops_seeing_a_complaint_stops_fetching_its_files(door: Door, db: Database) -> None:
    handed_on = another().say(workflow.Reassigned, pic=RASHID, text="x", seen_by=desks.WITH_RASHID)
    assert (await get(door, "of_another", token_of(desks.OTHER_PIC))).status_code == 200
    await hear_course(db, handed_on)
    assert (await get(door, "of_another", token_of(desks.OTHER_PIC))).status_code == 404
    assert (await get(door, "of_another", token_of(desks.PIC))).status_code == 200


async def test_a_file_is_for_whom_its_text_is(db: Database) -> None:
    await hear_course(db, a_whole_course())
    async with db.transaction() as tx:
        rows = await tx.fetch("select name, audience from attachment order by sequence, place")
    assert [(row["name"], row["audience"]) for row in rows] == [
        ("aduan.pdf", ["P"]),
        ("aduan.png", ["P"]),
        ("catatan.png", ["S"]),
        ("log.pdf", ["S", "V"]),
        ("lagi.jpg", ["P"]),
    ]

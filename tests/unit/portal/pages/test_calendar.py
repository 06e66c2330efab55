"""Kalendar: what is listed, what is shown before a day is declared or withdrawn, and what is said after."""

import httpx2
import pytest

from tests.unit.portal.outside import AISYAH, NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, OTHER, VENDOR, enter, staffed
from tests.unit.portal.pages.timing import DAY, HOLIDAYS, timed
from tests.unit.portal.reading import Page

ADDRESS = "/staf/kalendar/kelantan"
TYPED = {"day": DAY, "name": "Cuti Peristiwa", "why": "Pekeliling SUK", "works": ""}
POSTED = "/v1/calendar/kelantan/holidays"


@pytest.fixture
async def admin(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    staffed(outside, ADMIN)
    timed(outside)
    await enter(visitor)
    return visitor


async def test_a_year_is_listed_with_the_laws_days_and_the_declared_ones_with_who_when_and_why(
    admin: httpx2.AsyncClient,
) -> None:
    page = Page(await admin.get("/staf/kalendar"))
    assert "/staf/kalendar" in Page(await admin.get("/staf")).links
    for said in (
        "Jumaat, 25 Disember 2026 Hujung minggu Hari Krismas Cuti umum",
        "Khamis, 3 Disember 2026 Cuti Peristiwa Cuti diisytiharkan Rohani , 24-11-2026 10:00 Pekeliling SUK",
        "Isnin, 31 Ogos 2026 Hari Kerja Ganti Hari Kebangsaan Hari bekerja diisytiharkan Sistem",
    ):
        assert said in page.text, said
    assert "31 Ogos 2027" not in page.text
    assert "Selasa, 31 Ogos 2027" in Page(await admin.get(f"{ADDRESS}?tahun=2027")).text
    assert "mengisytiharkan hari bekerja" in page.text


async def test_before_a_day_is_declared_the_page_shows_what_would_move_and_nothing_is_changed(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await admin.post(ADDRESS, data=TYPED))
    assert f"{NUMBER} 01-12-2026 17:00 02-12-2026 17:00 1 hari bekerja lebih lewat" in page.text
    assert f"{OTHER} 10-12-2026 17:00 08-12-2026 17:00 2 hari bekerja lebih awal" in page.text
    assert "2 tarikh akhir akan berubah" in page.text
    asked = outside.last("GET", "/v1/calendar/kelantan/preview")
    assert asked.params == {"day": DAY, "works": "false"}
    assert outside.calls("POST", POSTED) == []
    assert page.form("sure").fields == {"sure": "1", "day": DAY, "name": TYPED["name"], "why": TYPED["why"]}


async def test_confirmed_it_is_declared_and_the_answer_says_what_moved(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    sure = Page(await admin.post(ADDRESS, data={**TYPED, "works": "1"})).form("sure")
    page = Page(await admin.post(sure.action, data=sure.sent(confirm="1")))
    wanted = {"day": DAY, "name": TYPED["name"], "why": TYPED["why"], "works": True}
    assert outside.last("POST", POSTED).body == wanted
    assert "Selasa, 1 Disember 2026 telah diisytiharkan: Cuti Peristiwa." in page.text
    assert "2 tarikh akhir berubah" in page.text
    assert page.form("declare").fields["name"] == ""


async def test_the_details_can_be_changed_again_and_the_language_too_without_losing_a_word(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    sure = Page(await admin.post(ADDRESS, data=TYPED)).form("sure")
    again = Page(await admin.post(sure.action, data=sure.sent(edit="1"))).form("declare").fields
    assert (again["day"], again["name"], again["why"]) == (DAY, TYPED["name"], TYPED["why"])
    english = Page(await admin.post(sure.action, data=sure.sent(lang="en")))
    assert "1 working day later" in english.text
    form = Page(await admin.post(ADDRESS, data={**TYPED, "lang": "ms"})).form("declare").fields
    assert form["why"] == TYPED["why"]
    assert outside.calls("POST", POSTED) == []


async def test_what_is_missing_is_said_beside_its_field_and_nobody_is_asked(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await admin.post(ADDRESS, data={**TYPED, "day": "esok", "why": " "}))
    assert page.status == 422
    assert {"day-error", "why-error"} <= set(page.ids)
    assert "name-error" not in page.ids
    assert page.form("declare").fields["name"] == TYPED["name"]
    assert outside.calls("GET", "/v1/calendar/kelantan/preview") == []
    office_date = Page(await admin.post(ADDRESS, data={**TYPED, "day": "01-12-2026"}))
    assert office_date.form("sure").fields["day"] == DAY


async def test_a_day_of_the_weekend_or_declared_before_is_pointed_out(admin: httpx2.AsyncClient) -> None:
    assert "jatuh pada hujung minggu" in Page(await admin.post(ADDRESS, data={**TYPED, "day": "2026-12-04"})).text
    again = Page(await admin.post(ADDRESS, data={**TYPED, "day": "2026-12-03"})).text
    assert "telah diisytiharkan sebagai Cuti Peristiwa" in again
    assert "hujung minggu" not in again


async def test_a_declared_day_is_withdrawn_after_the_same_look_and_becomes_what_the_law_has(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    for day, works in (("2026-12-03", "true"), ("2026-08-31", "false")):
        page = Page(await admin.post(f"{ADDRESS}/tarik", data={"day": day}))
        assert outside.last("GET", "/v1/calendar/kelantan/preview").params == {"day": day, "works": works}
        assert "Sahkan penarikan balik" in page.text
    assert outside.calls("DELETE", f"{POSTED}/2026-12-03") == []
    page = Page(await admin.post(f"{ADDRESS}/tarik", data={"day": "2026-12-03", "confirm": "1"}))
    assert len(outside.calls("DELETE", f"{POSTED}/2026-12-03")) == 1
    assert "telah ditarik balik" in page.text
    gone = Page(await admin.post(f"{ADDRESS}/tarik", data={"day": "2026-12-09", "confirm": "1"}))
    assert (gone.status, "tidak lagi dalam senarai" in gone.text) == (404, True)
    assert (await admin.get(f"{ADDRESS}/tarik")).headers["Location"] == ADDRESS


async def test_management_and_a_pic_read_it_but_only_admin_may_change_it(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    for staff, history in ((MANAGEMENT, True), (AISYAH, False)):
        staffed(outside, staff)
        timed(outside)
        await visitor.post("/log-keluar")
        await enter(visitor)
        page = Page(await visitor.get("/staf/kalendar"))
        assert page.status == 200
        assert "declare" not in page.forms
        assert "Tarik balik" not in page.text
        assert ("Sejarah keputusan" in page.text) is history
        assert (await visitor.post(ADDRESS, data={**TYPED, "confirm": "1"})).status_code == 403
        assert (await visitor.post(f"{ADDRESS}/tarik", data={"day": "2026-12-03"})).status_code == 403
    staffed(outside, VENDOR)
    await visitor.post("/log-keluar")
    await enter(visitor)
    assert (await visitor.get("/staf/kalendar")).status_code == 403
    assert "/staf/kalendar" not in Page(await visitor.get("/staf")).links


async def test_what_workflow_refuses_is_said_with_everything_typed(admin: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", POSTED, problem(422, "invalid", errors=[("name", "Terlalu aneh", "Too odd")]))
    page = Page(await admin.post(ADDRESS, data={**TYPED, "confirm": "1"}))
    assert (page.status, "Terlalu aneh" in page.text) == (422, True)
    assert page.form("declare").fields["name"] == TYPED["name"]
    assert (await admin.get("/staf/kalendar/tiada")).status_code == 404


async def test_a_year_without_days_says_so(admin: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("GET", POSTED, answer({**HOLIDAYS, "law": [], "declared": []}))
    assert "Tiada hari cuti dalam senarai" in Page(await admin.get(ADDRESS)).text

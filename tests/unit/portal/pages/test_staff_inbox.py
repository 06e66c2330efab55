"""Peti Masuk Helpdesk: everything in the address, words beside every colour, many handed out at once."""

import re
from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import AISYAH, NUMBER, Asked, Outside, answer, problem
from tests.unit.portal.pages.staffing import (
    ADMIN,
    IMPLEMENTOR,
    MANAGEMENT,
    OTHER,
    VENDOR,
    enter,
    page_of,
    row,
    staffed,
)
from tests.unit.portal.reading import Page

IC = "800101990001"


async def opened(visitor: httpx2.AsyncClient, address: str = "") -> Page:
    await enter(visitor)
    return Page(await visitor.get(f"/staf/peti{address}"))


def row_of(page: Page, number: str = NUMBER) -> str:
    found = re.search(rf"<tr[^>]*data-number=\"{number}\".*?</tr>", page.html, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("staff", "folder"),
    [(None, "mine"), (ADMIN, "unassigned"), (IMPLEMENTOR, "all"), (VENDOR, "mine"), (MANAGEMENT, "all")],
)
async def test_the_day_begins_in_the_folder_of_one_s_own_work(
    visitor: httpx2.AsyncClient, outside: Outside, staff: dict[str, object] | None, folder: str
) -> None:
    staffed(outside, staff) if staff else staffed(outside)
    await opened(visitor)
    assert outside.last("GET", "/v1/inbox").params["folder"] == folder


async def test_folders_stand_with_their_counts(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    page = await opened(visitor, "?folder=overdue")
    for words in ("Belum diagihkan 3", "Menunggu pihak lain 4", "Lewat 5", "Semua 20", "Selesai 6"):
        assert words in page.text
    assert "/staf/peti?folder=closed" in page.links


@pytest.mark.parametrize(
    ("staff", "names"),
    [
        (AISYAH, ["mine", "waiting", "overdue", "all", "closed"]),
        (IMPLEMENTOR, ["mine", "waiting", "overdue", "all", "closed"]),
        (VENDOR, ["mine", "overdue", "all", "closed"]),
        (ADMIN, ["unassigned", "waiting", "overdue", "all", "closed"]),
        ({**ADMIN, "roles": ["ADMIN", "PIC"]}, ["mine", "unassigned", "waiting", "overdue", "all", "closed"]),
        (MANAGEMENT, ["unassigned", "waiting", "overdue", "all", "closed"]),
    ],
)
async def test_a_folder_that_can_hold_nothing_for_the_reader_is_not_shown(
    visitor: httpx2.AsyncClient, outside: Outside, staff: dict[str, object], names: list[str]
) -> None:
    staffed(outside, staff)
    page = await opened(visitor, "?folder=all")
    folders = page.html.partition('id="folders"')[2].partition("</nav>")[0]
    assert re.findall(r"folder=(\w+)", folders) == names


async def test_who_is_away_is_said_where_complaints_are_handed_out(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN)
    away = {"staff": {"id": "s1", "name": "Aisyah"}, "from": "2026-11-20", "until": "2026-11-26", "id": "a1"}
    deputy = {"id": "s2", "name": "Siti Hajar"}
    items = [{**away, "state": "now", "deputy": deputy}, {**away, "state": "over", "until": "2026-11-19"}]
    outside.on("GET", "/v1/absences", answer({"items": items, "pics": []}))
    bar = (await opened(visitor)).html.partition('id="bulk-pic"')[2].partition("</select>")[0]
    assert "Aisyah (3 aduan terbuka, tidak hadir hingga 26-11-2026, " in bar
    assert "Siti Hajar" in bar
    outside.on("GET", "/v1/absences", problem(403, "forbidden"))
    assert "tidak hadir" not in (await opened(visitor)).text


async def test_filters_go_to_query_and_each_can_be_taken_off_alone(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN)
    page = await opened(
        visitor, "?folder=all&q=baucar&module=gl&priority=Tinggi&pic=s1&overdue=1&sort=submitted&state="
    )
    asked = outside.last("GET", "/v1/inbox").params
    assert {k: asked[k] for k in ("folder", "q", "module", "priority", "pic", "overdue", "sort")} == {
        "folder": "all",
        "q": "baucar",
        "module": "gl",
        "priority": "Tinggi",
        "pic": "s1",
        "overdue": "1",
        "sort": "submitted",
    }
    assert "state" not in asked
    assert "Carian: baucar" in page.text
    assert "/staf/peti?folder=all&q=baucar&priority=Tinggi&pic=s1&overdue=1&sort=submitted" in page.links


async def test_a_row_says_who_what_where_and_since_when(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    page = await opened(visitor)
    for said in (
        "Aminah binti Ismail",
        "******-**-0001",
        "Unit Teknologi Maklumat",
        "Baucar bayaran tidak dapat disahkan",
        "22-11-2026",
        "Lejar Am",
        "Diagihkan kepada PIC",
        "2 hari bekerja",
        "2 hari kalendar",
        "Baki 6 hari bekerja",
        "01-12-2026 17:00",
    ):
        assert said in page.text, said
    assert f"/staf/aduan/{NUMBER}" in page.links


@pytest.mark.parametrize(
    ("facts", "tone", "words"),
    [
        ({"due": "2026-11-23T17:00:00+08:00", "left_days": -1}, "late", "Lewat 1 hari"),
        ({"due": "2026-11-24T17:00:00+08:00", "left_days": 1}, "near", "Hari ini"),
        ({"due": "2026-11-25T17:00:00+08:00", "left_days": 2}, "near", "Esok"),
        ({"due": "2026-12-01T17:00:00+08:00", "left_days": 6}, "calm", "Baki 6 hari bekerja"),
        ({"due": None, "left_days": None, "custodian": "COMPLAINANT"}, "calm", "Menunggu pengadu"),
    ],
)
async def test_every_colour_has_its_words(
    visitor: httpx2.AsyncClient, outside: Outside, facts: dict[str, Any], tone: str, words: str
) -> None:
    staffed(outside).on("GET", "/v1/inbox", page_of([row(**facts)]))
    shown = row_of(await opened(visitor))
    assert tone in shown.split(">", 1)[0]
    assert words in shown


async def test_what_waits_for_me_is_bold_and_says_so_and_what_others_hold_is_grey(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    theirs = row(OTHER, mine=False, first_act=False, state="INPROGRESS", phase="INPROGRESS")
    staffed(outside).on("GET", "/v1/inbox", page_of([row(), theirs]))
    page = await opened(visitor)
    assert "first-act" in row_of(page)
    assert "Menunggu tindakan pertama anda" in row_of(page)
    assert "elsewhere" in row_of(page, OTHER)
    assert "elsewhere" not in row_of(page)


async def test_the_next_page_is_an_address(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside).on("GET", "/v1/inbox", page_of([row()], next="penanda"))
    page = await opened(visitor, "?folder=mine&q=baucar")
    assert "/staf/peti?folder=mine&q=baucar&after=penanda" in page.links
    await visitor.get("/staf/peti?folder=mine&after=penanda")
    assert outside.last("GET", "/v1/inbox").params["after"] == "penanda"


async def test_an_empty_list_names_the_filters_that_hide_the_rows(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN).on("GET", "/v1/inbox", page_of([]))
    page = await opened(visitor, "?folder=mine&state=INPROGRESS&department=PKN")
    assert "Tapisan ini menyembunyikan yang lain: Dalam Tindakan PIC" in page.text
    assert "/staf/peti?folder=mine" in page.links
    assert "Tiada aduan di tangan anda sekarang." in Page(await visitor.get("/staf/peti?folder=mine")).text


async def test_an_address_that_cannot_be_shows_the_folder_and_why(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    wrong = problem(422, "invalid", errors=[("after", "Penunjuk halaman tidak sah", "x")])

    def inbox(asked: Asked) -> httpx2.Response:
        return wrong if "after" in asked.params else page_of([row()])

    staffed(outside).on("GET", "/v1/inbox", inbox)
    page = await opened(visitor, "?after=rosak")
    assert page.status == 200
    assert "Penunjuk halaman tidak sah" in page.text
    assert NUMBER in page.text


async def test_while_query_is_away_the_page_says_so(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    await enter(visitor)
    outside.down.add("query")
    page = Page(await visitor.get("/staf/peti"))
    assert (page.status, "Sistem tidak dapat dihubungi" in page.text) == (503, True)


async def test_what_a_person_typed_is_text_in_the_list(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside).on("GET", "/v1/inbox", page_of([row(title="<script>alert(1)</script>", name='"><b>x')]))
    page = await opened(visitor)
    assert "<script>alert" not in page.html
    assert '"><b>x' not in page.html


async def test_only_admin_hands_out_many(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    assert "bulk" not in (await opened(visitor)).forms
    staffed(outside, ADMIN)
    form = (await opened(visitor)).form("bulk")
    assert form.choices["item"] == [f"{NUMBER}:4"]
    # who is no longer active is not offered
    assert form.choices["pic"] == ["", "s1"]


async def test_many_are_handed_out_with_a_result_each(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN).on("GET", "/v1/inbox", page_of([row(), row(OTHER)]))
    told = {"messages": {"ms": "Aduan telah berubah.", "en": "Changed."}, "errors": []}
    results = [{"number": NUMBER, "ok": True, "version": 5}, {"number": OTHER, "ok": False, "problem": told}]
    outside.on("POST", "/v1/assignments", answer({"items": results}))
    await enter(visitor)
    sent = {"item": [f"{NUMBER}:4", f"{OTHER}:4"], "pic": "s1", "back": "/staf/peti?folder=all&q=baucar"}
    page = Page(await visitor.post("/staf/peti/agih", data=sent))
    assert outside.last("POST", "/v1/assignments").body == {
        "items": [{"number": NUMBER, "pic": "s1", "version": 4}, {"number": OTHER, "pic": "s1", "version": 4}]
    }
    assert "1 daripada 2 aduan telah diagihkan" in page.text
    assert "Aduan telah berubah." in page.text
    asked = outside.last("GET", "/v1/inbox").params
    # the list is the one it was sent from, and has come as far as what was just done
    assert (asked["folder"], asked["q"], asked["seen"]) == ("all", "baucar", f"{NUMBER}:5")


@pytest.mark.parametrize(
    ("sent", "error"),
    [({"item": f"{NUMBER}:4"}, "Pilih PIC yang akan menerima"), ({"pic": "s1"}, "Tanda sekurang-kurangnya satu")],
)
async def test_handing_out_without_a_tick_or_a_pic_asks_for_it_and_keeps_the_rest(
    visitor: httpx2.AsyncClient, outside: Outside, sent: dict[str, str], error: str
) -> None:
    staffed(outside, ADMIN)
    await enter(visitor)
    page = Page(await visitor.post("/staf/peti/agih", data={"back": "/staf/peti?folder=all", **sent}))
    assert page.status == 422
    assert error in page.text
    assert outside.calls("POST", "/v1/assignments") == []
    kept = page.form("bulk").fields
    assert {name: kept.get(name) for name in sent} == sent


async def test_an_ic_is_searched_by_post_and_stands_in_no_address(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN).on("POST", "/v1/complaints/search", page_of([row()], next="penanda"))
    await enter(visitor)
    page = Page(await visitor.post("/staf/peti/kp", data={"ic": IC}))
    assert outside.last("POST", "/v1/complaints/search").body == {"ic": IC}
    assert NUMBER in page.text
    assert "No. KP ******-**-0001" in page.text
    assert not any(IC in link for link in page.links)
    assert not any(IC in str(asked.params) for asked in outside.asked)


async def test_reloading_what_was_posted_leads_back_to_the_list(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    await opened(visitor, "?folder=all&q=baucar")
    for path in ("/staf/peti/agih", "/staf/peti/kp"):
        assert (await visitor.get(path)).headers["Location"] == "/staf/peti?folder=all&q=baucar"

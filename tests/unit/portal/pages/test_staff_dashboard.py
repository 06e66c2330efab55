"""Papan Pemuka: own figures, what presses, the office's figures."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, Outside, answer
from tests.unit.portal.pages.staffing import ADMIN, IMPLEMENTOR, MANAGEMENT, OTHER, enter, page_of, row, staffed
from tests.unit.portal.reading import Page

LATE: dict[str, Any] = {"due": "2026-11-23T17:00:00+08:00", "left_days": -1}
TODAY: dict[str, Any] = {"due": "2026-11-24T17:00:00+08:00", "left_days": 1}


async def dashboard(visitor: httpx2.AsyncClient) -> Page:
    await enter(visitor)
    return Page(await visitor.get("/staf"))


async def test_own_figures_are_counted_from_the_rows_in_my_hands(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    rows = [row(**LATE), row(OTHER, state="INPROGRESS", phase="INPROGRESS", first_act=False, **TODAY)]
    staffed(outside).on("GET", "/v1/inbox", page_of(rows))
    page = await dashboard(visitor)
    for figure in ("3 menunggu tindakan pertama", "2 di tangan saya", "1 lewat", "1 tamat tempoh hari ini"):
        assert figure in page.text
    assert "Setakat 24-11-2026 10:00" in page.text
    assert "Diagihkan kepada PIC 1" in page.text
    assert "Seluruh pejabat" not in page.text


async def test_what_presses_most_stands_first_and_opens(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    later = row(OTHER, title="Lebih lewat", due="2026-12-20T17:00:00+08:00", left_days=15)
    staffed(outside).on("GET", "/v1/inbox", page_of([later, row(title="Dahulu", **LATE)]))
    page = await dashboard(visitor)
    assert page.text.index("Dahulu") < page.text.index("Lebih lewat")
    assert f"/staf/aduan/{OTHER}" in page.links


async def test_admin_s_own_are_the_new_ones_and_the_office_is_shown_whole(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN).on("GET", "/v1/inbox", page_of([]))
    outside.on("GET", "/v1/complaints", page_of([row(state="BARU", custodian="ADMIN", pic=None, mine=False)]))
    page = await dashboard(visitor)
    assert outside.last("GET", "/v1/complaints").params["state"] == "BARU"
    assert "1 di tangan saya" in page.text
    # all 20, of them 6 ended, 3 unassigned and 4 waiting
    for figure in ("3 belum diagihkan", "7 dengan PIC", "4 menunggu pengadu", "5 lewat", "6 telah", "20 semua"):
        assert figure in page.text


async def test_an_implementor_counts_what_nobody_has_claimed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    referred: dict[str, Any] = {
        "state": "RUJUKAN_IMPLEMENTOR",
        "phase": "INPROGRESS",
        "custodian": "IMPLEMENTOR",
        "mine": False,
    }
    free, taken = row(title="Belum diambil", **referred), row(OTHER, title="Orang lain", first_act=False, **referred)
    staffed(outside, IMPLEMENTOR).on("GET", "/v1/inbox", page_of([]))
    outside.on("GET", "/v1/complaints", page_of([free, taken]))
    page = await dashboard(visitor)
    assert "Belum diambil" in page.text
    assert "Orang lain" not in page.text


async def test_management_reads_the_office_and_has_nothing_of_its_own(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, MANAGEMENT)
    page = await dashboard(visitor)
    assert "Seluruh pejabat" in page.text
    assert "Tindakan saya" not in page.text
    assert outside.last("GET", "/v1/inbox").params["folder"] == "overdue", "what is late anywhere stands below"
    assert f"/staf/aduan/{NUMBER}" in page.links


async def test_nothing_to_do_is_said(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside).on("GET", "/v1/inbox", page_of([], badge=0))
    assert "Tiada aduan menunggu tindakan anda." in (await dashboard(visitor)).text


@pytest.mark.parametrize("path", ["/staf", "/staf/peti", "/staf/penyelesaian", "/staf/aduan/HD-2026-000123-C"])
async def test_every_page_is_in_the_reader_s_language_and_carries_the_badge(
    visitor: httpx2.AsyncClient, outside: Outside, path: str
) -> None:
    staffed(outside, {**ADMIN, "language": "en"})
    await enter(visitor)
    page = Page(await visitor.get(path))
    assert (page.status, '<html lang="en">' in page.html) == (200, True)
    assert "3 complaints wait for your first act" in page.text
    assert page.html.count("<h1") == 1


async def test_who_was_disabled_a_moment_ago_is_asked_to_log_in(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside).on("GET", "/v1/inbox", answer({"code": "session_ended"}, 401))
    await enter(visitor)
    sent_away = await visitor.get("/staf")
    assert (sent_away.status_code, sent_away.headers["Location"]) == (303, "/log-masuk?next=%2Fstaf")

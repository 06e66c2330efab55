"""A complaint's page on time: what runs, whose time it was, what comes next, why it happened and why it did not."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import STANDING, VENDOR, detail, enter, entry, staffed, stands
from tests.unit.portal.pages.timing import CAUSE, SCHEDULE, timed
from tests.unit.portal.reading import Page


async def opened(visitor: httpx2.AsyncClient, outside: Outside, *entries: dict[str, Any], **changes: Any) -> Page:
    """The page with that thread."""
    staffed(outside)
    timed(outside)
    stands(outside, detail(entries=entries), **changes)
    await enter(visitor)
    return Page(await visitor.get(f"/staf/aduan/{NUMBER}"))


async def test_the_running_clock_says_how_long_it_is_what_is_used_and_what_is_left(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    text = (await opened(visitor, outside)).text
    assert "Penyelesaian (7 hari bekerja) 2 hari bekerja digunakan, baki 6 hari bekerja." in text
    assert "Mula 22-11-2026 09:05 , tamat 01-12-2026 17:00 . Jam berhenti 2 hari bekerja dalam tempoh itu." in text


async def test_custody_is_said_in_days_of_the_whole(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    custody = {"VENDOR": {"seconds": 340.0, "days": 34}, "PIC": {"seconds": 70.0, "days": 7}}
    page = await opened(visitor, outside, clocks={**STANDING["clocks"], "custody": custody})
    assert "34 daripada 41 hari bekerja di pihak vendor (83%)" in page.text


async def test_what_comes_next_is_said_with_its_day_and_its_rule_in_words(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    text = (await opened(visitor, outside)).text
    assert (
        "Amaran kepada PIC pada 30-11-2026 17:00 , 1 hari bekerja sebelum tamat tempoh penyelesaian. "
        "Eskalasi tahap 1 kepada Admin eHelpdesk pada 01-12-2026 17:00 , apabila tamat tempoh penyelesaian."
    ) in text


async def test_a_deadline_that_was_over_when_the_custodian_got_it_is_said_so(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    timed(outside)
    waits = {**SCHEDULE["rules"][1], "at": "2026-12-03T17:00:00+08:00"}
    outside.on("GET", f"/v1/complaints/{NUMBER}/schedule", answer({**SCHEDULE, "rules": [waits]}))
    await enter(visitor)
    text = Page(await visitor.get(f"/staf/aduan/{NUMBER}")).text
    assert "pada 03-12-2026 17:00 , kerana tempoh penyelesaian telah pun tamat pada 01-12-2026 17:00 ." in text


async def test_why_it_was_escalated_is_told_from_what_the_event_kept(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    told = {"cause": {**CAUSE, "paused_days": 2, "also": ["first_answer.warn"]}, "rule": CAUSE["rule"], "level": 1}
    page = await opened(visitor, outside, entry(7, "escalated", "SYSTEM", detail=told))
    why = (
        "Dieskalasi kepada Admin eHelpdesk kerana tempoh jawapan pertama (3 hari bekerja sejak 01-03-2026 09:00 ) "
        "tamat pada 04-03-2026 17:00 . Jam berhenti 2 hari bekerja dalam tempoh itu. "
        "Termasuk yang tertunggak: Jawapan pertama: Amaran."
    )
    # in the panel with its rule, and in the thread where it happened
    assert page.text.count(why) == 2
    assert f"{why} Peraturan first_answer.escalate1, semakan 1" in page.text
    assert "#entry-7" in page.links


@pytest.mark.parametrize(
    ("kind", "detail_kind", "said"),
    [
        ("reminded", "warn", "Amaran kepada Admin eHelpdesk kerana tempoh jawapan pertama"),
        ("reminded", "notice", "Notis terakhir kepada"),
        ("lapsed", None, "Tamat dengan sendirinya kerana"),
        ("sealed", None, "Ditutup muktamad kerana"),
    ],
)
async def test_every_automatic_act_has_its_sentence(
    visitor: httpx2.AsyncClient, outside: Outside, kind: str, detail_kind: str | None, said: str
) -> None:
    told = {"cause": CAUSE, "rule": CAUSE["rule"], "kind": detail_kind}
    assert said in (await opened(visitor, outside, entry(7, kind, "SYSTEM", detail=told))).text


async def test_an_older_event_without_its_inputs_names_its_rule_in_words(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    text = (await opened(visitor, outside, entry(7, "reminded", "SYSTEM", detail={"rule": "close.remind2"}))).text
    assert "Penutupan oleh pengadu: Peringatan 2" in text


async def test_a_moved_deadline_says_from_where_to_where_and_why(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    moved = {"due_before": "2026-12-01T09:00:00Z", "due": "2026-12-02T09:00:00Z"}
    text = (await opened(visitor, outside, entry(7, "rescheduled", "SYSTEM", "Cuti: SUK", detail=moved))).text
    assert "dipindahkan daripada 01-12-2026 17:00 kepada 02-12-2026 17:00 . Sebab: Cuti: SUK." in text


async def test_why_it_did_not_happen_is_said_rule_by_rule(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    text = (await opened(visitor, outside)).text
    assert "Penyelesaian : Eskalasi tahap 2 (3 hari bekerja selepas tamat tempoh). Peraturan ini dimatikan." in text
    assert (
        "Tindakan vendor : Peringatan (Setiap 5 hari bekerja sejak mula); "
        "Amaran (1 hari bekerja sebelum tamat tempoh). "
        "Jam ini tidak berjalan dalam status sekarang."
    ) in text


async def test_the_vendor_sees_none_of_it_and_without_a_schedule_the_page_stands(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, VENDOR)
    timed(outside)
    told = {"cause": CAUSE, "rule": CAUSE["rule"], "level": 1}
    stands(outside, detail(entries=[entry(7, "escalated", "SYSTEM", detail=told)]))
    await enter(visitor)
    text = Page(await visitor.get(f"/staf/aduan/{NUMBER}")).text
    assert "Dieskalasi kepada" not in text
    assert "Apa seterusnya" not in text
    assert outside.calls("GET", f"/v1/complaints/{NUMBER}/schedule") == []
    staffed(outside)
    stands(outside, detail())
    outside.on("GET", f"/v1/complaints/{NUMBER}/schedule", problem(403, "forbidden"))
    await visitor.post("/log-keluar")
    await enter(visitor)
    assert (await visitor.get(f"/staf/aduan/{NUMBER}")).status_code == 200

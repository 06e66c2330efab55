"""Peraturan masa: the numbers and the table of rules, sent whole, refused by the row, and what was decided."""

from typing import Any

import httpx2
import pytest

from services.portal.words import LANGUAGES, Words
from services.workflow.domain.times import CLOCK_LABELS, CLOCKS, DEFAULT
from tests.unit.portal.outside import Outside, answer
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, NOW, enter, staffed
from tests.unit.portal.pages.timing import RULES, SETTINGS, timed
from tests.unit.portal.reading import Page
from tests.unit.portal.test_both_languages import ROOM

ADDRESS = "/staf/peraturan-masa"


@pytest.fixture
async def admin(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    staffed(outside, ADMIN)
    timed(outside)
    await enter(visitor)
    return visitor


async def opened(admin: httpx2.AsyncClient, form: str) -> dict[str, str]:
    """What that form would send, untouched."""
    return Page(await admin.get(ADDRESS)).form(form).fields


def refused(*flaws: tuple[str, str, str]) -> httpx2.Response:
    """Workflow's no: (field, code, words)."""
    errors = [{"field": field, "code": code, "ms": words, "en": words} for field, code, words in flaws]
    return answer({"code": "invalid", "errors": errors}, 422)


async def test_the_set_untouched_goes_back_as_it_came_and_the_answer_says_what_moved(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    assert ADDRESS in Page(await admin.get("/staf")).links
    fields = await opened(admin, "rules") | {"rules-why": "Semakan tahunan"}
    page = Page(await admin.post(f"{ADDRESS}/jadual", data=fields))
    assert outside.last("PUT", "/v1/time-rules").body == {"rules": RULES, "why": "Semakan tahunan"}
    assert "2 tarikh akhir berubah" in page.text
    assert page.form("rules").fields["rules-why"] == ""


async def test_a_rule_is_counted_otherwise_told_otherwise_switched_off_removed_and_added(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    fields = await opened(admin, "rules")
    del fields["assign.warn-on"]
    typed = {
        "rules-why": "x",
        "solve.escalate2-n": "5",
        "solve.escalate2-tells": "ADMIN",
        "vendor.remind-n": "4",
        "first_answer.warn-when": "at_end",
        "close.remind1-out": "1",
        "new-clock": "close",
        "new-kind": "remind",
        "new-n": "2",
        "new-when": "after_start",
    }
    await admin.post(f"{ADDRESS}/jadual", data=fields | typed)
    sent = {one["id"]: one for one in outside.last("PUT", "/v1/time-rules").body["rules"]}
    assert (sent["solve.escalate2"]["days"], sent["solve.escalate2"]["tells"]) == (5, "ADMIN")
    assert (sent["vendor.remind"]["days"], sent["vendor.remind"]["every"]) == (4, True)
    assert (sent["first_answer.warn"]["of"], sent["first_answer.warn"]["days"]) == ("end", 0)
    assert sent["assign.warn"]["on"] is False
    assert "close.remind1" not in sent
    added = next(one for one in RULES if one["id"] == "close.remind1") | {"id": "close.remind2", "days": 2}
    assert sent["close.remind2"] == added


async def test_each_hole_is_said_at_its_row_in_words_and_everything_typed_stays(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on(
        "PUT",
        "/v1/time-rules",
        refused(
            ("solve.escalate2", "nobody_holds_it", "solve.escalate2: Eskalasi kepada MANAGEMENT."),
            ("vendor", "no_timer", "Tindakan vendor: tiada peraturan."),
            ("close.notice", "after_the_end", "close.notice: Peringatan ini jatuh selepas tamat."),
        ),
    )
    fields = await opened(admin, "rules") | {"rules-why": "cuba", "close.notice-n": "9"}
    del fields["vendor.escalate1-on"]
    page = Page(await admin.post(f"{ADDRESS}/jadual", data=fields))
    assert page.status == 422
    assert {"#solve.escalate2-n", "#clock-vendor", "#close.notice-n"} <= set(page.links)
    assert {"solve.escalate2-n-error", "clock-vendor", "close.notice-n-error"} <= set(page.ids)
    assert "Penyelesaian, Eskalasi tahap 2: Tiada pegawai aktif yang memegang peranan Pengurusan" in page.text
    assert "Penutupan oleh pengadu, Notis terakhir: Peringatan ini jatuh selepas tamat." in page.text
    now = page.form("rules").fields
    assert (now["rules-why"], now["close.notice-n"]) == ("cuba", "9")
    assert "vendor.escalate1-on" not in now


async def test_days_that_are_no_days_and_a_change_without_a_why_are_stopped_here(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    fields = await opened(admin, "rules") | {"assign.warn-n": "dua"}
    page = Page(await admin.post(f"{ADDRESS}/jadual", data=fields))
    assert (page.status, {"assign.warn-n-error", "rules-why-error"} <= set(page.ids)) == (422, True)
    assert page.form("rules").fields["assign.warn-n"] == "dua"
    fields = await opened(admin, "numbers") | {"solve_days.Tinggi": "0"}
    page = Page(await admin.post(f"{ADDRESS}/nombor", data=fields))
    assert {"solve_days.Tinggi-error", "numbers-why-error"} <= set(page.ids)
    assert [one.method for one in outside.asked if one.method == "PUT"] == []


async def test_the_numbers_are_saved_with_their_why_and_those_nobody_edits_stay(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    fields = await opened(admin, "numbers") | {"solve_days.Tinggi": "4", "numbers-why": "Piagam baharu"}
    page = Page(await admin.post(f"{ADDRESS}/nombor", data=fields))
    days = {**SETTINGS["solve_days"], "Tinggi": 4}
    assert outside.last("PUT", "/v1/settings").body == {**SETTINGS, "solve_days": days, "why": "Piagam baharu"}
    assert "2 tarikh akhir berubah" in page.text
    outside.on("PUT", "/v1/settings", refused(("close.notice", "after_the_end", "close.notice: Selepas tamat.")))
    page = Page(await admin.post(f"{ADDRESS}/nombor", data=fields | {"close_lapse_days": "4"}))
    assert (page.status, "close.notice-n-error" in page.ids) == (422, True)
    assert page.form("numbers").fields["close_lapse_days"] == "4"


async def test_what_others_decided_meanwhile_is_never_overwritten(admin: httpx2.AsyncClient, outside: Outside) -> None:
    fields = await opened(admin, "rules") | {"rules-why": "cuba", "revision": "3", "assign.warn-n": "2"}
    page = Page(await admin.post(f"{ADDRESS}/jadual", data=fields))
    assert page.status == 412
    assert outside.calls("PUT", "/v1/time-rules") == []
    now = page.form("rules").fields
    assert (now["assign.warn-n"], now["revision"]) == ("2", "4")
    assert Page(await admin.post(f"{ADDRESS}/jadual", data=now)).status == 200


async def test_the_history_says_what_each_decision_changed_against_the_one_before(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    later = [{**one, "days": -2} if one["id"] == "assign.warn" else one for one in RULES if one["id"] != "vendor.warn"]
    bodies: list[dict[str, Any]] = [
        {**SETTINGS, "revision": 3, "rules": later},
        {**SETTINGS, "revision": 2, "assign_days": 1, "first_answer_days": 2, "rules": []},
    ]
    items = [{"at": NOW, "staff": "s0", "name": "Rohani", "why": f"Sebab {n}", "body": b} for n, b in enumerate(bodies)]
    delivered = {**SETTINGS, "rules": RULES}
    outside.on("GET", "/v1/settings/decisions", answer({"items": items, "delivered": delivered}))
    text = Page(await admin.get(ADDRESS)).text
    assert "Semakan 3 · 24-11-2026 10:00 Rohani Sebab 0 Jawapan pertama: 2 → 3" in text
    assert "Agihan kepada PIC, Amaran: 1 hari bekerja sebelum tamat tempoh → 2 hari bekerja sebelum" in text
    assert "Tindakan vendor, Amaran: 1 hari bekerja sebelum tamat tempoh → tiada" in text
    assert "Sebab 1 Jawapan pertama: 3 → 2" in text


async def test_only_admin_may_open_it(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, MANAGEMENT)
    timed(outside)
    await enter(visitor)
    assert ADDRESS not in Page(await visitor.get("/staf")).links
    assert (await visitor.get(ADDRESS)).status_code == 403
    assert (await visitor.post(f"{ADDRESS}/jadual", data={"rules-why": "x"})).status_code == 403
    assert [one.method for one in outside.asked if one.method == "PUT"] == []


def test_clocks_and_rules_are_called_as_workflow_calls_them() -> None:
    words = Words(ROOM / "locale")
    for language in LANGUAGES:
        for clock in CLOCKS:
            label = CLOCK_LABELS[clock]
            assert words.text(language, f"times.clock.{clock}") == (label.en if language == "en" else label.ms)
            assert words.has(f"times.span.{clock}")
    assert {rule.kind or rule.action for rule in DEFAULT} == {
        key.removeprefix("times.does.") for key in words.keys("ms") if key.startswith("times.does.")
    }

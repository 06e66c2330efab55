"""Who takes what, who is away, and a desk that is handed over."""

from typing import Any

import httpx2

from tests.unit.portal.outside import AISYAH, NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, MEMBERS, enter, staffed, stands
from tests.unit.portal.reading import Page

SITI = {"id": "s2", "name": "Siti Hajar"}
AWAY: dict[str, Any] = {
    "id": "a1",
    "staff": {"id": "s1", "name": "Aisyah"},
    "from": "2026-11-24",
    "until": "2026-11-26",
    "deputy": SITI,
    "why": "Kursus",
    "state": "now",
    "mine": True,
}


def office(outside: Outside, staff: dict[str, Any] = ADMIN) -> None:
    staffed(outside, staff)
    outside.on("GET", "/v1/routing", answer({"modules": {"gl": ["s1"]}}))
    outside.on("GET", "/v1/settings", answer({"automatic_assignment": False, "assign_days": 1}))
    outside.on("PUT", "/v1/routing", answer(status=204))
    outside.on("PUT", "/v1/settings", answer({"moved": []}))
    outside.on("GET", "/v1/absences", answer({"items": [AWAY], "pics": [{"id": "s1", "name": "Aisyah"}, SITI]}))
    outside.on("POST", "/v1/absences", answer({"id": "a2"}, 201))
    outside.on("DELETE", "/v1/absences/a1", answer(status=204))


async def test_teams_are_ticked_and_saved_whole(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    await enter(visitor)
    form = Page(await visitor.get("/staf/agihan")).form("routing")
    assert (form.fields["team-gl"], "automatic" in form.fields) == ("s1", False)
    saved = await visitor.post("/staf/agihan", data={"module": ["gl", "ac"], "team-ac": ["s1"]})
    assert saved.headers["Location"] == "/staf/agihan?simpan=1"
    assert outside.last("PUT", "/v1/routing").body == {"modules": {"gl": [], "ac": ["s1"]}}
    assert outside.calls("PUT", "/v1/settings") == [], "what did not change is not saved"


async def test_the_implementors_queue_is_shown_and_an_empty_one_is_warned_of(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    office(outside)
    await enter(visitor)
    assert "Tiada sesiapa dalam giliran" in Page(await visitor.get("/staf/agihan")).text
    hafiz = {**MEMBERS[0], "id": "s5", "name": "Hafiz", "roles": ["IMPLEMENTOR"], "queues": ["IMPLEMENTOR"]}
    gone = {**hafiz, "id": "s6", "name": "Bekas Ahli", "active": False}
    outside.on("GET", "/v1/staff", answer({"items": [hafiz, gone]}))
    queue = Page(await visitor.get("/staf/agihan")).html.partition('id="queue"')[2].partition("</section>")[0]
    assert ("/staf/kakitangan/s5" in queue, "Bekas Ahli" in queue) == (True, False)


async def test_automatic_assignment_is_a_switch(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    await enter(visitor)
    await visitor.post("/staf/agihan", data={"automatic": "1"})
    assert outside.last("PUT", "/v1/settings").body == {"automatic_assignment": True, "assign_days": 1}


async def test_a_refusal_keeps_what_was_ticked(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    errors = [("modules", "Hanya PIC aktif", "Only active PICs")]
    outside.on("PUT", "/v1/routing", problem(422, "invalid", errors=errors))
    await enter(visitor)
    page = Page(await visitor.post("/staf/agihan", data={"module": ["gl", "ac"], "team-ac": "s1", "automatic": "1"}))
    assert (page.status, "Hanya PIC aktif" in page.text) == (422, True)
    form = page.form("routing")
    assert (form.fields["team-ac"], "team-gl" in form.fields, form.fields["automatic"]) == ("s1", False, "1")


async def test_management_reads_the_routing_and_changes_nothing(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside, MANAGEMENT)
    await enter(visitor)
    page = Page(await visitor.get("/staf/agihan"))
    assert (page.status, "Simpan" in page.text) == (200, False)
    assert Page(await visitor.post("/staf/agihan", data={})).status == 403
    office(outside, AISYAH)
    await enter(visitor)
    assert Page(await visitor.get("/staf/agihan")).status == 403


async def test_admin_says_it_of_anybody(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    await enter(visitor)
    page = Page(await visitor.get("/staf/ketidakhadiran"))
    for words in ("Aisyah", "24-11-2026 hingga 26-11-2026", "Siti Hajar", "Sedang tidak hadir", "Kursus"):
        assert words in page.text
    said = {"staff": "s1", "from": "2026-12-01", "until": "2026-12-02", "deputy": "s2", "why": ""}
    saved = await visitor.post("/staf/ketidakhadiran", data=said)
    assert saved.headers["Location"] == "/staf/ketidakhadiran?siap=ditambah"
    assert outside.last("POST", "/v1/absences").body == {name: value for name, value in said.items() if value}


async def test_a_pic_says_it_of_themselves_only(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside, AISYAH)
    await enter(visitor)
    page = Page(await visitor.get("/staf/ketidakhadiran"))
    form = page.form("away")
    assert ("staff" in form.fields, "s1" in form.choices.get("deputy", [])) == (False, False)
    await visitor.post("/staf/ketidakhadiran", data={"staff": "s9", "from": "2026-12-01", "until": "2026-12-02"})
    assert outside.last("POST", "/v1/absences").body["staff"] == "s1"
    ended = await visitor.post("/staf/ketidakhadiran/a1/tamat")
    assert ended.headers["Location"] == "/staf/ketidakhadiran?siap=tamat"
    assert outside.calls("DELETE", "/v1/absences/a1")


async def test_what_is_wrong_with_an_absence_is_said_and_nothing_is_lost(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    office(outside)
    outside.on("POST", "/v1/absences", problem(422, "invalid", errors=[("deputy", "Tidak hadir", "Absent")]))
    await enter(visitor)
    page = Page(await visitor.post("/staf/ketidakhadiran", data={"why": "Kursus"}))
    assert (page.status, page.form("away").fields["why"]) == (422, "Kursus")
    assert outside.calls("POST", "/v1/absences") == []
    said = {"staff": "s1", "from": "2026-12-01", "until": "2026-12-02", "deputy": "s2"}
    page = Page(await visitor.post("/staf/ketidakhadiran", data=said))
    assert (page.status, "Tidak hadir" in page.text, page.form("away").fields["from"]) == (422, True, "2026-12-01")


async def test_a_desk_is_handed_over_with_a_result_for_each(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    failed = {"number": "HD-2026-000124-A", "ok": False, "problem": {"messages": {"ms": "Tiada PIC", "en": "No PIC"}}}
    items = [{"number": NUMBER, "ok": True, "version": 5, "pic": SITI}, failed]
    body = {"items": items, "left": [failed["number"]], "claims": ["HD-2026-000125-X"], "disabled": False}
    outside.on("POST", "/v1/staff/s1/hand-over", answer(body))
    await enter(visitor)
    assert Page(await visitor.post("/staf/kakitangan/s1/serah", data={"to": "s2"})).status == 422
    page = Page(await visitor.post("/staf/kakitangan/s1/serah", data={"to": "", "reason": "Bertukar", "disable": "1"}))
    assert outside.last("POST", "/v1/staff/s1/hand-over").body == {"to": None, "reason": "Bertukar", "disable": True}
    for said in ("1 aduan tidak dapat diserahkan.", "Siti Hajar", "Tiada PIC", "HD-2026-000125-X"):
        assert said in page.text
    assert f"/staf/aduan/{NUMBER}" in page.links


async def test_only_admin_hands_over_and_only_a_member_there_is(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    await enter(visitor)
    assert Page(await visitor.get("/staf/kakitangan/tiada/serah")).status == 404
    office(outside, MANAGEMENT)
    await enter(visitor)
    assert Page(await visitor.get("/staf/kakitangan/s1/serah")).status == 403


async def test_suggestions_say_who_is_away_and_who_stands_in(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    office(outside)
    pics = [
        {**SITI, "load": 1, "stands_in_for": {"id": "s1", "name": "Aisyah"}},
        {
            "id": "s1",
            "name": "Aisyah",
            "load": 3,
            "of_module": True,
            "absent": True,
            "until": "2026-11-26",
            "deputy": SITI,
        },
    ]
    outside.on("GET", f"/v1/complaints/{NUMBER}/suggested-pics", answer({"items": pics}))
    advice = {"priority": "Tinggi", "words": ["segera"], "module": None}
    outside.on("GET", f"/v1/complaints/{NUMBER}/suggested-priority", answer(advice))
    acts = [("assign", ["pic"]), ("classify", ["priority?", "reason"])]
    allowed = [{"action": act, "label": {"ms": act, "en": act}, "role": "ADMIN", "needs": needs} for act, needs in acts]
    stands(outside, state="BARU", pic=None, allowed=allowed)
    await enter(visitor)
    page = Page(await visitor.get(f"/staf/aduan/{NUMBER}"))
    assert "Siti Hajar (1 aduan terbuka, timbalan bagi Aisyah)" in page.text
    assert "Aisyah (3 aduan terbuka, tidak hadir hingga 26-11-2026, timbalan: Siti Hajar)" in page.text
    assert 'Cadangan: Tinggi. Kerana perkataan: "segera".' in page.text

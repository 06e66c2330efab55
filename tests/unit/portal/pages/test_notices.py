"""Pemberitahuan: the matrix in the office's words; its lines are changed with every fault at its line, tried out, and
taken back to how they were; its messages are looked at."""

import re
from typing import Any

import httpx2
import pytest

from services.portal.pages.notices_shapes import GROUPS
from tests.unit.portal.outside import NUMBER, Asked, Outside, answer, problem
from tests.unit.portal.pages.noticing import EVENTS, ITEMS, MATRIX, PREVIEW, REHEARSED, SUPPOSED, TOLD_TO, noticed, of
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

ADDRESS = "/staf/pemberitahuan"
EDIT = f"{ADDRESS}/peristiwa"


@pytest.fixture
async def admin(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    staffed(outside, ADMIN)
    await noticed(outside)
    await enter(visitor)
    return visitor


ERROR = re.compile(r'<span class="error" id="([^"]+)-error">(?:<span class="hidden-visually">[^<]*</span>)?([^<]*)<')


def fields_of(page: Page) -> dict[str, Any]:
    """What the form of an event would send, untouched."""
    form = page.form("lines")
    return {**form.fields, **form.ticked}


async def opened(admin: httpx2.AsyncClient, event: str) -> dict[str, Any]:
    return fields_of(Page(await admin.get(f"{EDIT}/{event}")))


def by_event(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The matrix by event: only within one does the order of lines mean anything."""
    return sorted(items, key=lambda line: str(line["event"]))


def errors_of(page: Page) -> dict[str, str]:
    """What is said to be wrong, at which field; each is in the summary too, which leads there."""
    found = dict(ERROR.findall(page.html))
    assert all(f"#{name}" in page.links and name in page.ids for name in found)
    return found


def saved(outside: Outside, event: str) -> list[dict[str, Any]]:
    body = outside.last("PUT", "/v1/rules").body
    return [line for line in body["items"] if line["event"] == event]


def test_every_event_that_must_have_a_rule_has_its_place_on_the_way() -> None:
    assert {event for _, events in GROUPS for event in events} >= set(EVENTS)


async def test_the_table_says_for_each_event_who_is_told_what_when_and_why_nobody_is(
    admin: httpx2.AsyncClient,
) -> None:
    page = Page(await admin.get(ADDRESS))
    for words in (
        "Aduan diagihkan kepada PIC",
        "Aduan diagihkan kepada tuan/puan",
        "Helpdesk vendor melalui e-mel",
        "Hanya apabila status sebelum itu Mohon Maklumbalas Pengadu atau Mohon Pengadu Tutup Aduan",
        "Nota untuk sesiapa yang membuka aduan; tiada apa-apa diminta daripada sesiapa.",
    ):
        assert words in page.text, words
    assert all(f"{EDIT}/{event}" in page.links for event in EVENTS)
    assert ADDRESS in Page(await admin.get("/staf")).links


async def test_an_event_nobody_has_words_for_yet_is_shown_all_the_same(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    line = {**ITEMS[0], "event": "moon.risen"}
    outside.on("GET", "/v1/rules", answer({**MATRIX, "items": [*ITEMS, line], "events": [*EVENTS, "moon.risen"]}))
    page = Page(await admin.get(ADDRESS))
    assert "moon.risen" in page.text


@pytest.mark.parametrize("event", EVENTS)
async def test_lines_saved_untouched_go_back_as_they_came_and_in_their_place(
    admin: httpx2.AsyncClient, outside: Outside, event: str
) -> None:
    answered = await admin.post(f"{EDIT}/{event}", data=await opened(admin, event) | {"why": "Semakan"})
    assert answered.status_code == 303, Page(answered).text
    asked = outside.last("PUT", "/v1/rules")
    assert (asked.headers["if-match"], asked.body["why"]) == ('"v3"', "Semakan")
    assert by_event(asked.body["items"]) == by_event(ITEMS)
    assert answered.headers["location"] == f"{ADDRESS}?simpan=4#{event}"


async def test_a_line_is_changed_added_moved_and_taken_out(admin: httpx2.AsyncClient, outside: Outside) -> None:
    event = "complaint.assigned"
    added = Page(await admin.post(f"{EDIT}/{event}", data={**(await opened(admin, event)), "again": "add"}))
    moved = Page(await admin.post(f"{EDIT}/{event}", data={**fields_of(added), "again": "up-1"}))
    typed = fields_of(moved)
    assert (typed["l0-audience"], typed["l1-audience"], typed["l2-audience"]) == ("complainant", "pic", "")
    assert outside.calls("PUT", "/v1/rules") == []
    typed |= {
        "l2-audience": "admins",
        "l2-template": "eskalasi",
        "l2-choices": "at_once,digest",
        "l2-if-custodian": "PIC",
    }
    del typed["l0-on"]
    await admin.post(f"{EDIT}/{event}", data={**typed, "l1-out": "1", "why": "Cuba"})
    told, new = saved(outside, event)
    assert (told["audience"], told["enabled"]) == ("complainant", False)
    assert (new["audience"], new["choices"], new["condition"]) == (
        "admins",
        ["at_once", "digest"],
        {"custodian": ["PIC"]},
    )
    assert len(outside.last("PUT", "/v1/rules").body["items"]) == len(ITEMS)


async def test_a_message_that_lists_events_is_gathered_without_anybody_having_to_say_so(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    fields = await opened(admin, "complaint.rescheduled")
    await admin.post(f"{EDIT}/complaint.rescheduled", data={**fields, "l0-template": "eskalasi", "why": "x"})
    assert [line["batched"] for line in saved(outside, "complaint.rescheduled")] == [False, True]


async def test_nobody_is_told_only_with_a_reason(admin: httpx2.AsyncClient, outside: Outside) -> None:
    fields = {**(await opened(admin, "complaint.assigned")), "told": "nobody", "why": "x"}
    page = Page(await admin.post(f"{EDIT}/complaint.assigned", data=fields))
    assert page.status == 422
    assert errors_of(page) == {"none-why": "Nyatakan mengapa tiada sesiapa diberitahu"}
    await admin.post(f"{EDIT}/complaint.assigned", data={**fields, "none-why": "Tidak perlu"})
    (line,) = saved(outside, "complaint.assigned")
    assert (line["why"], line.get("audience")) == ("Tidak perlu", None)


async def test_each_fault_stands_at_its_line_and_nothing_typed_is_lost(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    event = "complaint.assigned"
    first = next(place for place, line in enumerate(ITEMS) if line["event"] == event)
    errors = [
        (f"items.{first + 1}.template", "Mesej ini ditulis untuk penerima lain", "(en)"),
        (f"items.{first}.condition", "Syarat tidak dikenali", "(en)"),
        ("items.0.template", "Peristiwa ini tidak memberi: x", "(en)"),
    ]
    outside.on("PUT", "/v1/rules", problem(422, "invalid", errors=errors))
    fields = {**(await opened(admin, event)), "l1-template": "akuan_terima", "l1-urgent": ["1"], "why": "Sebab saya"}
    page = Page(await admin.post(f"{EDIT}/{event}", data=fields))
    assert page.status == 422
    assert errors_of(page) == {"l1-template": "Mesej ini ditulis untuk penerima lain", "l0-if": "Syarat tidak dikenali"}
    assert "Baris 2: Mesej ini ditulis untuk penerima lain" in page.text
    assert "Aduan diterima: Peristiwa ini tidak memberi: x" in page.text
    again = fields_of(page)
    assert {name: again[name] for name in fields} == fields


async def test_what_is_missing_is_asked_for_before_anybody_is_bothered(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    event = "complaint.assigned"
    page = Page(await admin.post(f"{EDIT}/{event}", data={**(await opened(admin, event)), "l0-audience": ""}))
    assert errors_of(page) == {"l0-audience": "Pilih siapa yang diberitahu", "why": "Nyatakan sebab perubahan"}
    out = {"l0-out": "1", "l1-out": "1", "why": "x"}
    page = Page(await admin.post(f"{EDIT}/{event}", data={**(await opened(admin, event)), **out}))
    assert list(errors_of(page)) == ["told"]
    assert outside.calls("PUT", "/v1/rules") == []


@pytest.mark.parametrize("who", ["the page is old", "notify says so"])
async def test_what_others_saved_meanwhile_is_not_overwritten(
    admin: httpx2.AsyncClient, outside: Outside, who: str
) -> None:
    event = "complaint.assigned"
    fields = {**(await opened(admin, event)), "l0-template": "eskalasi", "why": "x"}
    if who == "the page is old":
        outside.on("GET", "/v1/rules", answer({**MATRIX, "version": 9}))
    else:
        outside.on("PUT", "/v1/rules", problem(412, "stale"))
    page = Page(await admin.post(f"{EDIT}/{event}", data=fields))
    assert (page.status, "Orang lain telah mengubah peraturan" in page.text) == (412, True)
    again = page.form("lines").fields
    assert (again["l0-template"], again["why"]) == ("eskalasi", "x")
    assert again["version"] == ("9" if who == "the page is old" else "3")


async def test_lines_are_tried_out_before_they_are_saved(admin: httpx2.AsyncClient, outside: Outside) -> None:
    event = "complaint.assigned"
    fields = {**(await opened(admin, event)), "l0-choices": "", "number": NUMBER.lower(), "try": "1"}
    outside.on("POST", "/v1/rules/rehearsals", answer({**REHEARSED, "version": None}))
    page = Page(await admin.post(f"{EDIT}/{event}", data=fields))
    asked = outside.last("POST", "/v1/rules/rehearsals").body
    assert (asked["event"], asked["complaint"], asked["role"]) == (event, NUMBER, "ADMIN")
    assert (asked["from_state"], asked["to"], asked["custodian"]) == ("BARU", "DIAGIHKAN", "PIC")
    assert [line["choices"] for line in asked["items"]] == [[], []]
    assert "Mengikut baris yang belum disimpan." in page.text
    assert outside.calls("PUT", "/v1/rules") == []
    errors = [("items.1.template", "Mesej tidak dikenali", "(en)")]
    outside.on("POST", "/v1/rules/rehearsals", problem(422, "invalid", errors=errors))
    assert errors_of(Page(await admin.post(f"{EDIT}/{event}", data=fields))) == {"l1-template": "Mesej tidak dikenali"}


async def test_the_dry_run_names_each_person_and_says_because_and_why_not(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    twice = TOLD_TO | {"status": "skipped", "reason": "duplicate_person", "told_as": 1}
    deputy = TOLD_TO | {"stands_in_for": "Rashid"}
    silent = {"line": 0, "audience": "management", "channel": "email", "template": "eskalasi", "unmet": ["level"]}
    lines = [{**line, "condition": {"level": [2]}} if line in of("complaint.assigned")[:1] else line for line in ITEMS]
    outside.on("GET", "/v1/rules", answer({**MATRIX, "items": lines}))
    found = {**REHEARSED, "items": [deputy, twice, *REHEARSED["items"][1:]], "silent": [*REHEARSED["silent"], silent]}
    outside.on("POST", "/v1/rules/rehearsals", answer(found))
    page = Page(await admin.get(f"{ADDRESS}/uji", params={"aduan": NUMBER, "peristiwa": "complaint.assigned"}))
    for words in (
        "kerana PIC aduan ini, menggantikan Rashid yang tiada",
        "a***@k.example",
        "orang yang sama sudah diberitahu sebagai Pengadu",
        "dia sendiri yang melakukannya",
        "aduan ini belum ada PIC",
        "syaratnya: tahap eskalasi 2",
        "Status: Baharu → Diagihkan kepada PIC",
        "Oleh: Admin eHelpdesk",
    ):
        assert words in page.text, words
    assert f"{ADDRESS}/mesej/agihan_pic?peristiwa=complaint.assigned&aduan={NUMBER}" in page.links


async def test_what_cannot_happen_from_where_the_complaint_stands_is_said(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on(
        "POST",
        "/v1/rules/rehearsals",
        answer({**REHEARSED, "supposed": {**SUPPOSED, "from_state": "DITUTUP", "known": False}}),
    )
    page = Page(await admin.get(f"{ADDRESS}/uji", params={"aduan": NUMBER, "peristiwa": "complaint.assigned"}))
    assert "Daripada status semasa (Ditutup), peristiwa ini sebenarnya tidak boleh berlaku" in page.text
    assert "belum didengar sejak sistem dinaik taraf" in page.text


async def test_a_number_that_is_none_and_one_that_is_missing_are_said_at_the_field(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    asked = {"peristiwa": "complaint.assigned"}
    page = Page(await admin.get(f"{ADDRESS}/uji", params=asked))
    assert errors_of(page) == {"aduan": "Masukkan nombor aduan"}
    errors = [("complaint", "Tiada aduan dengan nombor ini", "(en)")]
    outside.on("POST", "/v1/rules/rehearsals", problem(422, "invalid", errors=errors))
    page = Page(await admin.get(f"{ADDRESS}/uji", params={**asked, "aduan": "HD-1"}))
    assert (page.status, errors_of(page)) == (422, {"aduan": "Tiada aduan dengan nombor ini"})


async def test_a_message_is_shown_in_both_languages_in_a_frame_that_can_do_nothing(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    answered = await admin.get(f"{ADDRESS}/mesej/agihan_pic", params={"aduan": NUMBER.lower()})
    assert outside.last("GET", "/v1/previews").params == {"template": "agihan_pic", "complaint": NUMBER}
    assert f"[{NUMBER}] Xyz ms" in answered.text
    assert f"[{NUMBER}] Xyz en" in answered.text
    assert "&lt;b&gt;ms&lt;/b&gt;" in answered.text
    assert answered.text.count("<iframe") == answered.text.count(" sandbox ") == 2
    assert "frame-src 'self'" in answered.headers["content-security-policy"]
    framed = await admin.get(f"{ADDRESS}/mesej/agihan_pic/html/en", params={"aduan": NUMBER})
    assert framed.text == PREVIEW["letters"]["en"]["html"]
    policy = framed.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox;" in policy
    assert "script-src" not in policy
    assert framed.headers["x-frame-options"] == "SAMEORIGIN"
    plain = await admin.get(f"{ADDRESS}/mesej")
    assert "frame-src" not in plain.headers["content-security-policy"]
    for path in ("tiada", "agihan_pic/html/fr"):
        assert (await admin.get(f"{ADDRESS}/mesej/{path}")).status_code == 404


async def test_a_message_of_an_unknown_complaint_is_shown_with_samples_and_the_fault_at_the_field(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    def reply(asked: Asked) -> httpx2.Response:
        if "complaint" in asked.params:
            return problem(422, "invalid", errors=[("complaint", "Tiada aduan dengan nombor ini", "(en)")])
        return answer({**PREVIEW, "complaint": None, "happened_at": None})

    outside.on("GET", "/v1/previews", reply)
    page = Page(await admin.get(f"{ADDRESS}/mesej/agihan_pic", params={"aduan": "HD-1"}))
    assert (page.status, errors_of(page)) == (422, {"aduan": "Tiada aduan dengan nombor ini"})
    assert "Semua nilai di bawah hanyalah contoh." in page.text


async def test_the_history_says_who_changed_what_and_why_and_leads_back(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await admin.get(f"{ADDRESS}/sejarah"))
    for words in ("Versi 3", "Rohani", "Pengadu (E-mel), “Akuan penerimaan aduan iSPEKS”: dimatikan", "Jadual asal"):
        assert words in page.text, words
    back = Page(await admin.get(f"{ADDRESS}/sejarah/1"))
    fields = back.form("back").fields
    assert errors_of(Page(await admin.post(f"{ADDRESS}/sejarah/1", data=fields))) == {"why": "Nyatakan sebab perubahan"}
    answered = await admin.post(f"{ADDRESS}/sejarah/1", data={**fields, "why": "Tersilap"})
    assert answered.headers["location"] == f"{ADDRESS}?simpan=4"
    assert outside.last("PUT", "/v1/rules").body == {"items": ITEMS, "why": "Tersilap"}
    errors = [("items.0.template", "Mesej tidak dikenali", "(en)"), ("items", "x: tiada peraturan", "(en)")]
    outside.on("PUT", "/v1/rules", problem(422, "invalid", errors=errors))
    refused = Page(await admin.post(f"{ADDRESS}/sejarah/1", data={**fields, "why": "Tersilap"}))
    assert (refused.status, refused.form("back").fields["why"]) == (422, "Tersilap")
    assert "Aduan diterima: Mesej tidak dikenali; x: tiada peraturan" in refused.text
    stale = await admin.post(f"{ADDRESS}/sejarah/1", data={**fields, "why": "x", "version": "2"})
    assert stale.status_code == 412
    for path in ("9", "0", "x", "9" * 12):
        assert (await admin.get(f"{ADDRESS}/sejarah/{path}")).status_code == 404


async def test_management_reads_and_tries_out_but_changes_nothing_and_others_see_nothing(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, MANAGEMENT)
    await noticed(outside)
    await enter(visitor)
    page = Page(await visitor.get(ADDRESS))
    assert "hanya Pentadbir boleh mengubah" in page.text
    assert not any(link.startswith(EDIT) for link in page.links)
    for path in ("uji", "mesej", "mesej/agihan_pic", "sejarah"):
        assert (await visitor.get(f"{ADDRESS}/{path}")).status_code == 200
    edit = f"{EDIT}/complaint.assigned"
    for path in (edit, f"{ADDRESS}/sejarah/1"):
        assert (await visitor.get(path)).status_code == 403
        assert (await visitor.post(path, data={"why": "x", "told": "nobody", "version": "3"})).status_code == 403
    assert outside.calls("PUT", "/v1/rules") == []


async def test_a_pic_is_denied(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    await noticed(outside)
    await enter(visitor)
    for path in ("", "/uji", "/mesej", "/mesej/agihan_pic", "/mesej/agihan_pic/html/ms", "/sejarah"):
        assert (await visitor.get(f"{ADDRESS}{path}")).status_code == 403

"""Doing something to a complaint: what goes to workflow, and that whatever comes back loses nothing typed."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ALLOWED, ENTRIES, STANDING, detail, enter, entry, staffed, stands
from tests.unit.portal.reading import Page

ADDRESS = f"/staf/aduan/{NUMBER}"
DO = f"{ADDRESS}/tindakan"
TYPED = "Baris pertama.\n\n  <b>kedua</b> سلام வணக்கம் 😀"


def path(action: str) -> str:
    return f"/v1/complaints/{NUMBER}/actions/{action}"


async def sent(visitor: httpx2.AsyncClient, action: str, **typed: str) -> httpx2.Response:
    """The page is opened, filled in, and the button of this action pressed."""
    form = Page(await visitor.get(ADDRESS)).form("act")
    return await visitor.post(DO, data={**form.fields, **typed, "act": action})


@pytest.fixture
async def desk(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    """A PIC at work."""
    staffed(outside)
    for action in ALLOWED:
        outside.on("POST", path(action), answer({**STANDING, "version": 5}))
    await enter(visitor)
    return visitor


@pytest.mark.parametrize(
    ("action", "typed", "body"),
    [
        ("start", {}, {}),
        ("reply", {"reply-text": TYPED}, {"text": TYPED}),
        ("refer", {"refer-text": "dicuba"}, {"text": "dicuba"}),
        (
            "log_vendor",
            {"log_vendor-text": "a", "log_vendor-vendor_reference": "T-1", "log_vendor-public_text": " "},
            {"text": "a", "vendor_reference": "T-1"},
        ),
        (
            "request_close",
            {"request_close-text": "a", "request_close-cause": "b", "request_close-steps": "c"},
            {"text": "a", "solution": {"cause": "b", "steps": "c"}},
        ),
        ("assign", {"assign-pic": "s2"}, {"pic": "s2"}),
        (
            "classify",
            {"classify-priority": "Tinggi", "classify-complex": "yes", "classify-reason": "r", "classify-module": ""},
            {"priority": "Tinggi", "complex": True, "reason": "r"},
        ),
        (
            "correct_contact",
            {"correct_contact-email": "a@b.my", "correct_contact-reason": "r"},
            {"email": "a@b.my", "reason": "r"},
        ),
    ],
)
async def test_each_action_sends_its_own_fields_and_the_version_that_was_read(
    desk: httpx2.AsyncClient, outside: Outside, action: str, typed: dict[str, str], body: dict[str, Any]
) -> None:
    answer_ = await sent(desk, action, **typed, **{"note-text": "sesuatu yang lain"})
    asked = outside.last("POST", path(action))
    assert asked.body == body
    assert asked.headers.get("If-Match") == (None if action == "reply" else '"v4"')
    assert asked.headers["Idempotency-Key"]
    assert answer_.status_code == 303
    assert answer_.headers["Location"] == f"{ADDRESS}?seen={NUMBER}:5&buat={action}"


async def test_afterwards_the_page_says_it_is_done_and_lists_wait_for_it(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    after = (await sent(desk, "start")).headers["Location"]
    assert "Ambil tindakan: selesai." in Page(await desk.get(after)).text
    await desk.get("/staf/peti")
    assert outside.last("GET", "/v1/inbox").params["seen"] == f"{NUMBER}:5"
    assert outside.last("GET", "/v1/inbox").params["folder"] == "mine"


async def test_what_others_did_meanwhile_is_pointed_out_afterwards(desk: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", path("note"), answer({**STANDING, "version": 7}))
    assert (await sent(desk, "note", **{"note-text": "x"})).headers["Location"].endswith("&buat=note&sejak=4")


async def test_the_same_words_sent_twice_are_one_act_and_other_words_another(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    for words in ("sekali", "sekali", "lain"):
        await desk.post(DO, data={**form.fields, "note-text": words, "act": "note"})
    once, again, other = [asked.headers["Idempotency-Key"] for asked in outside.calls("POST", path("note"))]
    assert once == again != other


async def test_a_stale_act_shows_what_changed_and_both_states_and_keeps_every_word(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", path("refer"), problem(412, "stale", version=6))
    form = Page(await desk.get(ADDRESS)).form("act")
    news = [
        *ENTRIES,
        entry(5, "answered", "COMPLAINANT", "Sudah cuba semula", audience=["P"]),
        entry(6, "started", "PIC"),
    ]
    stands(outside, detail(version=6, entries=news), version=6, state="INPROGRESS", phase="INPROGRESS")
    typed = {"refer-text": TYPED, "note-text": "catatan separuh siap"}
    page = Page(await desk.post(DO, data={**form.fields, **typed, "act": "refer"}))
    assert page.status == 412
    assert "jadi tiada apa-apa dihantar" in page.text
    assert "2 perkara berlaku sejak anda membuka halaman ini" in page.text
    assert "Semasa anda membuka halaman ini: Diagihkan kepada PIC . Sekarang: Dalam Tindakan PIC" in page.text
    assert "#entry-5" in page.links
    kept = page.form("act").fields
    assert {name: kept[name] for name in typed} == typed
    # sent again, it is measured against what is shown now
    assert kept["version"] == "6"


async def test_a_refused_act_says_why_and_what_can_be_done_and_keeps_every_word(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    refused = problem(409, "action_not_allowed", "Tidak dibenarkan sekarang.", "Not now.", state="X", allowed=["note"])
    outside.on("POST", path("refer"), refused)
    form = Page(await desk.get(ADDRESS)).form("act")
    stands(outside, allowed=[ALLOWED["note"]])
    page = Page(await desk.post(DO, data={**form.fields, "refer-text": TYPED, "act": "refer"}))
    assert page.status == 409
    assert "Tidak dibenarkan sekarang." in page.text
    assert "Yang boleh dilakukan sekarang Catatan dalaman" in page.text
    assert "Teks anda masih ada" in page.text
    # the field of the lost action hangs on the form, outside of it
    assert 'name="refer-text" form="act"' in page.html
    assert "Baris pertama." in page.html


@pytest.mark.parametrize(("language", "words"), [("ms", "Punca: Wajib diisi"), ("en", "Cause: Required")])
async def test_wrong_fields_say_so_beside_themselves_in_the_page_s_language(
    desk: httpx2.AsyncClient, outside: Outside, language: str, words: str
) -> None:
    errors = [("solution.cause", "Wajib diisi", "Required"), ("text", "Terlalu panjang", "Too long")]
    outside.on("POST", path("request_close"), problem(422, "invalid", errors=errors))
    await desk.get(f"{ADDRESS}?lang={language}")
    page = Page(await sent(desk, "request_close", **{"request_close-text": TYPED, "request_close-steps": "langkah"}))
    assert page.status == 422
    assert words in page.text
    assert {"#request_close-cause", "#request_close-text"} <= set(page.links)
    assert {"request_close-cause-error", "request_close-text-error"} <= set(page.ids)
    kept = page.form("act").fields
    assert (kept["request_close-text"], kept["request_close-steps"]) == (TYPED, "langkah")
    assert 'data-act="request_close" open' in page.html


async def test_an_ended_session_leads_through_the_login_and_back_with_every_word(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    outside.on("POST", path("reply"), problem(401, "session_ended"))
    typed = {"reply-text": TYPED, "note-text": "juga ini"}
    asked = Page(await desk.post(DO, data={**form.fields, **typed, "act": "reply"}))
    assert asked.status == 401
    assert "Sesi anda telah tamat" in asked.text
    outside.on("POST", "/v1/sessions/current", answer({**STANDING}, 401))
    # a wrong password on the way loses nothing either
    login = asked.form("login").fields
    outside.on("POST", "/v1/sessions", problem(401, "login_failed"))
    login = Page(await desk.post("/log-masuk", data={**login, "ic": "x", "password": "salah"})).form("login").fields
    staffed(outside)
    back = Page(await desk.post("/log-masuk", data={**login, "ic": "800101990001", "password": "rahsia"}))
    assert "Semua yang anda taip masih ada." in back.text
    form = back.form(DO)
    page = Page(await desk.post(form.action, data={**form.fields, "again": "1"}))
    kept = page.form("act").fields
    assert {name: kept[name] for name in typed} == typed
    assert 'data-act="reply" open' in page.html
    # nothing was done on the way
    assert len(outside.calls("POST", path("reply"))) == 1


async def test_a_kept_form_leads_to_staff_pages_only(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    for to in ("https://example.com/", "//example.com/staf/", "/semakan"):
        kept = f'{{"to": "{to}", "sent": [["a", "b"]]}}'
        answer_ = await visitor.post("/log-masuk", data={"ic": "8", "password": "x", "kept": kept})
        assert (answer_.status_code, answer_.headers["Location"]) == (303, "/staf")


async def test_while_workflow_is_away_everything_typed_is_given_back_to_send_again(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    outside.down.add("workflow")
    page = Page(await desk.post(DO, data={**form.fields, "reply-text": TYPED, "act": "reply"}))
    assert page.status == 503
    kept = page.form("kept")
    assert (kept.action, kept.fields["reply-text"], kept.fields["act"]) == (DO, TYPED, "reply")
    outside.down.clear()
    assert (await desk.post(kept.action, data=kept.fields)).status_code == 303
    assert outside.last("POST", path("reply")).body == {"text": TYPED}


async def test_a_change_of_language_keeps_every_word_and_does_nothing(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    page = Page(await desk.post(DO, data={**form.fields, "reply-text": TYPED, "lang": "en"}))
    assert '<html lang="en">' in page.html
    assert page.form("act").fields["reply-text"] == TYPED
    assert [asked for asked in outside.asked if "/actions/" in asked.path] == []


async def test_what_was_sent_a_moment_ago_is_not_sent_again(desk: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", path("note"), problem(409, "still_running"))
    page = Page(await sent(desk, "note", **{"note-text": "x"}))
    assert "telah pun dihantar sebentar tadi" in page.text


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (413, "too_large"), (429, "rate_limited")])
async def test_every_other_no_is_a_page(desk: httpx2.AsyncClient, outside: Outside, status: int, code: str) -> None:
    outside.on("POST", path("note"), problem(status, code, "Tidak.", "No.", retry_after=90))
    page = Page(await sent(desk, "note", **{"note-text": "jangan hilang"}))
    assert page.status == status
    assert status == 404 or page.form("act").fields["note-text"] == "jangan hilang"


async def test_an_act_that_takes_the_complaint_out_of_the_reader_s_sight_is_still_said_to_be_done(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    leads = await sent(desk, "refer", **{"refer-text": "dicuba"})
    outside.on("GET", f"/v1/complaints/{NUMBER}", problem(404, "not_found"))
    page = Page(await desk.get(leads.headers["Location"]))
    assert (page.status, page.title.partition(" - ")[0]) == (200, "Rujuk kepada Implementor: selesai.")
    # of a complaint the reader has not just moved, nothing is said
    other = NUMBER.replace("123", "124")
    page = Page(await desk.get(f"/staf/aduan/{other}?seen={other}:5&buat=refer"))
    assert (page.status, "selesai." in page.text) == (404, False)

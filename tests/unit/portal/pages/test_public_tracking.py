"""Semakan Aduan and the thread: what may be seen is shown, what may be done can be done, and a GET does nothing."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, THREAD, TOKEN, Asked, Outside, answer, problem
from tests.unit.portal.reading import Page

IC = "800101990001"
MESSAGES = f"/v1/complaints/{NUMBER}/messages"
RATING = f"/v1/complaints/{NUMBER}/rating"


def shows(outside: Outside, **changes: Any) -> None:
    """Tracking answers with this thread."""
    outside.on("POST", "/v1/tracking", answer({**THREAD, **changes}))


async def searched(visitor: httpx2.AsyncClient, **typed: str) -> Page:
    """What the search shows for these numbers."""
    blank = Page(await visitor.get("/semakan")).form("search")
    return Page(await visitor.post("/semakan", data={**blank.fields, **typed}))


async def replied(visitor: httpx2.AsyncClient, path: str = "balas", **typed: str) -> httpx2.Response:
    """Open the link, type, and send."""
    form = Page(await visitor.get(f"/a/{TOKEN}")).form("reply")
    return await visitor.post(f"/a/{TOKEN}/{path}", data={**form.fields, **typed})


async def test_an_ic_alone_is_one_sentence_and_the_links_go_by_mail(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/tracking", answer({"kind": "sent"}))
    page = await searched(visitor, ic=IC)
    sentence = "Jika ada aduan di bawah No. KP ini, pautannya telah dihantar ke e-mel yang didaftarkan"
    assert sentence in page.text
    assert outside.last("POST", "/v1/tracking").body == {"ic": IC}
    asked = outside.last("POST", "/v1/tracking-links")
    assert asked.body == {"ic": IC, "language": "ms"}
    assert IC not in page.url


async def test_asking_for_links_twice_with_one_form_asks_once(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/tracking", answer({"kind": "sent"}))
    form = Page(await visitor.get("/semakan")).form("search").fields
    for _ in range(2):
        await visitor.post("/semakan", data={**form, "ic": IC})
    keys = {asked.headers["Idempotency-Key"] for asked in outside.calls("POST", "/v1/tracking-links")}
    assert len(keys) == 1


async def test_a_number_alone_is_a_status_and_nothing_more(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    status = {name: THREAD[name] for name in ("number", "state", "phase", "submitted_at", "changed_at")}
    outside.on("POST", "/v1/tracking", answer({"kind": "status", **status}))
    page = await searched(visitor, number=" hd-2026-000123-c ")
    assert outside.last("POST", "/v1/tracking").body == {"number": NUMBER}
    assert "Dalam Tindakan PIC" in page.text
    assert THREAD["title"] not in page.html
    assert "reply" not in page.forms
    assert page.form("search").fields["number"] == NUMBER


async def test_a_miss_and_a_mismatch_are_one_page_byte_for_byte_but_for_what_was_typed(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/tracking", problem(404, "not_found"))
    form = {"key": "k"}
    miss = await visitor.post("/semakan", data={**form, "number": "HD-2026-000999-X", "ic": IC})
    mismatch = await visitor.post("/semakan", data={**form, "number": NUMBER, "ic": "810202990002"})
    assert miss.status_code == mismatch.status_code == 404
    assert "Tiada aduan dijumpai" in miss.text
    assert len(miss.content) == len(mismatch.content)
    plain = miss.text.replace("HD-2026-000999-X", NUMBER).replace(IC, "810202990002")
    assert plain == mismatch.text


async def test_the_older_way_lists_masked_rows_that_ask_for_the_number(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    rows = [{"submitted_at": "2026-11-22T09:05:00+08:00", "module": "gl", "phase": "INPROGRESS"}]
    outside.on("POST", "/v1/tracking", answer({"kind": "list", "items": rows}))
    page = await searched(visitor, ic=IC)
    for shown in ("22-11-2026", "Lejar Am (GL)", "Dalam proses", "Masukkan No. Aduan bersama"):
        assert shown in page.text
    assert outside.calls("POST", "/v1/tracking-links") == []


async def test_nothing_entered_is_said_and_asks_nobody(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    page = await searched(visitor)
    assert page.status == 422
    assert "Masukkan No. Kad Pengenalan, No. Aduan, atau kedua-duanya" in page.text
    assert outside.calls("POST", "/v1/tracking") == []


async def test_a_wrong_ic_is_said_at_its_field(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/tracking", problem(422, "invalid", errors=[("ic", "Mesti 12 digit", "Must be 12")]))
    page = await searched(visitor, ic="12")
    assert page.status == 422
    assert "Mesti 12 digit" in page.text
    assert page.form("search").fields["ic"] == "12"


async def test_a_search_while_query_is_away_keeps_what_was_typed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.down.add("query")
    page = await searched(visitor, ic=IC, number=NUMBER)
    assert page.status == 503
    assert (page.form("search").fields["ic"], page.form("search").fields["number"]) == (IC, NUMBER)


async def test_the_language_of_a_half_typed_search_changes_without_searching(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await visitor.post("/semakan/borang", data={"key": "k", "ic": IC, "lang": "en"}))
    assert "Check a Complaint" in page.text
    assert page.form("search").fields["ic"] == IC
    assert outside.calls("POST", "/v1/tracking") == []


async def test_the_link_opens_the_whole_thread_in_plain_words(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    asked = outside.last("POST", "/v1/tracking")
    assert asked.headers["X-Tracking-Token"] == TOKEN
    for shown in (
        "Pegawai kami sedang mengambil tindakan ke atas aduan anda.",
        "Nor Azlina binti Hassan, pegawai bertanggungjawab (PIC)",
        "Tindakan seterusnya selewat-lewatnya Selasa, 1 Disember 2026",
        "Kami sedang menyemak.",
        "23-11-2026 10:00",
        "Lejar Am (GL)",
        "Unit Teknologi Maklumat",
    ):
        assert shown in page.text


async def test_opening_a_link_changes_nothing(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await visitor.get(f"/a/{TOKEN}")
    await visitor.get(f"/a/{TOKEN}?after=m1&did=close")
    await visitor.get(f"/a/{TOKEN}/balas")
    assert {(asked.method, asked.path) for asked in outside.asked} <= {
        ("POST", "/v1/tracking"),
        ("GET", "/v1/form"),
        ("GET", "/v1/workflow"),
    }


async def test_a_complaint_not_yet_registered_is_received_and_never_not_found(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    new = {"kind": "thread", "number": NUMBER, "state": None, "submitted_at": THREAD["submitted_at"]}
    outside.on("POST", "/v1/tracking", answer(new))
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    assert page.status == 200
    assert "diterima, sedang didaftarkan" in page.text


@pytest.mark.parametrize("status", [401, 404])
async def test_a_link_that_is_not_ours_says_how_to_get_a_new_one(
    visitor: httpx2.AsyncClient, outside: Outside, status: int
) -> None:
    outside.on("POST", "/v1/tracking", problem(status, "link_invalid"))
    page = Page(await visitor.get("/a/whatever"))
    assert page.status == 404
    assert "Pautan ini tidak sah atau telah luput" in page.text
    assert "/semakan" in page.links


@pytest.mark.parametrize("token", ["x%0d%0aX-Evil:1", "%C3%B1", "%00", "..%2f..", "a" * 3000])
async def test_whatever_stands_in_a_link_is_a_page(visitor: httpx2.AsyncClient, outside: Outside, token: str) -> None:
    outside.on("POST", "/v1/tracking", problem(401, "link_invalid"))
    page = await visitor.get(f"/a/{token}")
    assert page.status_code == 404
    assert "<html" in page.text


async def test_a_bent_address_still_opens_the_thread(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    page = await visitor.get(f"/a/{TOKEN}?after=%3Cscript%3E&did=%22%3E&x=1")
    assert page.status_code == 200
    assert outside.last("POST", "/v1/tracking").params == {}


async def test_a_number_bent_into_a_path_goes_nowhere(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await replied(visitor, text="x", number="../tracking-links?")
    assert {asked.path for asked in outside.asked} <= {"/v1/tracking", "/v1/form", "/v1/workflow"}


async def test_a_reply_is_sent_once_and_its_fate_is_waited_for(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    sent = await replied(visitor, text="No. baucar BV-1\nTerima kasih", act="send")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/a/{TOKEN}?after=m1&did=answer")
    asked = outside.last("POST", MESSAGES)
    assert asked.body["action"] == "answer"
    assert asked.body["text"] == "No. baucar BV-1\nTerima kasih"
    assert asked.headers["X-Tracking-Token"] == TOKEN
    shows(outside, message={"id": "m1", "fate": "accepted"})
    page = Page(await visitor.get(sent.headers["Location"]))
    assert outside.last("POST", "/v1/tracking").params["after"] == "m1"
    assert "Maklum balas anda telah diterima" in page.text
    assert page.form("reply").fields["text"] == ""


async def test_a_held_message_says_why_and_what_can_be_done_instead(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    why = {"ms": "Aduan telah pun ditutup.", "en": "Already closed."}
    shows(outside, can=["reopen"], message={"id": "m1", "fate": "held", "why": why})
    page = Page(await visitor.get(f"/a/{TOKEN}?after=m1&did=answer"))
    for shown in ("Maklum balas anda disimpan", "Aduan telah pun ditutup.", "membuka semula aduan"):
        assert shown in page.text


async def test_a_message_still_on_its_way_is_not_lost_and_can_be_looked_for(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    shows(outside, message={"id": "m1", "fate": "pending"})
    page = Page(await visitor.get(f"/a/{TOKEN}?after=m1&did=answer"))
    assert "masih dalam perjalanan" in page.text
    assert f"/a/{TOKEN}?after=m1&did=answer" in page.links
    assert "data-waiting" in page.html


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ({"text": "", "close": "1", "act": "send"}, "close"),
        ({"text": "Terima kasih", "close": "1"}, "close"),
        ({"text": "Masih ralat", "act": "not_solved"}, "not_solved"),
        ({"text": "Berulang", "act": "reopen"}, "reopen"),
        ({"text": "Maklumat", "act": "send"}, "answer"),
        ({"text": "Maklumat"}, "answer"),
    ],
)
async def test_each_button_is_its_action(
    visitor: httpx2.AsyncClient, outside: Outside, typed: dict[str, str], action: str
) -> None:
    shows(outside, can=["answer", "not_solved", "close", "reopen"])
    await replied(visitor, **typed)
    assert outside.last("POST", MESSAGES).body["action"] == action


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": "  ", "act": "send"}, "Tulis maklum balas anda"),
        ({"text": "", "act": "not_solved"}, "Nyatakan apa yang masih berlaku"),
        ({"text": "", "act": "reopen"}, "Nyatakan sebab aduan dibuka semula"),
        ({"text": "x", "close": "1", "act": "not_solved"}, "Anda menandakan"),
    ],
)
async def test_what_cannot_be_sent_is_said_before_it_is_sent(
    visitor: httpx2.AsyncClient, outside: Outside, typed: dict[str, str], said: str
) -> None:
    shows(outside, can=["answer", "not_solved", "close", "reopen"])
    page = Page(await replied(visitor, **typed))
    assert page.status == 422
    assert said in page.text
    assert page.form("reply").fields.get("close") == typed.get("close")
    assert outside.calls("POST", MESSAGES) == []


async def test_only_what_can_be_done_has_a_button(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside, can=[], state="DITUTUP", phase="SELESAI", custodian=None, rated=True)
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    assert "text" not in page.form("reply").fields
    assert "Anda telah menilai perkhidmatan ini" in page.text
    shows(outside, can=["answer", "close"])
    html = (await visitor.get(f"/a/{TOKEN}")).text
    assert "Belum selesai" not in html
    assert "Buka semula" not in html


async def test_a_closed_complaint_can_be_rated(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside, can=["rate", "reopen"], state="DITUTUP", phase="SELESAI", custodian=None, outcome="solved")
    missing = Page(await replied(visitor, "nilai", comment="Pantas"))
    assert missing.status == 422
    assert "Pilih satu daripada lima" in missing.text
    assert missing.form("reply").fields["comment"] == "Pantas"
    sent = await replied(visitor, "nilai", score="5", comment="Pantas")
    assert sent.headers["Location"] == f"/a/{TOKEN}?after=m2&did=rate"
    assert outside.last("POST", RATING).body == {"score": 5, "comment": "Pantas"}


async def test_a_reply_refused_by_its_fields_comes_back_whole(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", MESSAGES, problem(422, "invalid", errors=[("text", "Terlalu panjang", "Too long")]))
    text = "baris\n\n<b>satu</b>"
    page = Page(await replied(visitor, text=text, close="1"))
    assert page.status == 422
    assert "Terlalu panjang" in page.text
    assert page.form("reply").fields["text"] == text
    assert page.form("reply").fields["close"] == "1"


async def test_a_reply_while_intake_is_away_comes_back_and_can_be_sent_again(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await visitor.get(f"/a/{TOKEN}")).form("reply")
    outside.down.add("intake")
    typed = {**form.fields, "text": "jangan hilang\n\nbaris", "act": "not_solved"}
    page = Page(await visitor.post(f"/a/{TOKEN}/balas", data=typed))
    assert page.status == 503
    kept = page.form("kept")
    assert kept.action == f"/a/{TOKEN}/balas"
    assert {name: kept.fields[name] for name in ("text", "act", "key", "number")} == {
        name: typed[name] for name in ("text", "act", "key", "number")
    }


async def test_the_language_changes_and_a_half_written_reply_stays(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await visitor.get(f"/a/{TOKEN}")).form("reply")
    page = Page(await visitor.post(f"/a/{TOKEN}", data={**form.fields, "text": "separuh", "close": "1", "lang": "en"}))
    assert "Your Reply" in page.text
    assert page.form("reply").fields["text"] == "separuh"
    assert page.form("reply").fields["close"] == "1"
    assert outside.calls("POST", MESSAGES) == []


async def test_a_message_sent_twice_by_one_form_has_one_key(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    form = Page(await visitor.get(f"/a/{TOKEN}")).form("reply").fields
    for altcha in ("one", "one", "again"):
        await visitor.post(f"/a/{TOKEN}/balas", data={**form, "text": "ya", "altcha": altcha})
    assert len({asked.headers["Idempotency-Key"] for asked in outside.calls("POST", MESSAGES)}) == 1
    outside.on("POST", MESSAGES, problem(422, "key_reused"))
    twin = await visitor.post(f"/a/{TOKEN}/balas", data={**form, "text": "ya", "altcha": "third"})
    assert (twin.status_code, twin.headers["Location"]) == (303, f"/a/{TOKEN}")


async def test_number_and_ic_show_the_thread_and_a_reply_asks_who_it_is(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    page = await searched(visitor, ic=IC, number=NUMBER)
    assert outside.last("POST", "/v1/tracking").body == {"number": NUMBER, "ic": IC}
    form = page.form("reply")
    assert form.action == "/semakan/balas"
    assert form.fields["ic"] == IC
    assert form.fields["name"] == ""
    sent = {**form.fields, "name": "Aminah binti Ismail", "text": "Sudah saya cuba", "altcha": "solved"}
    shows(outside, message={"id": "m1", "fate": "accepted"})
    after = Page(await visitor.post(form.action, data=sent))
    body = outside.last("POST", MESSAGES).body
    assert (body["ic"], body["name"], body["altcha"]) == (IC, "Aminah binti Ismail", "solved")
    assert "X-Tracking-Token" not in outside.last("POST", MESSAGES).headers
    assert after.status == 200
    assert "Maklum balas anda telah diterima" in after.text
    assert outside.last("POST", "/v1/tracking").params["after"] == "m1"
    assert IC not in after.url


async def test_a_wrong_name_is_one_sentence_and_the_reply_is_kept(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    form = (await searched(visitor, ic=IC, number=NUMBER)).form("reply")
    outside.on("POST", MESSAGES, problem(404, "not_found"))
    # the thread is still opened by what opened it, whatever is typed below it
    page = Page(await visitor.post(form.action, data={**form.fields, "ic": "1", "name": "Ali", "text": "kekal"}))
    assert page.status == 422
    assert "tidak sepadan dengan aduan ini" in page.text
    assert page.form("reply").fields["text"] == "kekal"
    assert outside.last("POST", "/v1/tracking").body == {"number": NUMBER, "ic": IC}


async def test_what_people_wrote_is_text_wherever_it_is_shown(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    entry = {**THREAD["entries"][1], "text": evil, "actor": {"role": "PIC", "name": evil}}
    shows(outside, title=evil, description=evil, pic_name=evil, entries=[entry], module=evil, department=evil, ptj=evil)
    html = (await visitor.get(f"/a/{TOKEN}")).text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 7


async def test_a_long_text_is_folded_and_whole(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    text = "perkataan " * 3100
    shows(outside, entries=[{**THREAD["entries"][1], "text": text}])
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    assert "Baca semuanya (31,000 aksara)" in page.text
    assert text in page.html


async def test_labels_are_workflow_s_and_ours_while_it_is_away(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.down.add("workflow")
    assert "Dalam Tindakan PIC" in (await visitor.get(f"/a/{TOKEN}")).text


async def test_a_state_this_portal_has_never_heard_of_is_still_a_page(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    def table(_: Asked) -> httpx2.Response:
        return answer({"states": [{"name": "BAHARU_SEKALI", "label": {"ms": "Baharu sekali", "en": "Brand new"}}]})

    outside.on("GET", "/v1/workflow", table)
    shows(outside, state="BAHARU_SEKALI", custodian="SOMEBODY")
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    assert "Baharu sekali" in page.text
    assert "Aduan ini sedang diuruskan." in page.text

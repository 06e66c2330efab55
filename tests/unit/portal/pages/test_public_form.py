"""Borang Aduan, gone through by a browser without scripts: nothing typed is lost, nothing is filed twice."""

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, RECEIPT, TOKEN, Outside, answer, problem
from tests.unit.portal.reading import Page

TYPED = {
    "ic": "800101990001",
    "name": "Aminah binti Ismail",
    "department": "PKN",
    "ptj": "101-001",
    "phone": "0123456789",
    "email": "aminah@kelantan.gov.my",
    "module": "gl",
    "title": "Baucar tidak dapat disahkan",
    "description": "Mesej ralat GL-0042.",
    "confirmed": "1",
}
NASTY = {
    **TYPED,
    "name": 'Ali "Boy" <b>bin</b> Abu & Anak',
    "title": "<script>alert(1)</script> سلام 😀 \u202eterbalik",
    "description": "\n\n  dua baris kosong di atas\n<img src=x onerror=alert(1)>\nவணக்கம்\n\tjarak   dan akhir \n",
}


async def filled(visitor: httpx2.AsyncClient, typed: dict[str, str] | None = None) -> dict[str, str]:
    """The form as it is sent once these things are typed into it."""
    blank = Page(await visitor.get("/")).form("complaint")
    return {**blank.fields, **(typed or TYPED)}


async def test_the_form_asks_what_the_guide_says_in_its_order(visitor: httpx2.AsyncClient) -> None:
    page = Page(await visitor.get("/"))
    names = [name for name in page.form("complaint").fields if name not in ("key", "website")]
    assert names == ["ic", "name", "department", "ptj", "phone", "email", "title", "description"]
    heads = ["Helpdesk iSPEKS", "Sistem Perakaunan Akruan Kerajaan Negeri", "Bahagian A : Maklumat Aduan"]
    heads += ["Modul iSPEKS", "Bahagian B : Keterangan Aduan", "Saya mengesahkan maklumat di atas adalah benar"]
    places = [page.text.index(head) for head in heads]
    assert places == sorted(places)
    assert page.form("complaint").choices["module"] == ["gl", "ac", "lain"]
    assert "Lejar Am (GL)" in page.text
    assert "/semakan" in page.links


async def test_every_label_stands_before_its_hint_and_the_hint_before_its_field(visitor: httpx2.AsyncClient) -> None:
    html = (await visitor.get("/")).text
    for name in ("ic", "name", "department", "ptj", "phone", "email", "title", "description"):
        label, hint, control = (
            html.index(mark) for mark in (f'for="{name}"', f'id="{name}-hint"', f' id="{name}" name="{name}"')
        )
        assert label < hint < control
        assert f'aria-describedby="{name}-hint"' in html


async def test_without_scripts_the_ptj_are_one_list_grouped_by_department(visitor: httpx2.AsyncClient) -> None:
    html = (await visitor.get("/")).text
    assert '<optgroup label="Perbendaharaan Negeri Kelantan"' in html
    assert Page(await visitor.get("/")).form("complaint").choices["ptj"] == ["", "101-001", "101-005", "116-001"]


async def test_a_filled_form_is_shown_whole_before_anything_is_filed(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await visitor.post("/semak", data=await filled(visitor)))
    assert page.status == 200
    for shown in ("800101990001", "Aminah binti Ismail", "Unit Teknologi Maklumat", "Lejar Am (GL)", "Mesej ralat"):
        assert shown in page.text
    assert outside.calls("POST", "/v1/complaints") == []
    sent = outside.last("POST", "/v1/complaints/check").body
    assert sent["language"] == "ms"
    assert sent["whatsapp_consent"] is False
    assert sent["confirmed"] is True
    assert sent["altcha"] is None


@pytest.mark.parametrize("typed", [TYPED, NASTY], ids=["plain", "nasty"])
async def test_ubah_goes_back_with_everything_as_it_was_typed(
    visitor: httpx2.AsyncClient, typed: dict[str, str]
) -> None:
    sent = await filled(visitor, {**typed, "whatsapp_consent": "1"})
    answers = Page(await visitor.post("/semak", data=sent)).form("answers")
    back = Page(await visitor.post("/", data=answers.fields)).form("complaint")
    assert {name: back.fields.get(name) for name in sent} == sent


async def test_what_is_wrong_is_said_on_top_and_at_its_field_and_nothing_is_lost(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    wrong = [("email", "E-mel tidak sah", "Not an e-mail"), ("ic", "Mesti 12 digit", "Must be 12 digits")]
    outside.on("POST", "/v1/complaints/check", problem(422, "invalid", errors=wrong))
    sent = await filled(visitor, NASTY)
    answer_ = await visitor.post("/semak", data=sent)
    page = Page(answer_)
    assert page.status == 422
    assert page.title.startswith("Ralat: ")
    assert "Terdapat 2 ralat pada borang ini" in page.text
    # in the form's order, whatever the service's
    assert page.text.index("Mesti 12 digit") < page.text.index("E-mel tidak sah")
    assert {"#ic", "#email"} <= set(page.links)
    assert 'aria-describedby="ic-hint ic-error" aria-invalid="true"' in answer_.text
    back = page.form("complaint").fields
    assert {name: back.get(name) for name in sent} == sent


async def test_errors_are_in_the_language_of_the_page(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/complaints/check", problem(422, "invalid", errors=[("ic", "Mesti 12", "Must be 12")]))
    page = Page(await visitor.post("/semak", data={**await filled(visitor), "lang": "en"}))
    assert "Must be 12" in page.text
    assert "There is 1 error in this form" in page.text


async def test_a_change_of_language_keeps_the_page_what_is_typed_and_itself(visitor: httpx2.AsyncClient) -> None:
    sent = await filled(visitor, NASTY)
    page = Page(await visitor.post("/", data={**sent, "lang": "en"}))
    assert "Complaint Form" in page.text
    back = page.form("complaint").fields
    assert {name: back.get(name) for name in sent} == sent
    assert "Check a Complaint" in Page(await visitor.get("/semakan")).text
    assert "Semakan Aduan" in Page(await visitor.get("/semakan?lang=ms")).text


async def test_hantar_files_and_leads_to_a_receipt_that_only_this_browser_can_open(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    answers = Page(await visitor.post("/semak", data=await filled(visitor))).form("answers")
    filed = await visitor.post("/hantar", data=answers.fields)
    assert (filed.status_code, filed.headers["Location"]) == (303, f"/terima/{NUMBER}")
    assert outside.last("POST", "/v1/complaints").body["description"] == TYPED["description"]
    receipt = Page(await visitor.get(f"/terima/{NUMBER}"))
    assert receipt.status == 200
    for shown in (NUMBER, "Salinan aduan telah dihantar ke a***@kelantan.gov.my", "Rabu, 25 November 2026"):
        assert shown in receipt.text
    assert f"/a/{TOKEN}" in receipt.links
    visitor.cookies.clear()
    gone = Page(await visitor.get(f"/terima/{NUMBER}"))
    assert gone.status == 404
    assert TOKEN not in gone.html


async def test_a_double_click_and_a_reload_send_the_same_key(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    answers = Page(await visitor.post("/semak", data=await filled(visitor))).form("answers")
    for altcha in ("one", "one", "solved-again"):
        await visitor.post("/hantar", data={**answers.fields, "altcha": altcha})
    keys = {asked.headers["Idempotency-Key"] for asked in outside.calls("POST", "/v1/complaints")}
    assert len(keys) == 1
    assert len(keys.pop()) == 40


async def test_another_form_and_a_changed_form_are_other_complaints(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    answers = Page(await visitor.post("/semak", data=await filled(visitor))).form("answers")
    await visitor.post("/hantar", data=answers.fields)
    await visitor.post("/hantar", data={**answers.fields, "title": "Masalah lain"})
    other = Page(await visitor.post("/semak", data=await filled(visitor))).form("answers")
    await visitor.post("/hantar", data=other.fields)
    keys = [asked.headers["Idempotency-Key"] for asked in outside.calls("POST", "/v1/complaints")]
    assert len(set(keys)) == 3


async def test_a_complaint_already_filed_from_this_form_leads_to_its_receipt(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    answers = Page(await visitor.post("/semak", data=await filled(visitor))).form("answers")
    await visitor.post("/hantar", data=answers.fields)
    outside.on("POST", "/v1/complaints", problem(422, "key_reused"))
    again = await visitor.post("/hantar", data={**answers.fields, "altcha": "solved-again"})
    assert again.headers["Location"] == f"/terima/{NUMBER}"
    visitor.cookies.clear()
    page = Page(await visitor.post("/hantar", data={**answers.fields, "altcha": "solved-again"}))
    assert "Aduan ini telah pun dihantar" in page.text


async def test_a_robot_check_that_ran_out_is_asked_for_again_beside_the_answers(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    answers = Page(await visitor.post("/semak", data={**await filled(visitor), "altcha": "old"})).form("answers")
    assert answers.fields["altcha"] == "old"
    outside.on("POST", "/v1/complaints", problem(422, "invalid", errors=[("altcha", "Tandakan semula", "Tick again")]))
    page = Page(await visitor.post("/hantar", data=answers.fields))
    assert page.status == 422
    assert "Tandakan semula" in page.text
    assert "altcha" not in page.form("answers").fields
    assert "data-robot" in page.html
    assert page.form("answers").fields["title"] == TYPED["title"]


@pytest.mark.parametrize(("path", "call"), [("/semak", "/v1/complaints/check"), ("/hantar", "/v1/complaints")])
async def test_too_many_attempts_keep_everything_and_say_when_to_come_back(
    visitor: httpx2.AsyncClient, outside: Outside, path: str, call: str
) -> None:
    outside.on("POST", call, problem(429, "rate_limited", retry_after=600))
    sent = await filled(visitor, NASTY)
    page = Page(await visitor.post(path, data=sent))
    assert page.status == 429
    assert "Cuba semula dalam 10 minit" in page.text
    kept = page.form("answers").fields
    assert all(kept[name] == sent[name] for name in NASTY)


@pytest.mark.parametrize("path", ["/semak", "/hantar"])
async def test_while_intake_is_away_everything_typed_comes_back_and_can_be_sent_again(
    visitor: httpx2.AsyncClient, outside: Outside, path: str
) -> None:
    sent = await filled(visitor, NASTY)
    outside.down.add("intake")
    page = Page(await visitor.post(path, data=sent))
    assert page.status == 503
    assert "Tiada apa-apa yang hilang" in page.text
    kept = page.form("kept")
    assert kept.action == path
    assert {name: kept.fields.get(name) for name in NASTY} == NASTY
    assert kept.fields["key"] == sent["key"]
    outside.down.clear()
    again = await visitor.post(kept.action, data=kept.fields)
    assert again.status_code in (200, 303)


async def test_the_form_can_be_filled_in_while_intake_restarts(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await visitor.get("/")
    outside.down.add("intake")
    assert (await visitor.get("/")).status_code == 200


async def test_a_form_that_intake_has_never_told_us_is_a_clear_page(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.down.add("intake")
    page = Page(await visitor.get("/"))
    assert page.status == 503
    assert "Sistem tidak dapat dihubungi buat sementara" in page.text
    assert "/semakan" in page.links
    # what was typed before the portal restarted is not lost either
    kept = Page(await visitor.post("/", data={**TYPED, "key": "k"}))
    assert kept.form("kept").fields["description"] == TYPED["description"]


async def test_what_fills_in_the_field_no_person_sees_is_asked_to_empty_it(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    sent = await filled(visitor)
    page = Page(await visitor.post("/semak", data={**sent, "website": "http://spam.example"}))
    assert page.status == 422
    assert "Biarkan medan ini kosong" in page.text
    assert page.form("complaint").fields["title"] == TYPED["title"]
    assert outside.calls("POST", "/v1/complaints/check") == []


async def test_thirty_one_thousand_characters_go_through_unchanged(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    text = ("Baris dengan emoji 😀 dan <b>tanda</b>.\n" * 1000)[:31000]
    answers = Page(await visitor.post("/semak", data=await filled(visitor, {**TYPED, "description": text})))
    assert "<b>tanda" not in answers.html
    await visitor.post("/hantar", data=answers.form("answers").fields)
    assert outside.last("POST", "/v1/complaints").body["description"] == text


async def test_line_ends_arrive_as_they_were_typed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await visitor.post("/semak", data=await filled(visitor, {**TYPED, "description": "satu\r\ndua"}))
    assert outside.last("POST", "/v1/complaints/check").body["description"] == "satu\ndua"


async def test_the_receipt_is_in_the_language_that_was_chosen(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/complaints", answer({**RECEIPT, "email_masked": "b***@x.my"}, 201))
    sent = await filled(visitor)
    await visitor.post("/", data={**sent, "lang": "en"})
    await visitor.post("/hantar", data=sent)
    assert outside.last("POST", "/v1/complaints").body["language"] == "en"
    receipt = Page(await visitor.get(f"/terima/{NUMBER}"))
    assert "A copy was sent to b***@x.my" in receipt.text
    assert "Wednesday, 25 November 2026" in receipt.text


async def test_solved_problems_that_look_alike_are_offered_as_text(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    solved = {"symptom": "Baucar <b>tidak</b> disahkan", "cause": "Had kuasa", "steps": "1. Semak had"}
    outside.on("GET", "/v1/solutions", answer({"items": [solved], "next": None}))
    offered = await visitor.post("/serupa", data={"title": "baucar"})
    assert outside.last("GET", "/v1/solutions").params == {"q": "baucar", "limit": "3"}
    assert "Baucar &lt;b&gt;tidak&lt;/b&gt; disahkan" in offered.text
    assert "Langkah penyelesaian" in offered.text


async def test_an_offer_that_cannot_be_made_is_nothing(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.down.add("query")
    offered = await visitor.post("/serupa", data={"title": "baucar"})
    assert (offered.status_code, offered.text.strip()) == (200, "")
    assert (await visitor.post("/serupa", data={"title": " "})).text.strip() == ""

"""Files on the public pages, by a browser without scripts: taken once, carried along, refused without losing a word."""

import uuid
from typing import Any

import httpx2
import msgspec
import pytest

from tests.unit.portal.outside import NUMBER, THREAD, TOKEN, Asked, Outside, answer, problem
from tests.unit.portal.pages.test_public_form import NASTY, TYPED, filled
from tests.unit.portal.reading import Page

UPLOADS = ("POST", "/v1/uploads")
REFUSED = problem(
    422, "invalid", errors=[("file", "Kandungan fail tidak sepadan dengan jenisnya", "Does not match its type")]
)
MEGABYTES = 1024 * 1024
Chosen = list[tuple[str, tuple[str, bytes]]]


def takes(asked: Asked) -> httpx2.Response:
    """As intake: everything but what says it is bad."""
    if b"MZ" in asked.body:
        return REFUSED
    name = asked.body.split(b'filename="')[1].split(b'"')[0].decode()
    kept = {"id": str(uuid.uuid4()), "name": name, "type": "image/png", "size": 2048, "scan": "not_scanned"}
    return answer(kept, 201)


def chosen(*names: str, content: bytes = b"\x89PNG", field: str = "file") -> Chosen:
    return [(field, (name, content)) for name in names]


def carried(page: Page, form: str, field: str = "files") -> list[str]:
    """The names of the files that the form carries."""
    return [msgspec.json.decode(value)["name"] for name, value in page.form(form).files if name == field]


@pytest.fixture(autouse=True)
def intake_takes_files(outside: Outside) -> None:
    outside.on(*UPLOADS, takes)


async def test_files_go_to_intake_once_however_often_one_goes_back_and_forth(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    answers = Page(await visitor.post("/semak", data=await filled(visitor), files=chosen("a.png", "b.png")))
    assert carried(answers, "answers") == ["a.png", "b.png"]
    assert "PNG, 2 KB, belum diimbas" in answers.text
    form = Page(await visitor.post("/", data=answers.form("answers").sent()))
    assert carried(form, "complaint") == ["a.png", "b.png"]
    answers = Page(await visitor.post("/semak", data=form.form("complaint").sent()))
    filed = await visitor.post("/hantar", data=answers.form("answers").sent())
    assert filed.status_code == 303
    assert len(outside.calls(*UPLOADS)) == 2
    ids = [msgspec.json.decode(value)["id"] for _, value in answers.form("answers").files]
    assert outside.last("POST", "/v1/complaints").body["attachments"] == ids
    assert outside.last("POST", "/v1/complaints/check").body["attachments"] == ids


async def test_the_receipt_names_the_files_that_went_along(visitor: httpx2.AsyncClient) -> None:
    names = ["laporan.png", *("😀" * 195 + f"{n}.png" for n in range(4))]
    answers = Page(await visitor.post("/semak", data=await filled(visitor), files=chosen(*names)))
    filed = await visitor.post("/hantar", data=answers.form("answers").sent())
    assert all(len(cookie) < 4096 for cookie in filed.headers.get_list("set-cookie"))
    receipt = Page(await visitor.get(f"/terima/{NUMBER}"))
    assert "laporan.png PNG, 2 KB, belum diimbas" in receipt.text
    assert "😀…😀" in receipt.text
    assert all(f"😀{n}.png" in receipt.text for n in range(4))


async def test_a_refused_file_is_told_beside_the_field_and_nothing_else_is_lost(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    sent = await filled(visitor, NASTY)
    files = [*chosen("baik.png"), *chosen("kerja.jpg", content=b"MZ\x90")]
    page = Page(await visitor.post("/semak", data=sent, files=files))
    assert page.status == 422
    assert "kerja.jpg: Kandungan fail tidak sepadan dengan jenisnya" in page.text
    assert "#attachments" in page.links
    form = page.form("complaint")
    assert {name: form.fields.get(name) for name in sent} == sent
    assert carried(page, "complaint") == ["baik.png"]
    # in English, and without the bad one it goes on
    page = Page(await visitor.post("/semak", data=form.sent(lang="en"), files=chosen("x.jpg", content=b"MZ")))
    assert "x.jpg: Does not match its type" in page.text
    assert Page(await visitor.post("/semak", data=page.form("complaint").sent())).status == 200
    assert len(outside.calls(*UPLOADS)) == 3


async def test_what_else_is_wrong_is_said_with_it_in_the_order_of_the_page(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    wrong = [("confirmed", "Sila sahkan", "Confirm"), ("title", "Perlu diisi", "Required")]
    outside.on("POST", "/v1/complaints/check", problem(422, "invalid", errors=wrong))
    files = chosen("kerja.jpg", content=b"MZ\x90")
    page = Page(await visitor.post("/semak", data=await filled(visitor), files=files))
    assert [link for link in page.links if link in ("#title", "#attachments", "#confirmed")] == [
        "#title",
        "#attachments",
        "#confirmed",
    ]


async def test_the_sixth_file_is_not_taken_and_the_five_are_kept(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    files = chosen(*(f"{n}.png" for n in range(6)))
    page = Page(await visitor.post("/semak", data=await filled(visitor), files=files))
    assert page.status == 422
    assert "5.png: Paling banyak 5 fail; fail ini tidak dimuat naik" in page.text
    assert len(carried(page, "complaint")) == 5
    assert len(outside.calls(*UPLOADS)) == 5


@pytest.mark.parametrize("count", [1, 8])
async def test_files_that_are_far_too_large_are_told_and_cost_no_word(
    visitor: httpx2.AsyncClient, outside: Outside, count: int
) -> None:
    large = b"\x89PNG" + b"x" * (15 * MEGABYTES if count > 1 else 40 * MEGABYTES)
    sent = await filled(visitor)
    page = Page(await visitor.post("/semak", data=sent, files=chosen(*["besar.png"] * count, content=large)))
    assert page.status == 422
    assert "besar.png: Fail melebihi 10 MB" in page.text
    assert {name: page.form("complaint").fields.get(name) for name in sent} == sent
    assert outside.calls(*UPLOADS) == []


async def test_a_limit_that_intake_changes_is_ours_too(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    form: dict[str, Any] = outside.answers[("GET", "/v1/form")].json()  # type: ignore[union-attr]
    form["limits"] = {"title": 200, "text": 32000, "attachments": 2, "attachment_bytes": MEGABYTES}
    outside.on("GET", "/v1/form", answer(form))
    assert "Paling banyak 2 fail, 1 MB setiap satu." in Page(await visitor.get("/")).text
    files = [*chosen("a.png", content=b"x" * (MEGABYTES + 1)), *chosen("b.png", "c.png")]
    page = Page(await visitor.post("/semak", data=await filled(visitor), files=files))
    assert "a.png: Fail melebihi 1 MB" in page.text
    assert carried(page, "complaint") == ["b.png"]


async def test_one_is_dropped_and_the_others_and_every_word_stay(visitor: httpx2.AsyncClient) -> None:
    sent = await filled(visitor, NASTY)
    page = Page(await visitor.post("/", data=sent, files=chosen("a.png", "b.png")))
    first = msgspec.json.decode(page.form("complaint").files[0][1])
    page = Page(await visitor.post("/", data=page.form("complaint").sent(drop=first["id"])))
    assert carried(page, "complaint") == ["b.png"]
    assert {name: page.form("complaint").fields.get(name) for name in sent} == sent


async def test_enter_in_a_line_never_drops_a_file(visitor: httpx2.AsyncClient) -> None:
    html = (await visitor.post("/", data=await filled(visitor), files=chosen("a.png"))).text
    inside = html[html.index('id="complaint"') :]
    assert inside.index('type="submit"') < inside.index('name="drop"')


async def test_a_form_without_a_file_and_a_bent_one_carry_nothing(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    sent = {**await filled(visitor), "files": ["", "{}", "[1]", '{"id": 1}', "null"]}
    page = Page(await visitor.post("/semak", data=sent, files=[("file", ("", b""))]))
    assert page.status == 200
    assert carried(page, "answers") == []
    assert outside.last("POST", "/v1/complaints/check").body["attachments"] == []


async def test_the_same_file_brought_twice_is_still_the_same_complaint(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    sent = await filled(visitor)
    for _ in range(2):
        answers = Page(await visitor.post("/semak", data=sent, files=chosen("a.png"))).form("answers")
        await visitor.post("/hantar", data=answers.sent())
    answers = Page(await visitor.post("/semak", data=sent, files=chosen("lain.png"))).form("answers")
    await visitor.post("/hantar", data=answers.sent())
    keys = [asked.headers["Idempotency-Key"] for asked in outside.calls("POST", "/v1/complaints")]
    assert keys[0] == keys[1] != keys[2]


async def test_while_intake_is_away_files_that_were_taken_ride_along(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    page = Page(await visitor.post("/", data=await filled(visitor), files=chosen("a.png")))
    outside.down.add("intake")
    kept = Page(await visitor.post("/semak", data=page.form("complaint").sent()))
    assert kept.status == 503
    assert carried(kept, "kept") == ["a.png"]
    # one that could not be taken is told, and the form is still there
    page = Page(await visitor.post("/", data=kept.form("kept").sent(), files=chosen("b.png")))
    assert "b.png: Fail tidak dapat dimuat naik sekarang" in page.text
    assert carried(page, "complaint") == ["a.png"]
    assert page.form("complaint").fields["title"] == TYPED["title"]


async def test_a_script_brings_one_file_and_gets_the_piece_of_the_page_that_carries_it(
    visitor: httpx2.AsyncClient,
) -> None:
    taken = await visitor.post("/lampiran", files=chosen("a <b>.png"))
    assert taken.status_code == 201
    assert 'name="files"' in taken.text
    assert "a &lt;b&gt;.png" in taken.text
    refused = await visitor.post("/lampiran?lang=en", files=chosen("x.jpg", content=b"MZ"))
    assert (refused.status_code, refused.text) == (422, "Does not match its type")
    assert (await visitor.post("/lampiran", data={"x": "y"})).status_code == 422


async def test_too_many_uploads_are_told_when_to_go_on(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on(*UPLOADS, problem(429, "rate_limited", retry_after=120))
    page = Page(await visitor.post("/semak", data=await filled(visitor), files=chosen("a.png")))
    assert page.status == 422
    assert "2 minit" in page.text


async def test_a_reply_takes_files_and_keeps_them_when_something_is_wrong(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await visitor.get(f"/a/{TOKEN}")).form("reply")
    files = [*chosen("a.png"), *chosen("buruk.jpg", content=b"MZ")]
    page = Page(await visitor.post(f"/a/{TOKEN}/balas", data=form.sent(text="Ini dia"), files=files))
    assert page.status == 422
    assert "buruk.jpg: Kandungan fail" in page.text
    assert page.form("reply").fields["text"] == "Ini dia"
    assert outside.calls("POST", f"/v1/complaints/{NUMBER}/messages") == []
    again = Page(await visitor.post(f"/a/{TOKEN}/balas", data=page.form("reply").sent(text="")))
    assert carried(again, "reply") == ["a.png"]
    sent = await visitor.post(f"/a/{TOKEN}/balas", data=again.form("reply").sent(text="Ini dia"))
    assert sent.status_code == 303
    assert len(outside.last("POST", f"/v1/complaints/{NUMBER}/messages").body["attachments"]) == 1
    assert len(outside.calls(*UPLOADS)) == 2


FILE = {"id": "f1", "name": "سند <x>.pdf", "type": "application/pdf", "size": 3 * MEGABYTES, "scan": "not_scanned"}
WITH_FILE = {**THREAD, "entries": [{**THREAD["entries"][1], "attachments": [FILE]}]}


async def test_the_thread_shows_what_hangs_on_it_with_a_picture(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/tracking", answer(WITH_FILE))
    page = Page(await visitor.get(f"/a/{TOKEN}"))
    assert "سند <x>.pdf PDF, 3.0 MB, belum diimbas" in page.text
    assert f"/a/{TOKEN}/lampiran/f1" in page.links
    assert f'<img src="/a/{TOKEN}/lampiran/f1/pratonton" alt="Pratonton' in page.html


async def test_without_the_link_a_file_is_asked_for_by_number_and_ic_which_stand_in_no_address(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/tracking", answer(WITH_FILE))
    page = Page(await visitor.post("/semakan", data={"number": NUMBER, "ic": "800101990001"}))
    assert "سند <x>.pdf" in page.text
    assert "Pautan dalam e-mel anda juga memaparkan pratonton fail" in page.text
    assert 'form="fetch" formaction="/semakan/lampiran/f1"' in page.html
    assert "<img" not in page.html.partition('id="thread-panel"')[2]
    given = {"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename*=UTF-8''a.pdf"}
    outside.on("POST", "/v1/attachments/f1", httpx2.Response(200, content=b"%PDF-", headers=given))
    got = await visitor.post("/semakan/lampiran/f1", data=page.form("fetch").fields)
    assert (got.content, got.headers["Content-Disposition"]) == (b"%PDF-", given["Content-Disposition"])
    assert outside.last("POST", "/v1/attachments/f1").body == {"number": NUMBER, "ic": "800101990001"}
    assert (await visitor.get("/semakan/lampiran/f1")).headers["Location"] == "/semakan"
    outside.on("POST", "/v1/attachments/f1", problem(404, "not_found"))
    assert (await visitor.post("/semakan/lampiran/f1", data={"number": NUMBER})).status_code == 404


async def test_a_file_comes_through_as_query_gives_it_and_can_do_nothing(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    given = httpx2.Response(
        200,
        content=b"%PDF-" + b"x" * 300_000,
        headers={
            "Content-Type": "application/pdf",
            "Content-Disposition": "attachment; filename*=UTF-8''a%20b.pdf",
            "Set-Cookie": "x=y",
        },
    )
    outside.on("GET", "/v1/attachments/f1", given)
    got = await visitor.get(f"/a/{TOKEN}/lampiran/f1", headers={"Accept-Encoding": "gzip"})
    assert (got.status_code, got.content) == (200, given.content)
    assert outside.last("GET", "/v1/attachments/f1").headers["X-Tracking-Token"] == TOKEN
    assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.pdf"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "content-encoding" not in got.headers
    assert "set-cookie" not in got.headers


async def test_a_service_that_said_html_would_not_be_believed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    html = httpx2.Response(200, content=b"<script>", headers={"Content-Type": "text/html"})
    outside.on("GET", "/v1/attachments/f1", html)
    got = await visitor.get(f"/a/{TOKEN}/lampiran/f1")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == "attachment"


async def test_what_may_not_be_read_is_not_found_and_a_picture_is_no_page(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    assert (await visitor.get(f"/a/{TOKEN}/lampiran/f2")).status_code == 404
    picture = await visitor.get(f"/a/{TOKEN}/lampiran/f2/pratonton")
    assert (picture.status_code, picture.content) == (404, b"")
    assert (await visitor.get(f"/a/{TOKEN}/lampiran/..%2Fx")).status_code == 404
    outside.down.add("query")
    assert (await visitor.get(f"/a/{TOKEN}/lampiran/f2")).status_code == 503
    assert (await visitor.get(f"/a/{TOKEN}/lampiran/f2/pratonton")).status_code == 503
    assert (await visitor.get("/staf/lampiran/f2")).headers["Location"].startswith("/log-masuk")

"""Files on the staff pages: they hang on the action they were chosen for, and survive whatever refuses it."""

import uuid

import httpx2
import msgspec
import pytest

from tests.unit.portal.outside import LOGIN, NUMBER, Asked, Outside, answer, problem
from tests.unit.portal.pages.staffing import ALLOWED, ENTRIES, STANDING, detail, enter, entry, staffed, stands
from tests.unit.portal.reading import Page

ADDRESS = f"/staf/aduan/{NUMBER}"
DO = f"{ADDRESS}/tindakan"
UPLOADS = ("POST", "/v1/uploads")
FILE = {"id": "f1", "name": "log vendor.pdf", "type": "application/pdf", "size": 2048, "scan": "clean"}


def takes(asked: Asked) -> httpx2.Response:
    """As workflow: everything but what says it is bad."""
    if b"MZ" in asked.body:
        return problem(422, "invalid", errors=[("file", "Kandungan tidak sepadan", "Does not match")])
    name = asked.body.split(b'filename="')[1].split(b'"')[0].decode()
    return answer({**FILE, "id": str(uuid.uuid4()), "name": name}, 201)


def path(action: str) -> str:
    return f"/v1/complaints/{NUMBER}/actions/{action}"


def chosen(action: str, *names: str, content: bytes = b"%PDF") -> list[tuple[str, tuple[str, bytes]]]:
    return [(f"file.{action}", (name, content)) for name in names]


def carried(page: Page, form: str = "act") -> list[tuple[str, str]]:
    return [(field, msgspec.json.decode(value)["name"]) for field, value in page.form(form).files]


@pytest.fixture
async def desk(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    """A PIC at work."""
    staffed(outside)
    outside.on(*UPLOADS, takes)
    for action in ALLOWED:
        outside.on("POST", path(action), answer({**STANDING, "version": 5}))
    await enter(visitor)
    return visitor


async def test_only_actions_that_take_files_offer_to(desk: httpx2.AsyncClient) -> None:
    html = (await desk.get(ADDRESS)).text
    assert 'name="file.reply"' in html
    assert 'name="file.log_vendor"' in html
    assert 'name="file.start"' not in html


async def test_files_hang_on_the_action_they_were_chosen_for(desk: httpx2.AsyncClient, outside: Outside) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    files = [*chosen("reply", "a.pdf", "b.pdf"), *chosen("note", "c.pdf")]
    done = await desk.post(DO, data=form.sent(**{"reply-text": "Lihat lampiran", "act": "reply"}), files=files)
    assert done.status_code == 303
    assert outside.last(*UPLOADS).headers["Authorization"] == "Bearer token-1"
    body = outside.last("POST", path("reply")).body
    assert body["text"] == "Lihat lampiran"
    assert len(body["attachments"]) == 2


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (problem(412, "stale", version=6), 412),
        (problem(422, "invalid", errors=[("text", "Perlu diisi", "Required")]), 422),
        (problem(429, "rate_limited", retry_after=60), 429),
    ],
    ids=["stale", "invalid", "too often"],
)
async def test_a_refused_act_keeps_its_files_and_sends_them_again(
    desk: httpx2.AsyncClient, outside: Outside, refusal: httpx2.Response, status: int
) -> None:
    outside.on("POST", path("log_vendor"), refusal)
    form = Page(await desk.get(ADDRESS)).form("act")
    typed = {"log_vendor-text": "Laporan", "act": "log_vendor"}
    page = Page(await desk.post(DO, data=form.sent(**typed), files=chosen("log_vendor", "a.pdf")))
    assert page.status == status
    assert carried(page) == [("files.log_vendor", "a.pdf")]
    outside.on("POST", path("log_vendor"), answer({**STANDING, "version": 7}))
    await desk.post(DO, data=page.form("act").sent(act="log_vendor"))
    assert len(outside.last("POST", path("log_vendor")).body["attachments"]) == 1
    assert len(outside.calls(*UPLOADS)) == 1


async def test_files_of_an_action_that_is_no_longer_on_offer_are_shown_and_carried(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    outside.on("POST", path("refer"), problem(409, "refused", "Tidak dibenarkan", allowed=["note"]))
    stands(outside, allowed=[ALLOWED["note"]])
    sent = form.sent(**{"refer-text": "Sudah dicuba", "act": "refer"})
    answer_ = await desk.post(DO, data=sent, files=chosen("refer", "bukti.pdf"))
    assert answer_.status_code == 409
    assert "bukti.pdf" in Page(answer_).text
    assert 'form="act" name="files.refer"' in answer_.text


async def test_a_refused_file_stops_the_act_and_loses_nothing(desk: httpx2.AsyncClient, outside: Outside) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    files = [*chosen("reply", "a.pdf"), *chosen("reply", "kerja.jpg", content=b"MZ\x90")]
    page = Page(await desk.post(DO, data=form.sent(**{"reply-text": "Lihat", "act": "reply"}), files=files))
    assert page.status == 422
    assert "kerja.jpg: Kandungan tidak sepadan" in page.text
    assert "#reply-attachments" in page.links
    assert page.form("act").fields["reply-text"] == "Lihat"
    assert carried(page) == [("files.reply", "a.pdf")]
    assert outside.calls("POST", path("reply")) == []
    # dropping one does nothing else
    first = msgspec.json.decode(page.form("act").files[0][1])
    page = Page(await desk.post(DO, data=page.form("act").sent(drop=first["id"])))
    assert (page.status, carried(page)) == (200, [])
    assert page.form("act").fields["reply-text"] == "Lihat"


async def test_files_that_were_taken_survive_the_end_of_a_session(desk: httpx2.AsyncClient) -> None:
    form = Page(await desk.get(ADDRESS)).form("act")
    page = Page(await desk.post(DO, data=form.sent(lang="en"), files=chosen("reply", "a.pdf")))
    desk.cookies.delete("sesi")
    sent = page.form("act").sent(**{"reply-text": "Lihat", "act": "reply"})
    login = Page(await desk.post(DO, data=sent, files=chosen("reply", "belum.pdf"))).form("login")
    again = Page(await desk.post("/log-masuk", data={**login.fields, "ic": "8", "password": "x"}))
    assert "belum.pdf" in again.text
    assert "not_scanned" not in again.text
    assert carried(again, DO) == [("files.reply", "a.pdf")]
    back = Page(await desk.post(DO, data=again.forms[DO].sent(again="1")))
    assert carried(back) == [("files.reply", "a.pdf")]
    assert back.form("act").fields["reply-text"] == "Lihat"


async def test_a_script_brings_a_file_with_the_member_s_token_or_learns_that_the_session_ended(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    taken = await desk.post("/staf/lampiran", files=chosen("reply", "a.pdf"), headers={"HX-Request": "true"})
    assert taken.status_code == 201
    assert 'name="files.reply"' in taken.text
    assert outside.last(*UPLOADS).headers["Authorization"] == "Bearer token-1"
    desk.cookies.clear()
    ended = await desk.post("/staf/lampiran", files=chosen("reply", "a.pdf"), headers={"HX-Request": "true"})
    assert (ended.status_code, ended.content) == (204, b"")


async def test_the_thread_shows_files_and_what_was_filed_with_the_complaint(
    desk: httpx2.AsyncClient, outside: Outside
) -> None:
    filed = {**ENTRIES[0], "attachments": [{**FILE, "id": "f0", "name": "skrin.png", "type": "image/png"}]}
    logged = entry(5, "vendor_updated", "PIC", attachments=[FILE])
    stands(outside, detail(entries=[filed, *ENTRIES[1:], logged]))
    answer_ = await desk.get(ADDRESS)
    page = Page(answer_)
    assert "log vendor.pdf PDF, 2 KB" in page.text
    assert {"/staf/lampiran/f0", "/staf/lampiran/f1"} <= set(page.links)
    assert 'src="/staf/lampiran/f1/pratonton"' in answer_.text
    # an entry that brought nothing but a file is not a mere note that something happened
    assert 'class="small-entry" id="entry-5"' not in answer_.text


async def test_a_file_is_asked_for_with_the_member_s_token(desk: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on(
        "GET", "/v1/attachments/f1/preview", httpx2.Response(200, content=b"PNG", headers={"Content-Type": "image/png"})
    )
    got = await desk.get("/staf/lampiran/f1/pratonton")
    assert (got.content, got.headers["Content-Type"]) == (b"PNG", "image/png")
    assert outside.last("GET", "/v1/attachments/f1/preview").headers["Authorization"] == f"Bearer {LOGIN['token']}"
    assert (await desk.get("/staf/lampiran/f2")).status_code == 404

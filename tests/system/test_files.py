"""Files through the whole system in a real browser: brought by the clerk, answered by the PIC, fetched by the clerk;
and what must stay outside is told, with scripts and without, and costs nobody a word."""

import uuid
from collections.abc import Iterator
from typing import Any, Literal

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, Route, expect, sync_playwright

from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, TYPED, WIDTHS, fill, robot_done, visiting
from tests.system.test_staff_pages import enter, settled
from tests.unit.shared.blobs.files import a_jpeg, a_pdf, a_png

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
LONG = "Tangkapan_skrin_yang_sangat_panjang_" * 4 + "சான்று سند.png"
NEXT = "Review and submit"
EXE = b"MZ\x90\x00" + bytes(3000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, files in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def a_file(name: str, content: bytes = b"") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content or a_png()}


def choose(page: Page, *files: FilePayload, field: str = "attachments", taken: int = -1) -> None:
    """Choose files; where scripts run, wait until that many are taken."""
    page.set_input_files(f"#{field}", list(files))
    if page.evaluate("document.documentElement.classList.contains('js')"):
        expect(page.locator(f"#{field}-files progress")).to_have_count(0, timeout=60_000)
        expect(page.locator(f"#{field}-files [data-taken]")).to_have_count(taken if taken >= 0 else len(files))


def still_typed(page: Page) -> None:
    for name, value in TYPED.items():
        assert page.input_value(f"#{name}") == value


def check(page: Page, scripts: bool) -> None:
    if scripts:
        # it begins once somebody is in the form
        page.focus("#title")
        robot_done(page)
    page.get_by_role("button", name="Semak dan hantar").click()


@SCRIPTS
def test_a_clerk_files_with_two_files_the_pic_answers_with_one_and_the_clerk_fetches_it(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    portal = helpdesk.url("portal")
    how: dict[str, Any] = {"java_script_enabled": scripts, "viewport": {"width": 360, "height": 740}}
    title = f"Dengan lampiran {uuid.uuid4().hex[:8]}"
    with visiting(chromium, **how) as page:
        page.goto(portal)
        fill(page, title=title)
        choose(page, a_file("skrin.jpg", a_jpeg()), a_file("surat rasmi.pdf", a_pdf()))
        check(page, scripts)
        expect(page.locator("dd .file")).to_have_count(2)
        # back and forth, and both are still there
        page.get_by_role("button", name="Ubah Lampiran").click()
        expect(page.locator("#attachments-files [data-taken]")).to_have_count(2)
        check(page, scripts)
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator("main")).to_contain_text("surat rasmi.pdf")
        number = page.locator(".number").inner_text()
        page.get_by_role("link", name="Ikuti aduan ini").click()
        link = page.url
        expect(page.locator(".timeline .file")).to_have_count(2)

    with visiting(chromium, **{**how, "viewport": {"width": 1280, "height": 800}}) as page:
        assign(helpdesk, number)
        enter(page, portal, helpdesk.login("PIC"))
        page.goto(f"{portal}/staf/aduan/{number}")
        picture = page.locator(".preview img").first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        assert fetched(page, "surat rasmi.pdf").startswith(b"%PDF-")
        fold = page.locator("#act-reply")
        if fold.evaluate("fold => !fold.open"):
            fold.locator("summary").first.click()
        page.fill("#reply-text", "Sila ikut langkah dalam lampiran")
        choose(page, a_file("langkah.png"), field="reply-attachments")
        fold.locator("button[type=submit]").click()
        expect(page.locator("#said .panel.good")).to_contain_text("selesai")
        settled(page, "langkah.png")

    with visiting(chromium, **how) as page:
        page.goto(link)
        expect(page.locator(".timeline")).to_contain_text("Sila ikut langkah dalam lampiran")
        assert fetched(page, "langkah.png").startswith(b"\x89PNG")
        page.locator(".timeline li", has_text="langkah.png").locator(".preview summary").last.click()
        expect(page.get_by_alt_text("Pratonton langkah.png")).to_be_visible()
        page.fill("#text", "Ini hasilnya")
        choose(page, a_file("hasil.png"))
        if scripts:
            robot_done(page)
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator("#fate")).to_contain_text("Maklum balas anda telah diterima")
        expect(page.locator(".timeline")).to_contain_text("hasil.png")

        # by number and IC they open too, asked for by a form: the numbers are in no address
        page.goto(f"{portal}/semakan")
        page.fill("#number", number)
        page.fill("#ic", TYPED["ic"])
        page.get_by_role("button", name="Cari").click()
        expect(page.locator(".timeline")).to_contain_text("Pautan dalam e-mel anda juga memaparkan pratonton fail")
        assert page.locator(".timeline a").count() == 0
        assert fetched(page, "hasil.png", by="button").startswith(b"\x89PNG")


def assign(helpdesk: Helpdesk, number: str) -> None:
    """Admin hands it to the first PIC, as the staff pages do."""
    workflow, admin, pic = helpdesk.url("workflow"), helpdesk.login("ADMIN"), helpdesk.login("PIC")
    session = {"ic": admin["ic"], "password": admin["password"]}
    token = httpx2.post(f"{workflow}/v1/sessions", json=session).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    everybody = httpx2.get(f"{workflow}/v1/staff", headers=headers).json()["items"]
    chosen = next(one["id"] for one in everybody if one["name"] == pic["name"])
    body = {"items": [{"number": number, "pic": chosen}]}
    assigned = httpx2.post(f"{workflow}/v1/assignments", json=body, headers=headers).json()
    assert assigned["items"][0]["ok"], assigned


def fetched(page: Page, name: str, by: Literal["link", "button"] = "link") -> bytes:
    """The bytes of a file, downloaded by what carries its name."""
    with page.expect_download() as download:
        page.get_by_role(by, name=name).click()
    assert download.value.suggested_filename == name
    return download.value.path().read_bytes()


@SCRIPTS
def test_an_exe_called_jpg_is_refused_and_nothing_typed_is_lost(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    with visiting(chromium, java_script_enabled=scripts, viewport={"width": 360, "height": 740}) as page:
        page.goto(helpdesk.url("portal"))
        fill(page)
        choose(page, a_file("baik.png"), a_file("kerja.jpg", EXE), taken=1)
        if not scripts:
            check(page, scripts)
            expect(page.locator("#errors")).to_contain_text("kerja.jpg: Kandungan fail tidak sepadan dengan jenisnya")
        field = page.locator(".files-field")
        expect(field.locator(".error").first).to_contain_text("Kandungan fail tidak sepadan dengan jenisnya")
        expect(field.locator("[data-taken]")).to_contain_text("baik.png")
        still_typed(page)
        field.get_by_role("button", name="Buang baik.png").click()
        expect(field.locator("[data-taken]")).to_have_count(0)
        still_typed(page)
        check(page, scripts)
        expect(page.locator("main")).to_contain_text("Tiada lampiran")


@SCRIPTS
def test_of_six_files_the_sixth_is_refused_and_five_go_along(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    with visiting(chromium, java_script_enabled=scripts, viewport={"width": 360, "height": 740}) as page:
        page.goto(helpdesk.url("portal"))
        fill(page)
        choose(page, *(a_file(f"fail-{n}.png") for n in range(1, 7)), taken=5)
        if not scripts:
            check(page, scripts)
        expect(page.locator(".files-field .error").first).to_contain_text("Paling banyak 5 fail")
        expect(page.locator(".files-field")).to_contain_text("fail-6.png")
        still_typed(page)
        check(page, scripts)
        expect(page.locator("dd .file")).to_have_count(5)


def test_the_form_waits_for_a_file_on_its_way_and_is_sent_once(chromium: Browser, helpdesk: Helpdesk) -> None:
    with visiting(chromium) as page:
        waiting: list[Route] = []
        page.route("**/lampiran", lambda route: waiting.append(route))
        page.goto(helpdesk.url("portal"))
        fill(page)
        robot_done(page)
        page.set_input_files("#attachments", [a_file("lambat.png")])
        expect(page.get_by_role("progressbar")).to_be_visible()
        button = page.get_by_role("button", name="Semak dan hantar")
        button.click()
        button.click(force=True)
        expect(page.locator("#attachments-said")).to_contain_text("Borang akan dihantar")
        assert page.locator("#answers").count() == 0
        waiting[0].continue_()
        expect(page.locator("#answers")).to_be_visible()
        expect(page.locator("dd .file")).to_have_count(1)
        assert len(waiting) == 1


def test_a_file_that_cannot_go_up_now_is_tried_again_and_one_on_its_way_can_be_dropped(
    chromium: Browser, helpdesk: Helpdesk
) -> None:
    with visiting(chromium) as page:
        held: list[Route] = []
        page.route("**/lampiran", lambda route: route.abort())
        page.goto(helpdesk.url("portal"))
        page.set_input_files("#attachments", [a_file("putus.png")])
        expect(page.locator(".file.wrong")).to_contain_text("tidak dapat dimuat naik sekarang")
        page.unroute("**/lampiran")
        page.get_by_role("button", name="Cuba lagi").click()
        expect(page.locator("[data-taken]")).to_contain_text("putus.png")
        page.route("**/lampiran", lambda route: held.append(route))
        page.set_input_files("#attachments", [a_file("batal.png")])
        page.get_by_role("button", name="Buang batal.png").click()
        expect(page.locator(".file")).to_have_count(1)
        # too large and of another kind are told without a byte sent
        page.set_input_files("#attachments", [a_file("video.mp4"), a_file("besar.png", bytes(11 * 1024 * 1024))])
        expect(page.locator(".file.wrong").first).to_contain_text("Hanya fail JPG, PNG atau PDF")
        expect(page.locator(".file.wrong").last).to_contain_text("melebihi 10 MB")
        assert len(held) <= 1


def test_a_change_of_language_and_going_back_keep_the_files(chromium: Browser, helpdesk: Helpdesk) -> None:
    with visiting(chromium) as page:
        page.goto(helpdesk.url("portal"))
        fill(page)
        choose(page, a_file("skrin.png"))
        page.get_by_role("button", name="English").click()
        expect(page.locator("[data-taken]")).to_contain_text("not scanned")
        still_typed(page)
        page.focus("#title")
        robot_done(page)
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#answers")).to_be_visible()
        page.goto(helpdesk.url("portal"))
        fill(page)
        choose(page, a_file("kembali.png"))
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#answers")).to_be_visible()
        page.go_back()
        expect(page.locator("[data-taken]")).to_contain_text("kembali.png")
        still_typed(page)
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("dd .file")).to_have_count(1)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_files_with_long_names_and_refused_ones_fit_the_page_and_axe_finds_nothing(
    chromium: Browser, helpdesk: Helpdesk, width: int, scheme: Any
) -> None:
    with visiting(chromium, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(helpdesk.url("portal"))
        fill(page)
        files = [a_file(f"{n}{LONG}") for n in range(4)]
        choose(page, *files, a_file("kerja.jpg", EXE), taken=4)
        quiet(page)
        check(page, scripts=True)
        expect(page.locator("dd .file")).to_have_count(4)
        quiet(page)
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator(".hero-good")).to_be_visible()
        quiet(page)
        page.get_by_role("link", name="Ikuti aduan ini").click()
        expect(page.locator(".timeline .file")).to_have_count(4)
        page.locator(".preview summary").first.click()
        quiet(page)


def quiet(page: Page) -> None:
    """Nothing runs over the edge, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []

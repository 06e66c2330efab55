"""The public pages in a real browser, Debian's Chromium: what only a browser can show.

The walk of a complaint goes through the whole system, with scripts and without. Everything that needs a fault, or a
thread in a certain state, is shown with the portal alone and its services played, so that it is the page that is tried.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.system.conftest import Helpdesk
from tests.unit.portal.outside import NUMBER, THREAD, TOKEN, Asked, Outside, answer, portal, problem

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (360, 1280)
LONG = "Perkataan yang panjang " * 1350
TYPED = {
    "ic": "800101990001",
    "name": "Aminah binti Ismail",
    "phone": "0123456789",
    "email": "aminah@kelantan.example",
    "title": "Baucar <b>tidak</b> dapat disahkan 😀",
    "description": "Baris pertama.\n\n  <script>alert(1)</script> سلام வணக்கம்",
}


class Server:
    """The portal on a free port of this machine, its services played by `outside`."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        config = uvicorn.Config(portal(outside), port=0, access_log=False, log_config=None, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started and time.monotonic() < until:
            threading.Event().wait(0.02)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, the public pages in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(Outside())
    yield made
    made.stop()


@contextmanager
def visiting(browser: Browser, **how: Any) -> Iterator[Page]:
    """A page of a visitor nobody has seen before; what the browser complains of fails the test."""
    context: BrowserContext = browser.new_context(**how)
    context.set_default_timeout(60_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # a page may well answer 404 or 422; nothing may be blocked by the policy or break
    assert [said for said in complaints if "Failed to load resource" not in said] == []


def fill(page: Page, **changes: str) -> None:
    """Fill in Borang Aduan."""
    for name, value in {**TYPED, **changes}.items():
        page.fill(f"#{name}", value)
    page.select_option("#department", "PKN")
    page.select_option("#ptj", "101-001")
    page.check("[name=module][value=gl]")
    page.check("#confirmed")


def robot_done(page: Page) -> None:
    """Wait until the robot check has been solved."""
    expect(page.locator("altcha-widget [data-state=verified]")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_complaint_is_filed_followed_answered_closed_and_rated(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    def check() -> None:
        if scripts:
            robot_done(page)

    with visiting(chromium, java_script_enabled=scripts, viewport={"width": 360, "height": 740}) as page:
        page.goto(helpdesk.url("portal"))
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#errors")).to_contain_text("Terdapat 9 ralat pada borang ini")
        fill(page)
        check()
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("dd .typed").first).to_have_text(TYPED["description"], use_inner_text=True)
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator(".hero-good")).to_contain_text("a***@kelantan.example")
        number = page.locator(".number").inner_text()
        page.get_by_role("link", name="Ikuti aduan ini").click()
        expect(page.locator("h1")).to_have_text(TYPED["title"])

        page.fill("#text", "Maklumat tambahan")
        check()
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator("#fate")).to_contain_text("Maklum balas anda telah diterima")
        expect(page.locator(".timeline")).to_contain_text("Maklumat tambahan")

        page.goto(f"{helpdesk.url('portal')}/semakan")
        page.fill("#number", number)
        page.get_by_role("button", name="Cari").click()
        expect(page.locator("h1")).to_have_text(number)
        expect(page.locator("main")).not_to_contain_text("Maklumat tambahan")
        page.fill("#ic", TYPED["ic"])
        page.get_by_role("button", name="Cari").click()
        expect(page.locator(".timeline")).to_contain_text("Maklumat tambahan")
        page.fill("#name", "aminah  ISMAIL")
        page.check("#close")
        check()
        page.get_by_role("button", name="Hantar", exact=True).click()
        expect(page.locator("#fate")).to_contain_text("Aduan telah ditutup")

        link = next(mail for mail in helpdesk.mails(TYPED["email"]) if number in mail["subject"])["text"]
        page.goto(next(word for word in link.split() if "/a/" in word))
        page.check("[name=score][value='5']")
        check()
        page.get_by_role("button", name="Hantar penilaian").click()
        expect(page.locator("#fate")).to_contain_text("Terima kasih atas penilaian anda")


def test_the_robot_check_is_solved_by_itself_and_goes_along(chromium: Browser, server: Server) -> None:
    server.outside.on("GET", "/v1/challenge", _challenge)
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        expect(page.locator("#altcha")).to_contain_text("Disahkan")
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#answers")).to_be_visible()
        assert server.outside.last("POST", "/v1/complaints/check").body["altcha"]


def test_without_the_robot_check_s_script_the_form_still_goes(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.route("**/vendor/altcha/**", lambda route: route.abort())
        page.context.route("**/robot.*.js", lambda route: route.abort())
        page.goto(server.url)
        fill(page)
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#answers")).to_be_visible()


def test_only_the_ptj_of_the_chosen_department_are_offered(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        assert page.locator("#ptj option").count() == 4
        page.select_option("#department", "PKN")
        assert page.locator("#ptj option").all_inner_texts() == [
            "Sila pilih",
            "Unit Teknologi Maklumat",
            "Seksyen Hasil",
        ]
        page.select_option("#department", "JKR")
        assert page.input_value("#ptj") == "116-001"
        page.select_option("#department", "UAD")
        expect(page.locator("#ptj")).to_be_disabled()
        expect(page.locator("#ptj-hint")).to_contain_text("tiada PTJ")


def test_solved_problems_are_offered_while_the_title_is_typed(chromium: Browser, server: Server) -> None:
    solved = {"symptom": "Baucar tidak dapat disahkan", "cause": "Had kuasa", "steps": "Semak had kuasa pengguna."}
    server.outside.on("GET", "/v1/solutions", answer({"items": [solved]}))
    with visiting(chromium) as page:
        page.goto(server.url)
        page.locator("#title").press_sequentially("Baucar tidak")
        expect(page.locator(".alike")).to_contain_text("Masalah serupa yang telah diselesaikan")
        page.locator(".alike summary").click()
        expect(page.locator(".alike")).to_contain_text("Semak had kuasa pengguna.")
        assert [one["id"] for one in Axe().run(page).response["violations"]] == []


def test_going_back_finds_everything_that_was_typed(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#answers")).to_be_visible()
        page.go_back()
        for name, value in TYPED.items():
            expect(page.locator(f"#{name}")).to_have_value(value)
        assert page.input_value("#ptj") == "101-001"


def test_going_all_the_way_back_and_sending_the_same_again_is_the_same_complaint(
    chromium: Browser, server: Server
) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        for _ in range(2):
            page.get_by_role("button", name="Semak dan hantar").click()
            page.get_by_role("button", name="Hantar", exact=True).click()
            expect(page.locator(".number")).to_have_text(NUMBER)
            page.go_back()
            page.go_back()
            expect(page.locator("#title")).to_have_value(TYPED["title"])
        filed = server.outside.calls("POST", "/v1/complaints")
        assert len(filed) == 2
        assert len({asked.headers["Idempotency-Key"] for asked in filed}) == 1


def test_the_language_switch_keeps_what_is_typed(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Complaint Form")
        for name, value in TYPED.items():
            expect(page.locator(f"#{name}")).to_have_value(value)
        expect(page.locator("[name=module][value=gl]")).to_be_checked()


def test_ubah_lands_on_the_field_itself(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        page.get_by_role("button", name="Semak dan hantar").click()
        page.get_by_role("button", name="Ubah Tajuk Aduan").click()
        expect(page.locator("#title")).to_have_value(TYPED["title"])
        assert page.url.endswith("/#title")


def test_an_error_is_read_first_and_its_link_lands_in_the_field(chromium: Browser, server: Server) -> None:
    wrong = [("module", "Pilih satu modul", "Choose"), ("title", "Masukkan tajuk", "Enter")]
    server.outside.on("POST", "/v1/complaints/check", problem(422, "invalid", errors=wrong))
    with visiting(chromium) as page:
        page.goto(server.url)
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#errors")).to_be_focused()
        page.get_by_role("link", name="Masukkan tajuk").click()
        expect(page.locator("#title")).to_be_focused()
        page.get_by_role("link", name="Pilih satu modul").click()
        expect(page.locator("[name=module]").first).to_be_focused()


def test_a_double_click_files_one_complaint(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        page.goto(server.url)
        fill(page)
        page.get_by_role("button", name="Semak dan hantar").click()
        page.get_by_role("button", name="Hantar", exact=True).dblclick()
        expect(page.locator(".number")).to_have_text(NUMBER)
        assert len(server.outside.calls("POST", "/v1/complaints")) == 1


def test_a_message_still_on_its_way_arrives_without_a_reload_and_a_half_written_word_stays(
    chromium: Browser, server: Server
) -> None:
    looks = 0

    def track(asked: Asked) -> Any:
        nonlocal looks
        looks += 1
        fate = "accepted" if looks > 2 else "pending"
        return answer({**THREAD, "message": {"id": asked.params["after"], "fate": fate}})

    server.outside.on("POST", "/v1/tracking", track)
    with visiting(chromium) as page:
        page.goto(f"{server.url}/a/{TOKEN}?after=m1&did=answer")
        expect(page.locator("#fate")).to_contain_text("masih dalam perjalanan")
        page.fill("#text", "separuh ditaip")
        expect(page.locator("#fate")).to_contain_text("Maklum balas anda telah diterima")
        expect(page.locator("#text")).to_have_value("separuh ditaip")


def test_a_complaint_being_registered_becomes_its_whole_page_by_itself(chromium: Browser, server: Server) -> None:
    new = {"kind": "thread", "number": NUMBER, "state": None, "submitted_at": THREAD["submitted_at"]}
    server.outside.on("POST", "/v1/tracking", answer(new))
    with visiting(chromium) as page:
        page.goto(f"{server.url}/a/{TOKEN}")
        expect(page.locator("main")).to_contain_text("diterima, sedang didaftarkan")
        server.outside.on("POST", "/v1/tracking", answer(THREAD))
        expect(page.locator("#text")).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    chromium: Browser, server: Server, width: int, look: Any
) -> None:
    outside = server.outside
    held = {"why": {"ms": "Aduan telah ditutup.", "en": "Closed."}}
    entries = [
        *THREAD["entries"],
        {**THREAD["entries"][0], "sequence": 5, "kind": "answered", "text": LONG},
        {**THREAD["entries"][0], "sequence": 6, "kind": "message_held", "text": "A" * 400, "held": held},
    ]
    full = {**THREAD, "title": "W" * 200, "pic_name": "N" * 120, "description": LONG, "entries": entries}
    turns: list[tuple[str, Callable[[], None] | None]] = [
        ("/", None),
        ("/semakan", None),
        (f"/a/{TOKEN}", lambda: outside.on("POST", "/v1/tracking", answer({**full, "can": ["answer", "not_solved"]}))),
        (f"/a/{TOKEN}?after=m1&did=answer", lambda: _told(outside, full, held)),
        (f"/a/{TOKEN}", lambda: _ended(outside, full)),
        ("/a/bukan-pautan", lambda: outside.on("POST", "/v1/tracking", problem(404, "not_found"))),
        ("/panduan?lang=en", None),
        ("/privasi", None),
        ("/peta-laman", None),
        ("/log-masuk", None),
        ("/tiada", None),
    ]
    with visiting(chromium, viewport={"width": width, "height": 800}, color_scheme=look) as page:
        for path, before in turns:
            if before:
                before()
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            found = Axe().run(page).response["violations"]
            assert [(path, one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found] == []


def test_the_check_page_and_the_receipt_pass_axe_too(chromium: Browser, server: Server) -> None:
    with visiting(chromium, viewport={"width": 360, "height": 740}) as page:
        page.goto(server.url)
        fill(page, description=LONG)
        page.get_by_role("button", name="Semak dan hantar").click()
        for landmark in ("#answers", ".hero-good"):
            expect(page.locator(landmark)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert [one["id"] for one in Axe().run(page).response["violations"]] == []
            if landmark == "#answers":
                page.get_by_role("button", name="Hantar", exact=True).click()


def _challenge(_: Asked) -> Any:
    import altcha

    made = altcha.create_challenge("SHA-256", 1, key_prefix="0", hmac_secret="k", expires_at=4_000_000_000)
    return answer(made.to_dict())


def _told(outside: Outside, thread: dict[str, Any], held: dict[str, Any]) -> None:
    message = {"id": "m1", "fate": "held", **held}
    outside.on("POST", "/v1/tracking", answer({**thread, "can": ["answer", "close"], "message": message}))


def _ended(outside: Outside, thread: dict[str, Any]) -> None:
    ended = {"state": "SELESAI", "phase": "SELESAI", "custodian": None, "outcome": "solved"}
    until = "2026-12-10T17:00:00+08:00"
    outside.on(
        "POST", "/v1/tracking", answer({**thread, **ended, "can": ["close", "reopen", "rate"], "reopen_until": until})
    )

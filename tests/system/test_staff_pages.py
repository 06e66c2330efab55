"""The staff pages in a real browser: a complaint worked by everybody in turn through the whole system, with scripts and
without; and with the services played, what only a browser can show: keys, ticks, drafts, axe, widths."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, LONG, WIDTHS, Server, visiting
from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import (
    ADMIN,
    ENTRIES,
    OTHER,
    STANDING,
    detail,
    entry,
    page_of,
    row,
    staffed,
    stands,
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, the staff pages in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(staffed(Outside(), ADMIN))
    yield made
    made.stop()


class Complainant:
    """Files a complaint and answers, over intake's API: her own pages are shown elsewhere."""

    def __init__(self, helpdesk: Helpdesk, title: str) -> None:
        self._intake = helpdesk.url("intake")
        form = {
            "ic": "800101-99-0001",
            "name": "Aminah binti Ismail",
            "department": "PKN",
            "ptj": "101-001",
            "phone": "012-345 6789",
            "email": "aminah@kelantan.example",
            "language": "ms",
            "module": "gl",
            "title": title,
            "description": "Mesej <script>alert(1)</script> dipaparkan.",
            "confirmed": True,
        }
        filed = httpx2.post(f"{self._intake}/v1/complaints", json=form, headers=self._once()).json()
        self.number: str = filed["number"]
        self._token = filed["tracking_url"].rsplit("/", 1)[1]

    def say(self, action: str, text: str) -> None:
        """Send a message on the thread."""
        sent = httpx2.post(
            f"{self._intake}/v1/complaints/{self.number}/messages",
            json={"action": action, "text": text},
            headers={"X-Tracking-Token": self._token, **self._once()},
        )
        assert sent.status_code == 202, sent.text

    def _once(self) -> dict[str, str]:
        return {"Idempotency-Key": str(uuid.uuid4())}


def enter(page: Page, url: str, login: dict[str, str] | None = None) -> None:
    """Log in; the played office takes anybody."""
    page.goto(f"{url}/log-masuk")
    page.fill("#ic", login["ic"] if login else "800101990001")
    page.fill("#password", login["password"] if login else "rahsia")
    page.get_by_role("button", name="Log Masuk").click()
    expect(page.locator("h1")).to_contain_text("Selamat datang")


def act(page: Page, name: str, **typed: str) -> None:
    """Unfold an action, fill in its fields, press its button, and see it done."""
    fold = page.locator(f"#act-{name}")
    if fold.evaluate("fold => fold.matches('details:not([open])')"):
        fold.locator("summary").click()
    for field, text in typed.items():
        page.fill(f"#{name}-{field}", text)
    fold.locator("button[type=submit]").click()
    expect(page.locator("#said .panel.good")).to_contain_text("selesai")


def settled(page: Page, text: str) -> None:
    """Reload until the thread says it: what a complainant sends takes a moment."""
    for _ in range(40):
        if page.locator(".thread").get_by_text(text).count():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"the thread never said {text}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_complaint_is_worked_by_everybody_in_turn(chromium: Browser, helpdesk: Helpdesk, scripts: bool) -> None:
    portal = helpdesk.url("portal")
    title = f"Baucar 😀 سلام வணக்கம் {uuid.uuid4().hex[:8]}"
    her = Complainant(helpdesk, title)
    address = f"{portal}/staf/aduan/{her.number}"
    how: dict[str, Any] = {"java_script_enabled": scripts, "viewport": {"width": 1280, "height": 800}}

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/peti?folder=unassigned&q={her.number}")
        page.locator(f"input[name=item][value^='{her.number}:']").check()
        pic = page.locator("#bulk-pic option", has_text=helpdesk.login("PIC")["name"])
        page.select_option("#bulk-pic", value=pic.get_attribute("value"))
        page.get_by_role("button", name="Agihkan").click()
        expect(page.locator(".results")).to_contain_text("telah diagihkan")
        page.goto(address)
        assert page.locator("#act-start").count() == 0

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("PIC", 1))
        expect_missing = page.goto(address)
        assert expect_missing is not None
        assert expect_missing.status == 404

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("PIC"))
        page.goto(f"{portal}/staf/peti?folder=mine&q={her.number}")
        expect(page.locator("tr.first-act")).to_contain_text("Menunggu tindakan pertama anda")
        page.get_by_role("link", name=title).click()
        expect(page.locator("h1")).to_have_text(title)
        act(page, "start")
        act(page, "note", text="Hanya untuk kakitangan")
        act(page, "ask_feedback", text="Apakah no. baucar?")
        her.say("answer", "BV-2026-001234")
        settled(page, "BV-2026-001234")
        act(page, "reply", text="Terima kasih.")
        act(page, "refer", text="Telah cuba semula")
        expect(page.locator(".entry.internal").last).to_contain_text("Telah cuba semula")

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("IMPLEMENTOR"))
        page.goto(address)
        act(page, "claim")
        act(page, "log_vendor", text="Laporan teknikal", vendor_reference="TTSB-1", public_text="Telah dilaporkan")

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("VENDOR"))
        page.goto(address)
        expect(page.locator("main")).not_to_contain_text("Hanya untuk kakitangan")
        expect(page.locator("main")).not_to_contain_text("Aminah")
        act(page, "vendor_answered", text="Tampalan dipasang")

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("PIC"))
        page.goto(address)
        act(page, "request_close", text="Sila cuba semula.", cause="Pepijat", steps="Pasang tampalan")
        her.say("not_solved", "Masih ralat")
        settled(page, "Masih ralat")
        page.locator("#act-note").wait_for()
        page.get_by_role("button", name="Papar maklumat hubungan").click()
        expect(page.locator(".facts-side")).to_contain_text("800101990001")
        page.goto(f"{portal}/staf/penyelesaian?q=baucar")
        expect(page.locator("main")).to_contain_text("Pasang tampalan")

    with visiting(chromium, **how) as page:
        enter(page, portal, helpdesk.login("MANAGEMENT"))
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Anda melihat aduan ini sahaja")
        page.goto(f"{address}/jejak")
        expect(page.locator(".happened")).to_contain_text("Rujukan diambil")


def test_a_new_complaint_moves_the_badge_and_says_so_without_a_reload(chromium: Browser, helpdesk: Helpdesk) -> None:
    portal = helpdesk.url("portal")
    with visiting(chromium) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        with page.expect_response("**/staf/langsung"):
            page.goto(f"{portal}/staf/peti?folder=unassigned&sort=-submitted")
        before = page.locator("#badge .count").inner_text() if page.locator("#badge .count").count() else ""
        her = Complainant(helpdesk, "Baru sampai")
        expect(page.locator("#moved")).to_contain_text("1 aduan baharu atau berubah.")
        expect(page.locator("#badge .count")).not_to_have_text(before or "-")
        assert page.locator(f"tr[data-number='{her.number}']").count() == 0
        page.locator("#moved a").click()
        expect(page.locator(f"tr[data-number='{her.number}']")).to_be_visible()
        expect(page.locator("#moved")).to_be_hidden()


def test_the_inbox_is_worked_from_the_keyboard(chromium: Browser, server: Server) -> None:
    server.outside.on("GET", "/v1/inbox", page_of([row(), row(OTHER, version=7)]))
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/peti")
        for keys, number in (("j", NUMBER), ("j", OTHER), ("j", OTHER), ("k", NUMBER)):
            page.keyboard.press(keys)
            assert page.evaluate("document.activeElement.closest('tr').dataset.number") == number
        page.keyboard.press("a")
        expect(page.locator("#bulk-pic")).to_be_focused()
        expect(page.locator(f"input[value='{NUMBER}:4']")).to_be_checked()
        page.locator("body").click(position={"x": 5, "y": 5})
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        # what is typed into a field is text
        page.keyboard.type("jkn?")
        expect(page.locator("#q")).to_have_value("jkn?")


def test_the_help_opens_and_single_keys_can_be_switched_off_for_good(chromium: Browser, server: Server) -> None:
    server.outside.on("GET", "/v1/inbox", page_of([row()]))
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/peti")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.uncheck("#keys-on")
        page.get_by_role("button", name="Tutup").click()
        page.goto(f"{server.url}/staf/peti")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.tagName") == "BODY"
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_hidden()


def test_n_writes_a_note_and_ctrl_enter_sends_it(chromium: Browser, server: Server) -> None:
    server.outside.on("GET", "/v1/inbox", page_of([row()]))
    server.outside.on("POST", f"/v1/complaints/{NUMBER}/actions/note", answer({**STANDING, "version": 5}))
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/peti")
        page.keyboard.press("j")
        page.keyboard.press("n")
        expect(page.locator("#note-text")).to_be_focused()
        page.keyboard.type("Catatan")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_contain_text("Catatan dalaman: selesai.")
        assert server.outside.last("POST", f"/v1/complaints/{NUMBER}/actions/note").body == {"text": "Catatan"}


def test_enter_in_a_line_sends_nothing(chromium: Browser, server: Server) -> None:
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/aduan/{NUMBER}")
        page.locator("#act-log_vendor summary").click()
        page.fill("#log_vendor-vendor_reference", "TTSB-1")
        page.press("#log_vendor-vendor_reference", "Enter")
        expect(page.locator("#log_vendor-vendor_reference")).to_have_value("TTSB-1")
        assert [asked for asked in server.outside.asked if "/actions/" in asked.path] == []


def test_the_bar_comes_with_the_first_tick_and_counts(chromium: Browser, server: Server) -> None:
    server.outside.on("GET", "/v1/inbox", page_of([row(), row(OTHER)]))
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/peti")
        expect(page.locator(".bulk")).to_be_hidden()
        page.locator("input[name=item]").first.check()
        expect(page.locator(".bulk")).to_contain_text("1 ditanda")
        page.locator("[data-all]").check()
        expect(page.locator(".bulk")).to_contain_text("2 ditanda")
    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/peti")
        expect(page.locator(".bulk")).to_be_visible()


def test_a_draft_is_there_again_until_it_is_sent_or_its_writer_leaves(chromium: Browser, server: Server) -> None:
    server.outside.on("POST", f"/v1/complaints/{NUMBER}/actions/reply", answer({**STANDING, "version": 5}))
    address = f"{server.url}/staf/aduan/{NUMBER}"
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(address)
        page.locator("#act-reply summary").click()
        page.fill("#reply-text", "separuh siap")
        page.fill("#note-text", "juga")
        page.goto(address)
        expect(page.locator("#reply-text")).to_have_value("separuh siap")
        page.locator("#act-reply button[type=submit]").click()
        expect(page.locator("#said")).to_contain_text("Balas pengadu: selesai.")
        expect(page.locator("#reply-text")).to_have_value("")
        expect(page.locator("#note-text")).to_have_value("juga")
        page.get_by_role("button", name="Log Keluar").click()
        assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft/'))") == []


def test_the_audit_trail_unfolds_in_its_place(chromium: Browser, server: Server) -> None:
    event = {"id": "e1", "sequence": 1, "time": "2026-11-22T09:05:00+08:00", "type": "complaint.received", "data": {}}
    server.outside.on("GET", f"/v1/complaints/{NUMBER}/events", answer({"items": [event]}))
    with visiting(chromium) as page:
        enter(page, server.url)
        page.goto(f"{server.url}/staf/aduan/{NUMBER}")
        page.locator("#jejak summary").click()
        expect(page.locator("#jejak .happened")).to_contain_text("1. Aduan diterima")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    chromium: Browser, server: Server, width: int, look: Any
) -> None:
    outside = server.outside
    wild = row(
        title="W" * 200, name="N" * 200, ptj_name="P" * 120, priority="Kritikal", complex=True, level=2, mine=False
    )
    late = row(OTHER, due="2026-11-23T17:00:00+08:00", left_days=-1, first_act=False, mine=False)
    outside.on("GET", "/v1/inbox", page_of([wild, late], next="penanda"))
    entries = [
        *ENTRIES,
        entry(5, "vendor_logged", "PIC", LONG, audience=["S", "V"], vendor_reference="T" * 200),
        entry(6, "answered", "COMPLAINANT", "A" * 400, audience=["P"]),
        entry(7, "message_held", "SYSTEM", "x", held={"why": {"ms": "Ditutup.", "en": "Closed."}}, audience=["P"]),
    ]
    stands(outside, detail(version=7, entries=entries, title="W" * 200, name="N" * 200, description=LONG), version=7)
    refusals = {"refer": problem(412, "stale", version=7), "request_close": problem(422, "invalid", errors=WRONG)}
    for action, refusal in refusals.items():
        outside.on("POST", f"/v1/complaints/{NUMBER}/actions/{action}", refusal)
    complaint = f"/staf/aduan/{NUMBER}"
    turns = [
        ("/staf", ""),
        ("/staf/peti?folder=all&q=x&priority=Tinggi", ""),
        (f"{complaint}?sejak=3&buat=note", ""),
        (complaint, "refer"),
        (complaint, "request_close"),
        ("/staf/aduan/HD-2026-999999-X", ""),
        ("/staf/kakitangan?lang=en", ""),
        ("/staf/kakitangan/s1", ""),
        ("/staf/penyelesaian?q=x", ""),
    ]
    with visiting(chromium, viewport={"width": width, "height": 800}, color_scheme=look) as page:
        enter(page, server.url)
        for path, press in turns:
            page.goto(server.url + path)
            if press:
                page.locator(f"#act-{press} summary").click()
                page.locator(f"#act-{press} button[type=submit]").click()
                expect(page.locator("#errors")).to_be_visible()
            for box in page.locator("input[name=item]").all()[:1]:
                box.check()
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, press)
            found = Axe().run(page).response["violations"]
            assert [(path, press, one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found] == []


WRONG = [("text", "Wajib diisi", "Required"), ("solution.cause", "Wajib diisi", "Required")]

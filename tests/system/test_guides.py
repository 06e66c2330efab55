"""The office's two printed guides, walked in a real browser, in Malay, at a phone's width and a desk's: each step is
one test, in the guide's order, by what a person sees. A step whose forerunner failed fails too: nobody skips a page.
"""

import csv
import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect, sync_playwright

from deploy.local.processes import wait_until
from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, WIDTHS, robot_done, visiting
from tests.unit.shared.blobs.files import a_jpeg, a_pdf, a_png

STAMP = re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d")
MODULES = Path("services/intake/data/modules.csv")
NAME = "Aminah binti Ismail"
DAYS = itertools.count(10)
WORDS = "Mesej ralat GL-0042 dipaparkan semasa mengesahkan baucar."


@dataclass
class Story:
    """A guide being walked: how far it has come, who is at the screen, and what the steps found out."""

    helpdesk: Helpdesk
    browser: Browser
    width: int
    ic: str
    email: str
    title: str = field(default_factory=lambda: f"Baucar bayaran tidak dapat disahkan {uuid.uuid4().hex[:8]}")
    number: str = ""
    badge: int = 0
    walked: int = 0
    _open: dict[str, Page] = field(default_factory=dict)
    _leave: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def step(self, number: int) -> Iterator[None]:
        """The next step of the guide; it counts as walked when its test is through."""
        assert self.walked == number - 1, f"not walked: step {self.walked + 1} of the guide failed before this one"
        yield
        self.walked = number

    def page(self, who: str) -> Page:
        """The screen of that person, where they left it."""
        if who not in self._open:
            how: dict[str, Any] = {"viewport": {"width": self.width, "height": 800}, "locale": "ms-MY"}
            self._open[who] = self._leave.enter_context(visiting(self.browser, **how))
        return self._open[who]

    def portal(self, path: str = "") -> str:
        return self.helpdesk.url("portal") + path

    def mail(self, says: str, to: str | None = None) -> dict[str, Any]:
        """The mail about this complaint whose subject says that; it may still be on its way."""
        found: list[dict[str, Any]] = []

        def arrived() -> bool:
            mails = [one for one in self.helpdesk.mails(to) if self.number in one["subject"] and says in one["subject"]]
            found[:] = mails
            return bool(mails)

        assert wait_until(arrived, within=60), (says, [one["subject"] for one in self.helpdesk.mails(to)])
        return found[0]

    def link(self, mail: dict[str, Any]) -> str:
        """Where the mail leads."""
        text: str = mail["text"]
        return next(word for word in text.split() if word.startswith(self.helpdesk.url("portal")))

    def log_in(self, who: str, role: str) -> None:
        login = self.helpdesk.login(role)
        page = self.page(who)
        page.goto(self.portal("/log-masuk"))
        page.get_by_label("No. Kad Pengenalan (tanpa -)").fill(login["ic"])
        page.get_by_label("Kata Laluan").fill(login["password"])
        page.get_by_role("button", name="Log Masuk", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Selamat datang")

    def leave(self) -> None:
        self._leave.close()


class Office:
    """What the office does while the complainant's guide is walked, over the API: its own guide is walked below."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._workflow = helpdesk.url("workflow")
        self._helpdesk = helpdesk

    def act(self, role: str, number: str, action: str, **said: Any) -> None:
        """Do it as that role, on the complaint as it is now, as soon as workflow has heard of it."""
        address = f"{self._workflow}/v1/complaints/{number}"
        signed = {"Authorization": f"Bearer {self._begun(role)['token']}"}
        assert wait_until(lambda: httpx2.get(address, headers=signed).status_code == 200, within=60)
        version = httpx2.get(address, headers=signed).headers["ETag"]
        done = httpx2.post(f"{address}/actions/{action}", json=said, headers={**signed, "If-Match": version})
        assert done.status_code == 200, done.text

    def id_of(self, role: str) -> str:
        return str(self._begun(role)["staff"]["id"])

    def _begun(self, role: str) -> dict[str, Any]:
        login = self._helpdesk.login(role)
        sent = {"ic": login["ic"], "password": login["password"]}
        begun: dict[str, Any] = httpx2.post(f"{self._workflow}/v1/sessions", json=sent).json()
        return begun


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, the guides in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="class", params=WIDTHS, ids=lambda width: f"{width}px")
def story(request: pytest.FixtureRequest, chromium: Browser, helpdesk: Helpdesk) -> Iterator[Story]:
    """One walk through the guide of this class, at one width."""
    # a person of each walk's own: what one does counts against the limits of no other
    ic = f"7905{next(DAYS)}990111"
    made = Story(helpdesk, chromium, request.param, ic, f"{uuid.uuid4().hex[:10]}@kelantan.example")
    yield made
    made.leave()


def part(page: Page, heading: str) -> Locator:
    """The part of the page under that heading."""
    return page.get_by_role("region", name=heading, exact=True)


def attach(where: Locator, files: dict[str, bytes]) -> None:
    """Choose these files, and see each taken: with its size, and the way to take it away again."""
    kinds = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
    chosen = [FilePayload(name=name, mimeType=kinds[name[-3:]], buffer=content) for name, content in files.items()]
    where.get_by_label("Lampiran (JPG, PNG atau PDF)").set_input_files(chosen)
    for name in files:
        taken = where.get_by_role("listitem").filter(has_text=name)
        expect(taken).to_contain_text(re.compile(r"\d (B|KB|MB)"))
        expect(taken.get_by_role("button", name=f"Buang {name}")).to_be_visible()


def nothing_hangs_over(page: Page) -> None:
    """The page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


class TestPanduanHelpdeskISpeks:
    """The guide for complainants."""

    def test_1_the_address_opens_under_the_name_of_the_helpdesk_and_links_to_the_check(self, story: Story) -> None:
        with story.step(1):
            page = story.page("complainant")
            page.goto(story.portal())
            assert page.locator("html").get_attribute("lang") == "ms"
            for words in ("Helpdesk iSPEKS", "Sistem Perakaunan Akruan Kerajaan Negeri"):
                expect(page.get_by_role("banner").get_by_text(words, exact=True)).to_be_visible()
            expect(page.get_by_role("heading", level=1)).to_have_text("Borang Aduan")
            page.get_by_role("main").get_by_role("link", name="Semakan Aduan").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Semakan Aduan")
            page.get_by_role("main").get_by_role("link", name="Borang Aduan").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Borang Aduan")
            nothing_hangs_over(page)

    def test_2_bahagian_a_takes_who_and_where_the_complainant_is(self, story: Story) -> None:
        with story.step(2):
            a = part(story.page("complainant"), "Bahagian A : Maklumat Aduan")
            a.get_by_label("No. Kad Pengenalan (tanpa -)").fill(story.ic)
            a.get_by_label("Nama Penuh").fill(NAME)
            places = {"Jabatan": "Perbendaharaan Negeri Kelantan (PKN)", "PTJ": "Unit Teknologi Maklumat"}
            for label, choice in places.items():
                box = a.get_by_role("combobox", name=label)
                expect(box.locator("option").first).to_have_text("Sila pilih")
                box.select_option(label=choice)
            phone = a.get_by_label("No. Telefon Bimbit")
            expect(phone).to_have_accessible_description(re.compile("Tanpa -"))
            phone.fill("0123456789")
            a.get_by_label("E-mel", exact=False).first.fill(story.email)

    def test_3_one_of_the_modules_of_ispeks_is_chosen_in_the_office_s_order(self, story: Story) -> None:
        with story.step(3):
            modules = story.page("complainant").get_by_role("group", name="Modul iSPEKS")
            with MODULES.open(newline="") as file:
                wanted = [
                    f"{row['name_ms']} ({row['code']})" if row["code_confirmed"] == "1" else row["name_ms"]
                    for row in csv.DictReader(file)
                ]
            assert len(wanted) == 22
            assert [words.strip() for words in modules.locator("label").all_inner_texts()] == wanted
            modules.get_by_label("Lejar Am (GL)").check()

    def test_4_bahagian_b_takes_the_title_the_description_and_files(self, story: Story) -> None:
        with story.step(4):
            page = story.page("complainant")
            b = part(page, "Bahagian B : Keterangan Aduan")
            b.get_by_label("Tajuk Aduan").fill(story.title)
            b.get_by_label("Keterangan Aduan").fill(WORDS)
            files = {"ralat.jpg": a_jpeg(), "skrin.png": a_png(), "baucar.pdf": a_pdf()}
            attach(b, files)
            nothing_hangs_over(page)

    def test_5_the_truth_is_confirmed_the_robot_check_ticked_and_the_form_sent(self, story: Story) -> None:
        with story.step(5):
            page = story.page("complainant")
            page.get_by_label("Saya mengesahkan maklumat di atas adalah benar").check()
            robot_done(page)
            page.get_by_role("button", name="Semak dan hantar").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Semak jawapan anda")
            for words in (NAME, story.title, WORDS, "Lejar Am (GL)", "Unit Teknologi Maklumat", "baucar.pdf"):
                expect(page.get_by_role("main")).to_contain_text(words)
            nothing_hangs_over(page)
            page.get_by_role("button", name="Hantar", exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Aduan anda telah diterima")
            story.number = page.locator(".number").inner_text()

    def test_6_a_copy_of_the_complaint_arrives_by_mail(self, story: Story) -> None:
        with story.step(6):
            copy = story.mail("Akuan penerimaan", story.email)["text"]
            for words in (story.number, story.title, WORDS, "Lejar Am"):
                assert words in copy

    def test_7_semakan_takes_the_ic_or_the_number_and_links_to_the_form(self, story: Story) -> None:
        with story.step(7):
            page = story.page("complainant")
            page.get_by_role("link", name="Semakan Aduan").first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Semakan Aduan")
            expect(page.get_by_role("main").get_by_role("link", name="Borang Aduan")).to_be_visible()
            page.get_by_label("ID Pengguna (No. Kad Pengenalan").fill(story.ic)
            page.get_by_role("button", name="Cari").click()
            expect(page.get_by_role("main")).to_contain_text(
                "Jika ada aduan di bawah No. KP ini, pautannya telah dihantar ke e-mel yang didaftarkan"
            )
            page.goto(story.portal("/semakan"))
            page.get_by_label("No. Aduan").fill(story.number)
            page.get_by_role("button", name="Cari").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(story.number)
            expect(part(page, "Status aduan")).to_contain_text("Baharu")
            nothing_hangs_over(page)

    def test_8_what_is_found_opens_with_its_history(self, story: Story) -> None:
        with story.step(8):
            page = story.page("complainant")
            # from the number, with the IC beside it
            page.get_by_label("No. Kad Pengenalan (tanpa -)").fill(story.ic)
            page.get_by_role("button", name="Cari").click()
            expect(part(page, "Sejarah Maklum Balas").get_by_role("listitem").first).to_contain_text("Aduan diterima")
            # from the IC, by the link that came
            page.goto(story.link(story.mail("Pautan semakan", story.email)))
            expect(page.get_by_role("heading", level=1)).to_have_text(story.title)
            history = part(page, "Sejarah Maklum Balas")
            expect(history.get_by_role("listitem").first).to_contain_text(WORDS)
            assert STAMP.search(history.inner_text())
            nothing_hangs_over(page)

    def test_9_the_form_says_that_the_check_depends_on_what_it_was_given(self, story: Story) -> None:
        with story.step(9):
            page = story.page("complainant")
            page.goto(story.portal("/semakan"))
            page.get_by_label("No. Aduan").fill(story.number)
            page.get_by_label("ID Pengguna (No. Kad Pengenalan").fill("900101990001")
            page.get_by_role("button", name="Cari").click()
            expect(page.get_by_role("main")).to_contain_text("Tiada aduan dijumpai")
            expect(page.get_by_role("main")).to_contain_text("maklumat yang sama seperti pada borang")
            page.goto(story.portal())
            expect(part(page, "Bahagian A : Maklumat Aduan")).to_contain_text("semakan aduan bergantung padanya")

    def test_10_a_complainant_who_is_asked_to_close_finds_the_complaint_by_the_check(self, story: Story) -> None:
        with story.step(10):
            office = Office(story.helpdesk)
            office.act("ADMIN", story.number, "assign", pic=office.id_of("PIC"))
            office.act(
                "PIC",
                story.number,
                "request_close",
                text="Sila cuba semula dan tutup log jika transaksi berjaya.",
                solution={"cause": "Had kuasa", "steps": "Naikkan had kuasa"},
            )
            assert "Belum selesai" in story.mail("Mohon pengesahan dan penutupan aduan", story.email)["text"]
            page = story.page("complainant")
            page.goto(story.portal("/semakan"))
            page.get_by_label("No. Aduan").fill(story.number)
            page.get_by_label("ID Pengguna (No. Kad Pengenalan").fill(story.ic)
            page.get_by_role("button", name="Cari").click()
            expect(part(page, "Status aduan")).to_contain_text("Mohon Pengadu Tutup Aduan")

    def test_11_the_thread_shows_the_answers_with_name_date_and_time(self, story: Story) -> None:
        with story.step(11):
            page = story.page("complainant")
            asked = part(page, "Sejarah Maklum Balas").get_by_role("listitem").last
            expect(asked).to_contain_text("Sila cuba semula dan tutup log jika transaksi berjaya.")
            expect(asked).to_contain_text(story.helpdesk.login("PIC")["name"])
            expect(asked.get_by_text(STAMP)).to_be_visible()
            expect(page.get_by_role("main")).not_to_contain_text("Naikkan had kuasa")
            nothing_hangs_over(page)

    def test_12_below_it_the_complainant_answers_and_closes(self, story: Story) -> None:
        with story.step(12):
            page = story.page("complainant")
            reply = part(page, "Maklum Balas Anda")
            send = reply.get_by_role("button", name="Hantar", exact=True)
            for label in ("ID Pengguna (No. Kad Pengenalan, tanpa -)", "Nama Penuh"):
                expect(reply.get_by_label(label)).to_have_accessible_name(re.compile("Wajib diisi"))
            reply.get_by_label("ID Pengguna (No. Kad Pengenalan, tanpa -)").fill(story.ic)
            reply.get_by_label("Nama Penuh").fill(NAME)
            reply.get_by_label("Maklum balas").fill("Terima kasih, sudah berjaya.")
            reply.get_by_label("Saya ingin menutup aduan ini").check()
            robot_done(page)
            send.click()
            expect(page.get_by_role("heading", name="Aduan telah ditutup")).to_be_visible()
            expect(part(page, "Sejarah Maklum Balas")).to_contain_text("Terima kasih, sudah berjaya.")
            expect(page.get_by_role("link", name="treasury@kelantan.gov.my")).to_be_visible()
            nothing_hangs_over(page)


class TestPanduanPIC:
    """The guide for PICs: its flow chart, and its steps where they come in it."""

    def test_1_a_complaint_received_is_checked_by_admin_and_handed_to_the_pic_concerned(self, story: Story) -> None:
        with story.step(1):
            form = {
                "ic": story.ic,
                "name": NAME,
                "department": "PKN",
                "ptj": "101-001",
                "phone": "0123456789",
                "email": story.email,
                "language": "ms",
                "module": "gl",
                "title": story.title,
                "description": WORDS,
                "confirmed": True,
            }
            key = {"Idempotency-Key": str(uuid.uuid4())}
            filed = httpx2.post(f"{story.helpdesk.url('intake')}/v1/complaints", json=form, headers=key)
            story.number = filed.json()["number"]
            story.mail("", story.email)
            story.log_in("PIC", "PIC")
            story.badge = _badge(story.page("PIC"))
            story.log_in("ADMIN", "ADMIN")
            page = story.page("ADMIN")
            _opened(page, story, "Baharu")
            _unfold(page, "Agihkan kepada PIC")
            pic = page.get_by_role("combobox", name="PIC", exact=False)
            name = story.helpdesk.login("PIC")["name"]
            pic.select_option(label=pic.locator("option", has_text=name).inner_text())
            page.get_by_role("button", name="Agihkan kepada PIC").click()
            _done(page, "Agihkan kepada PIC")
            nothing_hangs_over(page)

    def test_2_the_pic_logs_in_with_the_ic_and_a_password(self, story: Story) -> None:
        with story.step(2):
            story.log_in("PIC", "PIC")

    def test_3_on_the_dashboard_the_inbox_carries_the_count_of_complaints_handed_over(self, story: Story) -> None:
        with story.step(3):
            page = story.page("PIC")
            expect(page.get_by_role("link", name="Papan Pemuka")).to_have_attribute("aria-current", "page")
            assert _badge(page) == story.badge + 1
            page.get_by_role("navigation").get_by_role("link", name="Peti Masuk Helpdesk").click()
            assert page.title().endswith("Helpdesk iSPEKS")
            assert "Peti Masuk Helpdesk" in page.title()
            nothing_hangs_over(page)

    def test_4_the_pic_is_told_by_mail_that_admin_handed_it_over(self, story: Story) -> None:
        with story.step(4):
            told = story.mail("Aduan diagihkan kepada tuan/puan")
            assert story.link(told) == story.portal(f"/staf/aduan/{story.number}")

    def test_5_the_inbox_shows_who_complained_of_what_where_it_stands_with_whom_and_for_how_long(
        self, story: Story
    ) -> None:
        with story.step(5):
            page = story.page("PIC")
            page.goto(story.portal(f"/staf/peti?folder=mine&q={story.number}"))
            headers = page.locator("thead").inner_text()
            for column in ("Maklumat Pengadu", "Kategori Aduan", "Status", "PIC", "Bilangan Hari Aging Aduan"):
                assert column in headers
            row = page.get_by_role("row").filter(has_text=story.number)
            for words in (
                "******-**-" + story.ic[-4:],
                NAME,
                "Unit Teknologi Maklumat",
                story.title,
                "Lejar Am",
                "Baharu",
                story.helpdesk.login("PIC")["name"],
                "0 hari bekerja",
            ):
                expect(row).to_contain_text(words)
            assert re.search(r"\d\d-\d\d-\d{4}", row.inner_text())
            expect(row.get_by_title("0 hari kalendar")).to_be_visible()
            if story.width < 900:
                # a card says its columns itself
                for column in ("Kategori Aduan", "Status", "PIC", "Bilangan Hari Aging Aduan"):
                    expect(row.locator(f"td[data-label='{column}']")).to_be_visible()
            nothing_hangs_over(page)
            row.get_by_role("link", name=story.title).click()

    def test_6_the_detail_shows_the_complaint_the_complainant_and_the_history(self, story: Story) -> None:
        with story.step(6):
            page = story.page("PIC")
            expect(page.get_by_role("heading", level=1)).to_have_text(story.title)
            about = part(page, "Maklumat Aduan & Pengadu")
            for words in (
                story.number,
                NAME,
                "******-**-" + story.ic[-4:],
                "***@kelantan.example",
                "Perbendaharaan Negeri Kelantan",
                "Unit Teknologi Maklumat",
                "Lejar Am (GL)",
            ):
                expect(about).to_contain_text(words)
            assert STAMP.search(about.inner_text())
            expect(about.get_by_text("No. HP", exact=True)).to_be_visible()
            about.get_by_role("button", name="Papar maklumat hubungan").click()
            for words in (story.ic, "+60123456789", story.email):
                expect(part(page, "Maklumat Aduan & Pengadu")).to_contain_text(words)
            expect(part(page, "Keterangan Aduan")).to_contain_text(WORDS)
            expect(part(page, "Sejarah Maklum Balas")).to_contain_text("Aduan diterima")
            nothing_hangs_over(page)

    def test_7_a_box_sends_feedback_to_the_complainant(self, story: Story) -> None:
        with story.step(7):
            page = story.page("PIC")
            _act(page, "Balas pengadu", {"Balasan kepada pengadu": "Kami sedang menyemak."}, "Hantar balasan")
            expect(part(page, "Sejarah Maklum Balas")).to_contain_text("Kami sedang menyemak.")
            _stands(page, "Dalam proses", "Dalam Tindakan PIC")
            story.mail("", story.email)

    def test_8_status_mohon_maklumbalas_pengadu_asks_and_the_complainant_is_told_and_answers(
        self, story: Story
    ) -> None:
        with story.step(8):
            page = story.page("PIC")
            fold = _unfold(page, "Mohon maklum balas pengadu")
            expect(fold).to_contain_text("Status: Mohon Maklumbalas Pengadu")
            fold.get_by_label("Soalan kepada pengadu").fill("Apakah no. baucar?")
            fold.get_by_role("button", name="Hantar soalan").click()
            _stands(page, "Dalam proses", "Mohon Maklumbalas Pengadu")
            her = story.page("complainant")
            her.goto(story.link(story.mail("Maklum balas tuan/puan diperlukan", story.email)))
            expect(part(her, "Sejarah Maklum Balas")).to_contain_text("Apakah no. baucar?")
            part(her, "Maklum Balas Anda").get_by_label("Maklum balas").fill("BV-2026-001234")
            robot_done(her)
            her.get_by_role("button", name="Hantar", exact=True).click()
            expect(part(her, "Sejarah Maklum Balas")).to_contain_text("BV-2026-001234")
            _until(page, lambda: part(page, "Sejarah Maklum Balas").get_by_text("BV-2026-001234"))
            _stands(page, "Dalam proses", "Dalam Tindakan PIC")

    def test_9_not_solved_it_is_referred_to_the_implementor_who_answers_back(self, story: Story) -> None:
        with story.step(9):
            page = story.page("PIC")
            tried = {"Apa yang telah dicuba": "Had kuasa telah disemak."}
            _act(page, "Rujuk kepada Implementor", tried, "Rujuk kepada Implementor")
            _stands(page, "Dalam proses", "Dirujuk kepada Implementor")
            story.log_in("IMPLEMENTOR", "IMPLEMENTOR")
            theirs = story.page("IMPLEMENTOR")
            _opened(theirs, story, "Dirujuk kepada Implementor")
            answer = {"Jawapan kepada PIC": "Perlu tampalan daripada pembangun."}
            _fill(theirs, "Pulangkan kepada PIC", answer, "Pulangkan kepada PIC")
            # it is the PIC's again, and the Implementor reads only what is in the queue
            expect(theirs.get_by_role("heading", level=1)).to_have_text("Pulangkan kepada PIC: selesai.")
            nothing_hangs_over(theirs)

    def test_10_still_not_solved_status_dalam_tindakan_vendor_logs_it_with_bkp_ttsb_and_its_log(
        self, story: Story
    ) -> None:
        with story.step(10):
            page = story.page("PIC")
            _opened(page, story, "Dalam Tindakan PIC")
            expect(part(page, "Sejarah Maklum Balas")).to_contain_text("Perlu tampalan daripada pembangun.")
            fold = _unfold(page, "Log kepada Helpdesk BKP/TTSB")
            expect(fold).to_contain_text("Status: Dalam Tindakan Vendor")
            fold.get_by_label("Laporan kepada vendor").fill("Laporan teknikal untuk vendor.")
            fold.get_by_label("No. Log Vendor").fill("TTSB-2026-0042")
            attach(fold, {"log-aduan.pdf": a_pdf()})
            nothing_hangs_over(page)
            fold.get_by_role("button", name="Log kepada Helpdesk BKP/TTSB").click()
            _stands(page, "Dalam proses", "Dalam Tindakan Vendor")
            logged = part(page, "Sejarah Maklum Balas").get_by_role("listitem").filter(has_text="Laporan teknikal")
            expect(logged).to_contain_text("Kakitangan dan vendor sahaja")
            expect(logged).to_contain_text("TTSB-2026-0042")
            expect(logged).to_contain_text("log-aduan.pdf")
            # the vendor's leg is not the complainant's
            her = story.page("complainant")
            her.reload()
            expect(part(her, "Status aduan")).to_contain_text("Dalam Tindakan Vendor")
            expect(her.get_by_role("main")).not_to_contain_text("Laporan teknikal")
            expect(her.get_by_role("main")).not_to_contain_text("log-aduan.pdf")
            answer = {"Jawapan vendor": "Tampalan telah dipasang."}
            _act(page, "Vendor telah menjawab", answer, "Vendor telah menjawab")

    def test_11_solved_status_mohon_pengadu_tutup_aduan_asks_and_the_complainant_is_told(self, story: Story) -> None:
        with story.step(11):
            page = story.page("PIC")
            fold = _unfold(page, "Mohon pengadu tutup aduan")
            expect(fold).to_contain_text("Status: Mohon Pengadu Tutup Aduan")
            fold.get_by_label("Penjelasan kepada pengadu").fill("Sila cuba semula, kemudian tutup aduan.")
            fold.get_by_label("Punca").fill("Pepijat")
            fold.get_by_label("Langkah penyelesaian").fill("Pasang tampalan")
            fold.get_by_role("button", name="Mohon pengadu tutup aduan").click()
            _stands(page, "Dalam proses", "Mohon Pengadu Tutup Aduan")
            story.mail("Mohon pengesahan dan penutupan aduan", story.email)

    def test_12_the_complainant_closes_and_the_badge_says_selesai(self, story: Story) -> None:
        with story.step(12):
            her = story.page("complainant")
            her.goto(story.link(story.mail("Mohon pengesahan dan penutupan aduan", story.email)))
            her.get_by_label("Saya ingin menutup aduan ini").check()
            robot_done(her)
            her.get_by_role("button", name="Hantar", exact=True).click()
            expect(her.get_by_role("heading", name="Aduan telah ditutup")).to_be_visible()
            page = story.page("PIC")
            page.goto(story.portal(f"/staf/peti?folder=closed&q={story.number}"))
            row = page.get_by_role("row").filter(has_text=story.number)
            _until(page, lambda: row)
            expect(row).to_contain_text("Selesai")
            expect(row).to_contain_text("Diselesaikan")
            assert _badge(page) == story.badge
            nothing_hangs_over(page)


def _badge(page: Page) -> int:
    count = page.get_by_role("navigation").get_by_role("link", name="Peti Masuk Helpdesk").locator("[title]")
    found = re.match(r"(\d+) aduan", count.get_attribute("title") or "") if count.count() else None
    return int(found[1]) if found else 0


def _opened(page: Page, story: Story, says: str) -> None:
    """Open the complaint in the inbox, as soon as the list has it in that state."""
    page.goto(story.portal(f"/staf/peti?folder=all&q={story.number}"))
    row = page.get_by_role("row").filter(has_text=story.number)
    _until(page, lambda: row.filter(has_text=says))
    row.get_by_role("link", name=story.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(story.title)


def _unfold(page: Page, action: str) -> Locator:
    """The fold of an action, open."""
    fold = part(page, "Tindakan").get_by_role("group").filter(has=page.locator("summary", has_text=action)).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    return fold


def _act(page: Page, action: str, typed: dict[str, str], button: str) -> None:
    """Do it, and see it done."""
    _fill(page, action, typed, button)
    _done(page, action)


def _fill(page: Page, action: str, typed: dict[str, str], button: str) -> None:
    """Unfold it, fill it in, press its button."""
    fold = _unfold(page, action)
    for label, words in typed.items():
        fold.get_by_label(label).fill(words)
    fold.get_by_role("button", name=button, exact=True).click()


def _done(page: Page, action: str) -> None:
    expect(page.get_by_role("status").filter(has_text=f"{action}: selesai.")).to_be_visible()


def _stands(page: Page, phase: str, state: str) -> None:
    """The badge and the state at the head of the page."""
    head = page.locator("header").filter(has=page.get_by_role("heading", level=1))
    expect(head).to_contain_text(phase)
    expect(head).to_contain_text(state)


def _until(page: Page, found: Callable[[], Locator]) -> None:
    """Reload until it is there: what somebody else has done takes a moment."""
    for _ in range(60):
        if found().count():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"it never came: {found()}")

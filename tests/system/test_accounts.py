"""Accounts through the whole system and in a real browser: a password of one's own at the first login, a forgotten one
reset by mail, sessions and locks, and what was typed when a session ended."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.local.processes import wait_until
from tests.support import infra
from tests.support.house import House, a_house
from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, WIDTHS, visiting
from tests.system.test_staff_pages import Complainant, act

FIRST, OWN, NEXT = "kata-laluan-nora", "lima gajah biru", "tujuh gajah biru"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, accounts in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    """Where the first password must be changed; nobody is let off as under `make run`."""
    with a_house(databases, brokers) as made:
        yield made


class Member:
    """Somebody Admin has just added."""

    def __init__(self, workflow: str, token: str) -> None:
        self.ic = f"900101-99-{uuid.uuid4().int % 9000 + 1000}"
        self.email = f"nora.{uuid.uuid4().hex[:8]}@pkn.example"
        body = {
            "ic": self.ic,
            "name": "Nora binti Zaki",
            "email": self.email,
            "phone": "012-345 6789",
            "roles": ["PIC"],
            "password": FIRST,
        }
        answer = httpx2.post(f"{workflow}/v1/staff", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text
        self.id: str = answer.json()["id"]


def admin_of(helpdesk: Helpdesk) -> str:
    """A token of the demo's Admin."""
    login = {name: helpdesk.login("ADMIN")[name] for name in ("ic", "password")}
    token: str = httpx2.post(f"{helpdesk.url('workflow')}/v1/sessions", json=login).json()["token"]
    return token


def log_in(page: Page, portal: str, ic: str, password: str) -> None:
    page.goto(f"{portal}/log-masuk")
    page.fill("#ic", ic)
    page.fill("#password", password)
    page.get_by_role("button", name="Log Masuk").click()


def choose(page: Page, button: str, **typed: str) -> None:
    """Fill in a form of passwords and send it."""
    for field, text in typed.items():
        page.fill(f"input#{field}", text)
    page.get_by_role("button", name=button).click()


def looks_right(page: Page) -> None:
    """Nothing is wider than the screen, and axe finds nothing."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def mailed(helpdesk: Helpdesk, to: str, subject: str) -> str:
    """The text of the newest mail with this subject, once it has come."""

    def come() -> list[str]:
        return [mail["text"] for mail in helpdesk.mails(to) if mail["subject"] == subject]

    assert wait_until(lambda: bool(come()), within=60), (to, subject)
    return come()[0]


@SCRIPTS
def test_whom_admin_added_chooses_a_password_of_their_own_before_anything_else(
    chromium: Browser, house: House, scripts: bool
) -> None:
    portal = house.url("portal")
    nora = Member(house.url("workflow"), house.token("admin"))
    with visiting(chromium, java_script_enabled=scripts) as page:
        page.goto(f"{portal}/staf/penyelesaian")
        page.fill("#ic", nora.ic)
        page.fill("#password", FIRST)
        page.get_by_role("button", name="Log Masuk").click()
        expect(page.locator("h1")).to_have_text("Tukar Kata Laluan Dahulu")
        if scripts:
            looks_right(page)
        page.goto(f"{portal}/staf/penyelesaian")
        expect(page.locator("h1")).to_have_text("Tukar Kata Laluan Dahulu")
        choose(page, "Tukar kata laluan", current=FIRST, new="nora zaki 1", repeat="nora zaki 1")
        expect(page.locator("#errors")).to_contain_text("Kata laluan tidak boleh sama dengan nama")
        page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Change Your Password First")
        page.get_by_role("button", name="Bahasa Melayu").click()
        choose(page, "Tukar kata laluan", current=FIRST, new=OWN, repeat=OWN)
        page.wait_for_url(f"{portal}/staf/penyelesaian")


@SCRIPTS
def test_a_forgotten_password_is_reset_by_a_link_that_opens_once(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    portal = helpdesk.url("portal")
    nora = Member(helpdesk.url("workflow"), admin_of(helpdesk))
    with visiting(chromium, java_script_enabled=scripts) as page:
        page.goto(f"{portal}/log-masuk")
        page.get_by_role("link", name="Lupa kata laluan?").click()
        page.fill("#ic", nora.ic)
        page.get_by_role("button", name="Hantar pautan").click()
        expect(page.get_by_role("status")).to_contain_text("Jika ada akaun bagi No. Kad Pengenalan itu")
        if scripts:
            looks_right(page)
        found = re.search(r"http\S+/kata-laluan/(\S+)", mailed(helpdesk, nora.email, "Tetapan semula kata laluan"))
        assert found is not None
        link, token = found[0], found[1]
        for _ in range(2):
            opened = page.goto(link)
            assert opened is not None
            assert opened.headers["referrer-policy"] == "no-referrer"
        if scripts:
            looks_right(page)
        choose(page, "Simpan kata laluan", password="kata-laluan", repeat="kata-laluan")
        expect(page.locator("#errors")).to_contain_text("terlalu biasa")
        choose(page, "Simpan kata laluan", password=OWN, repeat=OWN)
        expect(page.get_by_role("status")).to_have_text("Kata laluan baharu telah disimpan. Sila log masuk.")
        page.goto(link)
        choose(page, "Simpan kata laluan", password=NEXT, repeat=NEXT)
        expect(page.locator("h1")).to_have_text("Pautan ini tidak sah lagi")
        log_in(page, portal, nora.ic, OWN)
        expect(page.locator("h1")).to_contain_text("Selamat datang")
    assert "melalui pautan" in mailed(helpdesk, nora.email, "Kata laluan tuan/puan telah ditukar")
    logs = [path for path in helpdesk.home.rglob("*.log") if path.is_file()]
    assert logs
    assert [path.name for path in logs if token in path.read_text(errors="replace")] == []


def test_one_ends_a_session_changes_the_password_and_the_language(chromium: Browser, helpdesk: Helpdesk) -> None:
    portal = helpdesk.url("portal")
    nora = Member(helpdesk.url("workflow"), admin_of(helpdesk))
    with visiting(chromium) as page, visiting(chromium, user_agent=FIREFOX) as other:
        log_in(page, portal, nora.ic, FIRST)
        log_in(other, portal, nora.ic, FIRST)
        page.get_by_role("link", name="Akaun saya").click()
        expect(page.locator(".places")).to_contain_text("Firefox, Linux")
        looks_right(page)
        page.get_by_role("button", name="Tamatkan").click()
        expect(page.locator(".places")).not_to_contain_text("Firefox")
        log_in(other, portal, nora.ic, FIRST)
        choose(page, "Tukar kata laluan", current="bukan ini lah", new=OWN, repeat=OWN)
        expect(page.locator("#errors")).to_contain_text("Kata laluan semasa tidak betul")
        looks_right(page)
        choose(page, "Tukar kata laluan", current=FIRST, new=OWN, repeat=OWN)
        expect(page.get_by_role("status")).to_contain_text("Kata laluan telah ditukar")
        page.select_option("#language", "en")
        page.get_by_role("button", name="Simpan").click()
        expect(page.get_by_role("status")).to_have_text("The language has been saved.")
        other.goto(f"{portal}/staf/akaun")
        expect(other.locator("h1")).to_have_text("Log Masuk Kakitangan")
    assert mailed(helpdesk, nora.email, "Kata laluan tuan/puan telah ditukar")


def test_admin_opens_a_lock_ends_sessions_and_reads_who_did_what(chromium: Browser, helpdesk: Helpdesk) -> None:
    portal = helpdesk.url("portal")
    nora = Member(helpdesk.url("workflow"), admin_of(helpdesk))
    with visiting(chromium) as page, visiting(chromium) as admin:
        for _ in range(5):
            log_in(page, portal, nora.ic, "bukan ini lah")
        log_in(page, portal, nora.ic, FIRST)
        expect(page.locator("#errors")).to_contain_text("Cuba semula dalam 15 minit")
        log_in(admin, portal, helpdesk.login("ADMIN")["ic"], helpdesk.login("ADMIN")["password"])
        admin.goto(f"{portal}/staf/kakitangan/{nora.id}")
        expect(admin.locator("main")).to_contain_text("Dikunci hingga")
        looks_right(admin)
        admin.get_by_role("button", name="Buka kunci").click()
        expect(admin.get_by_role("status")).to_have_text("Kunci telah dibuka.")
        log_in(page, portal, nora.ic, FIRST)
        expect(page.locator("h1")).to_contain_text("Selamat datang")
        admin.get_by_role("button", name="Tamatkan semua sesi").click()
        expect(admin.get_by_role("status")).to_have_text("Semua sesi telah ditamatkan.")
        page.goto(f"{portal}/staf/akaun")
        expect(page.locator("h1")).to_have_text("Log Masuk Kakitangan")
        admin.get_by_role("link", name="Audit capaian").click()
        done = ["Menamatkan semua sesi", "Membuka kunci", "Menambah kakitangan"]
        assert [cell.strip() for cell in admin.locator("table.access td:nth-child(3)").all_inner_texts()] == done
        looks_right(admin)
        admin.goto(f"{portal}/staf/audit-capaian?number=tiada&staff={nora.id}")
        expect(admin.locator("main")).to_contain_text("Tiada rekod bagi tapisan ini.")


@SCRIPTS
def test_a_reply_typed_while_the_session_ended_survives_the_login(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    portal, workflow = helpdesk.url("portal"), helpdesk.url("workflow")
    her = Complainant(helpdesk, f"Baucar {uuid.uuid4().hex[:8]}")
    nora = Member(workflow, admin_of(helpdesk))
    assigned = {"items": [{"number": her.number, "pic": nora.id}]}

    def assign() -> bool:
        headers = {"Authorization": f"Bearer {admin_of(helpdesk)}"}
        answer = httpx2.post(f"{workflow}/v1/assignments", json=assigned, headers=headers)
        result: Any = answer.json()["items"][0]
        return bool(result["ok"])

    assert wait_until(assign, within=60)
    text = "Sila cuba sekali lagi.\nKosongkan “cache” dahulu <b>& mulakan</b> semula. 😀 " + "Langkah seterusnya. " * 20
    with visiting(chromium, java_script_enabled=scripts) as page:
        log_in(page, portal, nora.ic, FIRST)
        page.goto(f"{portal}/staf/aduan/{her.number}")
        act(page, "start")
        fold = page.locator("#act-reply")
        if fold.evaluate("fold => fold.matches('details:not([open])')"):
            fold.locator("summary").click()
        page.fill("#reply-text", text)
        headers = {"Authorization": f"Bearer {admin_of(helpdesk)}"}
        assert httpx2.delete(f"{workflow}/v1/staff/{nora.id}/sessions", headers=headers).status_code == 204
        fold.locator("button[type=submit]").click()
        expect(page.locator("h1")).to_have_text("Log Masuk Kakitangan")
        page.fill("#ic", nora.ic)
        page.fill("#password", "bukan ini lah")
        page.get_by_role("button", name="Log Masuk").click()
        page.fill("#password", FIRST)
        page.get_by_role("button", name="Log Masuk").click()
        expect(page.locator("textarea").first).to_have_value(text)
        page.locator("button[name=again]").click()
        expect(page.locator("#reply-text")).to_have_value(text)
        page.locator("#act-reply button[type=submit]").click()
        expect(page.locator("#said .panel.good")).to_contain_text("selesai")
        expect(page.locator(".thread")).to_contain_text("Kosongkan “cache” dahulu <b>& mulakan</b> semula. 😀")


def test_a_reply_kept_through_the_login_is_kept_through_the_first_change_too(chromium: Browser, house: House) -> None:
    """Admin gave another password while the reply was being written."""
    portal, workflow = house.url("portal"), house.url("workflow")
    nora = Member(workflow, house.token("admin"))
    house.run(house.office.file(number := "HD-2026-000077-A"))
    house.run(house.office.do("admin", "assign", number, pic=nora.id))
    text = "Jawapan yang panjang dan tidak boleh hilang walau apa pun berlaku."
    with visiting(chromium) as page:
        log_in(page, portal, nora.ic, FIRST)
        choose(page, "Tukar kata laluan", current=FIRST, new=OWN, repeat=OWN)
        expect(page.locator("h1")).to_contain_text("Selamat datang")
        page.goto(f"{portal}/staf/aduan/{number}")
        fold = page.locator("#act-reply")
        if fold.evaluate("fold => fold.matches('details:not([open])')"):
            fold.locator("summary").click()
        page.fill("#reply-text", text)
        headers = {"Authorization": f"Bearer {house.token('admin')}"}
        given = httpx2.patch(f"{workflow}/v1/staff/{nora.id}", json={"password": NEXT}, headers=headers)
        assert given.status_code == 204
        fold.locator("button[type=submit]").click()
        page.fill("#ic", nora.ic)
        page.fill("#password", NEXT)
        page.get_by_role("button", name="Log Masuk").click()
        choose(page, "Tukar kata laluan", current=NEXT, new="sembilan gajah", repeat="sembilan gajah")
        expect(page.locator("textarea").first).to_have_value(text)
        page.locator("button[name=again]").click()
        expect(page.locator("#reply-text")).to_have_value(text)

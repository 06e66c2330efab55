"""A PIC who is away, and one who leaves, in a real browser without scripts: a deputy acts, a desk is handed over."""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, visiting
from tests.system.test_staff_pages import Complainant, act, enter


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, absences in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def pick(page: Page, field: str, name: str) -> None:
    """Choose whoever has this name, whatever else their line says."""
    found = page.locator(f"{field} option", has_text=name).first.get_attribute("value")
    page.select_option(field, value=found)


def test_a_deputy_acts_and_a_desk_is_handed_over(chromium: Browser, helpdesk: Helpdesk) -> None:
    portal = helpdesk.url("portal")
    away, deputy = helpdesk.login("PIC"), helpdesk.login("PIC", 1)
    her = Complainant(helpdesk, "Baucar semasa PIC tiada")
    address = f"{portal}/staf/aduan/{her.number}"
    today = datetime.datetime.now(ZoneInfo("Asia/Kuala_Lumpur")).date()

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, away)
        page.goto(f"{portal}/staf/ketidakhadiran")
        page.fill("#from", today.isoformat())
        page.fill("#until", (today + datetime.timedelta(days=1)).isoformat())
        pick(page, "#deputy", deputy["name"])
        page.locator("#away button[type=submit]").click()
        expect(page.locator(".panel.good")).to_contain_text("direkodkan")

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{address}?tulis=assign")
        expect(page.locator("#assign-pic")).to_contain_text(f"timbalan: {deputy['name']}")
        pick(page, "#assign-pic", f"{away['name']} (")
        page.locator("#act-assign button[type=submit]").click()
        expect(page.locator("#said .panel.good")).to_contain_text("selesai")

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, deputy)
        page.goto(f"{portal}/staf/peti?folder=mine&q={her.number}")
        expect(page.locator("tr.first-act")).to_contain_text("Menunggu tindakan pertama anda")
        page.goto(address)
        act(page, "start")
        page.goto(f"{portal}/staf/ketidakhadiran")
        expect(page.locator("main")).to_contain_text(away["name"])
        assert page.get_by_role("button", name="Tamatkan").count() == 0

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/ketidakhadiran")
        page.get_by_role("button", name=f"Tamatkan {away['name']}").click()
        expect(page.locator(".panel.good")).to_contain_text("ditamatkan")
        page.goto(f"{portal}/staf/kakitangan")
        page.get_by_role("link", name=f"Ubah {away['name']}").click()
        page.uncheck("[name=active]")
        page.locator("#member button[type=submit]").click()
        expect(page.locator("#errors")).to_contain_text("Serahkan aduan itu dahulu")
        page.get_by_role("link", name="Serah semua aduan").click()
        pick(page, "#to", deputy["name"])
        page.fill("#reason", "Bertukar pejabat")
        page.locator("#leaving button[type=submit]").click()
        expect(page.locator(".panel.good")).to_contain_text(her.number)

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, deputy)
        page.goto(address)
        expect(page.locator("#act-request_close")).to_have_count(1)

"""The vendor's helpdesk in a real browser without scripts: a mail with a link, an update, an answer, nothing more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from deploy.local.processes import wait_until
from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import CHROMIUM, visiting
from tests.system.test_staff_pages import Complainant, act, enter

HELPDESK = "helpdesk@ttsb.example"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NOT RUN, the vendor's link in a browser: there is no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_helpdesk_without_an_account_reads_updates_and_answers(chromium: Browser, helpdesk: Helpdesk) -> None:
    portal = helpdesk.url("portal")
    her = Complainant(helpdesk, "Baucar yang hanya vendor boleh betulkan")
    address = f"{portal}/staf/aduan/{her.number}"

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/vendor")
        page.fill("#email", HELPDESK)
        page.locator("#desk button[type=submit]").click()
        expect(page.locator(".panel.good")).to_contain_text("disimpan")
        page.goto(f"{address}?tulis=assign")
        name = helpdesk.login("PIC")["name"]
        chosen = page.locator("#assign-pic option", has_text=f"{name} (").first.get_attribute("value")
        page.select_option("#assign-pic", value=chosen)
        page.locator("#act-assign button[type=submit]").click()
        expect(page.locator("#said .panel.good")).to_contain_text("selesai")

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, helpdesk.login("PIC"))
        page.goto(f"{address}?tulis=log_vendor")
        page.fill("#log_vendor-text", "Ralat GL-102 selepas tempoh ditutup.")
        act(page, "log_vendor")
        expect(page.locator("#vendor")).to_contain_text("0 daripada 15 hari bekerja")

    def arrived() -> list[dict[str, Any]]:
        return [mail for mail in helpdesk.mails(HELPDESK) if her.number in mail["subject"]]

    assert wait_until(lambda: bool(arrived()), within=60)
    (mail,) = arrived()
    found = re.search(r"https?://\S+/vendor/[\w.-]+(?=\s)", mail["text"])
    assert found is not None
    link = found[0]

    with visiting(chromium, java_script_enabled=False) as page:
        page.goto(link)
        expect(page.locator("main")).to_contain_text("Ralat GL-102 selepas tempoh ditutup.")
        page.fill("#vendor_reference", "TTSB-2026-0061")
        page.get_by_role("button", name="Hantar kemas kini").click()
        expect(page.locator(".panel.good")).to_contain_text("Kemas kini diterima")
        expect(page.locator("main")).to_contain_text("TTSB-2026-0061")
        page.get_by_role("button", name="Hantar jawapan penyelesaian").click()
        expect(page.locator("#errors")).to_be_visible()
        page.fill("#text", "Dibaiki dalam versi 4.2.")
        page.get_by_role("button", name="Hantar jawapan penyelesaian").click()
        expect(page.locator("h1")).to_have_text("Jawapan diterima")
        assert (answer := page.goto(link)) is not None
        assert answer.status == 404, "it is over with its leg"

    with visiting(chromium, java_script_enabled=False) as page:
        enter(page, portal, helpdesk.login("PIC"))
        page.goto(address)
        expect(page.locator(".thread")).to_contain_text("Dibaiki dalam versi 4.2.")
        expect(page.locator(".thread")).to_contain_text("melalui pautan")
        page.goto(f"{portal}/staf/peti?folder=all&q=TTSB-2026-0061")
        expect(page.locator("#rows")).to_contain_text(her.number)

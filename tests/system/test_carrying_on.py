"""What becomes of a complaint that has ended, in a browser and through the whole system: rejected from the list,
contested once, carried on by a new one; and a duplicate that shows its original's status and dates, nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.processes import wait_until
from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import chromium, visiting
from tests.system.test_staff_pages import enter

__all__ = ["chromium"]
WIDTHS = ((360, 740), (1280, 900))
FORM: dict[str, Any] = {
    "ic": "800101990001",
    "name": "Aminah binti Ismail",
    "department": "PKN",
    "ptj": "101-001",
    "phone": "0123456789",
    "whatsapp_consent": False,
    "language": "ms",
    "module": "gl",
    "description": "Baki akaun di lejar am tidak sama dengan penyata bank.",
    "confirmed": True,
    "altcha": None,
}


class Office:
    """The house over HTTP: complaints filed, told, and acted on by Admin."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk, self.http = helpdesk, httpx2.Client(timeout=60)
        login = helpdesk.login("ADMIN")
        body = {"ic": login["ic"], "password": login["password"]}
        self.session = self.http.post(f"{helpdesk.url('workflow')}/v1/sessions", json=body).json()["session"]

    def file(self, title: str, email: str) -> tuple[str, str]:
        """Number and tracking link."""
        answer = self.http.post(
            f"{self.helpdesk.url('intake')}/v1/complaints", json={**FORM, "title": title, "email": email}
        )
        assert answer.status_code == 201, answer.text
        number, link = answer.json()["number"], answer.json()["tracking_url"]
        assert wait_until(lambda: self.see(number) is not None, 60)
        return number, link

    def headers(self) -> dict[str, str]:
        url = f"{self.helpdesk.url('workflow')}/v1/sessions/current"
        return {"Authorization": f"Bearer {self.http.post(url, headers={'X-Session': self.session}).json()['token']}"}

    def see(self, number: str) -> dict[str, Any] | None:
        answer = self.http.get(f"{self.helpdesk.url('workflow')}/v1/complaints/{number}", headers=self.headers())
        return answer.json() if answer.status_code == 200 else None

    def act(self, number: str, action: str, **body: Any) -> None:
        version = (self.see(number) or {})["version"]
        url = f"{self.helpdesk.url('workflow')}/v1/complaints/{number}/actions/{action}"
        answer = self.http.post(url, json=body, headers=self.headers() | {"If-Match": f'"v{version}"'})
        assert answer.status_code == 200, answer.text

    def contest(self, number: str, link: str) -> None:
        url = f"{self.helpdesk.url('intake')}/v1/complaints/{number}/messages"
        token = {"X-Tracking-Token": link.rpartition("/")[2]}
        self.http.post(url, json={"action": "reopen", "text": "Ini memang iSPEKS."}, headers=token)
        assert wait_until(lambda: (self.see(number) or {})["state"] == "BARU", 60)


@pytest.fixture
def office(helpdesk: Helpdesk) -> Iterator[Office]:
    made = Office(helpdesk)
    yield made
    made.http.close()


@contextmanager
def browsing(chromium: Browser, width: int, height: int) -> Iterator[Page]:
    """A browser without scripts."""
    with visiting(chromium, java_script_enabled=False, viewport={"width": width, "height": height}) as page:
        yield page


def shown(page: Page, address: str, look: Callable[[], None]) -> None:
    """Open the page until it shows what the line has brought by then."""

    def there() -> bool:
        page.goto(address)
        try:
            look()
        except AssertionError:
            return False
        return True

    assert wait_until(there, 60), page.content()


@pytest.mark.parametrize("size", WIDTHS, ids=lambda size: str(size[0]))
def test_a_rejected_complaint_is_contested_once_and_then_carried_on(
    chromium: Browser, helpdesk: Helpdesk, office: Office, size: tuple[int, int]
) -> None:
    portal, email = helpdesk.url("portal"), f"sambung{size[0]}@kelantan.example"
    number, link = office.file("Baki lejar tidak sama", email)
    with browsing(chromium, *size) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/aduan/{number}?tulis=reject")
        assert page.locator("#reject-reason_code option").count() == 7
        page.select_option("#reject-reason_code", "other")
        page.locator("#act-reject button[type=submit]").click()
        expect(page.locator("#errors")).to_contain_text("Nyatakan sebabnya dengan perkataan sendiri")
        assert page.locator("#reject-reason_code").input_value() == "other"
        page.select_option("#reject-reason_code", "not_ispeks")
        page.fill("#reject-reason", "Sila hubungi bank.")
        page.locator("#act-reject button[type=submit]").click()
        expect(page.locator(".thread")).to_contain_text("Bukan berkaitan iSPEKS")
    office.contest(number, link)
    office.act(number, "reject", reason_code="incomplete")

    with browsing(chromium, *size) as page:
        offer = page.get_by_role("link", name="Buat aduan baharu berkaitan aduan ini")
        shown(page, link, lambda: expect(offer).to_be_visible(timeout=500))
        expect(page.locator(".timeline")).to_contain_text("Maklumat tidak lengkap")
        expect(page.locator(".timeline")).to_contain_text("Sila hubungi bank.")
        offer.click()
        expect(page.locator("#linked_to")).to_be_checked()
        assert page.locator("#department").input_value() == "PKN"
        assert page.locator("#ptj").input_value() == "101-001"
        expect(page.locator("[name=module][value=gl]")).to_be_checked()
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("#errors")).to_be_visible()
        expect(page.locator("#linked_to")).to_be_checked()
        for name in ("ic", "name", "phone", "description"):
            page.fill(f"#{name}", FORM[name])
        page.fill("#email", email)
        page.fill("#title", "Masih tidak sama")
        page.check("#confirmed")
        page.get_by_role("button", name="Semak dan hantar").click()
        expect(page.locator("dl.facts").first).to_contain_text(number)
        page.get_by_role("button", name="Hantar", exact=True).click()
        newer = page.locator(".number").inner_text()
        address = f"{portal}{page.get_by_role('link', name='Ikuti aduan ini').get_attribute('href')}"
        status = page.locator("#status-panel")
        shown(page, address, lambda: expect(status).to_contain_text(f"Sambungan daripada{number}", timeout=500))
        shown(page, link, lambda: expect(status).to_contain_text(f"Diteruskan sebagai{newer}", timeout=500))

    with browsing(chromium, *size) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/aduan/{number}")
        page.get_by_role("link", name=newer).click()
        expect(page.locator("aside")).to_contain_text(f"Sambungan{number}")

    def told() -> bool:
        return any(f"Sambungan aduan: {number}" in mail["text"] for mail in helpdesk.mails(email))

    assert wait_until(told, within=60)
    rejected = [mail["text"] for mail in helpdesk.mails(email) if "tidak dapat diproses" in mail["subject"]]
    assert any("Sebabnya: Bukan berkaitan iSPEKS." in text and "> Sila hubungi bank." in text for text in rejected)


@pytest.mark.parametrize("size", WIDTHS, ids=lambda size: str(size[0]))
def test_a_duplicate_shows_its_originals_status_and_dates_and_nothing_else(
    chromium: Browser, helpdesk: Helpdesk, office: Office, size: tuple[int, int]
) -> None:
    portal, email = helpdesk.url("portal"), f"tindih{size[0]}@kelantan.example"
    original, _ = office.file("Tajuk milik orang lain", f"asal{size[0]}@kelantan.example")
    number, link = office.file("Masalah yang sama", email)
    office.act(number, "mark_duplicate", duplicate_of=original)
    with browsing(chromium, *size) as page:
        panel = page.locator("#original")
        shown(page, link, lambda: expect(panel).to_contain_text("Baharu", timeout=500))
        office.act(original, "reject", reason_code="answered_elsewhere")
        shown(page, link, lambda: expect(panel).to_contain_text("Berakhir", timeout=500))
        expect(panel).to_contain_text("Ditutup")
        for secret in (original, "orang lain punya", "Tajuk milik", "saluran lain"):
            assert secret not in page.content()

    with browsing(chromium, *size) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}/staf/aduan/{original}")
        page.locator("aside").get_by_role("link", name=number).click()
        expect(page.locator("aside")).to_contain_text(f"Bertindih dengan{original}")
        expect(page.locator("aside").get_by_role("link", name=original)).to_be_visible()

    def told() -> list[str]:
        return [mail["text"] for mail in helpdesk.mails(email) if "diuruskan dalam aduan lain" in mail["subject"]]

    assert wait_until(lambda: bool(told()), 60)
    assert original not in told()[0]

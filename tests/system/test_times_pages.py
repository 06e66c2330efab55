"""The pages about time through the whole system, in a browser: a holiday moves the deadlines it says it will, and a
table of rules with a hole is refused by the row."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deploy.local.processes import wait_until
from tests.system.conftest import Helpdesk
from tests.system.test_public_pages import WIDTHS, visiting
from tests.system.test_staff_pages import Complainant, chromium, enter

__all__ = ["chromium"]

CALENDAR = "/staf/kalendar/kelantan"
RULES = "/staf/peraturan-masa"


def token(helpdesk: Helpdesk, role: str) -> dict[str, str]:
    """A header that speaks for that role at workflow."""
    login = helpdesk.login(role)
    begun = httpx2.post(
        f"{helpdesk.url('workflow')}/v1/sessions", json={"ic": login["ic"], "password": login["password"]}
    )
    return {"Authorization": f"Bearer {begun.json()['token']}"}


def sound(page: Page) -> None:
    """Nothing for axe, and nothing wider than a phone or a screen."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    page.set_viewport_size({"width": 1280, "height": 800})


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).last.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_declared_holiday_moves_the_deadlines_it_said_it_would_and_withdrawn_moves_them_back(
    chromium: Browser, helpdesk: Helpdesk, scripts: bool
) -> None:
    her = Complainant(helpdesk, f"Baucar {uuid.uuid4().hex[:8]}")
    address = f"{helpdesk.url('workflow')}/v1/complaints/{her.number}"
    admin = token(helpdesk, "ADMIN")

    def due() -> str | None:
        answer = httpx2.get(address, headers=admin)
        return str(answer.json()["due"]) if answer.status_code == 200 else None

    assert wait_until(lambda: due() is not None, within=60)
    before = due()
    assert before is not None
    portal, called = helpdesk.url("portal"), f"Cuti {uuid.uuid4().hex[:6]}"
    with visiting(chromium, java_script_enabled=scripts, viewport={"width": 1280, "height": 800}) as page:
        enter(page, portal, helpdesk.login("ADMIN"))
        page.goto(f"{portal}{CALENDAR}")
        page.fill("#day", before[:10])
        page.fill("#name", called)
        page.fill("#why", "Pekeliling SUK")
        press(page, "Lihat kesannya dahulu")
        row = page.locator(".shifts tr", has_text=her.number)
        expect(row).to_contain_text("1 hari bekerja lebih lewat")
        said = row.locator("time").nth(1).get_attribute("datetime")
        assert due() == before
        press(page, "Sahkan pengisytiharan")
        expect(page.locator("#done")).to_contain_text(called)
        expect(page.locator(".panel.good .shifts tr", has_text=her.number)).to_contain_text(
            "1 hari bekerja lebih lewat"
        )
        assert due() == said != before
        expect(page.locator("tr.off", has_text=called)).to_contain_text(helpdesk.login("ADMIN")["name"])

        page.goto(f"{portal}/staf/aduan/{her.number}")
        expect(page.locator("#mengapa + ol")).to_contain_text(re.compile(rf"dipindahkan daripada .* Sebab: {called}"))

        page.goto(f"{portal}{CALENDAR}?tahun={before[:4]}")
        page.locator("tr.off", has_text=called).get_by_role("button", name="Tarik balik").click()
        expect(page.locator(".shifts tr", has_text=her.number)).to_contain_text("1 hari bekerja lebih awal")
        press(page, "Sahkan penarikan balik")
        expect(page.locator("#done")).to_contain_text("telah ditarik balik")
        assert due() == before


@contextmanager
def nobody_manages(helpdesk: Helpdesk) -> Iterator[None]:
    """For a while nobody active is MANAGEMENT."""
    admin, staff = token(helpdesk, "ADMIN"), f"{helpdesk.url('workflow')}/v1/staff"
    everybody = httpx2.get(staff, headers=admin).json()["items"]
    managers = [one["id"] for one in everybody if "MANAGEMENT" in one["roles"] and one["active"]]
    assert managers
    try:
        for one in managers:
            assert httpx2.patch(f"{staff}/{one}", json={"active": False}, headers=admin).is_success
        yield
    finally:
        for one in managers:
            assert httpx2.patch(f"{staff}/{one}", json={"active": True}, headers=token(helpdesk, "ADMIN")).is_success


def test_a_table_of_rules_with_a_hole_is_refused_by_the_row_and_nothing_is_saved(
    chromium: Browser, helpdesk: Helpdesk
) -> None:
    portal = helpdesk.url("portal")

    def revision() -> int:
        rules = httpx2.get(f"{helpdesk.url('workflow')}/v1/time-rules", headers=token(helpdesk, "ADMIN"))
        return int(rules.json()["revision"])

    stood = revision()
    with visiting(chromium, viewport={"width": 1280, "height": 800}) as page:
        enter(page, portal, helpdesk.login("ADMIN"))

        page.goto(f"{portal}{RULES}")
        sound(page)
        page.uncheck("[id='answer.lapse-on']")
        page.fill("#rules-why", "Cuba")
        press(page, "Simpan jadual")
        expect(page.locator("#clock-answer")).to_contain_text("tiada peraturan yang bertindak")
        sound(page)
        assert not page.is_checked("[id='answer.lapse-on']")

        page.goto(f"{portal}{RULES}")
        page.fill("[id='close.notice-n']", "7")
        page.fill("#rules-why", "Cuba")
        press(page, "Simpan jadual")
        expect(page.locator("[id='close.notice-n-error']")).to_contain_text("pada atau selepas tamat tempoh")
        expect(page.locator("[id='close.notice-n']")).to_have_value("7")
        expect(page.locator("#rules-why")).to_have_value("Cuba")

        with nobody_manages(helpdesk):
            page.goto(f"{portal}{RULES}")
            page.fill("#rules-why", "Cuba")
            press(page, "Simpan jadual")
            expect(page.locator("[id='vendor.escalate2-n-error']")).to_contain_text("memegang peranan Pengurusan")

        assert revision() == stood

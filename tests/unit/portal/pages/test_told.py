"""How one is told, as a page: what may be chosen is asked of notify, what was chosen is given to workflow."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import Outside, answer, problem
from tests.unit.portal.pages.staffing import enter, staffed
from tests.unit.portal.reading import Page

PLACE = "/staf/akaun/makluman"
AT = "/v1/staff/current/preferences"


def named(event: str, ms: str, en: str) -> dict[str, str]:
    return {"event": event, "ms": ms, "en": en}


ASSIGNED = named("complaint.assigned", "diagihkan", "assigned")
ENDED = named("complaint.closed", "ditutup oleh pengadu", "closed by the complainant")
OFFERED: dict[str, Any] = {
    "digest": True,
    "whatsapp": True,
    "groups": [
        {"group": "work", "choices": ["at_once", "digest"], "default": "at_once", "events": [ASSIGNED], "limits": []},
        {
            "group": "closings",
            "choices": ["at_once", "digest", "off"],
            "default": "digest",
            "events": [ENDED],
            "limits": [ENDED | {"choices": ["at_once", "digest"]}],
        },
        {"group": "summary", "choices": ["at_once", "off"], "default": "at_once", "events": [], "limits": []},
    ],
    "fixed": [named("complaint.escalated", "dieskalasi", "escalated")],
}


def choosing(outside: Outside, kept: dict[str, str] | None = None, **changes: Any) -> Outside:
    staffed(outside).on("GET", "/v1/choices", answer(OFFERED | changes))
    outside.on("GET", AT, answer({"preferences": kept or {}}))
    outside.on("PUT", AT, answer(status=204))
    return outside


async def send(visitor: httpx2.AsyncClient, **changes: str) -> httpx2.Response:
    """The form as it came, with what the visitor changed in it."""
    fields = dict(Page(await visitor.get(PLACE)).form("told").fields)
    return await visitor.post(PLACE, data=fields | {name.replace("__", "."): value for name, value in changes.items()})


async def test_whose_mail_is_refused_is_told_so_on_the_page_and_nobody_else(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    choosing(outside, refused={"staff": "s1", "at": "2026-03-01T10:15:00+08:00", "masked": "a***@pkn.example"})
    await enter(visitor)
    page = Page(await visitor.get(PLACE))
    assert "ditolak oleh pelayan alamat a***@pkn.example pada 01-03-2026 10:15" in page.text
    choosing(outside)
    assert "ditolak" not in Page(await visitor.get(PLACE)).text


async def test_the_page_shows_what_holds_and_what_admin_has_fixed(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    choosing(outside, {"tell.work": "digest", "tell.summary": "nonsense", "quiet": "22:00-07:00", "whatsapp": "on"})
    await enter(visitor)
    page = Page(await visitor.get(PLACE))
    fields = page.form("told").fields
    assert fields["tell.work"] == "digest"
    assert fields["tell.closings"] == "digest", "Admin's default"
    assert fields["tell.summary"] == "at_once", "what nobody may choose does not hold"
    assert (fields["quiet_from"], fields["quiet_until"], fields["whatsapp"]) == ("22:00", "07:00", "1")
    assert 'Admin bagi "ditutup oleh pengadu": serta-merta / dalam ringkasan pagi sahaja.' in page.text
    assert "Dieskalasi" in page.text
    assert "Cara saya dimaklumkan" in Page(await visitor.get("/staf/akaun")).text


async def test_what_differs_from_admins_default_is_kept_and_nothing_else(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    choosing(outside, {"tell.vendor": "off"})
    await enter(visitor)
    said = await send(visitor, tell__closings="off", tell__work="at_once", quiet_from="22:00", quiet_until="07:00")
    assert (said.status_code, said.headers["Location"]) == (303, f"{PLACE}?siap=1")
    assert outside.last("PUT", AT).body == {
        "preferences": {
            "tell.vendor": "off",
            "tell.closings": "off",
            "quiet": "22:00-07:00",
            "whatsapp": "off",
        }
    }, "what this page does not show stays"
    assert "Pilihan telah disimpan" in Page(await visitor.get(said.headers["Location"])).text


async def test_consent_is_given_with_a_tick_and_taken_back_without(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    choosing(outside)
    await enter(visitor)
    await send(visitor, whatsapp="1")
    assert outside.last("PUT", AT).body["preferences"]["whatsapp"] == "on"
    choosing(outside, {"whatsapp": "on"}, whatsapp=False)
    assert "WhatsApp" not in Page(await visitor.get(PLACE)).text
    await send(visitor)
    assert outside.last("PUT", AT).body["preferences"]["whatsapp"] == "on", "not asked, so not answered"


@pytest.mark.parametrize(("half", "missing"), [("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")])
async def test_half_of_the_quiet_hours_is_asked_for_at_its_field(
    visitor: httpx2.AsyncClient, outside: Outside, half: str, missing: str
) -> None:
    choosing(outside)
    await enter(visitor)
    page = Page(await send(visitor, tell__work="digest", **{half: "22:00"}))
    assert page.status == 422
    assert f'href="#{missing}"' in page.html
    assert page.form("told").fields["tell.work"] == "digest", "what was chosen is still there"
    assert outside.calls("PUT", AT) == []


async def test_what_workflow_refuses_is_said_at_the_hours(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    choosing(outside)
    outside.on("PUT", AT, problem(422, "invalid", errors=[("quiet", "Masa berbeza", "Times that differ")]))
    await enter(visitor)
    page = Page(await send(visitor, quiet_from="07:00", quiet_until="07:00"))
    assert (page.status, "Masa berbeza" in page.text) == (422, True)


async def test_the_other_language_keeps_what_was_chosen(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    choosing(outside)
    await enter(visitor)
    page = Page(await send(visitor, tell__work="digest", lang="en"))
    assert "How I am told" in page.text
    assert "closed by the complainant" in page.text
    assert page.form("told").fields["tell.work"] == "digest"
    assert outside.calls("PUT", AT) == []


async def test_where_nothing_may_be_chosen_the_page_says_so(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    choosing(outside, groups=[], digest=False)
    await enter(visitor)
    page = Page(await visitor.get(PLACE))
    assert "Admin tidak menghantar ringkasan pagi" in page.text
    assert "Admin tidak membuka sebarang pilihan" in page.text

"""Mel Tertahan: what was not passed on, why, and Admin's decision."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import AISYAH, NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

PLACE = "/staf/mel-tertahan"
MAIL: dict[str, Any] = {
    "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
    "at": "2026-11-24T09:00:00+08:00",
    "status": "held",
    "reason": "stranger",
    "complaint": NUMBER,
    "person": "complainant",
    "sender_masked": "l***@k.example",
    "subject": "Xyz",
    "files": [{"name": "skrin.png", "size": 48123}],
    "size": 70211,
    "may_go_on": True,
    "decided_at": None,
    "decided_by": None,
    "why": None,
}
LOOKED = {
    **MAIL,
    "sender": "lain@k.example",
    "text": "<script>alert(1)</script>",
    "looks": [{"at": MAIL["at"], "name": "Rohani"}],
}
LIST: dict[str, Any] = {"items": [MAIL], "next": None, "as_of": MAIL["at"]}
ONE = f"/v1/held-mails/{MAIL['id']}"


def holding(outside: Outside, **changes: Any) -> None:
    """One held mail, as intake shows it."""
    staffed(outside, ADMIN)
    outside.on("GET", "/v1/held-mails", answer(LIST))
    outside.on("GET", ONE, answer({**LOOKED, **changes}))
    outside.on("POST", f"{ONE}/decision", answer({**MAIL, "status": "discarded"}))


async def test_the_list_says_who_wrote_and_why_it_is_held(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    holding(outside)
    await enter(visitor)
    page = Page(await visitor.get(PLACE))
    for said in ("Xyz", "l***@k.example", "Pengirim lain", NUMBER, "24-11-2026 09:00"):
        assert said in page.text
    assert outside.last("GET", "/v1/held-mails").params["decided"] == "false"
    await visitor.get(f"{PLACE}?senarai=diputuskan&after=x")
    asked = outside.last("GET", "/v1/held-mails").params
    assert (asked["decided"], asked["after"]) == ("true", "x")


async def test_one_is_shown_with_its_sender_and_its_text_as_text(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    holding(outside)
    await enter(visitor)
    answered = await visitor.get(f"{PLACE}/{MAIL['id']}")
    for said in ("lain@k.example", "&lt;script&gt;alert(1)", "skrin.png", "Rohani", "Rekod sebagai jawapan pengadu"):
        assert said in answered.text
    assert "<script>alert" not in answered.text


async def test_what_may_not_go_on_can_only_be_discarded(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    holding(outside, may_go_on=False, person="staff")
    await enter(visitor)
    text = (await visitor.get(f"{PLACE}/{MAIL['id']}")).text
    assert 'value="teruskan"' not in text
    assert 'value="buang"' in text


@pytest.mark.parametrize(("pressed", "asked"), [("teruskan", "let_through"), ("buang", "discard")])
async def test_a_decision_goes_to_intake_and_the_list_says_so(
    pressed: str, asked: str, visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    holding(outside)
    await enter(visitor)
    sent = await visitor.post(f"{PLACE}/{MAIL['id']}", data={"keputusan": pressed, "sebab": " Kenal pengirim "})
    assert outside.last("POST", f"{ONE}/decision").body == {"decision": asked, "why": "Kenal pengirim"}
    said = Page(await visitor.get(sent.headers["Location"])).text
    assert ("Mel itu direkod pada aduannya." if pressed == "teruskan" else "Mel itu dibuang.") in said


async def test_one_that_was_decided_on_meanwhile_says_so_and_shows_how(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    holding(outside, status="discarded", decided_by="Salmah", decided_at=MAIL["at"])
    words = {"ms": "Mel ini telah diputuskan.", "en": "This mail has been decided on."}
    outside.on("POST", f"{ONE}/decision", problem(409, "mail_decided", messages=words))
    await enter(visitor)
    answered = await visitor.post(f"{PLACE}/{MAIL['id']}", data={"keputusan": "buang"})
    assert answered.status_code == 409
    assert "Mel ini telah diputuskan." in answered.text
    assert "Salmah" in answered.text
    assert 'value="buang"' not in answered.text


@pytest.mark.parametrize("who", [MANAGEMENT, AISYAH])
async def test_only_admin_opens_them(who: dict[str, Any], visitor: httpx2.AsyncClient, outside: Outside) -> None:
    holding(outside)
    staffed(outside, who)
    await enter(visitor)
    for answered in (
        await visitor.get(PLACE),
        await visitor.get(f"{PLACE}/{MAIL['id']}"),
        await visitor.post(f"{PLACE}/{MAIL['id']}", data={"keputusan": "buang"}),
    ):
        assert answered.status_code == 403
    assert not outside.calls("GET", "/v1/held-mails")
    assert PLACE not in Page(await visitor.get("/staf")).links


async def test_what_is_no_mail_is_not_found_and_a_place_that_is_none_is_the_beginning(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    holding(outside)
    outside.on("GET", "/v1/held-mails/x", problem(422, "invalid"))
    outside.on("POST", "/v1/held-mails/x/decision", problem(422, "invalid"))
    first = answer(LIST)
    outside.on("GET", "/v1/held-mails", lambda asked: problem(422, "invalid") if "after" in asked.params else first)
    await enter(visitor)
    assert (await visitor.get(f"{PLACE}/x")).status_code == 404
    assert (await visitor.post(f"{PLACE}/x", data={"keputusan": "buang"})).status_code == 404
    assert "Xyz" in (await visitor.get(f"{PLACE}?after=tiada")).text


async def test_a_button_that_there_is_not_does_nothing(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    holding(outside)
    await enter(visitor)
    assert (await visitor.post(f"{PLACE}/{MAIL['id']}", data={"keputusan": "destroy"})).status_code == 404
    assert not outside.calls("POST", f"{ONE}/decision")

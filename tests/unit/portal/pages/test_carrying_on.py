"""A complaint that carries on an ended one, and what a duplicate's complainant is shown of the original."""

from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, THREAD, TOKEN, Outside, answer, problem
from tests.unit.portal.pages.test_public_form import TYPED
from tests.unit.portal.reading import Page

OTHER = "HD-2026-000124-A"
OFFER = f"/a/{TOKEN}/baharu"
ENDED = {"state": "DITUTUP", "phase": "SELESAI", "custodian": None, "outcome": "solved", "can": ["rate"]}


def shows(outside: Outside, **changes: Any) -> None:
    outside.on("POST", "/v1/tracking", answer({**THREAD, **ENDED, **changes}))


async def form(visitor: httpx2.AsyncClient) -> dict[str, str]:
    """The form as it is sent once it was filled in from an ended complaint; what is chosen there is said again."""
    page = Page(await visitor.get(OFFER))
    assert page.status == 200
    return {**page.form("complaint").fields, **TYPED, "linked_to": TOKEN}


async def test_an_ended_complaint_that_cannot_be_reopened_offers_a_new_one(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    shows(outside)
    assert OFFER in Page(await visitor.get(f"/a/{TOKEN}")).links
    for stands in ({"can": ["rate", "reopen"]}, {"state": "INPROGRESS", "phase": "INPROGRESS", "can": ["answer"]}):
        shows(outside, **stands)
        assert OFFER not in Page(await visitor.get(f"/a/{TOKEN}")).links
        assert (await visitor.get(OFFER)).headers["location"] == f"/a/{TOKEN}"


async def test_whoever_came_without_the_link_is_told_where_it_is(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside)
    blank = Page(await visitor.get("/semakan")).form("search").fields
    page = Page(await visitor.post("/semakan", data={**blank, "number": NUMBER, "ic": "800101990001"}))
    assert "Masalah masih berlaku?" in page.text
    assert "buka pautan dalam e-mel aduan ini" in page.text
    assert not any("/baharu" in link for link in page.links)


async def test_the_form_knows_what_both_have_in_common(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside)
    answered = await visitor.get(OFFER)
    assert answered.headers["referrer-policy"] == "no-referrer"
    page = Page(answered)
    fields = page.form("complaint").fields
    assert (fields["department"], fields["ptj"], fields["module"]) == ("PKN", "101-001", "gl")
    assert fields["linked_to"] == TOKEN
    assert (fields["ic"], fields["name"], fields["title"]) == ("", "", "")
    assert f"Kaitkan dengan aduan {NUMBER}" in page.text


async def test_the_reference_rides_along_until_it_is_filed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside)
    check = Page(await visitor.post("/semak", data=await form(visitor)))
    assert outside.last("POST", "/v1/complaints/check").body["linked_to"] == TOKEN
    assert f"Sambungan daripada {NUMBER}" in " ".join(check.text.split())
    back = Page(await visitor.post("/", data=check.form("answers").fields)).form("complaint").fields
    assert (back["linked_to"], back["title"]) == (TOKEN, TYPED["title"])
    await visitor.post("/hantar", data=check.form("answers").fields)
    assert outside.last("POST", "/v1/complaints").body["linked_to"] == TOKEN


async def test_unticked_it_stands_by_itself(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside)
    sent = await form(visitor)
    del sent["linked_to"]
    check = Page(await visitor.post("/semak", data=sent))
    assert outside.last("POST", "/v1/complaints/check").body["linked_to"] is None
    assert "Sambungan daripada" not in check.text


async def test_a_reference_that_proves_nothing_is_named_and_the_words_are_kept(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    wrong = problem(422, "invalid", errors=[("linked_to", "Pautan aduan terdahulu tidak sah", "Not valid")])
    outside.on("POST", "/v1/complaints/check", wrong)
    blank = Page(await visitor.get("/")).form("complaint").fields
    page = Page(await visitor.post("/semak", data={**blank, **TYPED, "linked_to": "bukan-pautan"}))
    assert page.status == 422
    assert "Pautan aduan terdahulu tidak sah" in page.text
    assert "#linked_to" in page.links
    assert page.form("complaint").fields["title"] == TYPED["title"]


async def test_a_link_that_opens_nothing_opens_no_form(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside.on("POST", "/v1/tracking", problem(404, "not_found"))
    page = Page(await visitor.get(OFFER))
    assert page.status == 404
    assert "linked_to" not in page.html


async def test_both_complaints_name_each_other(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    shows(outside, continued_as=[OTHER])
    assert f"Diteruskan sebagai {OTHER}" in " ".join(Page(await visitor.get(f"/a/{TOKEN}")).text.split())
    shows(outside, linked_to=OTHER)
    assert f"Sambungan daripada {OTHER}" in " ".join(Page(await visitor.get(f"/a/{TOKEN}")).text.split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ms", ("Aduan asal Selesai", "Diterima 20-11-2026 09:00", "Status sejak 22-11-2026", "Berakhir 22-11-2026")),
        ("en", ("The original complaint Solved", "Received 20-11-2026 09:00", "Status since 22-11-2026", "Ended 22-")),
    ],
)
async def test_of_the_original_status_and_dates_are_shown(
    visitor: httpx2.AsyncClient, outside: Outside, language: str, words: tuple[str, ...]
) -> None:
    ended = "2026-11-22T16:00:00+08:00"
    original = {"submitted_at": "2026-11-20T09:00:00+08:00", "changed_at": ended, "ended_at": ended}
    shows(outside, outcome="duplicate", duplicate_of={**original, "state": "SELESAI", "phase": "SELESAI"})
    said = " ".join(Page(await visitor.get(f"/a/{TOKEN}", params={"lang": language})).text.split())
    for one in words:
        assert one in said, one


@pytest.mark.parametrize(("language", "words"), [("ms", "Maklumat tidak lengkap"), ("en", "Incomplete information")])
async def test_why_it_was_rejected_is_said_in_the_readers_language(
    visitor: httpx2.AsyncClient, outside: Outside, language: str, words: str
) -> None:
    reason = {"ms": "Maklumat tidak lengkap", "en": "Incomplete information"}
    entry = {**THREAD["entries"][1], "kind": "rejected", "text": "Sila nyatakan no. baucar."}
    shows(outside, outcome="rejected", entries=[{**entry, "reason": reason}, {**entry, "reason": None}])
    page = Page(await visitor.get(f"/a/{TOKEN}", params={"lang": language}))
    assert page.text.count(words) == 1
    assert page.text.count("Sila nyatakan no. baucar.") == 2

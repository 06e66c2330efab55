"""Mails about an account: to its owner alone, the link opened only when the mail leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.events.accounts import PasswordChanged
from shared.events.complaint import Person
from tests.integration.notify.conftest import ADMIN, Desk, a_reset, address_of, serving, staff
from tests.integration.notify.reading import part, settled
from tests.integration.notify.test_api import admin
from tests.support.complaints import SITI, SUNDAY, sealed

TOKEN = "x7Kq_Z-tokenyangtiadasiapadapattekaXXXXXXX"


async def test_the_link_reaches_its_owner_and_lies_open_nowhere(desk: Desk) -> None:
    await desk.hear(sealed(a_reset(SITI, TOKEN), subject="request-1"))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.mails
    assert [address.addr_spec for address in mail["To"].addresses] == [address_of(SITI)]
    assert mail["Subject"] == "Tetapan semula kata laluan"
    assert mail["References"] is None
    for kind in ("plain", "html"):
        assert f"http://127.0.0.1:8000/kata-laluan/{TOKEN}" in part(mail, kind)
        assert "30 minit" in part(mail, kind)
    kept = [str(dict(row)) for table in ("alert", "delivery", "attempt") for row in await desk.rows(f"table {table}")]
    assert TOKEN not in "".join(kept)
    (row,) = await desk.rows("select * from delivery")
    assert (row["status"], row["number"], row["recipient"], row["masked"]) == (
        "sent",
        None,
        f"staff:{SITI.id}",
        "s***@perbendaharaan.example",
    )


@pytest.mark.parametrize(("by", "words"), [("self", ""), ("link", "melalui pautan"), ("admin", "oleh Admin")])
async def test_whose_password_changed_is_told_by_whom_and_what_to_do(desk: Desk, by: str, words: str) -> None:
    await desk.hear(sealed(PasswordChanged(staff=SITI.id, at=SUNDAY, by=by), subject="change-1"))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(address_of(SITI))
    assert mail["Subject"] == "Kata laluan tuan/puan telah ditukar"
    assert words in part(mail, "plain")
    assert "01-03-2026, jam 09:00" in part(mail, "plain")
    assert "http://127.0.0.1:8000/lupa-kata-laluan" in part(mail, "plain")


async def test_everybody_is_told_in_their_own_language(desk: Desk) -> None:
    await desk.hear(sealed(staff(SITI, "PIC", language="en"), 2))
    await desk.hear(sealed(a_reset(SITI, TOKEN), subject="request-1"))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(address_of(SITI))
    assert mail["Subject"] == "Password reset"
    assert "The link is good for 30 minutes" in part(mail, "plain")


async def test_a_link_that_would_not_open_any_more_is_not_mailed(desk: Desk) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    await desk.hear(sealed(a_reset(SITI, TOKEN, until=over), subject="request-1"))
    await desk.hear(sealed(a_reset(SITI, TOKEN, token_sealed="1.bukan"), subject="request-2"))
    async with serving(desk.app()):
        await settled(desk)
    assert desk.post.mails == []
    assert [row["status"] for row in await desk.rows("select status from delivery")] == ["failed", "failed"]


async def test_nobody_is_mailed_for_a_miss_a_stranger_or_one_who_left(desk: Desk) -> None:
    await desk.hear(sealed(a_reset(SITI, TOKEN, staff=None), subject="request-1"))
    await desk.hear(sealed(a_reset(Person(id="s-nobody", name="?"), TOKEN), subject="request-2"))
    await desk.hear(sealed(staff(SITI, "PIC", active=False), 2), sealed(a_reset(SITI, TOKEN), subject="request-3"))
    async with serving(desk.app()):
        await settled(desk)
    assert desk.post.mails == []
    assert [tuple(row) for row in await desk.rows("select status, reason from delivery")] == [("skipped", "no_address")]


async def test_the_ledger_shows_it_to_admin_without_a_complaint(desk: Desk) -> None:
    await desk.hear(sealed(a_reset(ADMIN, TOKEN), subject="request-1"))
    async with serving(desk.app()) as client:
        await settled(desk)
        answer = await client.get("/v1/deliveries", headers=admin())
    (item,) = answer.json()["items"]
    assert (item["complaint"], item["event"], item["recipient"]["name"]) == (
        None,
        "password_reset.requested",
        ADMIN.name,
    )
    assert TOKEN not in answer.text

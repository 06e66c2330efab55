"""A mail of ours is answered as people do it, in the mailbox: it goes over SMTP to intake, workflow does it, and it
stands on the thread."""

from collections.abc import Callable
from typing import Any, TypeVar

import httpx2

from deploy.local.processes import wait_until
from tests.system.conftest import Helpdesk
from tests.system.test_abuse import FILING
from tests.unit.shared.blobs import files

T = TypeVar("T")
HERS = "puan.kalsom@example.my"


def until(look: Callable[[], list[T]]) -> T:
    """The first of what comes."""
    found: list[T] = []

    def came() -> bool:
        found[:] = look()
        return bool(found)

    assert wait_until(came, within=60)
    return found[0]


def mail_to(helpdesk: Helpdesk, who: str, number: str, about: str) -> dict[str, Any]:
    def look() -> list[dict[str, Any]]:
        return [one for one in helpdesk.mails(who) if one["complaint"] == number and about in one["subject"]]

    return until(look)


def mailed_to_staff(helpdesk: Helpdesk, number: str, about: str) -> set[str]:
    mails = [one for one in helpdesk.mails() if one["complaint"] == number and about in one["subject"]]
    return {one["to"] for one in mails if one["to"] != HERS}


def hand_over(helpdesk: Helpdesk, number: str, admin: dict[str, str]) -> str:
    """Admin assigns it; answers the PIC's name."""
    address = f"{helpdesk.url('workflow')}/v1/complaints/{number}"
    stands = httpx2.get(address, headers=admin)
    pic = httpx2.get(f"{address}/suggested-pics", headers=admin).json()["items"][0]
    headers = admin | {"If-Match": stands.headers["etag"]}
    httpx2.post(f"{address}/actions/assign", json={"pic": pic["id"]}, headers=headers).raise_for_status()
    return str(pic["name"])


def answer(helpdesk: Helpdesk, mail: dict[str, Any], text: str, **more: Any) -> None:
    data = {"text": text, "sender": more.pop("sender", mail["to"])}
    sent = httpx2.post(f"{helpdesk.url('mailbox')}/messages/{mail['id']}/answer", data=data, timeout=60, **more)
    assert sent.status_code == 303
    assert "said=250" in sent.headers["location"]


def test_a_mail_is_answered_and_stands_on_the_thread(helpdesk: Helpdesk) -> None:
    filed = httpx2.post(f"{helpdesk.url('intake')}/v1/complaints", json=FILING | {"email": HERS}).json()
    number, token = filed["number"], filed["tracking_url"].rpartition("/")[2]
    receipt = mail_to(helpdesk, HERS, number, "Akuan")
    picture = {"file": ("skrin.png", files.a_png(), "image/png")}
    answer(helpdesk, receipt, "Masih sama pagi ini.", files=picture)

    def entries(kind: str) -> list[dict[str, Any]]:
        url, headers = f"{helpdesk.url('query')}/v1/tracking", {"X-Tracking-Token": token}
        shown = httpx2.post(url, json={}, headers=headers).json()
        return [one for one in shown["entries"] if one["kind"] == kind]

    answered = until(lambda: entries("answered"))
    assert answered["text"] == "Masih sama pagi ini.", "and nothing of the mail it answers"
    assert [one["name"] for one in answered["attachments"]] == ["skrin.png"]

    login = helpdesk.login("ADMIN")
    body = {"ic": login["ic"], "password": login["password"]}
    session = httpx2.post(f"{helpdesk.url('workflow')}/v1/sessions", json=body).json()
    admin = {"Authorization": f"Bearer {session['token']}"}
    handed = hand_over(helpdesk, number, admin)
    (theirs,) = until(lambda: [told] if (told := mailed_to_staff(helpdesk, number, "diagihkan")) else [])
    answer(helpdesk, mail_to(helpdesk, theirs, number, "diagihkan"), "Saya semak dahulu.")

    def events(kind: str) -> list[dict[str, Any]]:
        url = f"{helpdesk.url('workflow')}/v1/complaints/{number}/events"
        return [one["data"] for one in httpx2.get(url, headers=admin).json()["items"] if one["type"] == kind]

    noted = until(lambda: events("complaint.noted"))
    assert (noted["text"], noted["actor"]["role"], noted["audience"]) == ("Saya semak dahulu.", "PIC", ["S"])
    assert noted["actor"]["name"] == handed
    assert entries("noted") == [], "the complainant does not read it"

    answer(helpdesk, receipt, "Saya bukan dia.", sender="orang.lain@example.my")

    def held() -> list[dict[str, Any]]:
        items = httpx2.get(f"{helpdesk.url('intake')}/v1/held-mails", headers=admin).json()["items"]
        return [one for one in items if one["complaint"] == number]

    assert until(held)["reason"] == "stranger"
    assert len(entries("answered")) == 1

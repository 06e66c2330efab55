"""The journey of one complaint through the whole system, over HTTP, as intake, workflow, query and the mailbox show it.

After each step inbox, badge, tracking and thread agree within a second, and exactly the right people got exactly one
mail.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from deploy.staff import demo_people
from tests.system.conftest import Helpdesk

COMPLAINANT = "aminah@kelantan.example"


class Desk:
    """Everybody in the story, each with their own way in."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.http = httpx2.Client(timeout=60)
        self.number = ""
        self.link = ""
        self.staff = {
            "admin": helpdesk.login("ADMIN"),
            "pic": helpdesk.login("PIC"),
            "other": helpdesk.login("PIC", 1),
            "implementor": helpdesk.login("IMPLEMENTOR"),
        }
        self.ids = {}
        for who, login in self.staff.items():
            body = {"ic": login["ic"], "password": login["password"]}
            session = self.http.post(f"{helpdesk.url('workflow')}/v1/sessions", json=body).json()
            login["session"], self.ids[who] = session["session"], session["staff"]["id"]

    def as_(self, who: str) -> dict[str, str]:
        session = {"X-Session": self.staff[who]["session"]}
        answer = self.http.post(f"{self.helpdesk.url('workflow')}/v1/sessions/current", headers=session)
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def bring(self, service: str, name: str, content: bytes, who: str | None = None) -> str:
        """A file uploaded, by staff or by the public; its id."""
        headers = self.as_(who) if who else {}
        sent = {"file": (name, content, "application/octet-stream")}
        answer = self.http.post(f"{self.helpdesk.url(service)}/v1/uploads", files=sent, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def file(self, *attachments: str) -> None:
        form = {
            "ic": "800101-99-0001",
            "name": "Aminah binti Ismail",
            "department": "PKN",
            "ptj": "101-001",
            "phone": "012-345 6789",
            "email": COMPLAINANT,
            "whatsapp_consent": False,
            "language": "ms",
            "module": "gl",
            "title": "Baki lejar tidak sama",
            "description": "Baki akaun di lejar am <b>tidak sama</b> dengan penyata bank.",
            "confirmed": True,
            "altcha": None,
            "attachments": attachments,
        }
        answer = self.http.post(f"{self.helpdesk.url('intake')}/v1/complaints", json=form)
        assert answer.status_code == 201, answer.text
        self.number, self.link = answer.json()["number"], answer.json()["tracking_url"]

    @property
    def token(self) -> str:
        return self.link.rsplit("/", 1)[1]

    def act(self, who: str, action: str, **body: Any) -> None:
        headers = self.as_(who)
        url = f"{self.helpdesk.url('workflow')}/v1/complaints/{self.number}"
        headers["If-Match"] = self.http.get(url, headers=headers).headers["ETag"]
        answer = self.http.post(f"{url}/actions/{action}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    def say(self, action: str, text: str = "", *attachments: str) -> None:
        answer = self.http.post(
            f"{self.helpdesk.url('intake')}/v1/complaints/{self.number}/messages",
            json={"action": action, "text": text, "attachments": attachments},
            headers={"X-Tracking-Token": self.token},
        )
        assert answer.status_code == 202, answer.text

    def rate(self, score: int) -> None:
        answer = self.http.post(
            f"{self.helpdesk.url('intake')}/v1/complaints/{self.number}/rating",
            json={"score": score, "comment": "Cepat."},
            headers={"X-Tracking-Token": self.token},
        )
        assert answer.status_code == 202, answer.text

    def tracking(self) -> dict[str, Any]:
        answer = self.http.post(
            f"{self.helpdesk.url('query')}/v1/tracking", json={}, headers={"X-Tracking-Token": self.token}
        )
        seen: dict[str, Any] = answer.json()
        return seen

    def row(self, who: str) -> dict[str, Any] | None:
        """The complaint as it stands in somebody's inbox, whichever folder."""
        for folder in ("all", "closed"):
            answer = self.http.get(
                f"{self.helpdesk.url('query')}/v1/inbox", params={"folder": folder}, headers=self.as_(who)
            ).json()
            for row in answer["items"]:
                if row["number"] == self.number:
                    found: dict[str, Any] = row
                    return found
        return None

    def badge(self, who: str) -> int:
        answer = self.http.get(f"{self.helpdesk.url('query')}/v1/badge", headers=self.as_(who))
        count: int = answer.json()["badge"]
        return count

    def mailed(self) -> list[tuple[str, str]]:
        """(to, subject) of every mail about this complaint."""
        return sorted((one["to"], one["subject"]) for one in self.helpdesk.mails() if one["complaint"] == self.number)


def soon(condition: Callable[[], None]) -> None:
    """The condition's assertions come to hold."""
    until = time.monotonic() + 60
    while True:
        try:
            condition()
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="module")
def desk(start_helpdesk: Callable[[], Helpdesk]) -> Iterator[Desk]:
    """On a helpdesk of its own: badges are counted, and Admin's mails come at most every five minutes."""
    desk = Desk(start_helpdesk())
    yield desk
    desk.http.close()


def test_a_complaint_goes_from_the_form_to_its_rating(desk: Desk) -> None:
    mails: list[str] = []

    def step(state: str, badges: dict[str, int], told: list[str]) -> None:
        mails.extend(told)

        def agree() -> None:
            assert desk.tracking()["state"] == state
            seen = desk.row("admin")
            assert seen is not None
            assert seen["state"] == state
            for who, waiting in badges.items():
                assert desk.badge(who) == waiting, who

        def right_mails() -> None:
            assert sorted(to for to, _ in desk.mailed()) == sorted(mails)

        soon(agree)
        soon(right_mails)

    addresses = {person.ic: person.email for person in demo_people()}
    pic, admin, implementor = (addresses[desk.staff[who]["ic"]] for who in ("pic", "admin", "implementor"))

    desk.file()
    step("BARU", {"admin": 1, "pic": 0}, [COMPLAINANT, admin])
    copy = next(one for one in desk.helpdesk.mails(COMPLAINANT) if one["complaint"] == desk.number)
    assert "Baki akaun di lejar am <b>tidak sama</b> dengan penyata bank." in copy["text"]
    assert "&lt;b&gt;tidak sama&lt;/b&gt;" in copy["html"]
    assert desk.link in copy["text"]

    desk.act("admin", "assign", pic=desk.ids["pic"])
    step("DIAGIHKAN", {"admin": 0, "pic": 1, "other": 0}, [pic, COMPLAINANT])
    assert desk.row("other") is None

    desk.act("pic", "start")
    step("INPROGRESS", {"pic": 0}, [])

    desk.act("pic", "ask_feedback", text="Akaun yang mana satu?")
    step("MOHON_MAKLUMBALAS", {}, [COMPLAINANT])

    desk.say("answer", "Akaun A01.")
    step("INPROGRESS", {}, [pic])

    desk.act("pic", "reply", text="Terima kasih, sedang disemak.")
    step("INPROGRESS", {}, [COMPLAINANT])

    desk.act("pic", "refer", text="Sudah semak konfigurasi.")
    step("RUJUKAN_IMPLEMENTOR", {"implementor": 1}, [implementor, COMPLAINANT])

    desk.act("implementor", "claim")
    step("RUJUKAN_IMPLEMENTOR", {"implementor": 0}, [])

    desk.act("implementor", "log_vendor", text="Ralat pengiraan baki.", vendor_reference="BKP-2026-17")
    step("TINDAKAN_VENDOR", {}, [COMPLAINANT, pic])

    desk.act("pic", "vendor_answered", text="Dibaiki dalam versi 3.2.")
    step("INPROGRESS", {}, [])

    solution = {"cause": "Pepijat pengiraan baki.", "steps": "1. Kemas kini versi.\n2. Jana semula baki."}
    desk.act("pic", "request_close", text="Sila cuba semula.", solution=solution)
    step("MOHON_TUTUP", {}, [COMPLAINANT])

    desk.say("not_solved", "Masih sama.")
    step("INPROGRESS", {}, [pic])

    desk.act("pic", "request_close", text="Sila cuba sekali lagi.", solution=solution)
    step("MOHON_TUTUP", {}, [COMPLAINANT])

    desk.say("close")
    step("DITUTUP", {}, [COMPLAINANT, pic])

    desk.rate(5)
    soon(lambda: _assert(desk.tracking()["rated"] is True))
    thread = desk.tracking()
    assert thread["outcome"] == "solved"
    public = [entry["kind"] for entry in thread["entries"]]
    assert "noted" not in public
    assert "Ralat pengiraan baki." not in str(thread)
    assert "Pepijat pengiraan baki." not in str(thread)


def _assert(holds: bool) -> None:
    assert holds

"""Complainants and staff who go on whatever happens: each complaint is led at random through the whole table."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import httpx2

from deploy.local import keys
from services.workflow.domain.reasons import RejectReason
from services.workflow.machine import TABLE, Action, Role, Row, State
from tests.faults.postbox import Postbox
from tests.integration.deploy.copies import Copy
from tests.support.history import Call, Complainant, Recorder, a_complainant
from tests.support.history.desk import Desk
from tests.support.history.letterbox import Letterbox

ANSWER_SECONDS = 5.0
"""How long a client waits for an answer."""
PATIENCE_SECONDS = 45.0
"""How long a client goes on asking with the same key."""
TOKEN_SECONDS = 25.0
ACTING = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.COMPLAINANT})
LAST = frozenset({Action.REJECT, Action.MARK_DUPLICATE, Action.CLOSE})
TWICE, UNALLOWED = 0.06, 0.05
"""How often a call is sent as a double click, and how often one asks for what the table does not allow."""
CONSENTING, TROUBLED = 0.5, 0.3
"""How many complainants agree to WhatsApp, and on how many of their telephones it goes wrong."""
TROUBLES = (2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
"""Scripts of the mailbox after which a person was told once, or never, and never twice."""
BY_MAIL, STAFF_BY_MAIL, ON_WHATSAPP, AT_ONCE = 0.15, 0.08, 0.1, 0.03
"""After each step: how often the complainant answers by mail, or somebody of the staff does, or the complainant on
WhatsApp, and how often Admin hands out several complaints at once."""
CHOSEN: Mapping[Role, Mapping[str, str]] = {
    Role.ADMIN: {"tell.new": "digest", "tell.answers": "digest", "whatsapp": "on"},
    Role.PIC: {"tell.answers": "digest", "tell.work": "at_once", "tell.closings": "digest"},
    Role.IMPLEMENTOR: {"tell.closings": "off", "quiet": "22:00-07:00", "whatsapp": "on"},
}
"""How the first of each role wants to be told; the others never chose."""


class Badge:
    """Somebody of the staff, logged in; a fresh token whenever one is needed."""

    def __init__(self, http: httpx2.AsyncClient, workflow: str, login: Mapping[str, str]) -> None:
        self._http, self._workflow, self._login = http, workflow, login
        self._session = self._token = self.id = ""
        self._fresh_until = 0.0

    async def log_in(self) -> None:
        body = {"ic": self._login["ic"], "password": self._login["password"]}
        answer = await self._http.post(f"{self._workflow}/v1/sessions", json=body)
        answer.raise_for_status()
        self._session, self.id = answer.json()["session"], answer.json()["staff"]["id"]

    async def headers(self) -> dict[str, str]:
        """Asks for a token until there is one: nothing has been sent yet."""
        now = asyncio.get_running_loop().time
        while now() > self._fresh_until:
            try:
                url = f"{self._workflow}/v1/sessions/current"
                answer = await self._http.post(url, headers={"X-Session": self._session})
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                self._token, self._fresh_until = answer.json()["token"], now() + TOKEN_SECONDS
            else:
                await asyncio.sleep(0.2)
        return {"Authorization": f"Bearer {self._token}"}


class Crowd:
    """Who is there, and what they know. `leave` ends it: calls under way are still brought to their end."""

    def __init__(self, copy: Copy, recorder: Recorder, http: httpx2.AsyncClient, rng: random.Random) -> None:
        self.urls = {name: copy.row.url(name) for name in ("intake", "workflow", "notify", "query", "mailbox")}
        self.post = Postbox(http, self.urls["mailbox"])
        self.desk = Desk(
            recorder,
            http,
            intake=self.urls["intake"],
            workflow=self.urls["workflow"],
            again=self._again,
            twice=lambda: rng.random() < TWICE,
        )
        self._letters = Letterbox(
            recorder,
            http,
            hook=("127.0.0.1", copy.row.port("inbound")),
            mailbox=self.urls["mailbox"],
            webhook=f"{self.urls['notify']}/v1/webhooks/whatsapp",
            secret=keys.load(copy.home.keys).whatsapp_app_secret,
            seconds=ANSWER_SECONDS,
            again=self._again,
            twice=lambda: rng.random() < TWICE,
        )
        self.badges: dict[Role, list[Badge]] = {}
        self._http, self._rng = http, rng
        self._came = 0
        self._left = asyncio.Event()

    async def arrive(self, logins: list[dict[str, str]]) -> None:
        for login in logins:
            badge = Badge(self._http, self.urls["workflow"], login)
            await badge.log_in()
            self.badges.setdefault(Role(login["role"]), []).append(badge)
        for role, wanted in CHOSEN.items():
            headers = await self.badges[role][0].headers()
            url = f"{self.urls['workflow']}/v1/staff/current/preferences"
            (await self._http.put(url, json={"preferences": wanted}, headers=headers)).raise_for_status()

    @property
    def admin(self) -> Badge:
        return self.badges[Role.ADMIN][0]

    def leave(self) -> None:
        self._left.set()

    async def live(self) -> None:
        """One complaint after the other, until it is time to leave."""
        while not self._left.is_set():
            filed = await self._file()
            steps = self._rng.randint(3, 14)
            while filed.number is not None and steps and not self._left.is_set():
                await self._pause(self._rng.uniform(0.1, 0.6))
                seen = await self.look(filed.number)
                if seen is not None:
                    await self._step(filed.number, seen)
                    steps -= 1
                await self._write()
                if self._rng.random() < AT_ONCE:
                    await self._hand_out()
            await self._pause(self._rng.uniform(0.1, 0.6))

    async def look(self, number: str) -> dict[str, Any] | None:
        """The complaint as the Admin sees it at workflow; None while it is not there, or nobody answers."""
        try:
            url = f"{self.urls['workflow']}/v1/complaints/{number}"
            answer = await self._http.get(url, headers=await self.admin.headers())
        except httpx2.TransportError:
            return None
        return answer.json() if answer.is_success else None

    async def _file(self) -> Call:
        """Somebody new files a complaint; two of them may have one telephone, if it is one on which things go wrong."""
        self._came += 1
        agrees = self._rng.random() < CONSENTING
        who = a_complainant(100 + self._came)
        troubled = self._rng.random() < TROUBLED
        phone = Complainant(self._rng.choice(TROUBLES)).phone if agrees and troubled else who.phone
        return await self.desk.file(who, whatsapp_consent=agrees, phone=phone)

    async def _step(self, number: str, seen: dict[str, Any]) -> None:
        role, row = self._chosen(State(seen["state"]))
        if role is Role.COMPLAINANT:
            if row.action is not Action.RECEIVE:
                await self.desk.say(number, row.action)
            return
        badge = next(
            (one for one in self.badges[role] if (seen["pic"] or {}).get("id") == one.id), self.badges[role][0]
        )
        body = self._body(row.action)
        await self.desk.act(badge.headers, number, row.action, version=seen["version"], **body)

    async def _write(self) -> None:
        """Now and then somebody answers one of the messages that came lately, whatever it is about."""
        chance = self._rng.random()
        if chance < BY_MAIL + STAFF_BY_MAIL:
            caught = self.post.one_of("email", staff=chance >= BY_MAIL, rng=self._rng)
            if caught is not None:
                await self._letters.answer_by_mail(caught)
        elif chance < BY_MAIL + STAFF_BY_MAIL + ON_WHATSAPP:
            caught = self.post.one_of("whatsapp", staff=False, rng=self._rng)
            if caught is not None and int(caught["to"][-4:]) > max(TROUBLES):  # else it is two people's
                await self._letters.answer_on_whatsapp(caught)

    async def _hand_out(self) -> None:
        """Several complaints, whatever became of them, to one PIC."""
        numbers = list(self.desk.tokens)
        seen = [await self.look(number) for number in self._rng.sample(numbers, min(3, len(numbers)))]
        pic = self._rng.choice(self.badges[Role.PIC]).id
        items = [(one["number"], pic, one["version"]) for one in seen if one is not None]
        if items:
            await self.desk.assign_many(self.admin.headers, items)

    def _chosen(self, state: State) -> tuple[Role, Row]:
        anywhere = self._rng.random() < UNALLOWED
        rows = [
            (role, row)
            for row in TABLE
            for role in sorted(row.roles & ACTING)
            if state in row.sources or (anywhere and row.sources)
        ]
        weights = [0.3 if row.action in LAST else 2.0 if row.to else 1.0 for _, row in rows]
        return self._rng.choices(rows, weights)[0]

    def _body(self, action: Action) -> dict[str, Any]:
        match action:
            case Action.ASSIGN | Action.REASSIGN:
                return {"pic": self._rng.choice(self.badges[Role.PIC]).id}
            case Action.CLASSIFY:
                return {"priority": self._rng.choice(("Kritikal", "Tinggi", "Rendah")), "complex": True}
            case Action.REJECT:
                return {"reason_code": self._rng.choice(list(RejectReason))}
            case Action.MARK_DUPLICATE:
                return {"duplicate_of": self._rng.choice(list(self.desk.tokens))}
            case Action.CORRECT_CONTACT:
                return {"email": a_complainant(self._rng.randrange(10_000)).email}
            case Action.LOG_VENDOR:
                return {"vendor_reference": f"TTSB-{self._rng.randrange(10**5)}"}
            case _:
                return {}

    async def _again(self, call: Call) -> bool:
        """A client asks again, a little later each time, and at last gives up."""
        await asyncio.sleep(min(0.2 * 1.5**call.attempts, 3.0))
        return call.doubtful * ANSWER_SECONDS < PATIENCE_SECONDS or call.attempts < 12

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._left.wait()
        except TimeoutError:
            return

"""Complainants and staff who go on whatever happens: each complaint is led at random through the whole table."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import httpx2

from services.workflow.domain.reasons import RejectReason
from services.workflow.machine import TABLE, Action, Role, Row, State
from tests.integration.deploy.copies import Copy
from tests.support.history import Call, Recorder, a_complainant
from tests.support.history.desk import Desk

ANSWER_SECONDS = 5.0
"""How long a client waits for an answer."""
PATIENCE_SECONDS = 45.0
"""How long a client goes on asking with the same key."""
TOKEN_SECONDS = 25.0
ACTING = frozenset({Role.ADMIN, Role.PIC, Role.IMPLEMENTOR, Role.VENDOR, Role.COMPLAINANT})
LAST = frozenset({Action.REJECT, Action.MARK_DUPLICATE, Action.CLOSE})
TWICE, UNALLOWED = 0.06, 0.05
"""How often a call is sent as a double click, and how often one asks for what the table does not allow."""


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
        self.urls = {name: copy.row.url(name) for name in ("intake", "workflow", "query")}
        self.desk = Desk(
            recorder,
            http,
            intake=self.urls["intake"],
            workflow=self.urls["workflow"],
            again=self._again,
            twice=lambda: rng.random() < TWICE,
        )
        self.badges: dict[Role, list[Badge]] = {}
        self._copy, self._http, self._rng = copy, http, rng
        self._left = asyncio.Event()

    async def arrive(self, logins: list[dict[str, str]]) -> None:
        for login in logins:
            badge = Badge(self._http, self.urls["workflow"], login)
            await badge.log_in()
            self.badges.setdefault(Role(login["role"]), []).append(badge)

    @property
    def admin(self) -> Badge:
        return self.badges[Role.ADMIN][0]

    def leave(self) -> None:
        self._left.set()

    async def live(self) -> None:
        """One complaint after the other, until it is time to leave."""
        while not self._left.is_set():
            filed = await self.desk.file()
            steps = self._rng.randint(3, 14)
            while filed.number is not None and steps and not self._left.is_set():
                await self._pause(self._rng.uniform(0.1, 0.6))
                seen = await self.look(filed.number)
                if seen is not None:
                    await self._step(filed.number, seen)
                    steps -= 1
            await self._pause(self._rng.uniform(0.1, 0.6))

    async def look(self, number: str) -> dict[str, Any] | None:
        """The complaint as the Admin sees it at workflow; None while it is not there, or nobody answers."""
        try:
            url = f"{self.urls['workflow']}/v1/complaints/{number}"
            answer = await self._http.get(url, headers=await self.admin.headers())
        except httpx2.TransportError:
            return None
        return answer.json() if answer.is_success else None

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

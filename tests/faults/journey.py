"""The journey of a complaint as its people walk it while things die around them: each asks again, under the same
Idempotency-Key, until there is an answer, and takes nothing but a clean error for a reason to."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

import httpx2

from tests.faults.estate import Estate
from tests.support.history import Call, Outcome, Recorder
from tests.support.history.desk import Desk
from tests.support.history.letterbox import Letterbox

T = TypeVar("T")


class People:
    """Complainants and staff of one estate, and everything they ever asked for."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.recorder = Recorder()
        self._runner = asyncio.Runner()
        self._http = httpx2.AsyncClient(timeout=20, event_hooks={"response": [clean]})
        self.desk = Desk(
            self.recorder, self._http, intake=estate.url("intake"), workflow=estate.url("workflow"), again=self._again
        )
        self.letters = Letterbox(
            self.recorder, self._http, hook=("127.0.0.1", estate.row.port("inbound")), again=self._again
        )
        self._sessions: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        self.run(self._http.aclose())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it now, in the loop that holds their connections."""
        return self._runner.run(work)

    async def insist(self, method: str, service: str, path: str, **sent: Any) -> httpx2.Response:
        """Of what may be asked any number of times: until there is an answer."""
        while True:
            try:
                answer = await self._http.request(method, f"{self.estate.url(service)}{path}", **sent)
            except httpx2.TransportError:
                answer = None
            if answer is not None and not answer.is_server_error:
                return answer
            self.estate.tend()

    async def as_(self, role: str) -> dict[str, str]:
        """A fresh token of the first member of staff with that role."""
        session = {"X-Session": (await self._session(role))["session"]}
        fresh = await self.insist("POST", "workflow", "/v1/sessions/current", headers=session)
        return {"Authorization": f"Bearer {fresh.json()['token']}"}

    async def id_of(self, role: str) -> str:
        return str((await self._session(role))["staff"]["id"])

    def login(self, role: str) -> dict[str, str]:
        """IC and password of the first member of staff with that role."""
        logins: list[dict[str, str]] = json.loads(self.estate.home.logins.read_text())
        return next(one for one in logins if one["role"] == role)

    async def _session(self, role: str) -> dict[str, Any]:
        if role not in self._sessions:
            login = self.login(role)
            body = {"ic": login["ic"], "password": login["password"]}
            begun = await self.insist("POST", "workflow", "/v1/sessions", json=body)
            assert begun.status_code == 200, begun.text
            self._sessions[role] = begun.json()
        return self._sessions[role]

    async def _again(self, _: Call) -> bool:
        self.estate.tend()
        return True


async def clean(answer: httpx2.Response) -> None:
    """Whatever is broken inside, it says that it cannot now, as a problem, and when to come again."""
    if answer.is_server_error:
        assert answer.status_code in {503, 504}, f"{answer.status_code} of {answer.request.url}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["Retry-After"]


class Journey:
    """One complaint's, from the form to the rating."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.number = ""
        self.version = 0

    def walk(self) -> Iterator[str]:
        """Step by step: what is yielded is about to be done."""
        for step, (do, state) in STEPS.items():
            yield step
            call = self.people.run(do(self))
            assert call.outcome is Outcome.OK, f"{step}: {call.status} {call.why}"
            self._arrived(state)

    async def file(self) -> Call:
        call = await self.people.desk.file()
        self.number = call.number or ""
        return call

    async def act(self, role: str, action: str, **body: Any) -> Call:
        async def token() -> Mapping[str, str]:
            return await self.people.as_(role)

        return await self.people.desk.act(token, self.number, action, version=self.version, **body)

    async def assign(self) -> Call:
        return await self.act("ADMIN", "assign", pic=await self.people.id_of("PIC"))

    async def say(self, action: str) -> Call:
        return await self.people.desk.say(self.number, action)

    def _arrived(self, state: str) -> None:
        """Workflow has taken this step, and no further one."""
        self.version += 1
        path = f"/v1/complaints/{self.number}"
        headers = self.people.run(self.people.as_("ADMIN"))

        def there() -> bool:
            seen = self.people.run(self.people.insist("GET", "workflow", path, headers=headers))
            if seen.status_code == 404:
                return False
            assert seen.json()["version"] <= self.version
            return bool(seen.json()["version"] == self.version and seen.json()["state"] == state)

        self.people.estate.until(there)


STEPS: Mapping[str, tuple[Callable[[Journey], Coroutine[Any, Any, Call]], str]] = {
    "file": (Journey.file, "BARU"),
    "assign": (Journey.assign, "DIAGIHKAN"),
    "start": (lambda journey: journey.act("PIC", "start"), "INPROGRESS"),
    "ask": (lambda journey: journey.act("PIC", "ask_feedback"), "MOHON_MAKLUMBALAS"),
    "answer": (lambda journey: journey.say("answer"), "INPROGRESS"),
    "request": (lambda journey: journey.act("PIC", "request_close"), "MOHON_TUTUP"),
    "close": (lambda journey: journey.say("close"), "DITUTUP"),
    "rate": (lambda journey: journey.say("rate"), "DITUTUP"),
}
"""By name: what is done, and the state it leads to."""

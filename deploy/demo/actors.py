"""Complainants and staff as the services' APIs know them: what a browser would send, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, TypeVar

import altcha
import httpx2

from deploy.demo.telling import Person
from deploy.local.processes import Trouble
from deploy.local.row import Row

T = TypeVar("T")

LINE_SECONDS = 20.0
"""How long what intake took down may be on its way to workflow."""
TOKEN_REFRESH_SECONDS = 30.0


def checked(response: httpx2.Response) -> Any:
    """The answer's JSON. Raises Trouble with the problem's own words."""
    if response.is_success:
        return response.json() if response.content else None
    raise Trouble(f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}")


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Polls until there is something to see."""
    deadline = asyncio.get_running_loop().time() + LINE_SECONDS
    while (found := await look()) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise Trouble(f"{what} did not come through within {LINE_SECONDS:g} s.")
        await asyncio.sleep(0.03)
    return found


class Member:
    """Somebody of the staff, logged in."""

    def __init__(self, workflow: httpx2.AsyncClient, ic: str, password: str) -> None:
        self._workflow, self._ic, self._password = workflow, ic, password
        self._session = ""
        self._token = ""
        self._fresh_until = 0.0
        self.id = ""

    async def log_in(self) -> None:
        body = {"ic": self._ic, "password": self._password}
        answer = checked(await self._workflow.post("/v1/sessions", json=body))
        self._session, self.id = answer["session"], answer["staff"]["id"]

    async def _headers(self) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        if now > self._fresh_until:
            answer = await self._workflow.post("/v1/sessions/current", headers={"X-Session": self._session})
            self._token, self._fresh_until = checked(answer)["token"], now + TOKEN_REFRESH_SECONDS
        return {"Authorization": f"Bearer {self._token}"}

    async def see(self, number: str) -> dict[str, Any] | None:
        """The complaint, None while it is not there (or not for this one's eyes)."""
        answer = await self._workflow.get(f"/v1/complaints/{number}", headers=await self._headers())
        if answer.status_code == 404:
            return None
        complaint: dict[str, Any] = checked(answer)
        return complaint

    async def suggested(self, number: str) -> str:
        """The id of the PIC whom the office would ask first."""
        url = f"/v1/complaints/{number}/suggested-pics"
        items = checked(await self._workflow.get(url, headers=await self._headers()))["items"]
        return str(items[0]["id"])

    async def act(self, number: str, action: str, words: dict[str, Any]) -> None:
        complaint = await until(lambda: self.see(number), number)
        headers = {**await self._headers(), "If-Match": f'"v{complaint["version"]}"'}
        checked(await self._workflow.post(f"/v1/complaints/{number}/actions/{action}", json=words, headers=headers))

    async def declare(self, day: date, name: str, why: str) -> None:
        """A day off in the office's calendar."""
        body = {"day": day.isoformat(), "name": name, "why": why}
        url = "/v1/calendar/kelantan/holidays"
        checked(await self._workflow.post(url, json=body, headers=await self._headers()))


class Public:
    """The complainants at the public form, each from an address of their own."""

    def __init__(self, intake: httpx2.AsyncClient, service_token: str) -> None:
        self._intake, self._service_token = intake, service_token

    def _headers(self, person: Person) -> dict[str, str]:
        place = int(person.ic) % 250 + 1
        return {"X-Service-Token": self._service_token, "Forwarded": f"for=10.20.{place}.{int(person.ic[-4:]) % 250}"}

    async def file(self, person: Person, module: str, title: str, description: str) -> tuple[str, str]:
        """Number and tracking token."""
        challenge = altcha.Challenge.from_dict(checked(await self._intake.get("/v1/challenge")))
        solution = await asyncio.to_thread(altcha.solve_challenge, challenge)
        if solution is None:
            raise Trouble("The robot check could not be solved.")
        body: dict[str, Any] = {
            "ic": person.ic,
            "name": person.name,
            "department": person.department,
            "ptj": person.ptj,
            "phone": person.phone,
            "email": person.email,
            "whatsapp_consent": True,
            "language": "ms",
            "module": module,
            "title": title,
            "description": description,
            "confirmed": True,
            "altcha": altcha.Payload(challenge, solution).to_base64(),
            "attachments": [],
        }
        receipt = checked(await self._intake.post("/v1/complaints", json=body, headers=self._headers(person)))
        return receipt["number"], receipt["tracking_url"].rpartition("/")[2]

    async def say(self, person: Person, number: str, token: str, action: str, words: dict[str, Any]) -> None:
        headers = {**self._headers(person), "X-Tracking-Token": token}
        kind = "rating" if action == "rate" else "messages"
        body = words if action == "rate" else {"action": action, **words}
        checked(await self._intake.post(f"/v1/complaints/{number}/{kind}", json=body, headers=headers))


def clients(row: Row) -> tuple[httpx2.AsyncClient, httpx2.AsyncClient]:
    """Of intake and of workflow."""
    return (
        httpx2.AsyncClient(base_url=row.url("intake"), timeout=10.0),
        httpx2.AsyncClient(base_url=row.url("workflow"), timeout=10.0),
    )

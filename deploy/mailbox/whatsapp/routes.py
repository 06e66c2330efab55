"""The doors of the fake: the Graph API for notify, and what a tester may do on the mailbox page."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from deploy.mailbox.messages import Messages
from deploy.mailbox.whatsapp import faults
from deploy.mailbox.whatsapp.checks import APPROVED, PAUSED, Refusal
from deploy.mailbox.whatsapp.graph import Dropped, Graph

STATES = (APPROVED, *PAUSED, "PENDING", "REJECTED")
LONGEST_ANSWER = 4_096
Page = Callable[..., HTMLResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in, and by which path."""

    version: str
    number_id: str
    token: str

    def refusal(self, request: Request, version: str, number_id: str) -> Refusal | None:
        """Why this request is not even looked at."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not self.token or scheme != "Bearer" or not hmac.compare_digest(token.encode(), self.token.encode()):
            return Refusal(190, "the access token is not valid", status=401)
        if version != self.version:
            return Refusal(2635, f"call {self.version}, not {version}")
        if number_id != self.number_id:
            return Refusal(100, f"object with ID '{number_id}' does not exist")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Refusal(100, "the body must be application/json")
        return None


def graph_api(graph: Graph, door: Door) -> APIRouter:
    """`POST /v23.0/<number id>/messages`."""
    router = APIRouter()

    @router.post("/{version}/{number_id}/messages")
    async def send(request: Request, version: str, number_id: str) -> Response:
        try:
            refusal = door.refusal(request, version, number_id)
            if refusal is not None:
                raise refusal
            try:
                body: Any = json.loads(await request.body())
            except ValueError as error:
                raise Refusal(100, "the body is not JSON") from error
            return JSONResponse(await graph.take(body))
        except Refusal as refusal:
            headers = {} if refusal.retry_after is None else {"Retry-After": refusal.retry_after}
            return JSONResponse(refusal.body(), refusal.status, headers=headers)
        except Dropped:
            return _HangUp()

    return router


class _HangUp(Response):
    """An answer that breaks off: fewer bytes than its header says, and then the line is closed."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"messaging_product"', "more_body": False})


async def _own_page(request: Request) -> None:
    """Another site in the tester's browser has no say here."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403)


def pages(graph: Graph, messages: Messages, page: Page) -> APIRouter:
    """Answering a message, the templates with their approval, and the scripts of numbers."""
    router = APIRouter()
    own = Annotated[None, Depends(_own_page)]

    @router.post("/messages/{identity}/whatsapp-answer")
    async def answer(request: Request, identity: str, _: own) -> Response:
        found = messages.get(identity)
        text = (await _form(request)).get("text", "").strip()[:LONGEST_ANSWER]
        if found is None or found.channel != "whatsapp" or found.sender is not None:
            raise HTTPException(404)
        if text:
            graph.hear(found.to, text, found)
        return RedirectResponse(f"/?channel=whatsapp&to={found.to}", 303)

    @router.post("/whatsapp/say")
    async def say(request: Request, _: own) -> Response:
        form = await _form(request)
        sender, text = form.get("from", "").strip().lstrip("+"), form.get("text", "").strip()[:LONGEST_ANSWER]
        if not sender.isdigit() or not text:
            raise HTTPException(422)
        graph.hear(sender, text, None)
        return RedirectResponse("/?channel=whatsapp", 303)

    @router.get("/whatsapp")
    async def overview() -> HTMLResponse:
        templates = sorted(graph.templates.values(), key=lambda one: (one.name, one.language))
        return page("whatsapp.html", templates=templates, states=STATES, scripts=faults.SCRIPTS)

    @router.post("/whatsapp/templates")
    async def judge(request: Request, _: own) -> Response:
        form = await _form(request)
        template = graph.templates.get((form.get("name", ""), form.get("language", "")))
        if template is None or form.get("status") not in STATES:
            raise HTTPException(404)
        template.status = form["status"]
        return RedirectResponse("/whatsapp", 303)

    return router


async def _form(request: Request) -> dict[str, str]:
    said = parse_qs((await request.body()).decode(errors="replace"))
    return {name: values[0] for name, values in said.items()}

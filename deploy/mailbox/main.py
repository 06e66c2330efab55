"""The mailbox's app: SMTP and HTTP in one process, on one event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from deploy.mailbox import answers
from deploy.mailbox.messages import Message, Messages, now, read_mail
from deploy.mailbox.whatsapp import checks, routes
from deploy.mailbox.whatsapp.graph import Graph
from deploy.mailbox.whatsapp.telling import Teller

MAIL_BYTES = 32 * 2**20
KUALA_LUMPUR = timezone(timedelta(hours=8))
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
PAGES.filters["when"] = lambda at: at.astimezone(KUALA_LUMPUR).strftime("%d-%m-%Y %H:%M:%S")


class Settings(BaseSettings):
    """Where it listens, and the file that outlives it."""

    host: str = "127.0.0.1"
    port: int = 8025
    smtp_port: int = 8026
    messages: Path = Path("messages.jsonl")
    answers_host: str = "127.0.0.1"
    answers_port: int = 0
    """Where a tester's answer to a mail is handed over; 0: none can be written."""
    whatsapp_version: str = "v23.0"
    whatsapp_number_id: str = "100000000000001"
    whatsapp_token: SecretStr = SecretStr("")
    """The bearer token of the Graph API; without one it refuses everybody."""
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_webhook: str = ""
    """Where statuses and answers are told; empty where nobody has subscribed."""
    whatsapp_templates: Path = Path(__file__).parent / "whatsapp" / "templates.json"
    whatsapp_pair_seconds: float = 6.0
    whatsapp_per_second: int = 80


class Postman:
    """What aiosmtpd calls with each mail."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self._messages.add(read_mail(content, envelope.rcpt_tos, now()))
        return "250 Caught"


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    messages = Messages(settings.messages)
    teller = Teller(
        url=settings.whatsapp_webhook,
        app_secret=settings.whatsapp_app_secret.get_secret_value(),
        verify_token=settings.whatsapp_verify_token.get_secret_value(),
        phone_number_id=settings.whatsapp_number_id,
    )
    graph = Graph(
        messages,
        teller,
        checks.read_templates(settings.whatsapp_templates),
        pair_seconds=settings.whatsapp_pair_seconds,
        per_second=settings.whatsapp_per_second,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        messages.load()
        await teller.open()
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Postman(messages), data_size_limit=MAIL_BYTES, enable_SMTPUTF8=True, hostname="mailbox"),
            settings.host,
            settings.smtp_port,
        )
        try:
            yield
        finally:
            server.close()
            await teller.close()

    app = FastAPI(title="Mailbox", lifespan=lifespan, docs_url=None, redoc_url=None)
    door = routes.Door(
        version=settings.whatsapp_version,
        number_id=settings.whatsapp_number_id,
        token=settings.whatsapp_token.get_secret_value(),
    )
    app.include_router(routes.graph_api(graph, door))
    app.include_router(routes.pages(graph, messages, _page))
    app.include_router(answers.pages(messages, settings.answers_host, settings.answers_port))

    @app.get("/v1/messages")
    async def items(to: str = "", channel: str = "", complaint: str = "", limit: int = 500) -> Response:
        found = list(islice(messages.newest(to, channel, complaint), limit))
        body: dict[str, Any] = {"items": found, "as_of": now()}
        return Response(msgspec.json.encode(body), media_type="application/json")

    @app.get("/")
    async def listing(to: str = "", channel: str = "", complaint: str = "") -> HTMLResponse:
        found = list(islice(messages.newest(to, channel, complaint), 200))
        return _page("list.html", messages=found, statuses=graph.status, to=to, channel=channel, complaint=complaint)

    @app.get("/messages/{identity}")
    async def message(identity: str, said: str = "") -> HTMLResponse:
        found = messages.get(identity)
        if found is not None and found.channel == "whatsapp":
            graph.read(found)
        came = graph.status.get(found.wamid or "") if found is not None else None
        status, frame = 200 if found else 404, _frame(found)
        port = settings.answers_port
        return _page("message.html", status, message=found, frame=frame, came=came, said=said[:300], answers=port)

    @app.get("/livez")
    @app.get("/readyz")
    async def well() -> dict[str, bool]:
        return {"ready": True}

    return app


def _page(template: str, status: int = 200, **facts: object) -> HTMLResponse:
    return HTMLResponse(PAGES.get_template(template).render(**facts), status, headers=HEADERS)


def _frame(message: Message | None) -> str | None:
    """The HTML of a mail for its sandbox; its links open beside."""
    return f'<base target="_blank">{message.html}' if message and message.html else None

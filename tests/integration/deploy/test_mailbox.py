"""The mailbox catches what SMTP brings, answers for it, shows it, and remembers it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx2
import pytest

from deploy.local.processes import free_port
from deploy.mailbox.main import Settings, create_app


@asynccontextmanager
async def mailbox(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://b") as client,
    ):
        yield client


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(smtp_port=free_port(), messages=tmp_path / "messages.jsonl")


def mail(subject: str, *to: str, html: str | None = "<p>Assalamualaikum <b>é</b></p>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "helpdesk@ispeks.example"
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message.set_content("Assalamualaikum é\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


async def send(settings: Settings, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=settings.smtp_port, start_tls=False)


async def test_a_mail_is_caught_once_for_each_recipient_newest_first(settings: Settings) -> None:
    async with mailbox(settings) as client:
        await send(settings, mail("[HD-2026-000123-C] Aduan diterima — é", "siti@example.my", "ali@example.my"))
        await send(settings, mail("Pautan aduan", "siti@example.my", html=None))
        items = (await client.get("/v1/messages")).json()["items"]
        assert [(item["to"], item["complaint"]) for item in items] == [
            ("siti@example.my", None),
            ("ali@example.my", "HD-2026-000123-C"),
            ("siti@example.my", "HD-2026-000123-C"),
        ]
        assert set(items[1]) >= {"channel", "to", "subject", "text", "html", "at", "complaint"}
        assert items[1]["channel"] == "email"
        assert items[1]["subject"] == "[HD-2026-000123-C] Aduan diterima — é"
        assert items[1]["text"] == "Assalamualaikum é\n"
        assert "<b>é</b>" in items[1]["html"]
        assert items[0]["html"] is None


async def test_a_mail_that_comes_twice_says_that_it_is_the_same_one(settings: Settings) -> None:
    twice, other = mail("Satu", "siti@example.my"), mail("Dua", "siti@example.my")
    twice["Message-ID"] = "<d-1@helpdesk.example>"
    async with mailbox(settings) as client:
        for message in (twice, other, twice):
            await send(settings, message)
        items = (await client.get("/v1/messages")).json()["items"]
        assert [item["mail"] for item in items] == ["<d-1@helpdesk.example>", None, "<d-1@helpdesk.example>"]
        assert len({item["id"] for item in items}) == 3


async def test_messages_are_found_by_recipient_channel_and_complaint(settings: Settings) -> None:
    async with mailbox(settings) as client:
        await send(settings, mail("[HD-2026-000123-C] Satu", "siti@example.my"))
        await send(settings, mail("[HD-2026-000124-A] Dua", "ali@example.my"))
        for query, subjects in (
            ({"to": "SITI@example.my"}, ["[HD-2026-000123-C] Satu"]),
            ({"complaint": "HD-2026-000124-A"}, ["[HD-2026-000124-A] Dua"]),
            ({"channel": "whatsapp"}, []),
            ({"channel": "email", "to": "ali@example.my"}, ["[HD-2026-000124-A] Dua"]),
        ):
            items = (await client.get("/v1/messages", params=query)).json()["items"]
            assert [item["subject"] for item in items] == subjects


async def test_messages_survive_a_restart_and_a_line_cut_short(settings: Settings) -> None:
    async with mailbox(settings):
        await send(settings, mail("Satu", "siti@example.my"))
        await send(settings, mail("Dua", "siti@example.my"))
    whole = settings.messages.read_bytes()
    settings.messages.write_bytes(whole[:-20])
    async with mailbox(settings) as client:
        await send(settings, mail("Tiga", "siti@example.my"))
        items = (await client.get("/v1/messages")).json()["items"]
        assert [item["subject"] for item in items] == ["Tiga", "Satu"]
    async with mailbox(settings) as client:
        assert len((await client.get("/v1/messages")).json()["items"]) == 2


async def test_what_a_mail_says_is_text_on_the_page_and_its_html_sits_in_a_sandbox(settings: Settings) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    async with mailbox(settings) as client:
        await send(settings, mail(hostile, "siti@example.my", html=f"<p>{hostile}</p>"))
        listing = (await client.get("/")).text
        (item,) = (await client.get("/v1/messages")).json()["items"]
        response = await client.get(f"/messages/{item['id']}")
        for page in (listing, response.text):
            assert "<script" not in page
            assert "<img" not in page
        assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"' in response.text
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert (await client.get("/messages/none")).status_code == 404

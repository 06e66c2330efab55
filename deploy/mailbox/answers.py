"""A tester answers a mail: what their mail program would do, down to the quoted mail, over real SMTP."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Annotated
from urllib.parse import urlencode

import aiosmtplib
from fastapi import APIRouter, File, Form, HTTPException, UploadFile
from fastapi.responses import RedirectResponse

from deploy.mailbox.messages import Message, Messages, now

SECONDS = 120.0


def pages(messages: Messages, host: str, port: int) -> APIRouter:
    """The form's other end."""
    router = APIRouter()

    @router.post("/messages/{identity}/answer")
    async def answer(
        identity: str,
        text: Annotated[str, Form()] = "",
        sender: Annotated[str, Form()] = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> RedirectResponse:
        found = messages.get(identity)
        if found is None or not found.reply_to or not port:
            raise HTTPException(404)
        mail = written(found, text, sender.strip() or found.to)
        if file is not None and file.filename:
            kind, _, sort = (file.content_type or "application/octet-stream").partition("/")
            mail.add_attachment(await file.read(), maintype=kind, subtype=sort or "x", filename=file.filename)
        said = await hand_over(mail, host, port)
        return RedirectResponse(f"/messages/{identity}?{urlencode({'said': said})}", status_code=303)

    return router


def written(found: Message, text: str, sender: str) -> EmailMessage:
    """The answer, with the mail it answers quoted below."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = found.reply_to
    mail["Subject"] = f"Re: {found.subject}"
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = make_msgid(domain="mailbox.example")
    if found.mail:
        mail["In-Reply-To"] = found.mail
        mail["References"] = found.mail
    quoted = "\n".join(f"> {line}".rstrip() for line in found.text.splitlines())
    wrote = f"Pada {found.at:%d-%m-%Y %H:%M}, Helpdesk iSPEKS <{found.reply_to}> menulis:"
    mail.set_content(f"{text}\n\n{wrote}\n{quoted}\n")
    return mail


async def hand_over(mail: EmailMessage, host: str, port: int) -> str:
    """What the server says in the end."""
    client = aiosmtplib.SMTP(hostname=host, port=port, use_tls=False, start_tls=False, timeout=SECONDS)
    try:
        async with client:
            _, said = await client.send_message(mail)
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"refused: {error}"
    return f"250 {said}"
